//! `sauda walk-forward` from outside: every fold is a sweep and a backtest, and together they are one account.

use super::*;

/// Daily bars of two made-up shares from January 2022 to May 2023 that swing to and fro, with noise from a seed.
fn with_swings() -> Sauda {
    let sauda = Sauda::new();
    for (symbol, seed) in [("NSE:SBIN-EQ", 7u64), ("NSE:INFY-EQ", 11)] {
        let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
        let (mut state, mut price) = (seed, 600.0f64);
        let days =
            (0..515).map(|i| jiff::civil::date(2022, 1, 3).checked_add(jiff::Span::new().days(i)).unwrap());
        for (i, day) in days.filter(|day| day.weekday().to_monday_one_offset() < 6).enumerate() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let noise = (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5;
            let open = price;
            price += 6.0 * (i as f64 / 6.0).sin() + 12.0 * noise;
            let (high, low) = (open.max(price) + 1.0, open.min(price) - 1.0);
            writeln!(text, "{day},{open:.2},{high:.2},{low:.2},{price:.2},{}", 5_000 + i).unwrap();
        }
        let file = sauda.file(&format!("{seed}.csv"), text);
        let words = ["import", &file, "--symbol", symbol, "--timeframe", "1d", "--keep-out-of-session"];
        assert_eq!(sauda.run(&words).code, 0);
    }
    sauda
}

const SETTINGS: &str = "--symbol NSE:SBIN-EQ --timeframe 1d --product NRML --qty 50 --charges dhan --slippage ticks=2 \
    --stop pct=4";
const CROSS: &str = "--strategy sma_cross --param fast=2..5 --param slow=6..15:3";
const CUT: &str = "--train 4mo --test 6w";

fn forward(sauda: &Sauda, flags: &str) -> Value {
    sauda.line(&format!("walk-forward {CROSS} {SETTINGS} {flags} --json")).json()
}

/// 1/10,000 rupees: the unit in which sums are exact.
fn raw(value: &Value) -> i64 {
    (value.as_f64().expect("a number") * 10_000.0).round() as i64
}

fn folds(result: &Value) -> &Vec<Value> {
    result["folds"].as_array().unwrap()
}

#[test]
fn each_choice_is_the_best_row_of_its_sweep() {
    let sauda = with_swings();
    for (training, rank) in [("--rolling", "sharpe"), ("--anchored", "net"), ("--rolling", "drawdown")] {
        let result = forward(&sauda, &format!("{CUT} {training} --rank {rank} --from 2022-01-01"));
        assert!(folds(&result).len() >= 8);
        for fold in folds(&result) {
            let (from, to) = (fold["trainFrom"].as_str().unwrap(), fold["trainTo"].as_str().unwrap());
            let sweep =
                sauda.line(&format!("sweep {CROSS} {SETTINGS} --rank {rank} --from {from} --to {to} --json"));
            let best = &sweep.json()["best"][0];
            assert_eq!(fold["params"], best["params"], "{training} {rank} {from} to {to}");
            for (key, figure) in fold["inSample"].as_object().unwrap() {
                assert_eq!(figure, &best[key], "{key} of {from} to {to}");
            }
        }
        assert_eq!(
            folds(&result)[0]["trainFrom"],
            "2022-01-01",
            "closed days before the first bar belong to it"
        );
    }
}

/// Trades without their number, and without the one that the end of the test closed.
fn strategys_own(trades: &Value) -> Vec<Value> {
    let own = trades.as_array().unwrap().iter().filter(|trade| trade["exitReason"] != "SpanEnd");
    own.map(|trade| {
        let mut trade = trade.clone();
        trade.as_object_mut().unwrap().remove("tradeId");
        trade
    })
    .collect()
}

