//! `sauda data`: list, show, verify, export, remove.

use super::*;

#[test]
fn an_empty_store_says_so() {
    let sauda = Sauda::new();
    assert!(sauda.line("data list").ok().contains("nothing is stored"));
    assert_eq!(sauda.line("data list --json").json(), Value::Array(Vec::new()));
    for command in ["show", "verify"] {
        sauda.line(&format!("data {command} NSE:SBIN-EQ")).fails(2, &["NSE:SBIN-EQ", "import"]);
    }
    sauda.line("data export NSE:SBIN-EQ --to x.csv").fails(2, &["NSE:SBIN-EQ", "import"]);
    assert!(!sauda.data_dir().exists(), "looking makes nothing");
}

#[test]
fn list_and_show_tell_what_there_is() {
    let sauda = with_a_week();
    let text = sauda.line("data list").ok();
    assert!(text.contains("NSE:SBIN-EQ") && text.contains("1875") && text.contains("week.csv"), "{text}");
    let series = &sauda.line("data list --json").json()[0];
    assert_eq!((&series["rows"], &series["timeframe"]), (&1875.into(), &"1m".into()));
    assert_eq!(
        (&series["first"], &series["sources"][0]),
        (&"2024-01-01T09:15:00+05:30".into(), &"week.csv".into())
    );

    let shown = sauda.line("data show NSE:SBIN-EQ --bars 2 --json").json();
    assert_eq!((&shown["instrument"]["kind"], &shown["instrument"]["lot"]), (&"equity".into(), &1.into()));
    let bars = &shown["series"][0];
    assert_eq!(bars["firstBars"].as_array().unwrap().len(), 2);
    assert_eq!((&bars["firstBars"][0]["open"], &bars["firstBars"][0]["low"]), (&600.0.into(), &599.5.into()));
    assert_eq!(bars["lastBars"][1]["ts"], "2024-01-05T15:29:00+05:30");
    let text = sauda.line("data show NSE:SBIN-EQ --from 2024-01-02 --to 2024-01-02").ok();
    assert!(text.contains("375 bars in the range") && text.contains("… 369 more …"), "{text}");
    // Bars are never shown twice.
    let few = sauda.line("data show NSE:SBIN-EQ --bars 10000 --json").json();
    assert_eq!(few["series"][0]["firstBars"].as_array().unwrap().len(), 1875);
    assert_eq!(few["series"][0]["lastBars"], Value::Array(Vec::new()));
    // The id as other brokers write it.
    sauda.line("data show nse:sbin-eq").ok();
}

#[test]
fn what_is_not_stored_is_named_with_what_is() {
    let sauda = with_a_week();
    for command in ["show", "verify", "export"] {
        let to = if command == "export" { " --to x.csv" } else { "" };
        let line = |rest: &str| format!("data {command} {rest}{to}");
        sauda.line(&line("NSE:SBI-EQ")).fails(2, &["NSE:SBI-EQ", "NSE:SBIN-EQ"]);
        sauda.line(&line("SBIN")).fails(2, &["SBIN", "NSE:SBIN-EQ"]);
        sauda.line(&line("NSE:SBIN-EQ --timeframe 7x")).fails(2, &["--timeframe"]);
        sauda.line(&line("NSE:SBIN-EQ --from 2024-13-01")).fails(2, &["--from", "2024-13-01"]);
        sauda
            .line(&line("NSE:SBIN-EQ --from 2025-01-01"))
            .fails(1, &["2025-01-01", "2024-01-01 to 2024-01-05"]);
    }
    sauda.line("data show NSE:SBIN-EQ --timeframe 5m").fails(2, &["5m", "stored: 1m"]);
    sauda
        .line("data show NSE:SBIN-EQ --from 2024-01-05 --to 2024-01-01")
        .fails(2, &["--from", "--to", "swap"]);
    let reversed = "data export NSE:SBIN-EQ --to x.csv --from 2024-01-05 --until 2024-01-01";
    sauda.line(reversed).fails(2, &["--from", "--until", "swap"]);
}

