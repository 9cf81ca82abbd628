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
fn threads_change_nothing() {
    let sauda = with_waves();
    for search in ["", "--adaptive 9"] {
        let whole = sauda.line(&format!("{SWEEP} {search} --threads 1 --json")).ok();
        assert!(whole == sauda.line(&format!("{SWEEP} {search} --threads 2 --json")).ok(), "`{search}`");
    }
}

#[test]
fn an_adaptive_search_keeps_its_budget_and_says_what_it_did() {
    let sauda = with_waves();
    let grid = SWEEP.replace("3..12:3", "3..60").replace("6..30:6", "6..200:2");
    let found = |flags: &str| sauda.line(&format!("{grid} {flags} --json")).json();
    let result = found("--adaptive 120 --seed 7 --rank net");
    let searched = &result["searched"];
    let said = ["search", "adaptive", "seed", "steeredBy"].map(|key| searched[key].to_string());
    assert_eq!(said, ["\"adaptive\"", "120", "7", "\"net\""]);
    assert_eq!((result["sets"].as_u64(), result["rows"].as_array().unwrap().len()), (Some(120), 120));
    assert_eq!(result["complete"], true);
    let verdict = &result["verdict"];
    assert_eq!((verdict["sets"].as_u64(), verdict["reachable"].as_u64()), (Some(120), Some(58 * 98)));
    assert!(verdict["sampled"].as_u64() < Some(120), "what was steered is no sample of the grid");
    // Better than as many by chance, and not far below the best there is.
    let best = |result: &Value| result["best"][0]["netPnl"].as_f64().unwrap();
    let by_chance = best(&found("--random 120 --seed 7 --rank net"));
    let whole = best(&found("--rank net"));
    assert!(by_chance < best(&result) && best(&result) <= whole, "{by_chance} {} {whole}", best(&result));
    // A budget for the whole grid is the whole grid.
    let all = sauda.line(&format!("{SWEEP} --adaptive 20 --json")).json();
    assert_eq!((all["sets"].as_u64(), all["skipped"].as_u64()), (Some(16), Some(4)));
    assert_eq!(all["verdict"]["reachable"], Value::Null);
    assert_eq!(all["rows"], sauda.line(&format!("{SWEEP} --json")).json()["rows"]);
}

/// Of a draw, those neighbours of the best count that were drawn.
#[test]
fn a_draw_has_the_neighbours_that_it_has() {
    let sauda = with_waves();
    let grid = SWEEP.replace("3..12:3", "3..12").replace("6..30:6", "20..60:10");
    let neighbours = |flags: &str| {
        let result = sauda.line(&format!("{grid} {flags} --rank net --json")).json();
        let around = result["verdict"]["plateau"]["neighbours"].as_u64();
        (around, result["best"][0]["sharpe"].as_f64().unwrap() > 0.0)
    };
    assert_eq!(neighbours("--random 50"), neighbours(""), "all were drawn");
    for seed in 1..9 {
        let (around, gains) = neighbours(&format!("--random 12 --seed {seed}"));
        assert!(around.is_none_or(|n| gains && (1..9).contains(&n)), "{around:?}");
    }
}

#[test]
fn small_and_idle_sweeps_have_a_verdict_and_a_page() {
    let sauda = with_waves();
    let on = "--symbol NSE:SBIN-EQ --timeframe 1m --product NRML";
    for (sweep, sets) in [
        ("--strategy sma_cross", 1),
        ("--strategy sma_cross --param fast=5", 1),
        ("--strategy sma_cross --param fast=5..20:5", 4),
        // An RSI below 0 and above 100 is never seen.
        ("--strategy rsi_reversion --param oversold=0 --param overbought=100 --param period=5..9", 5),
        (
            "--strategy rsi_reversion --param oversold=0 --param overbought=100 --param period=5..9 --adaptive 3",
            3,
        ),
    ] {
        for rank in ["sharpe", "drawdown"] {
            let line = format!("sweep {sweep} {on} --rank {rank} --json r.json --report r.html");
            let said = sauda.line(&line).ok();
            assert!(said.contains("verdict: "), "{said}");
            let result: Value = serde_json::from_slice(&fs::read(sauda.path("r.json")).unwrap()).unwrap();
            assert_eq!(
                (&result["complete"], result["sets"].as_u64()),
                (&Value::Bool(true), Some(sets)),
                "{line}"
            );
            assert!(fs::read_to_string(sauda.path("r.html")).unwrap().contains("</html>"));
        }
    }
    // Who never trades has no drawdown, and is not the best for it.
    let line =
        format!("sweep --strategy sma_cross --param fast=5 --param slow=20,5000 {on} --rank drawdown --json");
    assert_eq!(sauda.line(&line).json()["best"][0]["params"]["slow"], 20);
}

/// Hours of work must not end at a folder that is not there.
#[test]
fn where_results_go_is_tried_first() {
    let sauda = with_waves();
    let old = sauda.file("old.json", "old");
    for (flags, words) in [
        ("--json nowhere/x.json", ["--json", "nowhere"]),
        ("--report nowhere/x.html", ["--report", "nowhere"]),
        ("--json data", ["--json", "folder"]),
        ("--json same --report same", ["--json", "--report"]),
        ("--resume old.json --report old.json", ["--resume", "--report"]),
        ("--json old.json --resume nothing.json", ["--resume", "nothing.json"]),
    ] {
        sauda.line(&format!("{SWEEP} {flags}")).fails(2, &words);
    }
    assert_eq!(
        fs::read_to_string(old).unwrap(),
        "old",
        "nothing is overwritten before there is something new"
    );
    assert!(!sauda.path("old.json.part").exists());
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
        ("--param fast=40..50", "no set of these ranges fits together: "),
        ("--rank luck", "sharpe"),
        ("--top 0", "--top"),
        ("--threads 0", "--threads"),
        ("--trades t.csv", "--trades"),
        ("--param fast=1..10000 --param slow=2..10000 --param fast=3", "twice"),
        ("--param fast=", "missing"),
        ("--param fast=5,5", "twice"),
        ("--param fast=nan..9", "whole number"),
        ("--param fast=2..9:inf", "whole number"),
        ("--param fast=1..99999999999", "outside 1 to 10000"),
        ("--param fast=1..9999 --param slow=2..9999", "--adaptive"),
        ("--random 0", "--random"),
        ("--adaptive 0", "--adaptive"),
        ("--adaptive 99999999999999", "--adaptive"),
        ("--adaptive 5 --random 5", "--random"),
        ("--adaptive few", "few"),
        ("--threads 99999", "--threads"),
        ("--equity bar", "--equity"),
        ("--resume nothing.json", "--resume"),
    ] {
        sauda.line(&format!("{plain} {flags}")).fails(2, &[words]);
    }
}
