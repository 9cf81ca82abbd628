//! `sauda backtest` from outside: the document, the law of cash, what is refused and how.

use super::*;

const CROSS: &str =
    "backtest --strategy sma_cross --param fast=5 --param slow=20 --symbol NSE:SBIN-EQ --timeframe 1m";

/// A store with a week of bars that go up and down, so that averages cross.
pub fn with_waves() -> Sauda {
    let sauda = Sauda::new();
    let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
    let mut before = 600.0;
    for (d, day) in WEEK.iter().enumerate() {
        for minute in 0..375u32 {
            let t = f64::from(minute) + 375.0 * d as f64;
            let close = 600.0 + 8.0 * (t / 17.0).sin() + 3.0 * (t / 5.0).cos();
            let (h, m) = ((555 + minute) / 60, (555 + minute) % 60);
            let (high, low) = (close.max(before) + 0.2, close.min(before) - 0.2);
            writeln!(
                text,
                "{day} {h:02}:{m:02}:00,{before:.2},{high:.2},{low:.2},{close:.2},{}",
                100 + minute
            )
            .unwrap();
            before = close;
        }
    }
    let file = sauda.file("waves.csv", text);
    sauda.run(&["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"]).ok();
    sauda
}

fn document(sauda: &Sauda, flags: &str) -> Value {
    sauda.line(&format!("{CROSS} {flags} --json")).json()
}

/// 1/10,000 rupees: the unit in which the law is exact.
fn raw(value: &Value) -> i64 {
    (value.as_f64().expect("a number") * 10_000.0).round() as i64
}

#[test]
fn the_document_has_every_promised_key() {
    let sauda = with_waves();
    let result = document(&sauda, "--product NRML --qty 10 --charges dhan --slippage ticks=1");
    for key in ["run", "metrics", "trades", "open", "equity"] {
        assert!(!result[key].is_null(), "{key}");
    }
    let promised = "initialCash finalEquity netPnl grossPnl charges chargesByKind trades wins losses winRate \
        profitFactor expectancy avgHoldingSeconds exposurePct turnover maxDrawdown maxDrawdownPct maxDrawdownDays cagr \
        sharpe sortino calmar longestLosingStreak refusedOrders byMonth byWeekday byHour buyAndHold";
    let metrics = result["metrics"].as_object().unwrap();
    for key in promised.split_whitespace() {
        assert!(metrics.contains_key(key), "metrics.{key}");
    }
    let trade = result["trades"][0].as_object().unwrap();
    for key in
        "tradeId instrument timeframe tradeType direction entryTime entryPrice exitTime exitPrice stopLoss \
        targetPrice quantity pnl grossPnl charges holdingTimeSeconds status"
            .split_whitespace()
    {
        assert!(trade.contains_key(key), "trade.{key}");
    }
    assert!(trade["entryTime"].as_str().unwrap().ends_with("+05:30"));
    let run = result["run"].as_object().unwrap();
    assert!(run.keys().all(|k| !k.contains('_')), "camelCase");
    assert_eq!(run["fill"], "next-open");
    assert_eq!(result["equity"].as_array().unwrap().len(), WEEK.len(), "one sample a session");
    assert_eq!(document(&sauda, "--equity bar")["equity"].as_array().unwrap().len(), 375 * WEEK.len());
}

