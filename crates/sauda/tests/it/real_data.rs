//! Real files through the command line, and the reference values of indicators. Skipped where they are absent.

use std::collections::BTreeMap;
use std::io::Read;

use super::*;

/// Rows kept and bars made, where the calendar cannot change them; or the message that refuses the file.
enum Expected {
    Kept(u64, u64),
    /// Bars only: how many rows are kept hangs on whether the calendar knows the days.
    Bars(u64),
    Refused(i32, &'static str),
}

use Expected::{Bars, Kept, Refused};

#[test]
fn every_raw_file_yields_bars_or_a_message() {
    for (name, options, expected) in [
        ("BNF_2024_head_wrong_label", "--symbol NSE:NIFTYBANK-INDEX --timeframe 1m", Kept(7832, 7832)),
        (
            "BNF_2024_head_wrong_label",
            "--symbol NSE:NIFTYBANK-INDEX --timeframe 5m",
            Refused(2, "use --timeframe 1m"),
        ),
        (
            "BNF_2024_head_wrong_label",
            "--symbol NSE:NIFTYBANK-INDEX --timeframe 1m --keep-out-of-session",
            Kept(7999, 7999),
        ),
        (
            "BNF_2024_head_wrong_label",
            "--symbol NSE:NIFTYBANK-INDEX --timeframe 1m --strict",
            Refused(1, ".csv.gz:6002: outside the session"),
        ),
        ("BankNifty_15m_epoch_seconds_head", "--symbol NSE:NIFTYBANK-INDEX --timeframe 15m", Bars(5900)),
        ("INFY_2000_2021_symbol_change", "--symbol NSE:INFY-EQ --timeframe 1d", Bars(890)),
        (
            "INFY_2000_2021_symbol_change",
            "--symbol NSE:SBIN-EQ --timeframe 1d",
            Refused(2, "NSE:INFOSYSTCH-EQ, NSE:INFY-EQ"),
        ),
        (
            "dhan_banknifty_5min_naive_utc_with_stray_rows",
            "--symbol NSE:NIFTYBANK-INDEX --timeframe 5m --timezone UTC",
            Kept(375, 375),
        ),
        ("fut_depth_ticks_2025-11-17_mislabelled", "--symbol NSE:TCS25NOVFUT --timeframe 1m", Kept(1010, 25)),
        (
            "fut_depth_ticks_2025-11-17_mislabelled",
            "--symbol NSE:TCS-EQ --timeframe 1m",
            Refused(2, "they are of a derivative"),
        ),
        ("mcx_gold_05FEB2014_newest_first", "--symbol MCX:GOLD14FEBFUT --timeframe 1d", Bars(140)),
        ("nse_cm_bhav_2026-07-06_rownames", "--all --timeframe 1d", Kept(3301, 1)),
        ("nse_cm_bhav_2026-07-06_rownames", "--symbol NSE:ZYDUSLIFE-EQ --timeframe 1d", Kept(1, 1)),
        (
            "nse_cm_bhav_2026-07-06_rownames",
            "--timeframe 1d",
            Refused(2, "give --symbol for one of them or --all"),
        ),
        ("nse_index_close_all_2025-01-01", "--all --timeframe 1d", Kept(108, 1)),
        ("nse_index_close_all_2025-01-01", "--symbol NSE:NIFTY50-INDEX --timeframe 1d", Kept(1, 1)),
        ("nse_legacy_fo17112025_futures", "--all --timeframe 1d", Kept(633, 1)),
        ("nse_legacy_op17112025_padded_subset", "--all --timeframe 1d", Kept(1586, 1)),
        (
            "nse_legacy_op17112025_padded_subset",
            "--symbol NSE:BANKNIFTY25NOV46500PE --timeframe 1d",
            Kept(1, 1),
        ),
        ("nse_udiff_fo_2026-03-24_NIFTY", "--symbol NSE:NIFTY26APRFUT --timeframe 1d", Kept(1, 1)),
        ("nse_udiff_fo_2026-03-24_NIFTY", "--all --timeframe 1d", Kept(1354, 1)),
        ("nse_udiff_fo_2026-03-24_RELIANCE", "--all --timeframe 1d", Kept(184, 1)),
        (
            "nse_udiff_fo_2026-03-24_RELIANCE",
            "--symbol NSE:RELIANCE-EQ --timeframe 1d",
            Refused(2, "holds no rows of NSE:RELIANCE-EQ"),
        ),
        ("ticks_RELIANCE_16_April", "--symbol NSE:RELIANCE-EQ --timeframe 1m", Bars(368)),
        ("ticks_Nifty_2021-06-11_", "--symbol NSE:NIFTY50-INDEX --timeframe 1m", Bars(330)),
        ("ticks_SBIN_2021-05-24_part1", "--symbol NSE:SBIN-EQ --timeframe 5m", Bars(10)),
        ("ticks_SBIN_2021-05-24_part2", "--symbol NSE:SBIN-EQ --timeframe 1m", Bars(100)),
        (
            "yfinance_nifty_1min_3header_rows_utc",
            "--symbol NSE:NIFTY50-INDEX --timeframe 1m --tick 0.05",
            Kept(1874, 1874),
        ),
    ] {
        let Some(path) = shared(&format!("raw/{name}.csv.gz")) else { return };
        let sauda = Sauda::new();
        let mut args = vec!["import", path.to_str().unwrap(), "--json"];
        args.extend(options.split(' '));
        let ended = sauda.run(&args);
        match expected {
            Refused(code, words) => {
                ended.fails(code, &[words, name]);
                assert!(sauda.manifest().is_none(), "{name}");
            }
            Kept(kept, bars) => {
                let report = ended.json();
                let found = (report["files"][0]["kept"].as_u64(), report["series"][0]["bars"].as_u64());
                assert_eq!(found, (Some(kept), Some(bars)), "{name} {options}");
            }
            Bars(least) => {
                let bars = ended.json()["series"][0]["bars"].as_u64().unwrap();
                assert!(bars >= least, "{name} {options}: {bars}");
            }
        }
    }
}

#[test]
fn a_day_in_two_files_is_one_day() {
    let (Some(one), Some(two)) =
        (shared("raw/ticks_SBIN_2021-05-24_part1.csv.gz"), shared("raw/ticks_SBIN_2021-05-24_part2.csv.gz"))
    else {
        return;
    };
    let sauda = Sauda::new();
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    let import = |files: [&str; 2]| {
        let [first, second] = files;
        let args = ["import", first, second, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m", "--json"];
        sauda.run(&args).json()["series"][0].clone()
    };
    let bars = import([one, two])["added"].as_u64().unwrap();
    // 211 minutes of the session; the calendar does not cover the day, so what came after it stays.
    assert!(bars >= 211, "{bars}");
    assert_eq!(import([two, one])["unchanged"], bars);
}

#[test]
fn every_bar_file_is_taken_whole() {
    let Some(folder) = shared("bars_1m") else { return };
    for timeframe in ["1m", "5m", "15m"] {
        let folder = folder.with_file_name(format!("bars_{timeframe}"));
        let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty());
        for path in files {
            let name = path.file_name().unwrap().to_str().unwrap();
            let symbol = match name.split('_').next().unwrap() {
                "NIFTY50" => "NSE:NIFTY50-INDEX".to_owned(),
                "BANKNIFTY" => "NSE:NIFTYBANK-INDEX".to_owned(),
                share => format!("NSE:{share}-EQ"),
            };
            let sauda = Sauda::new();
            let args =
                ["import", path.to_str().unwrap(), "--symbol", &symbol, "--timeframe", timeframe, "--json"];
            let report = sauda.run(&args).json();
            let file = &report["files"][0];
            let (rows, kept, out) = (&file["rows"], &file["kept"], &file["leftOut"]);
            assert_eq!(rows.as_u64().unwrap(), kept.as_u64().unwrap() + out.as_u64().unwrap(), "{name}");
            assert_eq!(&report["series"][0]["bars"], kept, "{name}");
            // What is left out lies outside the hours of a day that the calendar knows.
            let findings = file["findings"].as_array().unwrap();
            let other = findings
                .iter()
                .filter(|f| f["treatment"] == "left out" && f["defect"] != "outside the session");
            assert_eq!(other.count(), 0, "{name}: {findings:?}");
            assert!(kept.as_u64().unwrap() * 100 >= rows.as_u64().unwrap() * 98, "{name}: {file}");
            sauda.line(&format!("data verify {symbol} --json")).json();
        }
    }
}

/// A table by column; an empty field is `None`.
fn table(text: &str) -> (Vec<String>, BTreeMap<String, Vec<Option<f64>>>) {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let (mut times, mut columns) = (Vec::new(), vec![Vec::new(); names.len()]);
    for line in lines {
        for (i, field) in line.split(',').enumerate() {
            if i == 0 {
                times.push(field.to_owned());
            } else {
                columns[i].push((!field.is_empty()).then(|| field.parse().unwrap()));
            }
        }
    }
    (times, names.into_iter().map(str::to_owned).zip(columns).skip(1).collect())
}

fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

const WITH: &str = "sma(20),sma(50),ema(9),ema(21),ema(200),rsi(14),macd(12,26,9),tr,atr(14),bbands(20,2),supertrend(10,3),plus_di(14),minus_di(14),adx(14),stoch_k_raw(14),stoch(14,3,3),donchian(20)";

/// Holds our table against the reference, column by column.
fn agree(ours: &str, golden: &str, daily: bool) {
    let ((times, ours), (golden_times, golden)) = (table(ours), table(golden));
    assert_eq!(times.len(), golden_times.len());
    for (ours, golden) in times.iter().zip(&golden_times) {
        assert!(if daily { ours.starts_with(golden.as_str()) } else { ours == golden }, "{ours} {golden}");
    }
    let mut compared = 0;
    for (name, reference) in &golden {
        // TA-Lib's warm-up is ours; the reference keeps it in columns of its own.
        let (name, reference) = match name.as_str() {
            "macd_talib" | "macd_signal_talib" => continue,
            "macd_12_26" => (name, &golden["macd_talib"]),
            "macd_signal_9" => (name, &golden["macd_signal_talib"]),
            _ => (name, reference),
        };
        let Some(column) = ours.get(name) else { panic!("no column {name}") };
        let tolerance = if name.starts_with("bb_") { 1e-6 } else { 1e-8 };
        let mut defined = 0;
        for (i, (x, y)) in column.iter().zip(reference).enumerate() {
            let (Some(x), Some(y)) = (x, y) else {
                // TA-Lib's histogram follows its own signal; %K waits for %D there.
                let earlier = matches!(name.as_str(), "stoch_k_14_3" | "stoch_d_3" | "macd_hist");
                assert!(x.is_none() && (y.is_none() || earlier && i < 40), "{name} row {i}: {x:?} {y:?}");
                continue;
            };
            if name == "macd_hist" {
                // The reference's is of the other seeding; it converges.
                assert!((x - y).abs() <= 1e-8 * y.abs().max(1.0) || i < 400, "{name} row {i}: {x} {y}");
            } else {
                assert!((x - y).abs() <= tolerance * y.abs().max(1e-3), "{name} row {i}: {x} {y}");
            }
            defined += 1;
        }
        assert!(defined > reference.len() / 2, "{name}: {defined}");
        compared += 1;
    }
    assert!(compared >= 30, "{compared}");
}

#[test]
fn five_minutes_of_reliance_are_the_reference() {
    let (Some(bars), Some(golden)) = (
        shared("bars_1m/RELIANCE_2021-03_2021-06_1m_from_ticks.parquet"),
        shared("golden/indicators.csv.gz"),
    ) else {
        return;
    };
    let sauda = Sauda::new();
    sauda.run(&["import", bars.to_str().unwrap(), "--symbol", "NSE:RELIANCE-EQ", "--timeframe", "1m"]).ok();
    let with = format!("{WITH},vwap(),opening_range(15)");
    let args = [
        "indicators",
        "--symbol",
        "NSE:RELIANCE-EQ",
        "--timeframe",
        "5m",
        "--with",
        &with,
        "--out",
        "ours.csv",
    ];
    sauda.run(&args).ok();
    agree(&fs::read_to_string(sauda.path("ours.csv")).unwrap(), &unpacked(&golden), false);
}

#[test]
fn days_of_infosys_are_the_reference() {
    let (Some(bars), Some(golden)) =
        (shared("daily/NSE_EQ_2020_2025_daily_adjusted.csv.gz"), shared("golden/indicators_daily.csv.gz"))
    else {
        return;
    };
    let sauda = Sauda::new();
    sauda.run(&["import", bars.to_str().unwrap(), "--symbol", "NSE:INFY-EQ", "--timeframe", "1d"]).ok();
    let ours =
        sauda.run(&["indicators", "--symbol", "NSE:INFY-EQ", "--timeframe", "1d", "--with", WITH]).ok();
    agree(&ours, &unpacked(&golden), true);
}
