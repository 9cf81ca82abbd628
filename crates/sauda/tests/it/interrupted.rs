//! Ctrl-C during a sweep: what is done is written, and going on ends as if nothing had been interrupted.

use std::time::Duration;

use super::backtest::with_waves;
use super::*;

const SWEEP: &str = "sweep --strategy sma_cross --param fast=2..21 --param slow=20..220:2 --symbol NSE:SBIN-EQ \
    --timeframe 1m --product NRML --charges dhan --top 5 --threads 1";

fn document(sauda: &Sauda, name: &str) -> Value {
    serde_json::from_slice(&fs::read(sauda.path(name)).unwrap()).unwrap()
}

/// Starts a sweep and presses Ctrl-C while it runs. `None` if the moment was too early or too late.
fn pressed_after(sauda: &Sauda, line: &str, moment: Duration) -> Option<Ended> {
    let args: Vec<&str> = line.split_whitespace().collect();
    let child = sauda.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(moment);
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
    sent.unwrap();
    let output = child.wait_with_output().unwrap();
    // Before the sweep itself begins there is nothing to keep: the process ends as any other.
    output.status.code()?;
    Some(Ended::of(output)).filter(|ended| ended.code != 0)
}

/// Interrupts a sweep that writes to `json` when it has some of its rows, at least `more` than before.
fn interrupt(sauda: &Sauda, line: &str, json: &str, more: u64) -> Value {
    for tenths in 1..200 {
        let Some(ended) = pressed_after(sauda, line, Duration::from_millis(5 * tenths)) else { continue };
        let message = ended.fails(1, &["interrupted after", "go on with --resume"]);
        assert!(message.contains(json), "{message}");
        let part = document(sauda, json);
        assert_eq!((&part["complete"], &part["verdict"]), (&Value::Bool(false), &Value::Null));
        if part["done"].as_u64() >= Some(more) {
            return part;
        }
    }
    panic!("no moment in which `{line}` could be interrupted");
}

#[cfg(unix)]
#[test]
fn a_resumed_sweep_is_the_whole_one() {
    for search in ["", "--adaptive 600 --seed 3", "--random 600 --seed 3"] {
        let sauda = with_waves();
        sauda.line(&format!("{SWEEP} {search} --json whole.json --report whole.html")).ok();
        let part = interrupt(&sauda, &format!("{SWEEP} {search} --json part.json"), "part.json", 9);
        let (sets, done) = (part["sets"].as_u64().unwrap(), part["done"].as_u64().unwrap());
        assert!(done < sets && part["rows"].as_array().unwrap().len() as u64 == done, "{done} of {sets}");
        // Twice, from file to file.
        let twice = format!("{SWEEP} {search} --resume part.json --json again.json");
        let again = interrupt(&sauda, &twice, "again.json", done + 1);
        assert!(again["done"].as_u64().unwrap() > done);
        let rest =
            format!("{SWEEP} {search} --threads 2 --resume again.json --json end.json --report end.html");
        sauda.line(&rest.replacen("--threads 1 ", "", 1)).ok();
        let read = |name: &str| fs::read(sauda.path(name)).unwrap();
        assert!(read("end.json") == read("whole.json"), "`{search}` resumed is not the whole sweep");
        assert!(read("end.html") == read("whole.html"), "its page is another one");
        assert!(document(&sauda, "end.json")["verdict"]["kind"].is_string());
        refuses_what_is_not_its_own(&sauda, search, &part);
    }
}

fn refuses_what_is_not_its_own(sauda: &Sauda, search: &str, part: &Value) {
    let line = format!("{SWEEP} {search}");
    let refused = |line: &str, part: &Value, words: &[&str]| {
        let path = sauda.file("bad.json", part.to_string());
        sauda.line(&format!("{line} --resume {path}")).fails(2, &[&["--resume"], words].concat());
    };
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut part = part.clone();
        change(&mut part);
        part
    };
    refused(&line.replace("charges dhan", "charges zero"), part, &["other settings", "`charges`"]);
    refused(&line.replace("2..21", "2..20"), part, &["other parameters", "`params`"]);
    if search.is_empty() {
        refused(&format!("{line} --seed 5"), part, &["seed 1"]);
        refused(&format!("{line} --random 600"), part, &["another way", "`search`"]);
    } else {
        refused(&line.replace("--seed 3", "--seed 5"), part, &["`seed`"]);
    }
    if search.contains("adaptive") {
        refused(&format!("{line} --rank net"), part, &["`steeredBy`"]);
    }
    // A digit of a figure, of the court, a row too few, and none of what resuming needs.
    let row = |part: &mut Value| part["rows"][3]["netPnl"] = Value::from(12.5);
    refused(&line, &changed(&row), &["changed or damaged"]);
    let court = |part: &mut Value| {
        let text = part["unfinished"]["court"].as_str().unwrap();
        let other = if text.ends_with('0') { '1' } else { '0' };
        part["unfinished"]["court"] = Value::from(format!("{}{other}", &text[..text.len() - 1]));
    };
    refused(&line, &changed(&court), &["changed or damaged"]);
    refused(
        &line,
        &changed(&|part| drop(part["rows"].as_array_mut().unwrap().pop())),
        &["changed or damaged"],
    );
    refused(&line, &changed(&|part| part["unfinished"] = Value::Null), &["changed or damaged"]);
    let text = part.to_string();
    let path = sauda.file("bad.json", &text[..text.len() / 2]);
    sauda.line(&format!("{line} --resume {path}")).fails(2, &["not the JSON of an unfinished sweep"]);
    sauda.line(&format!("{line} --resume whole.json")).fails(2, &["complete"]);
}

/// The same days with one other price: rows of two markets must not stand in one table.
#[cfg(unix)]
#[test]
fn other_bars_are_noticed() {
    let sauda = with_waves();
    let part = interrupt(&sauda, &format!("{SWEEP} --json part.json"), "part.json", 1);
    assert!(part["done"].as_u64() > Some(0));
    let bar = "timestamp,open,high,low,close,volume\n2024-01-03 10:00:00,601,640,560,602,100\n";
    let file = sauda.file("bar.csv", bar);
    sauda.run(&["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"]).ok();
    sauda.line(&format!("{SWEEP} --resume part.json")).fails(2, &["--resume", "bars in the store"]);
}
