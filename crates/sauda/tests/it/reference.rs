//! `sma_cross` on real files against an independent calculation, trade by trade: times, prices, P&L.

use super::*;

/// A Python with numpy, as `make test` found it; without it, whatever `python3` is.
fn python() -> Option<String> {
    let python = std::env::var("SAUDA_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let works = |python: &str| {
        let status = Command::new(python).args(["-c", "import numpy"]).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    if !python.is_empty() && works(&python) {
        return Some(python);
    }
    println!("skipped: no Python with numpy");
    None
}

fn agrees(python: &str, file: &str, symbol: &str, runs: &[(&str, &str)]) {
    let Some(bars) = shared(file) else { return };
    let sauda = Sauda::new();
    sauda.run(&["import", bars.to_str().unwrap(), "--symbol", symbol, "--timeframe", "1m"]).ok();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/sma_cross.py");
    for (timeframe, flags) in runs {
        sauda.line(&format!("data export {symbol} --timeframe {timeframe} --to bars.csv")).ok();
        let line = format!("backtest --strategy sma_cross --symbol {symbol} --timeframe {timeframe} {flags}");
        sauda.line(&format!("{line} --json result.json")).ok();
        let checked = Command::new(python)
            .arg(&script)
            .args([sauda.path("bars.csv"), sauda.path("result.json")])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{symbol} {timeframe} {flags}: {said}");
    }
}

#[test]
fn the_nifty_of_2024_agrees() {
    let Some(python) = python() else { return };
    agrees(
        &python,
        "bars_1m/NIFTY50_2024-01_2024-05_1m.parquet",
        "NSE:NIFTY50-INDEX",
        &[
            ("5m", "--product NRML --qty 50 --side long"),
            ("5m", "--product NRML --qty 50 --side both --slippage ticks=1 --charges pct=0.03"),
            ("15m", "--product NRML --qty 50 --side short --param fast=5 --param slow=12"),
            ("5m", "--product MIS --qty 50"),
        ],
    );
}

#[test]
fn a_share_with_missing_minutes_agrees_with_and_without_stops() {
    let Some(python) = python() else { return };
    agrees(
        &python,
        "bars_1m/RELIANCE_2021-03_2021-06_1m_from_ticks.parquet",
        "NSE:RELIANCE-EQ",
        &[
            ("1m", "--product NRML --qty 5 --side both --charges pct=0.03 --slippage ticks=2"),
            ("1m", "--product NRML --qty 5 --side long --stop pct=0.3"),
            ("15m", "--product MIS --from 2021-04-15 --to 2021-05-31"),
        ],
    );
}