#[test]
fn each_test_is_its_backtest_and_cash_runs_on() {
    let sauda = with_swings();
    // Sizing by equity, so that cash that did not run on would show.
    let settings = SETTINGS.replace("--qty 50", "--size percent=60");
    let result = sauda.line(&format!("walk-forward {CROSS} {settings} {CUT} --json")).json();
    let mut cash = 10_000_000_000i64;
    let mut all: Vec<Value> = Vec::new();
    let mut ended = 0;
    for fold in folds(&result) {
        let (from, to) = (fold["testFrom"].as_str().unwrap(), fold["testTo"].as_str().unwrap());
        let (fast, slow) = (&fold["params"]["fast"], &fold["params"]["slow"]);
        let (rupees, part) = (cash / 10_000, cash % 10_000);
        let single = sauda.line(&format!(
            "backtest --strategy sma_cross --param fast={fast} --param slow={slow} {settings} --from {from} --to {to} \
             --cash {rupees}.{part:04} --json"
        ));
        let single = single.json();
        let own = strategys_own(&single["trades"]);
        // A position that the backtest leaves open is closed here: at its last close, two ticks worse, with charges.
        let outside = &fold["outOfSample"];
        let open = single["open"].as_array().unwrap();
        assert_eq!(outside["trades"].as_u64().unwrap(), (own.len() + open.len()) as u64, "{from} to {to}");
        let mut cost = 0;
        for position in open {
            let trade = result["trades"].as_array().unwrap().iter().find(|trade| {
                trade["exitReason"] == "SpanEnd" && trade["entryTime"] == position["entryTime"]
            });
            let trade = trade.expect("it is closed");
            let sign = if position["direction"] == "Long" { -1 } else { 1 };
            assert_eq!(raw(&trade["exitPrice"]), raw(&position["lastPrice"]) + sign * 1_000);
            assert!(raw(&trade["charges"]) > raw(&position["charges"]));
            cost += raw(&position["unrealised"]) - raw(&position["charges"]) - raw(&trade["pnl"]);
            ended += 1;
        }
        assert_eq!(
            raw(&outside["finalEquity"]),
            raw(&single["metrics"]["finalEquity"]) - cost,
            "{from} to {to}"
        );
        cash = raw(&outside["finalEquity"]);
        all.extend(own);
    }
    assert!(ended > 2, "some tests end with a position");
    assert_eq!(strategys_own(&result["trades"]), all);
    assert_eq!(raw(&result["metrics"]["finalEquity"]), cash);
}

#[test]
fn the_joined_account_keeps_the_law_and_the_shape() {
    let sauda = with_swings();
    for flags in [
        "--train 4mo --test 6w --symbol NSE:INFY-EQ",
        "--train 90d --test 1mo --anchored --equity bar",
        "--train 1y --test 1w --trail pct=2 --participation 1%",
    ] {
        // The second symbol joins the first on one account.
        let flags = flags.replace("--symbol NSE:INFY-EQ", "--symbol NSE:INFY-EQ --max-open-positions 1");
        let result = forward(&sauda, &flags);
        let pnl: i64 = result["trades"].as_array().unwrap().iter().map(|trade| raw(&trade["pnl"])).sum();
        let metrics = &result["metrics"];
        assert_eq!(raw(&metrics["finalEquity"]), raw(&metrics["initialCash"]) + pnl, "{flags}");
        assert_eq!(result["open"], Value::Array(Vec::new()));
        let equity = result["equity"].as_array().unwrap();
        assert_eq!(raw(&equity.last().unwrap()[1]), raw(&metrics["finalEquity"]));
        assert!(equity.is_sorted_by(|a, b| a[0].as_str() < b[0].as_str()), "{flags}");
        let of_folds: i64 = folds(&result).iter().map(|fold| raw(&fold["outOfSample"]["netPnl"])).sum();
        assert_eq!(of_folds, pnl);
        for pair in folds(&result).windows(2) {
            let next: jiff::civil::Date = pair[0]["testTo"].as_str().unwrap().parse().unwrap();
            assert_eq!(next.tomorrow().unwrap().to_string(), pair[1]["testFrom"].as_str().unwrap());
            assert_eq!(pair[0]["whole"], true);
        }
        assert!(result["verdict"]["walkForward"]["efficiency"].is_number(), "{flags}");
        assert_eq!(result["verdict"]["sets"], 16);
        assert!(result["run"]["params"].as_object().unwrap().is_empty(), "they differ by fold");
    }
}

#[test]
fn threads_change_nothing() {
    let sauda = with_swings();
    let run = |threads: u32| {
        sauda.line(&format!("walk-forward {CROSS} {SETTINGS} {CUT} --threads {threads} --json")).ok()
    };
    assert!(run(1) == run(3), "threads change the result");
}