#[test]
fn no_money_appears_or_vanishes() {
    let sauda = with_waves();
    for flags in [
        "--product NRML --qty 10 --charges dhan --slippage bps=2",
        "--product NRML --qty 7 --side long --charges pct=0.03 --stop pct=0.4 --target points=6",
        "--product MIS --size percent=80 --charges fyers --trail points=3 --participation 5%",
        "--product CNC --size risk=0.1 --stop atr=2 --charges kotak-neo",
    ] {
        let result = document(&sauda, flags);
        let (trades, open) = (result["trades"].as_array().unwrap(), result["open"].as_array().unwrap());
        assert!(!trades.is_empty(), "{flags}");
        let closed: i64 = trades.iter().map(|t| raw(&t["pnl"])).sum();
        let held: i64 = open.iter().map(|p| raw(&p["unrealised"]) - raw(&p["charges"])).sum();
        let metrics = &result["metrics"];
        assert_eq!(raw(&metrics["finalEquity"]), raw(&metrics["initialCash"]) + closed + held, "{flags}");
        let last = result["equity"].as_array().unwrap().last().unwrap();
        assert_eq!(raw(&last[1]), raw(&metrics["finalEquity"]), "{flags}");
        for trade in trades {
            assert_eq!(raw(&trade["pnl"]), raw(&trade["grossPnl"]) - raw(&trade["charges"]));
        }
        let kinds = metrics["chargesByKind"].as_object().unwrap();
        assert_eq!(kinds.values().map(raw).sum::<i64>(), raw(&metrics["charges"]), "{flags}");
    }
}

#[test]
fn the_same_run_twice_gives_the_same_bytes() {
    let sauda = with_waves();
    let flags = format!("{CROSS} --product MIS --stop pct=0.3 --charges dhan --json");
    assert_eq!(sauda.line(&flags).ok(), sauda.line(&flags).ok());
}

#[test]
fn intraday_positions_are_flat_by_ten_past_three() {
    let sauda = with_waves();
    let result = document(&sauda, "--product MIS --qty 10");
    assert_eq!(result["run"]["squareOff"], "15:10");
    let trades = result["trades"].as_array().unwrap();
    let squared = trades.iter().filter(|t| t["exitReason"] == "SquareOff").count();
    assert!(squared > 0 && result["open"].as_array().unwrap().is_empty());
    for trade in trades {
        let (entry, exit) = (trade["entryTime"].as_str().unwrap(), trade["exitTime"].as_str().unwrap());
        assert_eq!(entry[..10], exit[..10]);
        assert!(exit[11..16] <= *"15:10" && entry[11..16] < *"15:10", "{trade}");
    }
}

#[test]
fn nothing_trades_before_from_or_after_to() {
    let sauda = with_waves();
    let result = document(&sauda, "--product NRML --from 2024-01-03 --to 2024-01-04");
    assert_eq!(result["run"]["data"][0]["warmUpBars"], 750);
    let trades = result["trades"].as_array().unwrap();
    assert!(!trades.is_empty());
    assert!(
        trades
            .iter()
            .all(|t| ("2024-01-03"..="2024-01-04").contains(&&t["entryTime"].as_str().unwrap()[..10]))
    );
    assert_eq!(result["run"]["lastBar"], "2024-01-04T15:29:00+05:30");
}

#[test]
fn what_cannot_be_paid_for_is_refused_and_told() {
    let sauda = with_waves();
    let result = document(&sauda, "--product CNC --cash 1000 --qty 10");
    assert_eq!(result["trades"].as_array().unwrap().len(), 0);
    assert!(result["metrics"]["refusedOrders"].as_u64().unwrap() > 0);
    assert_eq!(result["refused"][0]["rule"], "buyingPower");
    assert!(result["refused"][0]["reason"].as_str().unwrap().contains("₹1000.00 is available"));
}

#[test]
fn trades_are_written_as_csv_too() {
    let sauda = with_waves();
    let count = document(&sauda, "--product NRML")["trades"].as_array().unwrap().len();
    sauda.line(&format!("{CROSS} --product NRML --trades t.csv --json out.json")).ok();
    let csv = fs::read_to_string(sauda.path("t.csv")).unwrap();
    assert_eq!(csv.lines().count(), count + 1);
    assert!(csv.starts_with("tradeId,instrument,timeframe,tradeType,direction,entryTime"));
    let saved: Value = serde_json::from_str(&fs::read_to_string(sauda.path("out.json")).unwrap()).unwrap();
    assert_eq!(saved["trades"].as_array().unwrap().len(), count);
}

