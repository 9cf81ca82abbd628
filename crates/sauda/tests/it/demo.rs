//! `sauda demo`: a market on first use, the same one afterwards, and advice that works.

use super::*;

#[test]
fn the_first_run_makes_a_market_and_the_second_finds_it() {
    let sauda = Sauda::new();
    let first = sauda.line("demo").ok();
    assert!(first.contains("made a synthetic year") && first.contains("prices that never were"), "{first}");
    let series = sauda.line("data list --json").json();
    let series = series.as_array().unwrap();
    assert_eq!(series.len(), 4);
    for one in series {
        assert!(one["sources"][0].as_str().unwrap().starts_with("synthetic"), "{one}");
        assert!(one["rows"].as_u64().unwrap() > 90_000, "{one}");
    }
    let before = sauda.manifest().unwrap();
    let second = sauda.line("demo").ok();
    assert_eq!(sauda.manifest().unwrap(), before);
    // The result is the same, to the letter.
    assert_eq!(second, first.replace("made a synthetic", "found a synthetic"));

    let result = sauda.line("demo --json").json();
    assert!(result["metrics"]["trades"].as_u64().unwrap() > 0);

    // Each line of advice runs, but the one that wants a file.
    let advice: Vec<&str> =
        first.lines().filter(|l| l.starts_with("  ") && l.contains("--data-dir")).collect();
    assert!(advice.len() >= 5, "{first}");
    for line in advice.iter().filter(|l| !l.contains(" import ")) {
        let ended = Command::new("sh").arg("-c").arg(line).current_dir(sauda.path("")).output().unwrap();
        assert_eq!(Ended::of(ended).code, 0, "{line}");
    }
}

#[test]
fn synthetic_data_keeps_to_the_calendar() {
    let sauda = Sauda::new();
    sauda.line("demo --json").json();
    for symbol in ["NSE:DEMO50-INDEX", "NSE:DEMOBANK-EQ"] {
        let found = &sauda.line(&format!("data verify {symbol} --json")).json()[0];
        assert_eq!(
            (&found["clean"], &found["unknownDays"]),
            (&true.into(), &Value::Array(Vec::new())),
            "{found}"
        );
    }
}
