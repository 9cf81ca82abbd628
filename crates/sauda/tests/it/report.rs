//! `sauda report` and `backtest --report` from outside, read in a browser where there is one.

use super::*;

const CROSS: &str = "backtest --strategy sma_cross --param fast=5 --param slow=20 --symbol NSE:SBIN-EQ --timeframe 1m \
    --product NRML --qty 10 --charges dhan --stop pct=1";

/// The first weekdays of 2023; holidays do not matter here.
fn weekdays(n: usize) -> Vec<String> {
    let day = |i: i64| jiff::civil::date(2023, 1, 2).checked_add(jiff::Span::new().days(i)).unwrap();
    let all = (0..).map(day).filter(|day| !matches!(day.weekday().to_monday_one_offset(), 6 | 7));
    all.map(|day| day.to_string()).take(n).collect()
}

/// A store with minute bars of so many days, up and down.
fn with_days(days: usize) -> Sauda {
    let sauda = Sauda::new();
    let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
    let mut before = 600.0;
    for (d, day) in weekdays(days).iter().enumerate() {
        for minute in 0..375u32 {
            let t = f64::from(minute) + 375.0 * d as f64;
            let close = 600.0 + 8.0 * (t / 97.0).sin() + 30.0 * (t / 9_000.0).cos();
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
    let file = sauda.file("days.csv", text);
    let words = ["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m", "--keep-out-of-session"];
    assert_eq!(sauda.run(&words).code, 0);
    sauda
}

/// What a reader of a report finds; `None` and a line that says so where there is no browser.
fn look(sauda: &Sauda, report: &str, flags: &[&str]) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/report/browser/look.mjs");
    let run = Command::new("node").arg(script).arg(sauda.path(report)).args(flags).output();
    let Ok(output) = run else {
        println!("skipped: reading the report in a browser: `node` does not start");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    if let Some(why) = seen["skipped"].as_str() {
        println!("skipped: reading the report in a browser: {why}");
        return None;
    }
    assert_eq!(seen["errors"], Value::Array(Vec::new()), "{seen}");
    assert_eq!(seen["requests"], Value::Array(Vec::new()), "{seen}");
    assert_eq!(seen["injected"], false, "{seen}");
    Some(seen)
}

fn data(sauda: &Sauda, report: &str) -> Value {
    let html = fs::read_to_string(sauda.path(report)).unwrap();
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"page\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn a_page_made_later_is_the_same_page() {
    let sauda = with_days(5);
    sauda.line(&format!("{CROSS} --json run.json --report now.html")).ok();
    sauda.line("report run.json --out later.html").ok();
    assert_eq!(fs::read(sauda.path("now.html")).unwrap(), fs::read(sauda.path("later.html")).unwrap());
    let page = data(&sauda, "now.html");
    assert_eq!(page["charts"][0]["time"]["n"], 5 * 375);
    assert!(page["runs"][0]["curve"]["buyAndHold"].is_object());
}

#[test]
fn candles_that_are_not_those_of_the_run_are_left_out_and_it_says_so() {
    let sauda = with_days(5);
    sauda.line(&format!("{CROSS} --json run.json")).ok();
    let gone = Sauda::new();
    let result = fs::read(sauda.path("run.json")).unwrap();
    gone.file("run.json", result);
    gone.line("report run.json --out report.html").ok();
    let page = data(&gone, "report.html");
    assert_eq!(page["charts"], Value::Array(Vec::new()));
    assert!(
        page["runs"][0]["notes"][0].as_str().unwrap().contains("--data-dir"),
        "{}",
        page["runs"][0]["notes"]
    );

    let more = sauda.file("more.csv", minute_csv(&["2022-12-30"], 375, 600));
    sauda.run(&["import", &more, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"]).ok();
    sauda.line("report run.json --out unchanged.html").ok();
    assert_eq!(data(&sauda, "unchanged.html")["charts"][0]["time"]["n"], 5 * 375);

    let mut result: Value = serde_json::from_slice(&fs::read(sauda.path("run.json")).unwrap()).unwrap();
    result["run"]["data"][0]["bars"] = 1_874.into();
    sauda.file("run.json", result.to_string());
    sauda.line("report run.json --out changed.html").ok();
    let notes = data(&sauda, "changed.html")["runs"][0]["notes"].to_string();
    assert!(
        notes.contains("the store has changed since the run: 1875 bars where there were 1874"),
        "{notes}"
    );
}

#[test]
fn what_is_no_result_is_refused() {
    let sauda = Sauda::new();
    sauda.file("bad.json", "{\"run\": {}, \"metrics\": {}}");
    sauda.file("half.json", "{\"run\": {");
    sauda.line("report bad.json --out a.html").fails(2, &["bad.json", "missing field `trades`"]);
    sauda.line("report half.json --out a.html").fails(2, &["half.json", "line 1 column"]);
    sauda.line("report none.json --out a.html").fails(2, &["none.json"]);
    sauda.line("report bad.json --out bad.json").fails(2, &["--out would overwrite"]);
    sauda.line("report bad.json").fails(2, &["--out"]);
    let many = "bad.json ".repeat(13);
    sauda.line(&format!("report {many} --out a.html")).fails(2, &["13 results are too many"]);
    assert!(!sauda.path("a.html").exists());
}

#[test]
fn a_browser_opens_it_from_disk_in_silence() {
    let sauda = with_days(20);
    sauda.line(&format!("{CROSS} --json run.json --report report.html")).ok();
    let Some(seen) = look(&sauda, "report.html", &[]) else { return };
    let result: Value = serde_json::from_slice(&fs::read(sauda.path("run.json")).unwrap()).unwrap();
    for section in "equity candles months costs distribution weekdays hours groups trades settings".split(' ')
    {
        assert!(seen["sections"].as_array().unwrap().contains(&section.into()), "{section}: {seen}");
    }
    assert!(seen["sentence"].as_str().unwrap().starts_with("sma_cross "), "{seen}");
    let doubts = seen["doubts"].to_string();
    assert!(doubts.contains("NRML is for derivatives"), "{doubts}");
    // What the table shows when sorted is what the file says.
    let mut pnl: Vec<i64> = result["trades"].as_array().unwrap().iter().map(|t| paise(&t["pnl"])).collect();
    pnl.sort_unstable();
    assert_eq!(shown(&seen["worst"]), pnl[0], "{seen}");
    assert_eq!(shown(&seen["best"]), pnl[pnl.len() - 1], "{seen}");
    assert!(seen["jumped"].as_str().unwrap().contains("₹"), "{seen}");
    assert_eq!(seen["themes"], true);

    let phone = look(&sauda, "report.html", &["--width", "390", "--dark"]).unwrap();
    assert_eq!(phone["overflow"], 0, "the page is wider than a phone");
    let pdf = sauda.path("report.pdf");
    look(&sauda, "report.html", &["--pdf", pdf.to_str().unwrap()]);
    assert!(fs::read(pdf).unwrap().starts_with(b"%PDF"));
}

#[test]
fn several_runs_are_compared() {
    let sauda = with_days(20);
    sauda.line(&format!("{CROSS} --json one.json")).ok();
    sauda.line(&format!("{} --json two.json", CROSS.replace("fast=5", "fast=8"))).ok();
    sauda.line("report one.json two.json --out both.html").ok();
    let page = data(&sauda, "both.html");
    assert_eq!((page["runs"].as_array().unwrap().len(), page["charts"].as_array().unwrap().len()), (2, 1));
    let Some(seen) = look(&sauda, "both.html", &[]) else { return };
    assert_eq!(seen["sections"][0], "compare", "{seen}");
}

#[test]
fn a_sweep_shows_its_verdict_and_the_map() {
    let sauda = with_days(20);
    let sweep = "sweep --strategy sma_cross --param fast=5..20:5 --param slow=10..30:10 --symbol NSE:SBIN-EQ \
        --timeframe 1m --product NRML --charges dhan --json sweep.json --report sweep.html";
    sauda.line(sweep).ok();
    sauda.line("report sweep.json --out a.html").fails(2, &["sweep.json: this is a sweep", "--report FILE"]);
    let found: Value = serde_json::from_slice(&fs::read(sauda.path("sweep.json")).unwrap()).unwrap();
    let page = data(&sauda, "sweep.html");
    let (court, map) = (&page["studies"][0], &page["studies"][1]);
    assert_eq!(court["sentence"], found["verdict"]["sentence"]);
    assert_eq!((&map["xName"], &map["yName"]), (&"fast".into(), &"slow".into()));
    // Each cell is the row of its pair; pairs that do not fit together are empty.
    let cells = map["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 12);
    assert!(cells[1].is_null(), "fast 10 and slow 10");
    for row in found["rows"].as_array().unwrap() {
        let set = row["set"].as_u64().unwrap() as usize;
        assert_eq!(cells[(set % 3) * 4 + set / 3], row["sharpe"], "{row}");
    }
    let best = &found["best"][0];
    let at = |i: usize| map["best"][i].as_u64().unwrap() as usize;
    assert_eq!(
        (&map["x"][at(0)], &map["y"][at(1)]),
        (&real(&best["params"]["fast"]), &real(&best["params"]["slow"]))
    );
    // The run below is the best set, and says that it was chosen.
    assert_eq!(page["runs"][0]["metrics"]["netPnl"], best["netPnl"]);
    assert!(
        page["runs"][0]["notes"][0].as_str().unwrap().contains("the best of 8 sets"),
        "{}",
        page["runs"][0]["notes"]
    );
    let Some(seen) = look(&sauda, "sweep.html", &[]) else { return };
    assert_eq!(
        (&seen["sections"][0], &seen["sections"][1]),
        (&"court".into(), &"parameters".into()),
        "{seen}"
    );
}

/// Faults of the data stand above everything else, once, and are not repeated among the doubts.
#[test]
fn faults_of_the_data_come_first() {
    let sauda = with_days(20);
    let all = fs::read_to_string(sauda.path("days.csv")).unwrap();
    let kept: Vec<&str> = all.lines().filter(|line| !line.starts_with("2023-01-11")).collect();
    sauda.line("data remove NSE:SBIN-EQ --all").ok();
    let file = sauda.file("days.csv", kept.join("\n"));
    let words = ["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m", "--keep-out-of-session"];
    assert_eq!(sauda.run(&words).code, 0);
    sauda.line(&format!("{CROSS} --report report.html")).ok();
    let page = data(&sauda, "report.html");
    let finding = page["runs"][0]["run"]["data"][0]["findings"][0].as_str().unwrap().to_owned();
    assert!(finding.contains("1 of 19 trading days is missing"), "{finding}");
    let Some(seen) = look(&sauda, "report.html", &[]) else { return };
    assert_eq!(seen["faults"][0], format!("NSE:SBIN-EQ: {finding}"), "{seen}");
    assert!(!seen["doubts"].to_string().contains("trading days is missing"), "{seen}");
    assert_eq!(seen["faultsFirst"], true, "{seen}");
}

fn real(value: &Value) -> Value {
    value.as_f64().unwrap().into()
}

#[test]
fn names_cannot_become_markup() {
    let sauda = with_days(2);
    sauda.line(&format!("{CROSS} --json run.json")).ok();
    let evil = "</script><script>window.injected=true</script><img src=x onerror=window.injected=true><b>";
    let mut result: Value = serde_json::from_slice(&fs::read(sauda.path("run.json")).unwrap()).unwrap();
    result["run"]["strategy"] = evil.into();
    result["run"]["symbols"][0] = evil.into();
    result["run"]["warnings"][0] = evil.into();
    result["run"]["data"][0][evil] = evil.into();
    for trade in result["trades"].as_array_mut().unwrap() {
        trade["instrument"] = evil.into();
        trade["exitReason"] = evil.into();
        trade["tradeId"] = evil.into();
    }
    // No folder may be in a name, so its slash is left out there.
    let name = "<img src=x onerror=window.injected=true>.json";
    sauda.file(name, result.to_string());
    sauda.run(&["report", name, "run.json", "--out", "evil.html"]).ok();
    let Some(seen) = look(&sauda, "evil.html", &[]) else { return };
    assert!(seen["sentence"].as_str().unwrap().starts_with(evil), "{seen}");
}

/// The figure that the page promises: 100,000 candles open in under two seconds.
#[test]
fn a_hundred_thousand_candles_open_quickly() {
    let sauda = with_days(267);
    sauda.line(&format!("{CROSS} --report report.html")).ok();
    assert_eq!(data(&sauda, "report.html")["charts"][0]["time"]["n"], 267 * 375);
    assert!(fs::metadata(sauda.path("report.html")).unwrap().len() < 3_000_000);
    let Some(seen) = look(&sauda, "report.html", &[]) else { return };
    let opened = seen["openedMs"].as_u64().unwrap();
    println!("{} candles opened in {opened} ms, {} ms of them in the script", 267 * 375, seen["readyMs"]);
    // Twice the promise: a machine that runs other tests beside must not fail this one.
    assert!(opened < 4_000, "{opened} ms");
}

fn paise(rupees: &Value) -> i64 {
    (rupees.as_f64().unwrap() * 100.0).round() as i64
}

/// `+₹1,234.56` or `−₹0.10` in paise.
fn shown(text: &Value) -> i64 {
    let text = text.as_str().unwrap();
    let digits: i64 = text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    if text.starts_with('−') { -digits } else { digits }
}
