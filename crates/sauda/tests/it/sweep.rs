//! `sauda sweep` from outside.

use super::backtest::with_waves;
use super::*;

const SWEEP: &str = "sweep --strategy sma_cross --param fast=3..12:3 --param slow=6..30:6 --symbol NSE:SBIN-EQ --timeframe 1m --product NRML --charges dhan";

#[test]
fn each_row_is_the_single_backtest() {
    let sauda = with_waves();
    let result = sauda.line(&format!("{SWEEP} --json")).json();
    // 4 × 5 sets, of which (6,6), (9,6), (12,6) and (12,12) do not fit together.
    assert_eq!((result["sets"].as_u64(), result["skipped"].as_u64()), (Some(16), Some(4)));
    assert_eq!(result["complete"], true);
    let rows = result["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 16);
    for best in result["best"].as_array().unwrap().iter().take(3) {
        let (fast, slow) = (&best["params"]["fast"], &best["params"]["slow"]);
        let line = format!(
            "backtest --strategy sma_cross --param fast={fast} --param slow={slow} --symbol NSE:SBIN-EQ --timeframe 1m \
             --product NRML --charges dhan --json"
        );
        let single = sauda.line(&line).json();
        for key in ["finalEquity", "netPnl", "charges", "trades", "sharpe", "maxDrawdown", "cagr"] {
            assert_eq!(best[key], single["metrics"][key], "{key} of fast={fast} slow={slow}");
        }
    }
    let figures: Vec<f64> =
        result["best"].as_array().unwrap().iter().filter_map(|b| b["sharpe"].as_f64()).collect();
    assert!(figures.is_sorted_by(|a, b| a >= b), "{figures:?}");
}

#[test]
fn threads_change_nothing_and_an_unfinished_file_is_resumed() {
    let sauda = with_waves();
    let whole = sauda.line(&format!("{SWEEP} --threads 1 --json")).ok();
    assert!(whole == sauda.line(&format!("{SWEEP} --threads 2 --json")).ok(), "threads change the result");
    // As an interrupted run leaves it: some rows, not complete.
    let mut part: Value = serde_json::from_str(&whole).unwrap();
    part["rows"].as_array_mut().unwrap().truncate(5);
    part["complete"] = Value::Bool(false);
    let path = sauda.file("part.json", part.to_string());
    let mut resumed = sauda.line(&format!("{SWEEP} --resume {path} --json")).json();
    let mut expected: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(expected["verdict"]["kind"], "tooFewData");
    assert_eq!(resumed["verdict"], Value::Null, "half of the sets were never heard");
    resumed["verdict"] = Value::Null;
    expected["verdict"] = Value::Null;
    assert!(resumed == expected, "resuming changes the rows");
    let other = SWEEP.replace("charges dhan", "charges zero");
    sauda.line(&format!("{other} --resume {path}")).fails(2, &["--resume", "other settings"]);
    let other = SWEEP.replace("3..12:3", "3..15:3");
    sauda.line(&format!("{other} --resume {path}")).fails(2, &["--resume", "other parameters"]);
}

#[test]
fn a_seed_draws_the_same_sets() {
    let sauda = with_waves();
    let drawn =
        |seed: u32| sauda.line(&format!("{SWEEP} --random 7 --seed {seed} --json")).json()["rows"].clone();
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
}

#[test]
fn bad_searches_are_refused() {
    let sauda = with_waves();
    let plain = "sweep --strategy sma_cross --symbol NSE:SBIN-EQ --timeframe 1m";
    for (flags, words) in [
        ("--param fast=9..3", "swap"),
        ("--param fast=3..9:0", "step"),
        ("--param fast=a..b", "`a`"),
        ("--param quick=1..2", "fast, slow"),
        ("--param fast=40..50", "no set"),
        ("--rank luck", "sharpe"),
        ("--top 0", "--top"),
        ("--threads 0", "--threads"),
        ("--trades t.csv", "--trades"),
        ("--param fast=1..10000 --param slow=2..10000 --param fast=3", "twice"),
        ("--resume nothing.json", "--resume"),
    ] {
        sauda.line(&format!("{plain} {flags}")).fails(2, &[words]);
    }
}
