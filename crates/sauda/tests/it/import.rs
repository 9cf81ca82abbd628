//! `sauda import`: the account it gives, what it refuses, what it leaves in the store.

use super::*;

const SBIN: [&str; 4] = ["--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"];

fn import(sauda: &Sauda, file: &str, more: &[&str]) -> Ended {
    sauda.run(&[&["import", file], &SBIN[..], more].concat())
}

#[test]
fn every_row_is_accounted_for() {
    let sauda = Sauda::new();
    let mut csv = minute_csv(&WEEK, 375, 600);
    csv.push_str("2024-01-06 09:15:00,1,1,1,1,1\n"); // a Saturday
    csv.push_str("2024-01-05 09:16:00,1,2,3,1,1\n"); // low above high
    csv.push_str("2024-01-05 18:00:00,600,600,600,600,1\n"); // after hours
    let file = sauda.file("week.csv", csv);

    let text = import(&sauda, &file, &[]).ok();
    for words in [
        "1878 rows, 1875 kept",
        "2 outside the session: left out",
        "1 low above high: left out",
        "line 1877: 2024-01-06",
        "read as Indian Standard Time",
        "1875 added, 0 replaced, 0 unchanged",
    ] {
        assert!(text.contains(words), "`{words}` is not in: {text}");
    }

    let again = import(&sauda, &file, &["--json"]).json();
    let report = &again["files"][0];
    assert_eq!(
        (&report["rows"], &report["kept"], &report["leftOut"]),
        (&1878.into(), &1875.into(), &3.into())
    );
    let findings = report["findings"].as_array().unwrap();
    let left_out = findings.iter().filter(|f| f["treatment"] == "left out");
    assert_eq!(left_out.map(|f| f["count"].as_u64().unwrap()).sum::<u64>(), 3);
    let inverted = findings.iter().find(|f| f["defect"] == "low above high").unwrap();
    assert_eq!(inverted["examples"][0]["line"], 1878);
    let series = &again["series"][0];
    assert_eq!((&series["symbol"], &series["timeframe"]), (&"NSE:SBIN-EQ".into(), &"1m".into()));
    assert_eq!(
        (&series["added"], &series["replaced"], &series["unchanged"]),
        (&0.into(), &0.into(), &1875.into())
    );
    assert_eq!(series["first"], "2024-01-01T09:15:00+05:30");
}

#[test]
fn twice_is_once() {
    let sauda = with_a_week();
    let before = sauda.manifest().unwrap();
    let file = sauda.path("week.csv");
    let text = import(&sauda, file.to_str().unwrap(), &[]).ok();
    assert!(text.contains("the store had them all: nothing changed"), "{text}");
    assert_eq!(sauda.manifest().unwrap(), before);

    let corrected = sauda.file("corrected.csv", minute_csv(&WEEK[..1], 375, 700));
    let text = import(&sauda, &corrected, &[]).ok();
    assert!(text.contains("0 added, 375 replaced, 0 unchanged"), "{text}");
}

#[test]
fn zones_are_as_said() {
    let sauda = Sauda::new();
    let file = sauda.file(
        "utc.csv",
        "time,open,high,low,close,volume\n2024-01-01 03:45,1,1,1,1,1\n2024-01-01 03:46,1,1,1,1,1\n",
    );
    for (n, zone) in ["UTC", "Z", "+00:00"].into_iter().enumerate() {
        let report = import(&sauda, &file, &["--timezone", zone, "--json"]).json();
        assert_eq!(report["series"][0]["first"], "2024-01-01T09:15:00+05:30", "{zone}");
        assert_eq!(report["series"][0]["added"], if n == 0 { 2 } else { 0 });
    }
    // The evening before in New York.
    let file = sauda.file(
        "east.csv",
        "time,open,high,low,close,volume\n2024-01-01 23:45,1,1,1,1,1\n2024-01-01 23:46,1,1,1,1,1\n",
    );
    let report = import(&sauda, &file, &["--timezone", "-04:00", "--json"]).json();
    assert_eq!(report["series"][0]["first"], "2024-01-02T09:15:00+05:30");
    for zone in ["Asia/Kolkata", "+05:30", "IST"] {
        let file = sauda.file("ist.csv", minute_csv(&WEEK[..1], 2, 1));
        let report = import(&sauda, &file, &["--timezone", zone, "--json"]).json();
        assert_eq!(report["series"][0]["first"], "2024-01-01T09:15:00+05:30", "{zone}");
    }
    import(&sauda, &file, &["--timezone", "EST"]).fails(2, &["--timezone", "EST", "use IST, UTC"]);
    // UTC read as IST lies outside the session: nothing is left, and the way out is named.
    let file = sauda.file(
        "utc.csv",
        "time,open,high,low,close,volume\n2024-01-01 03:45,1,1,1,1,1\n2024-01-01 03:46,1,1,1,1,1\n",
    );
    let other = Sauda::new();
    import(&other, &file, &[]).fails(1, &["nothing was imported", "outside the session", "--timezone UTC"]);
    assert!(other.manifest().is_none());
}