#[test]
fn one_set_and_rule_files_are_walked_too() {
    let sauda = with_swings();
    let one = sauda.line(&format!("walk-forward --strategy ema_cross {SETTINGS} {CUT} --json")).json();
    assert_eq!(
        (&one["walkForward"]["sets"], &one["folds"][0]["params"]),
        (&1.into(), &serde_json::json!({}))
    );
    assert_eq!(
        one["run"]["params"]["fast"], 9,
        "what is not searched stands in run: {}",
        one["run"]["params"]
    );
    let rules = "name = \"cross\"\n[parameters]\nfast = { default = 3, min = 2, max = 20 }\nslow = { default = 10, min = 3, max = 50 }\n\
        [long]\nenter = \"crosses_above(sma(fast), sma(slow))\"\nexit = \"crosses_below(sma(fast), sma(slow))\"\n";
    sauda.file("rules.toml", rules);
    let result = sauda.line(&format!(
        "walk-forward --strategy rules.toml --param fast=2..4 --param slow=6..12:3 {SETTINGS} {CUT} --json"
    ));
    let result = result.json();
    let fold = &folds(&result)[2];
    let (from, to) = (fold["trainFrom"].as_str().unwrap(), fold["trainTo"].as_str().unwrap());
    let sweep = sauda.line(&format!(
        "sweep --strategy rules.toml --param fast=2..4 --param slow=6..12:3 {SETTINGS} --from {from} --to {to} --json"
    ));
    assert_eq!(fold["params"], sweep.json()["best"][0]["params"]);
}

#[test]
fn a_person_reads_faults_then_folds_then_verdict_then_doubts() {
    let sauda = with_swings();
    let text = sauda
        .line(&format!(
            "walk-forward {CROSS} {SETTINGS} {CUT} --trades t.csv --report wf.html --json wf.json"
        ))
        .ok();
    let places = [
        "7 bars lie outside the sessions",
        "fold  trained",
        "the tests as one account:",
        "verdict: ",
        "Walk-forward efficiency",
        "(exitReason SpanEnd)",
    ];
    let found: Vec<usize> =
        places.iter().map(|word| text.find(word).unwrap_or_else(|| panic!("{word}: {text}"))).collect();
    assert!(found.is_sorted(), "{text}");
    assert!(text.contains("(shorter)"), "{text}");
    let result: Value = serde_json::from_slice(&fs::read(sauda.path("wf.json")).unwrap()).unwrap();
    let trades = fs::read_to_string(sauda.path("t.csv")).unwrap();
    assert_eq!(trades.lines().count(), 1 + result["trades"].as_array().unwrap().len());
    let page = fs::read_to_string(sauda.path("wf.html")).unwrap();
    let (_, data) = page.split_once("<script type=\"application/json\" id=\"page\">").unwrap();
    let page: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    let kinds: Vec<&str> =
        page["studies"].as_array().unwrap().iter().map(|study| study["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["court", "walkForward"]);
    let strip = page["studies"][1]["folds"].as_array().unwrap();
    assert_eq!(strip.len(), folds(&result).len());
    assert_eq!(strip[1]["inside"], result["folds"][1]["inSample"]["sharpe"]);
    assert_eq!(page["studies"][0]["sentence"], result["verdict"]["sentence"]);
    // The document alone makes the page of the joined account, which says what it lacks.
    sauda.line("report wf.json --out later.html").ok();
    assert!(
        fs::read_to_string(sauda.path("later.html")).unwrap().contains("joined account of a walk-forward")
    );
}

#[test]
fn bad_requests_say_the_way_out() {
    let sauda = with_swings();
    let plain = format!("walk-forward --strategy sma_cross {SETTINGS}");
    for (flags, words) in [
        ("--train 24mo --test 3mo", &["24mo", "to trade, 2022-01-03 to 2023-06-01", "--train 4"][..]),
        ("--train 0mo --test 1mo", &["--train", "0mo", "1d"]),
        ("--train 12 --test 1mo", &["--train", "12mo"]),
        ("--train 3mo --test soon", &["--test", "soon"]),
        ("--train 3mo", &["--test"]),
        ("--test 3mo", &["--train"]),
        ("--train 3mo --test 1mo --anchored --rolling", &["--anchored", "--rolling"]),
        ("--train 3mo --test 1mo --rank luck", &["--rank", "sharpe"]),
        ("--train 3mo --test 1mo --param fast=40..50", &["no set"]),
        ("--train 3mo --test 1mo --param quick=1..2", &["fast, slow"]),
        ("--train 3mo --test 1mo --threads 0", &["--threads"]),
        ("--train 3mo --test 1mo --random 0", &["--random"]),
    ] {
        sauda.line(&format!("{plain} {flags}")).fails(2, words);
    }
}
