//! Data with holes, splits and chosen symbols: what every command that trades history says about it, and when it stops.

use super::*;

/// The trading days of January 2024, a Saturday among them.
const JANUARY: [u32; 22] = [1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 20, 23, 24, 25, 29, 30, 31];

/// A store with fifteen-minute bars of those days of January 2024, of a share at `price` rupees on a day.
fn with_january(symbol: &str, days: &[u32], price: impl Fn(u32) -> u32) -> Sauda {
    let sauda = Sauda::new();
    add_january(&sauda, symbol, days, price);
    sauda
}

fn add_january(sauda: &Sauda, symbol: &str, days: &[u32], price: impl Fn(u32) -> u32) {
    let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
    for &day in days {
        for bar in 0..25u32 {
            let (h, m) = ((555 + 15 * bar) / 60, (555 + 15 * bar) % 60);
            let open = f64::from(price(day)) + f64::from((bar * 7 + day) % 11) / 4.0;
            let (high, low, close) = (open + 3.0, open - 3.0, open + f64::from(bar % 5) / 2.0 - 1.0);
            writeln!(text, "2024-01-{day:02} {h:02}:{m:02}:00,{open:.2},{high:.2},{low:.2},{close:.2},1000")
                .unwrap();
        }
    }
    let file = sauda.file("january.csv", text);
    sauda.run(&["import", &file, "--symbol", symbol, "--timeframe", "15m"]).ok();
}

fn without(gone: &[u32]) -> Vec<u32> {
    JANUARY.into_iter().filter(|day| !gone.contains(day)).collect()
}

const SBIN: &str = "NSE:SBIN-EQ";
const CROSS: &str = "--strategy sma_cross --param fast=3 --param slow=8 --timeframe 15m --symbol";
const SWEEP: &str = "--strategy sma_cross --param fast=2..4 --param slow=8 --timeframe 15m --symbol";

#[test]
fn sound_data_is_passed_over_in_silence() {
    let sauda = with_january(SBIN, &JANUARY, |_| 600);
    let result = sauda.line(&format!("backtest {CROSS} {SBIN} --json")).json();
    let data = &result["run"]["data"][0];
    assert_eq!(data["findings"], Value::Array(Vec::new()));
    assert_eq!(
        (&data["daysExpected"], &data["daysPresent"], &data["daysMissing"]),
        (&22.into(), &22.into(), &0.into())
    );
    assert_eq!(
        (&result["run"]["maxMissingPct"], &result["run"]["allowHoles"]),
        (&10.0.into(), &false.into())
    );
    let text = sauda.line(&format!("backtest {CROSS} {SBIN}")).ok();
    assert!(text.starts_with("  strategy "), "{text}");
}

#[test]
fn a_hole_is_told_before_any_figure() {
    let sauda = with_january(SBIN, &without(&[10, 17]), |_| 600);
    let words = "NSE:SBIN-EQ: 2 of 22 trading days are missing (9.1 %): 2024-01-10, 2024-01-17";
    for command in [format!("backtest {CROSS} {SBIN}"), format!("sweep {SWEEP} {SBIN}")] {
        let text = sauda.line(&command).ok();
        assert_eq!(text.lines().next(), Some(&*format!("warning: {words}")), "{text}");
        assert_eq!(text.matches(words).count(), 1, "{text}");
        let run = &sauda.line(&format!("{command} --json")).json()["run"];
        assert_eq!(run["warnings"][0], words);
        assert_eq!(run["data"][0]["missingDays"], serde_json::json!(["2024-01-10", "2024-01-17"]));
        assert_eq!(run["data"][0]["lostDaysPct"], 9.09);
    }
    // A hole outside the days that trade weakens nothing.
    let later = sauda.line(&format!("backtest {CROSS} {SBIN} --from 2024-01-18")).ok();
    assert!(later.starts_with("  strategy "), "{later}");
}