#[test]
fn options_reach_the_importer() {
    let sauda = Sauda::new();
    let late = sauda.file(
        "late.csv",
        "time,open,high,low,close,volume\n2024-01-01 15:29,1,1,1,1,1\n2024-01-01 15:30,1,1,1,1,1\n",
    );
    import(&sauda, &late, &["--strict"]).fails(1, &["late.csv:3", "outside the session", "--strict"]);
    assert_eq!(import(&sauda, &late, &["--json"]).json()["series"][0]["bars"], 1);
    assert_eq!(import(&sauda, &late, &["--keep-out-of-session", "--json"]).json()["series"][0]["bars"], 2);

    let floats = sauda.file("floats.csv", "time,open,high,low,close,volume\n2024-01-02 09:15,24876.599609375,24876.599609375,24876.599609375,24876.599609375,1\n2024-01-02 09:16,1,1,1,1,1\n");
    for (tick, close) in [(&[][..], 24876.5996), (&["--tick"], 24876.6), (&["--tick", "0.05"], 24876.6)] {
        import(&sauda, &floats, tick).ok();
        let shown = sauda.line("data show NSE:SBIN-EQ --from 2024-01-02 --json").json();
        assert_eq!(shown["series"][0]["firstBars"][0]["close"], close, "{tick:?}");
    }
    import(&sauda, &floats, &["--tick", "0"]).fails(2, &["--tick", "above 0"]);
    import(&sauda, &floats, &["--tick", "x"]).fails(2, &["--tick", "not a number"]);
}

#[test]
fn many_symbols_need_a_choice() {
    let sauda = Sauda::new();
    let file = sauda.file(
        "two.csv",
        "date,symbol,series,open,high,low,close,volume\n2024-01-01,SBIN,EQ,1,1,1,1,1\n2024-01-01,TCS,EQ,2,2,2,2,2\n",
    );
    sauda
        .run(&["import", &file, "--timeframe", "1d"])
        .fails(2, &["NSE:SBIN-EQ, NSE:TCS-EQ", "--symbol", "--all"]);
    let typo = sauda.run(&["import", &file, "--timeframe", "1d", "--symbol", "NSE:SBN-EQ"]);
    typo.fails(2, &["NSE:SBN-EQ", "NSE:SBIN-EQ"]);
    assert!(sauda.manifest().is_none());
    let both = sauda.run(&["import", &file, "--timeframe", "1d", "--symbol", "NSE:SBIN-EQ", "--all"]);
    both.fails(2, &["--symbol", "--all"]);
    let all = sauda.run(&["import", &file, "--timeframe", "1d", "--all", "--json"]).json();
    assert_eq!(all["series"].as_array().unwrap().len(), 2);
    let one = sauda.run(&["import", &file, "--timeframe", "1d", "--symbol", "NSE:TCS-EQ", "--json"]).json();
    assert_eq!((&one["files"][0]["otherSymbols"], &one["series"][0]["unchanged"]), (&1.into(), &1.into()));
}