#[test]
fn verify_finds_what_is_missing() {
    let sauda = Sauda::new();
    let mut csv = minute_csv(&["2024-01-01", "2024-01-03"], 375, 600);
    csv.push_str(minute_csv(&["2024-01-04"], 20, 300).split_once('\n').unwrap().1);
    let file = sauda.file("gaps.csv", csv);
    sauda.run(&["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"]).ok();

    let found = &sauda.line("data verify NSE:SBIN-EQ --json").json()[0];
    assert_eq!(found["missingDays"][0], "2024-01-02");
    assert_eq!(
        (&found["shortDays"][0]["date"], &found["shortDays"][0]["present"], &found["missingBars"]),
        (&"2024-01-04".into(), &20.into(), &355.into())
    );
    assert_eq!(found["suspectedSplits"][0]["date"], "2024-01-04");
    assert_eq!(
        (&found["daysExpected"], &found["daysPresent"], &found["clean"]),
        (&4.into(), &3.into(), &false.into())
    );
    let text = sauda.line("data verify NSE:SBIN-EQ").ok();
    assert!(
        text.contains("missing days    1: 2024-01-02") && text.contains("2024-01-04 (20 of 375)"),
        "{text}"
    );
    let clean = &sauda.line("data verify NSE:SBIN-EQ --from 2024-01-03 --to 2024-01-03 --json").json()[0];
    assert_eq!((&clean["clean"], &clean["bars"]), (&true.into(), &375.into()));
}

#[test]
fn a_damaged_store_is_named_not_read() {
    let sauda = with_a_week();
    let folder = sauda.data_dir().join("history/NSE");
    let mut files = Vec::new();
    collect(&folder, &mut files);
    let parquet = files.iter().find(|p| p.extension().is_some_and(|e| e == "parquet")).unwrap();
    let mut bytes = fs::read(parquet).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(parquet, bytes).unwrap();
    let name = parquet.file_name().unwrap().to_str().unwrap();
    for line in ["data verify NSE:SBIN-EQ", "data show NSE:SBIN-EQ", "data export NSE:SBIN-EQ --to x.csv"] {
        sauda.line(line).fails(1, &[name, "checksum"]);
    }
    assert!(!sauda.path("x.csv").exists());
    // The way out that the message names.
    sauda.line("data remove NSE:SBIN-EQ --timeframe 1m").ok();
    assert_eq!(sauda.line("data list --json").json(), Value::Array(Vec::new()));
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

#[test]
fn exports_are_whole_and_come_back() {
    let sauda = with_a_week();
    let text = sauda.line("data export NSE:SBIN-EQ --to out.csv").ok();
    assert!(text.starts_with("out.csv: 1875 bars of NSE:SBIN-EQ, 1m, 2024-01-01T09:15"), "{text}");
    let csv = fs::read_to_string(sauda.path("out.csv")).unwrap();
    assert!(csv.starts_with(
        "ts,open,high,low,close,volume\n2024-01-01T09:15:00+05:30,600.00,600.50,599.50,600.25,100\n"
    ));
    assert_eq!(csv.lines().count(), 1876);

    let five = sauda.line("data export NSE:SBIN-EQ --to five.csv --timeframe 5m --from 2024-01-02 --until 2024-01-02 --json").json();
    assert_eq!((&five["bars"], &five["resampledFrom"]), (&75.into(), &"1m".into()));
    sauda.line("data export NSE:SBIN-EQ --to day.parquet --timeframe 1d").ok();

    // Both formats are imported again, without a zone being asked for.
    let before = sauda.manifest().unwrap();
    sauda.line("import out.csv --symbol NSE:SBIN-EQ --timeframe 1m").ok();
    assert_eq!(sauda.manifest().unwrap(), before);
    let days = sauda.line("import day.parquet --symbol NSE:SBIN-EQ --timeframe 1d --json").json();
    assert_eq!(
        (&days["series"][0]["bars"], &days["series"][0]["first"]),
        (&5.into(), &"2024-01-01T09:15:00+05:30".into())
    );

    sauda.line("data export NSE:SBIN-EQ --to out.xlsx").fails(2, &["--to", "out.xlsx", ".csv or .parquet"]);
    sauda.line("data export NSE:SBIN-EQ --to nowhere/out.csv").fails(1, &["nowhere/out.csv"]);
    // A minute cannot be made of days.
    let other = Sauda::new();
    let file =
        other.file("d.csv", "date,open,high,low,close,volume\n2024-01-01,1,1,1,1,1\n2024-01-02,1,1,1,1,1\n");
    other.run(&["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1d"]).ok();
    other.line("data export NSE:SBIN-EQ --timeframe 5m --to x.csv").fails(2, &["5m", "stored: 1d"]);
}

#[test]
fn remove_asks_what() {
    let sauda = with_a_week();
    sauda.line("data remove NSE:SBIN-EQ").fails(2, &["--timeframe", "--all"]);
    sauda.line("data remove NSE:SBIN-EQ --timeframe 5m").fails(2, &["stored: 1m"]);
    assert!(sauda.line("data remove NSE:SBIN-EQ --all").ok().contains("removed NSE:SBIN-EQ 1m: 1875 bars"));
    sauda.line("data show NSE:SBIN-EQ").fails(2, &["nothing is stored"]);
}