#[test]
fn a_larger_hole_is_refused_until_told_otherwise() {
    let sauda = with_january(SBIN, &without(&[9, 10, 11]), |_| 600);
    for command in [format!("backtest {CROSS} {SBIN}"), format!("sweep {SWEEP} {SBIN}")] {
        let said = [
            "3 of 22 trading days are missing (13.6 %)",
            "3 from 2024-01-09 to 2024-01-11",
            "--max-missing 10 %",
            "data verify NSE:SBIN-EQ --timeframe 15m",
            "--from and --to",
            "--allow-holes",
        ];
        sauda.line(&format!("{command} --json out.json")).fails(1, &said);
        assert!(!sauda.path("out.json").exists());
        let told = sauda.line(&format!("{command} --allow-holes")).ok();
        assert!(told.starts_with("warning: NSE:SBIN-EQ: 3 of 22 trading days are missing"), "{told}");
        sauda.line(&format!("{command} --max-missing 15%")).ok();
        sauda.line(&format!("{command} --from 2024-01-12")).ok();
        sauda.line(&format!("{command} --max-missing 110")).fails(2, &["--max-missing", "`110`", "0 to 100"]);
    }
    let whole = with_january(SBIN, &JANUARY, |_| 600);
    whole.line(&format!("backtest {CROSS} {SBIN} --max-missing 0")).ok();
}

#[test]
fn minutes_are_counted_before_they_are_resampled() {
    let sauda = Sauda::new();
    let days: Vec<String> = JANUARY.iter().take(12).map(|day| format!("2024-01-{day:02}")).collect();
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    let csv = minute_csv(&days, 375, 600);
    // The same hour of every day: its hourly bar is there, made of a single minute.
    let thinned = |gone: std::ops::Range<&str>| -> String {
        let kept = csv.lines().filter(|line| !line.get(11..16).is_some_and(|time| gone.contains(&time)));
        kept.fold(String::new(), |text, line| text + line + "\n")
    };
    let import = |text: String| {
        sauda.line("data remove NSE:SBIN-EQ --all");
        let file = sauda.file("minutes.csv", text);
        sauda.run(&["import", &file, "--symbol", SBIN, "--timeframe", "1m"]).ok();
    };
    let hourly = "backtest --strategy buy_and_hold --timeframe 1h --symbol NSE:SBIN-EQ";
    import(thinned("10:16".."10:46"));
    let text = sauda.line(hourly).ok();
    assert!(
        text.starts_with("warning: NSE:SBIN-EQ: 360 of 4500 minutes of the days present are missing (8.0 %)"),
        "{text}"
    );
    let data = sauda.line(&format!("{hourly} --json")).json()["run"]["data"][0].clone();
    assert_eq!((&data["missingMinutes"], &data["untradedBars"]), (&360.into(), &0.into()));
    import(thinned("10:16".."11:15"));
    sauda
        .line(hourly)
        .fails(1, &["708 of 4500 minutes of the days present are missing (15.7 %)", "316 of 375"]);
    assert!(sauda.line(&format!("{hourly} --allow-holes")).ok().contains("708 of 4500"));
}

#[test]
fn a_split_is_named_where_it_is_taken_for_a_move() {
    let sauda = with_january(SBIN, &JANUARY, |day| if day < 16 { 600 } else { 120 });
    let said = |flags: &str| sauda.line(&format!("backtest {CROSS} {SBIN} {flags}")).ok();
    let text = said("");
    let first = text.lines().next().unwrap();
    for word in ["split", "2024-01-16 of ratio about 1:5", "prices fall from 60", "to 12"] {
        assert!(first.contains(word), "`{word}`: {first}");
    }
    // Indicators see the bars before the start; what comes after the end nobody sees.
    assert!(said("--from 2024-01-18").lines().next().unwrap().contains("before the start"));
    assert!(said("--to 2024-01-15").starts_with("  strategy "));
    let split = &sauda.line(&format!("backtest {CROSS} {SBIN} --json")).json()["run"]["data"][0]["suspectedSplits"]
        [0];
    assert_eq!((&split["date"], &split["ratio"]), (&"2024-01-16".into(), &"1:5".into()));
    // A fall near no ratio is not called one.
    let fell = with_january(SBIN, &JANUARY, |day| if day < 16 { 600 } else { 380 });
    let text = fell.line(&format!("backtest {CROSS} {SBIN}")).ok();
    assert!(
        text.starts_with("warning: NSE:SBIN-EQ: prices moved beyond 20 % overnight, not as a split would"),
        "{text}"
    );
}