#[test]
fn requests_that_cannot_work_are_usage() {
    let sauda = Sauda::new();
    let file = sauda.file("week.csv", minute_csv(&WEEK, 10, 600));
    sauda.run(&["import", "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"]).fails(2, &["FILE"]);
    sauda.run(&["import", &file, "--symbol", "NSE:SBIN-EQ"]).fails(2, &["--timeframe"]);
    for (symbol, word) in
        [("SBIN", "NSE:SBIN-EQ"), ("NSE:../../etc", "NSE:"), ("", "--symbol"), ("NYSE:IBM", "NYSE")]
    {
        sauda.run(&["import", &file, "--timeframe", "1m", "--symbol", symbol]).fails(2, &["--symbol", word]);
    }
    for timeframe in ["5", "1w", "0m", "300m", ""] {
        let ended = sauda.run(&["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", timeframe]);
        ended.fails(2, &["--timeframe", "use 1m to 240m"]);
    }
    // The rows are a minute apart, whatever one says.
    sauda
        .run(&["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "5m"])
        .fails(2, &["use --timeframe 1m"]);
    assert!(sauda.manifest().is_none());
}

#[test]
fn files_that_cannot_work_fail() {
    let sauda = Sauda::new();
    let header = "time,open,high,low,close,volume\n";
    for (name, content, words) in [
        ("empty.csv", &b""[..], &["empty.csv"][..]),
        ("header.csv", header.as_bytes(), &["header.csv"]),
        ("text.csv", b"hello\nworld\n", &["text.csv"]),
        (
            "latin.csv",
            b"time,open,high,low,close,volume\n\xff\xfe,1,1,1,1,1\n2024-01-0\xe9,1,1,1,1,1\n",
            &["latin.csv"],
        ),
        ("noise.parquet", b"PAR1 nonsense PAR1", &["noise.parquet"]),
        ("cut.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01\x02", &["cut.csv.gz"]),
        ("nul.csv", &[0; 4096], &["nul.csv"]),
    ] {
        let path = sauda.path(name);
        fs::write(&path, content).unwrap();
        let message = import(&sauda, path.to_str().unwrap(), &[]).fails(1, words);
        assert!(message.starts_with("error: "), "{message}");
    }
    import(&sauda, "nowhere.csv", &[]).fails(1, &["nowhere.csv"]);
    let folder = sauda.path("folder");
    fs::create_dir(&folder).unwrap();
    import(&sauda, folder.to_str().unwrap(), &[]).fails(1, &["folder"]);
    assert!(sauda.manifest().is_none());

    // One bad file keeps the good one out too.
    let good = sauda.file("good.csv", minute_csv(&WEEK, 10, 600));
    sauda.run(&[&["import", &good, "nowhere.csv"], &SBIN[..]].concat()).fails(1, &["nowhere.csv"]);
    assert!(sauda.manifest().is_none());
}

#[test]
fn one_row_is_a_series() {
    let sauda = Sauda::new();
    let file = sauda.file("one.csv", minute_csv(&WEEK[..1], 1, 600));
    assert_eq!(import(&sauda, &file, &["--json"]).json()["series"][0]["bars"], 1);
    let rows = sauda.line("indicators --symbol NSE:SBIN-EQ --timeframe 5m --with sma(2),rsi(14)").ok();
    assert_eq!(
        rows,
        "ts,open,high,low,close,volume,sma_2,rsi_14\n2024-01-01T09:15:00+05:30,600.00,600.50,599.50,600.25,100,,\n"
    );
}

#[test]
fn failures_that_have_an_account_print_it() {
    let sauda = Sauda::new();
    let file = sauda.file("sunday.csv", minute_csv(&["2024-01-07"], 3, 600));
    let ended = import(&sauda, &file, &["--json"]);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&report["files"][0]["rows"], &report["files"][0]["kept"]), (&3.into(), &0.into()));
    assert_eq!(report["series"], Value::Array(Vec::new()));
    ended.fails(1, &["nothing was imported", "3 outside the session", "Sunday"]);
}
