//! Rule files through the command line, and beside the built-in strategies on real data.

use super::backtest::with_waves;
use super::*;

/// A file of `docs/rules`.
fn shown(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    folder.join(name).canonicalize().unwrap().to_str().unwrap().to_owned()
}

const PULLBACK: &str = "\
name = \"pullback\"
doc = \"A test.\"

[parameters]
fast = { default = 5, min = 2, max = 50, doc = \"bars\" }
loss = { default = 0.5, min = 0.1, max = 5.0, doc = \"percent\" }

[long]
enter = \"crosses_above(sma(close, fast), sma(close, 20)) and time >= 10:00\"
exit = \"crosses_below(sma(close, fast), sma(close, 20))\"

[protect]
stop = \"pct = loss\"
target = \"close * loss / 100\"

[size]
quantity = 7

[entries]
max_a_day = 2
";

#[test]
fn a_good_file_is_summed_up() {
    let sauda = Sauda::new();
    let file = sauda.file("pullback.toml", PULLBACK);
    let text = sauda.run(&["check", &file]).ok();
    for words in [
        "pullback\n",
        "fast",
        "2 to 50",
        "sides       long\n",
        "warms up in 20 bars",
        "pct=0.5",
        "at each entry",
        "good",
    ] {
        assert!(text.contains(words), "`{words}` is not in {text}");
    }
    let summary = sauda.run(&["check", &file, "--json"]).json();
    assert_eq!(summary["ok"], true);
    assert_eq!(summary["parameters"][1]["name"], "loss");
    assert_eq!(summary["settings"]["qty"], 7);
    assert_eq!(summary["settings"]["maxTradesPerDay"], 2);
    assert_eq!(summary["columns"], serde_json::json!(["close"]));
    assert_eq!(summary["warmUp"][0]["bars"], 20);
}

#[test]
fn a_mistake_is_told_with_its_place_and_exit_2() {
    let sauda = Sauda::new();
    let file = sauda.file("wrong.toml", PULLBACK.replace("sma(close, 20)) and", "smaa(close, 20)) and"));
    let said = sauda.run(&["check", &file]).fails(2, &["wrong.toml:9:42", "did you mean `sma`?", "^^^^"]);
    assert!(said.contains("9 | enter = "), "{said}");
    let ended = sauda.run(&["check", &file, "--json"]);
    let mistakes: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.code, &mistakes["ok"]), (2, &Value::Bool(false)));
    let first = &mistakes["errors"][0];
    assert_eq!((&first["line"], &first["column"], &first["length"]), (&9.into(), &42.into(), &4.into()));
    sauda
        .run(&["backtest", "--strategy", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"])
        .fails(2, &["wrong.toml:9:42"]);
    sauda.line("check nowhere.toml").fails(2, &["nowhere.toml"]);
    let binary = sauda.file("binary.toml", [0xff, 0xfe, 0x00]);
    sauda.run(&["check", &binary]).fails(2, &["UTF-8"]);
    sauda.line("backtest --strategy smacross --symbol NSE:SBIN-EQ --timeframe 1m").fails(2, &["rule file"]);
}

#[test]
fn both_forms_run_alike() {
    let sauda = with_waves();
    let text = sauda.file("pullback.toml", PULLBACK);
    let tree = sauda.run(&["check", &text, "--print", "json"]).ok();
    let tree = sauda.file("pullback.json", tree);
    let back = sauda.run(&["check", &tree, "--print", "toml"]).ok();
    assert_eq!(back, sauda.run(&["check", &text, "--print", "toml"]).ok());
    let run = |file: &str| {
        sauda
            .run(&["backtest", "--strategy", file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m", "--json"])
            .json()
    };
    let (one, other) = (run(&text), run(&tree));
    assert!(one["trades"].as_array().unwrap().len() > 2, "{one}");
    assert_eq!(one, other);
}

#[test]
fn a_run_is_set_up_as_the_file_says_unless_a_flag_says_otherwise() {
    let sauda = with_waves();
    let file = sauda.file("pullback.toml", PULLBACK);
    let run = |flags: &str| {
        let line = format!("backtest --strategy {file} --symbol NSE:SBIN-EQ --timeframe 1m {flags} --json");
        sauda.line(&line).json()
    };
    let plain = run("");
    let settings = &plain["run"];
    assert_eq!(settings["stop"], "pct=0.5");
    assert_eq!(settings["target"], "by the rules, at each entry");
    assert_eq!((&settings["qty"], &settings["maxTradesPerDay"]), (&7.into(), &2.into()));
    assert!(settings["rules"].as_str().unwrap().contains("crosses_above"));
    for trade in plain["trades"].as_array().unwrap() {
        assert_eq!(trade["quantity"], 7);
        assert!(trade["entryTime"].as_str().unwrap()[11..16] >= *"10:00", "{trade}");
        let (entry, target) = (trade["entryPrice"].as_f64().unwrap(), trade["targetPrice"].as_f64().unwrap());
        assert!((target - entry - 3.0).abs() < 0.2, "half a percent of about 600: {trade}");
    }
    let other = run("--stop points=2 --qty 3 --max-trades-per-day 1 --param fast=7");
    assert_eq!(other["run"]["stop"], "points=2");
    assert_eq!((&other["run"]["qty"], &other["run"]["maxTradesPerDay"]), (&3.into(), &1.into()));
    assert_eq!(other["run"]["params"]["fast"], 7);
    sauda
        .line(&format!("backtest --strategy {file} --symbol NSE:SBIN-EQ --timeframe 1m --param fast=51"))
        .fails(2, &["must be 2 to 50"]);
}

/// Entries within the hour after a trade that lost.
fn hasty(document: &Value) -> usize {
    let trades = document["trades"].as_array().unwrap();
    let minutes = |trade: &Value, key: &str| {
        let text = trade[key].as_str().unwrap();
        let part = |from: usize| text[from..from + 2].parse::<u32>().unwrap();
        part(8) * 1_440 + part(11) * 60 + part(14)
    };
    let lost = |trade: &&Value| trade["pnl"].as_f64().unwrap() < 0.0;
    let after = |loss: &Value| {
        let end = minutes(loss, "exitTime");
        // Decided at the close before: a minute earlier.
        trades.iter().filter(|t| (end + 1..end + 60).contains(&minutes(t, "entryTime"))).count()
    };
    trades.iter().filter(lost).map(after).sum()
}

/// Trades of rules that trail so, with the parameters that the document shows.
fn trailing(sauda: &Sauda, trail: &str, flags: &str) -> Value {
    let text = format!(
        "name = \"trailing\"\ndoc = \"A test.\"\n[long]\nenter = \"crosses_above(sma(5), sma(20))\"\n\
         [short]\nenter = \"crosses_below(sma(5), sma(20))\"\n[protect]\ntrail = \"{trail}\"\n"
    );
    let file = sauda.file("trailing.toml", text);
    let line = format!(
        "backtest --strategy {file} --symbol NSE:SBIN-EQ --timeframe 1m --product MIS {flags} --json"
    );
    sauda.line(&line).json()
}

#[test]
fn a_trailing_distance_of_ones_own_follows_the_bars() {
    let sauda = with_waves();
    let (own, runs) = (trailing(&sauda, "1.5 * atr(14)", ""), trailing(&sauda, "atr = 1.5", ""));
    let trades = own["trades"].as_array().unwrap();
    let trailed = trades.iter().filter(|trade| trade["exitReason"] == "TrailingStop").count();
    assert!(trades.len() > 20 && trailed > 10, "{} trades, {trailed} trailed", trades.len());
    assert_eq!(own["trades"], runs["trades"], "the same distance, found by the rules and by the run");
    assert_eq!(own["run"]["trail"], "by the rules, at each close");
    let flagged = trailing(&sauda, "1.5 * atr(14)", "--trail points=1");
    assert_eq!(flagged["trades"], trailing(&sauda, "points = 1", "")["trades"], "a flag goes first");
    assert_ne!(flagged["trades"], own["trades"]);
}

#[test]
fn a_loss_is_followed_by_a_rest() {
    let sauda = with_waves();
    let rest = |key: &str| {
        let text = format!(
            "name = 'rest'\n[long]\nenter = 'close > close[1]'\n[protect]\nstop = 'pct = 0.2'\n{key}"
        );
        let file = sauda.file("rest.toml", text);
        let on = "--symbol NSE:SBIN-EQ --timeframe 1m --product NRML --json";
        sauda.line(&format!("backtest --strategy {file} {on}")).json()
    };
    assert!(hasty(&rest("")) > 0, "without a rest there are entries soon after a loss");
    let rested = rest("[entries]\nminutes_after_loss = 60\n");
    assert!(rested["trades"].as_array().unwrap().len() > 3);
    assert_eq!(hasty(&rested), 0);
}

#[test]
fn longer_timeframes_must_be_made_of_the_bars() {
    let sauda = with_waves();
    let file = sauda.file(
        "longer.toml",
        "name = 'longer'\n[long]\nenter = 'tf(15m, close > open)'\nexit = 'tf(15m, close < open)'\n",
    );
    let run = |timeframe: &str| {
        sauda.line(&format!("backtest --strategy {file} --symbol NSE:SBIN-EQ --timeframe {timeframe}"))
    };
    run("5m").ok();
    run("10m").fails(2, &["15m", "10m", "divide"]);
}

#[test]
fn a_sweep_of_rules_gives_the_rows_of_single_runs() {
    let sauda = with_waves();
    let file = sauda.file("pullback.toml", PULLBACK);
    let on = format!("--strategy {file} --symbol NSE:SBIN-EQ --timeframe 1m");
    let sweep = sauda.line(&format!("sweep {on} --param fast=3..9:2 --json")).json();
    let rows = sweep["best"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    for row in rows {
        let fast = row["params"]["fast"].as_i64().unwrap();
        let single = sauda.line(&format!("backtest {on} --param fast={fast} --json")).json();
        assert_eq!(row["netPnl"], single["metrics"]["netPnl"], "fast={fast}");
    }
    sauda.line(&format!("sweep {on} --param loss=0.5..1.0:0.5")).fails(2, &["`loss`", "in rupees"]);
}

/// Trades of a built-in and of its rules on the same real bars.
fn trades_alike(file: &str, symbol: &str, timeframe: &str, names: &[&str], flags: &str) {
    let Some(bars) = shared(file) else { return };
    let sauda = Sauda::new();
    sauda.run(&["import", bars.to_str().unwrap(), "--symbol", symbol, "--timeframe", "1m"]).ok();
    for name in names {
        let run = |strategy: &str| {
            let line = format!(
                "backtest --strategy {strategy} --symbol {symbol} --timeframe {timeframe} {flags} --json"
            );
            sauda.line(&line).json()
        };
        let (built_in, rules) = (run(name), run(&shown(&format!("built-in/{name}.toml"))));
        let count = built_in["trades"].as_array().unwrap().len();
        assert!(count > 3, "{name}: {count} trades");
        for part in ["trades", "open", "equity", "metrics"] {
            assert_eq!(built_in[part], rules[part], "{name}: {part}");
        }
    }
}

#[test]
fn rules_trade_as_the_built_ins_on_the_nifty() {
    let names = [
        "sma_cross",
        "ema_cross",
        "macd",
        "rsi_reversion",
        "supertrend",
        "bollinger_breakout",
        "donchian_breakout",
        "opening_range_breakout",
    ];
    let file = "bars_1m/NIFTY50_2024-01_2024-05_1m.parquet";
    trades_alike(file, "NSE:NIFTY50-INDEX", "5m", &names, "--product NRML --qty 50 --slippage ticks=1");
    trades_alike(file, "NSE:NIFTY50-INDEX", "15m", &names, "--product MIS --qty 50 --stop pct=0.5");
}

#[test]
fn rules_trade_as_the_built_ins_on_a_share_with_volume() {
    let names = ["vwap_reversion", "sma_cross", "opening_range_breakout"];
    let file = "bars_1m/RELIANCE_2021-03_2021-06_1m_from_ticks.parquet";
    trades_alike(file, "NSE:RELIANCE-EQ", "5m", &names, "--product MIS --qty 10");
}

#[test]
fn every_example_trades_on_real_bars() {
    let Some(bars) = shared("bars_1m/RELIANCE_2021-03_2021-06_1m_from_ticks.parquet") else { return };
    let sauda = Sauda::new();
    sauda.run(&["import", bars.to_str().unwrap(), "--symbol", "NSE:RELIANCE-EQ", "--timeframe", "1m"]).ok();
    for name in [
        "01-ema-pullback",
        "02-opening-range",
        "04-higher-timeframe",
        "05-squeeze",
        "06-supertrend-days",
        "07-candles",
        "08-yesterday",
        "10-vwap-pullback",
    ] {
        let file = shown(&format!("{name}.toml"));
        let run = |threads: &str| {
            let line = format!(
                "backtest --strategy {file} --symbol NSE:RELIANCE-EQ --timeframe 5m --product MIS {threads} --json"
            );
            sauda.line(&line).json()
        };
        let document = run("");
        assert!(!document["trades"].as_array().unwrap().is_empty(), "{name} does not trade");
        assert_eq!(document, run(""), "{name} twice");
    }
}