#[test]
fn shares_chosen_today_are_a_warning() {
    let sauda = with_january(SBIN, &JANUARY, |_| 600);
    add_january(&sauda, "NSE:TCS-EQ", &without(&[10]), |_| 3_000);
    add_january(&sauda, "NSE:NIFTY50-INDEX", &JANUARY, |_| 21_000);
    let warnings = |symbols: &str| {
        sauda.line(&format!("backtest {CROSS} {symbols} --json")).json()["run"]["warnings"].to_string()
    };
    let both = warnings("NSE:SBIN-EQ,NSE:TCS-EQ");
    assert!(both.contains("survivorship: these 2 shares were chosen today"), "{both}");
    assert!(both.contains("NSE:TCS-EQ: 1 of 22 trading days is missing"), "{both}");
    for few in ["NSE:SBIN-EQ", "NSE:SBIN-EQ,NSE:NIFTY50-INDEX"] {
        assert!(!warnings(few).contains("survivorship"), "{few}");
    }
    let sweep = sauda.line(&format!("sweep {SWEEP} NSE:SBIN-EQ,NSE:TCS-EQ")).ok();
    assert!(sweep.contains("survivorship"), "{sweep}");
}

#[test]
fn days_asked_for_and_not_stored_are_told() {
    let sauda = with_january(SBIN, &JANUARY, |_| 600);
    let text = sauda.line(&format!("backtest {CROSS} {SBIN} --from 2023-12-01 --to 2024-02-29")).ok();
    let first = text.lines().next().unwrap();
    assert!(first.contains("stored from 2024-01-01 to 2024-01-31 only: 41 trading days"), "{first}");
}

/// A few bars made by hand are a question, not a market: they run.
#[test]
fn a_handful_of_days_is_never_refused() {
    let sauda = with_january(SBIN, &[1, 2, 15, 31], |_| 600);
    let text = sauda.line(&format!("backtest {CROSS} {SBIN}")).ok();
    assert!(text.starts_with("warning: NSE:SBIN-EQ: 18 of 22 trading days are missing"), "{text}");
}

/// What is known of the shared files, and that none of them is refused.
#[test]
fn real_files_get_the_findings_that_they_deserve() {
    for (file, symbol, timeframe, words) in [
        (
            "bars_1m/NIFTY50_2024-01_2024-05_1m",
            "NSE:NIFTY50-INDEX",
            "1m",
            "4 of 104 trading days are missing (3.8 %)",
        ),
        (
            "bars_1m/NIFTY50_2009_1m",
            "NSE:NIFTY50-INDEX",
            "1m",
            "a hole is suspected from 2009-12-07 to 2009-12-18: 10 weekdays",
        ),
        (
            "bars_1m/RELIANCE_2021-03_2021-06_1m_from_ticks",
            "NSE:RELIANCE-EQ",
            "1m",
            "2021-04-07 (79 where 373 are usual)",
        ),
        (
            "bars_15m/BANKNIFTY_2018_2021_15m",
            "NSE:NIFTYBANK-INDEX",
            "15m",
            "3 of 982 trading days are missing (0.3 %)",
        ),
    ] {
        let Some(path) = shared(&format!("{file}.parquet")) else { return };
        let sauda = Sauda::new();
        sauda.run(&["import", path.to_str().unwrap(), "--symbol", symbol, "--timeframe", timeframe]).ok();
        let run = format!("backtest --strategy sma_cross --symbol {symbol} --timeframe {timeframe}");
        let text = sauda.line(&run).ok();
        let faults: String = text.lines().take_while(|line| line.starts_with("warning: ")).collect();
        assert!(faults.contains(words), "{file}: {faults}");
        // The crash and the circuit breakers of March 2020 are no splits.
        assert!(!faults.contains("split"), "{file}: {faults}");
    }
}
