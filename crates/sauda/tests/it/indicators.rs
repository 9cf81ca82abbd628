//! `sauda indicators`: columns, warm-up, ranges, refusals, pipes.

use std::io::Read;

use super::*;

const ALL: &str = "sma(20),ema(20),rsi(14),macd(12,26,9),atr(14),bbands(20,2),supertrend(10,3),adx(14),plus_di(14),minus_di(14),vwap(),stoch(14,3,3),donchian(20)";
/// The contract's columns, in the order of [`ALL`].
const COLUMNS: &str = "ts,open,high,low,close,volume,sma_20,ema_20,rsi_14,macd_12_26,macd_signal_9,macd_hist,atr_14,\
    bb_upper_20_2,bb_mid_20,bb_lower_20_2,supertrend_10_3,supertrend_dir,adx_14,plus_di_14,minus_di_14,vwap,\
    stoch_k_14_3,stoch_d_3,donchian_high_20,donchian_low_20,donchian_mid_20";

fn indicators(sauda: &Sauda, timeframe: &str, with: &str, more: &[&str]) -> Ended {
    let args = ["indicators", "--symbol", "NSE:SBIN-EQ", "--timeframe", timeframe, "--with", with];
    sauda.run(&[&args[..], more].concat())
}

#[test]
fn columns_are_the_contract() {
    let sauda = with_a_week();
    let summary = indicators(&sauda, "5m", ALL, &["--out", "out.csv"]).ok();
    assert!(
        summary.starts_with("out.csv: 375 rows of NSE:SBIN-EQ, 5m resampled from 1m, with sma(20)"),
        "{summary}"
    );
    let file = fs::read_to_string(sauda.path("out.csv")).unwrap();
    assert_eq!(file.lines().next().unwrap(), COLUMNS);
    let fields = COLUMNS.split(',').count();
    assert!(file.lines().all(|line| line.split(',').count() == fields));
    // To standard output, with - or without --out, the same bytes.
    assert_eq!(indicators(&sauda, "5m", ALL, &[]).ok(), file);
    assert_eq!(indicators(&sauda, "5m", ALL, &["--out", "-"]).ok(), file);

    let written = indicators(&sauda, "5m", ALL, &["--out", "out.csv", "--json"]).json();
    assert_eq!((&written["rows"], &written["resampledFrom"]), (&375.into(), &"1m".into()));
    let table = indicators(&sauda, "5m", "sma(2),vwap", &["--json"]).json();
    assert_eq!(table["columns"][6], "sma_2");
    let first = &table["data"][0];
    assert_eq!((&first[0], &first[6]), (&"2024-01-01T09:15:00+05:30".into(), &Value::Null));
    assert_eq!(table["data"].as_array().unwrap().len(), 375);
}

#[test]
fn a_range_cuts_the_output_only() {
    let sauda = with_a_week();
    let whole = indicators(&sauda, "5m", ALL, &[]).ok();
    let cut = indicators(&sauda, "5m", ALL, &["--from", "2024-01-03", "--to", "2024-01-04"]).ok();
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(cut.lines().collect::<Vec<_>>(), [&lines[..1], &lines[1 + 2 * 75..=4 * 75]].concat());
}

#[test]
fn sessions_start_anew() {
    let sauda = with_a_week();
    let table = indicators(&sauda, "1m", "vwap,opening_range(15)", &["--json"]).json();
    let rows = table["data"].as_array().unwrap();
    for row in rows {
        let at = row[0].as_str().unwrap();
        let minute = &at[11..16];
        // The range is known when its fifteen minutes are over, whichever day it is.
        assert_eq!(row[7].is_null(), minute < "09:30", "{row}");
        if minute == "09:15" {
            let typical =
                (row[2].as_f64().unwrap() + row[3].as_f64().unwrap() + row[4].as_f64().unwrap()) / 3.0;
            assert!((row[6].as_f64().unwrap() - typical).abs() < 1e-9, "{row}");
        }
    }
}

#[test]
fn the_catalogue_is_listed() {
    let sauda = Sauda::new();
    let all = sauda.line("indicators --list --json").json();
    let find = |name: &str| all.as_array().unwrap().iter().find(|i| i["name"] == name).unwrap().clone();
    let bands = find("bbands");
    assert_eq!(bands["outputs"], serde_json::json!(["bb_upper_20_2", "bb_mid_20", "bb_lower_20_2"]));
    assert_eq!(
        (&bands["parameters"][0]["default"], &bands["parameters"][0]["type"]),
        (&20.into(), &"integer".into())
    );
    assert!(!bands["parameters"][0]["max"].is_null() && bands["doc"].is_string());
    let text = sauda.line("indicators --list").ok();
    assert!(text.contains("supertrend(period=10, "), "{text}");
    sauda.line("indicators --list --symbol NSE:SBIN-EQ").fails(2, &["--list"]);
}

#[test]
fn wrong_requests_name_the_field_and_the_cure() {
    let sauda = with_a_week();
    indicators(&sauda, "5m", "smaa(20)", &[]).fails(2, &["--with", "`smaa` at 0", "did you mean `sma`"]);
    indicators(&sauda, "5m", "sma(0)", &[]).fails(2, &["--with", "sma"]);
    indicators(&sauda, "5m", "sma(20", &[]).fails(2, &["--with", "at 6"]);
    indicators(&sauda, "5m", "sma(20),sma(20)", &[]).fails(2, &["--with", "twice"]);
    indicators(&sauda, "5m", "", &[]).fails(2, &["--with"]);
    indicators(&sauda, "7x", "sma(20)", &[]).fails(2, &["--timeframe", "7x"]);
    indicators(&sauda, "5m", "sma(20)", &["--from", "2024-01-04", "--to", "2024-01-02"])
        .fails(2, &["--from", "swap"]);
    indicators(&sauda, "5m", "sma(20)", &["--from", "yesterday"])
        .fails(2, &["--from", "yesterday", "2024-01-31"]);
    indicators(&sauda, "5m", "sma(20)", &["--from", "2024-02-01"]).fails(1, &["2024-02-01", "2024-01-05"]);
    indicators(&sauda, "5m", "sma(20)", &["--out", "no/where.csv"]).fails(1, &["no/where.csv"]);
    sauda
        .line("indicators --symbol NSE:TCS-EQ --timeframe 5m --with sma(20)")
        .fails(2, &["NSE:TCS-EQ", "NSE:SBIN-EQ"]);
    sauda.line("indicators --symbol NSE:SBIN-EQ --timeframe 5m").fails(2, &["--with"]);
    // A request that is refused leaves nothing behind.
    indicators(&sauda, "5m", "smaa(20)", &["--out", "bad.csv"]).fails(2, &[]);
    assert!(!sauda.path("bad.csv").exists());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sauda = with_a_week();
    for line in [
        "indicators --symbol NSE:SBIN-EQ --timeframe 1m --with sma(20),ema(20),rsi(14),vwap",
        "indicators --list",
    ] {
        let mut child = sauda
            .command(&line.split(' ').collect::<Vec<_>>())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 3]).unwrap();
        drop(out);
        let ended = Ended::of(child.wait_with_output().unwrap());
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{line}");
    }
}