#[test]
fn every_strategy_runs_on_its_defaults() {
    let sauda = with_waves();
    for strategy in sauda.line("strategies --json").json().as_array().expect("a list") {
        let name = strategy["name"].as_str().unwrap();
        let line =
            format!("backtest --strategy {name} --symbol NSE:SBIN-EQ --timeframe 1m --product NRML --json");
        let result = sauda.line(&line).json();
        assert_eq!(result["run"]["strategy"], name);
        let made = result["trades"].as_array().unwrap().len() + result["open"].as_array().unwrap().len();
        assert!(made > 0, "{name} never traded");
    }
}

#[test]
fn bad_requests_name_the_flag_the_value_and_the_cure() {
    let sauda = with_waves();
    for (flags, words) in [
        ("--param fast=x", ["fast", "`x`", "whole number"]),
        ("--param quick=3", ["quick", "fast, slow", "sma_cross"]),
        ("--param fast=9 --param fast=8", ["fast", "twice", "sma_cross"]),
        ("--param fast=30", ["fast", "30", "slow"]),
        ("--from 2024-02-01 --to 2024-01-01", ["--from 2024-02-01", "after", "--to 2024-01-01"]),
        ("--from 01-02-2024", ["--from", "`01-02-2024`", "2024-01-31"]),
        ("--cash 0", ["--cash", "0.00", "above 0"]),
        ("--cash NaN", ["--cash", "`NaN`", "number"]),
        ("--qty 0", ["--qty", "0", "above 0"]),
        ("--qty 1.5", ["--qty", "`1.5`", "whole"]),
        ("--stop 1", ["--stop", "`1`", "pct=1"]),
        ("--stop pct=NaN", ["--stop", "`pct=NaN`", "pct=1"]),
        ("--square-off 25:00", ["--square-off", "`25:00`", "hh:mm"]),
        ("--slippage lots=1", ["--slippage", "`lots=1`", "ticks=1"]),
        ("--charges zerodha", ["--charges", "`zerodha`", "dhan"]),
        ("--fill later", ["--fill", "`later`", "next-open or close"]),
        ("--product CNC --side short", ["--side", "`short`", "MIS or NRML"]),
        ("--product MTF", ["--product", "MTF", "CNC"]),
        ("--size risk=1", ["--size", "stop", "--stop"]),
        ("--size percent=0", ["--size", "`percent=0`", "percent=50"]),
        ("--participation 10", ["--participation", "`10`", "10%"]),
        ("--margin 0", ["--margin", "`0`", "20"]),
        ("--tick 0", ["--tick", "0.00", "0.05"]),
    ] {
        let plain = "backtest --strategy sma_cross --symbol NSE:SBIN-EQ --timeframe 1m";
        sauda.line(&format!("{plain} {flags} --json")).fails(2, &words);
    }
    let ask = |symbol: &str, timeframe: &str| {
        sauda.line(&format!("backtest --strategy buy_and_hold --symbol {symbol} --timeframe {timeframe}"))
    };
    ask("SBIN", "1m").fails(2, &["--symbol", "SBIN"]);
    ask("NSE:TCS-EQ", "1m").fails(2, &["NSE:TCS-EQ", "import"]);
    ask("NSE:SBIN-EQ", "7x").fails(2, &["--timeframe", "`7x`"]);
    ask("NSE:SBIN-EQ,NSE:SBIN-EQ", "1m").fails(2, &["twice"]);
    sauda.line(&format!("{CROSS} --from 2025-01-01")).fails(1, &["NSE:SBIN-EQ", "2025-01-01", "2024-01-05"]);
    sauda
        .line("backtest --strategy nonsense --symbol NSE:SBIN-EQ --timeframe 1m")
        .fails(2, &["nonsense", "sma_cross"]);
}

#[test]
fn one_bar_is_a_history_too() {
    let sauda = Sauda::new();
    let file = sauda.file("one.csv", "date,open,high,low,close\n2024-01-01 09:15,10,11,9,10\n");
    sauda.run(&["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"]).ok();
    let line = "backtest --strategy buy_and_hold --symbol NSE:SBIN-EQ --timeframe 1m --product NRML --json";
    let result = sauda.line(line).json();
    assert_eq!(result["trades"].as_array().unwrap().len(), 0, "a signal on the last bar is not filled");
    assert_eq!(result["metrics"]["sharpe"], Value::Null);
}
