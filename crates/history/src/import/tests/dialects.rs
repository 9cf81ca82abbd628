//! One small table in many spellings.

use super::*;

const SBIN: &str = "NSE:SBIN-EQ";

/// Two bars of 2024-01-01, however they are written.
fn reads(text: &str) -> Imported {
    let imported = import_text(text, &options(SBIN, "1m")).unwrap_or_else(|e| panic!("{text}\n{e}"));
    let bars = bars(&imported);
    assert_eq!(bars.times(), [ist("2024-01-01 9:15"), ist("2024-01-01 9:16")], "{text}");
    assert_eq!(values(bars, "2024-01-01 9:15"), "100.00 102.00 99.50 101.25 1500", "{text}");
    imported
}

#[test]
fn headers_separators_and_orders() {
    for text in [
        "date,open,high,low,close,volume\n2024-01-01 09:15,100,102,99.5,101.25,1500\n2024-01-01 09:16,1,1,1,1,1\n",
        "DateTime;O;H;L;C;V\n01-01-2024 09:15;100;102;99.5;101.25;1500\n01-01-2024 09:16;1;1;1;1;1",
        "Volume\tClose\tLow\tHigh\tOpen\tTIME\n1500\t101.25\t99.5\t102\t100\t1704080700\n1\t1\t1\t1\t1\t1704080760\n",
        "ts|open|high|low|close|volume|oi\n2024-01-01T03:45:00Z|100|102|99.5|101.25|1500|7\n2024-01-01T03:46:00Z|1|1|1|1|1|\n",
        "\u{feff}\"Date\",\"Time\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"\r\n\"01/01/2024\",\"09:15:00\",\"100\",\"102\",\"99.5\",\"101.25\",\"1,500\"\r\n\"01/01/2024\",\"0916\",1,1,1,1,1\r\n\r\n\r\n",
        "# exported by a charting program\nExport of SBIN\n\n  Date , Open , High , Low , Close , Volume \n01-Jan-2024 09:15:00, 100 , 102 , 99.50 , 101.25 , 1500.0\n01-Jan-2024 09:16:00,1,1,1,1,1\n* end of data\n",
        ",open,high,low,close,volume\n2024-01-01 09:15:00+05:30,100,102,99.5,101.25,1500\n2024-01-01 09:16:00+05:30,1,1,1,1,1\n",
        "timestamp,open,high,low,close,volume\n1704080700000,100,102,99.5,101.25,1500\n1704080760000,1,1,1,1,1\n",
        "timestamp,open,high,low,close,volume\n2024-01-01 09:15,100,102,99.5,101.25,1500\ntimestamp,open,high,low,close,volume\n2024-01-01 09:16,1,1,1,1,1\n",
    ] {
        reads(text);
    }
}

#[test]
fn open_interest_of_a_share_is_doubted() {
    let text =
        |label: &str| format!("date,symbol,open,high,low,close,oi\n2024-01-01 09:15,{label},1,1,1,1,7\n");
    let imported =
        import_text("date,open,high,low,close,oi\n2024-01-01 09:15,1,1,1,1,7\n", &options(SBIN, "1m"))
            .unwrap();
    assert!(
        imported.report.warnings[0].contains("its rows carry open interest"),
        "{:?}",
        imported.report.warnings
    );
    let error = import_text(text("SBIN"), &options(SBIN, "1m")).unwrap_err().to_string();
    assert!(error.contains("they are of a derivative, not of NSE:SBIN-EQ"), "{error}");
    assert!(import_text(text("SBIN"), &options("NSE:SBIN24JANFUT", "1m")).is_ok());
}

#[test]
fn gzip_in_several_members() {
    let header = "date,open,high,low,close,volume\n";
    let mut content = gzip(format!("{header}2024-01-01 09:15,100,102,99.5,101.25,1500\n"));
    content.extend(gzip("2024-01-01 09:16,1,1,1,1,1\n"));
    let imported = import_text(content, &options(SBIN, "1m")).unwrap();
    assert_eq!(bars(&imported).len(), 2);
}

#[test]
fn absent_volume_is_zero_and_said() {
    let imported =
        import_text("date,open,high,low,close\n2024-01-01 09:15,1,1,1,1\n", &options(SBIN, "1m")).unwrap();
    assert!(!bars(&imported).has_volume());
    assert!(imported.report.files[0].notes.iter().any(|n| n.contains("no volume column")));
}

#[test]
fn every_defect_is_counted_with_its_line() {
    let text = "date,open,high,low,close,volume
2024-01-01 09:15,100,102,99.5,101.25,1500
2024-01-01 09:15,100,102,99.5,101.25,1500
2024-01-01 09:16,100,102,99.5,101.25,1500
2024-01-01 09:16,100,102,99.5,101.25,1501
2024-01-01 09:18,100,101,99.5,101.25,1
2024-01-01 09:17,100,102,99.5,101.25,1
2024-01-01 09:19,abc,102,99.5,101.25,1
soon,100,102,99.5,101.25,1
2024-01-01 09:20,100,99,101,100,1
2024-01-01 09:21,100,102,0,101,1
2024-01-01 09:22,100,102,-5,101,1
2024-01-01 09:23,0,0,0,101,0
2024-01-01 09:24,100,102,99,101,-1
2024-01-01 09:25,100,102,99
2024-01-01 09:26,100,,99,101,1
2024-01-01 15:30,100,102,99,101,1
2024-01-26 09:15,100,102,99,101,1
2024-01-01 09:27:59,100,102,99,101,1
2024-01-01,100,102,99,101,1
2024-01-01 09:28,NaN,102,99,101,1
2024-01-01 09:29,1e400,102,99,101,1
2024-01-01 09:30,100,1,102,99,101,1
";
    let imported = import_text(text, &options(SBIN, "1m")).unwrap();
    let file = &imported.report.files[0];
    let found: Vec<(Defect, u64, u64)> =
        file.findings.iter().map(|f| (f.defect, f.count, f.examples[0].line)).collect();
    let expected = [
        (Defect::WrongLength, 2, 15),
        (Defect::BadTime, 2, 9),
        (Defect::BadNumber, 3, 8),
        (Defect::MissingPrice, 1, 16),
        (Defect::Untraded, 1, 13),
        (Defect::NotPositive, 2, 11),
        (Defect::Inverted, 1, 10),
        (Defect::NegativeVolume, 1, 14),
        (Defect::OutsideRange, 1, 6),
        (Defect::WithinMinute, 1, 19),
        (Defect::Disorder, 2, 7),
        (Defect::OutOfSession, 2, 17),
        (Defect::ExactDuplicate, 1, 3),
        (Defect::ConflictingDuplicate, 1, 4),
    ];
    assert_eq!(found, expected);
    assert_eq!((file.rows, file.kept), (22, 5));
    assert_eq!(values(bars(&imported), "2024-01-01 9:16"), "100.00 102.00 99.50 101.25 1501");
    assert_eq!(values(bars(&imported), "2024-01-01 9:18"), "100.00 101.25 99.50 101.25 1");
    assert_eq!(values(bars(&imported), "2024-01-01 9:27"), "100.00 102.00 99.00 101.00 1");
    let report = imported.report.to_string();
    assert!(report.contains("    line 8: open `abc` is not a number\n"), "{report}");
    assert!(report.contains("    line 16: high is blank\n"), "{report}");
    assert!(
        report.contains("    line 4: 2024-01-01T09:16:00+05:30 has other values in line 5\n"),
        "{report}"
    );
    let strict = ImportOptions { strict: true, ..options(SBIN, "1m") };
    let error = import_text(text, &strict).unwrap_err();
    assert!(
        matches!(&error, ImportError::Strict { defect: Defect::ExactDuplicate, place, .. } if place.line == Some(3)),
        "{error}"
    );
}

#[test]
fn later_files_win() {
    let one =
        file("one.csv", "date,open,high,low,close\n2024-01-01 09:15,1,1,1,1\n2024-01-01 09:16,1,1,1,1\n");
    let two =
        file("two.csv", "date,open,high,low,close\n2024-01-01 09:16,2,2,2,2\n2024-01-01 09:15,1,1,1,1\n");
    let imported = import(&[&one.path, &two.path], &options(SBIN, "1m")).unwrap();
    assert_eq!(values(bars(&imported), "2024-01-01 9:16"), "2.00 2.00 2.00 2.00 0");
    let [first, second] = &imported.report.files[..] else { panic!() };
    assert_eq!((first.count(Defect::ConflictingDuplicate), second.count(Defect::ExactDuplicate)), (1, 1));
}

#[test]
fn daily_bars_are_stamped_with_the_open_of_their_session() {
    let text =
        "Date,Open,High,Low,Close\n2024-01-01,1,1,1,1\n2024-11-01 00:00:00,1,1,1,1\n2024-01-26,1,1,1,1\n";
    let imported = import_text(text, &options(SBIN, "1d")).unwrap();
    let stamps = bars(&imported).times();
    assert_eq!(stamps[0], Timestamp::ist("2024-01-01".parse().unwrap(), nine_fifteen()));
    // Diwali of 2024 was an evening session.
    assert!(stamps[1].minute_of_day().minutes() >= 17 * 60, "{}", stamps[1]);
    assert_eq!(imported.report.count(Defect::OutOfSession), 1);
}

#[test]
fn a_yahoo_day_ends_in_greenwich() {
    let text = "timestamp,open,high,low,close\n2024-01-01 18:30:00+00:00,1,1,1,1\n";
    let imported = import_text(text, &options(SBIN, "1d")).unwrap();
    assert_eq!(bars(&imported).times(), [ist("2024-01-02 9:15")]);
}

#[test]
fn symbol_column_as_filter() {
    let text = "date,symbol,open,high,low,close
2024-01-01,SBIN,1,1,1,1
2024-01-01,TCS,2,2,2,2
2024-01-01,NIFTY 50,3,3,3,3
";
    let close = |symbol: &str| {
        let imported = import_text(text, &options(symbol, "1d")).unwrap();
        assert_eq!(imported.report.files[0].other_symbols, 2);
        bars(&imported).closes()[0].to_string()
    };
    assert_eq!(close("NSE:TCS-EQ"), "2.00");
    assert_eq!(close("NSE:NIFTY50-INDEX"), "3.00");
    let error = import_text(text, &options("NSE:INFY-EQ", "1d")).unwrap_err().to_string();
    assert!(
        error.contains(
            "none of its labels means NSE:INFY-EQ; it labels its rows with 3 symbols (NIFTY 50, SBIN, TCS)"
        ),
        "{error}"
    );
    let all = import_text(text, &options("all", "1d")).unwrap();
    let ids: Vec<&str> = all.series.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(ids, ["NSE:NIFTY50-INDEX", "NSE:SBIN-EQ", "NSE:TCS-EQ"]);
}

#[test]
fn two_shares_one_after_the_other_are_not_one() {
    // No overlap in time, but the price does not carry on.
    let text = "date,symbol,series,open,high,low,close
2024-01-01,OLD,EQ,100,100,100,100
2024-01-02,NEW,EQ,900,900,900,900
";
    let imported = import_text(text, &options("NSE:NEW-EQ", "1d")).unwrap();
    assert_eq!((bars(&imported).len(), imported.report.files[0].other_symbols), (1, 1));
}

#[test]
fn ticks_become_bars_of_any_length() {
    let text = "timestamp,ltp,volume
2024-01-01 09:15:01,100,1000
2024-01-01 09:15:30,103,1100
2024-01-01 09:15:30,103,1100
2024-01-01 09:15:59,102,1090
2024-01-01 09:17:00,99,1500
2024-01-01 15:30:00,99,1600
2024-01-02 09:15:00,98,10
2024-01-02 09:16:00,97,15
";
    let minutes = import_text(text, &options(SBIN, "1m")).unwrap();
    assert_eq!(bars(&minutes).len(), 4);
    assert_eq!(values(bars(&minutes), "2024-01-01 9:15"), "100.00 103.00 100.00 102.00 1100");
    assert_eq!(values(bars(&minutes), "2024-01-01 9:17"), "99.00 99.00 99.00 99.00 400");
    assert_eq!(
        (minutes.report.count(Defect::ExactDuplicate), minutes.report.count(Defect::OutOfSession)),
        (1, 1)
    );
    let fives = import_text(text, &options(SBIN, "5m")).unwrap();
    assert_eq!(values(bars(&fives), "2024-01-01 9:15"), "100.00 103.00 99.00 99.00 1500");
    let days = import_text(text, &options(SBIN, "1d")).unwrap();
    assert_eq!(values(bars(&days), "2024-01-02 9:15"), "98.00 98.00 97.00 97.00 15");
}

#[test]
fn coarser_rows_than_the_timeframe_are_refused() {
    let rows: Vec<String> = (0..30)
        .map(|i| 555 + 5 * i)
        .map(|minute| format!("2024-01-01 {:02}:{:02},1,1,1,1\n", minute / 60, minute % 60))
        .collect();
    let text = format!("date,open,high,low,close\n{}", rows.concat());
    let error = import_text(&text, &options(SBIN, "1m")).unwrap_err();
    assert!(
        matches!(error, ImportError::Timeframe { likely: Some(t), .. } if t == "5m".parse().unwrap()),
        "{error}"
    );
    let error = import_text(&text, &options(SBIN, "1d")).unwrap_err().to_string();
    assert!(error.ends_with("its rows are 5 minutes apart, not a day; use --timeframe 5m"), "{error}");
    assert_eq!(bars(&import_text(&text, &options(SBIN, "5m")).unwrap()).len(), 30);
}

/// The day's only bar of one instrument of an exchange's file.
fn end_of_day(name: &str, text: &str, symbol: &str) -> String {
    let imported =
        import(&[&file(name, text).path], &options(symbol, "1d")).unwrap_or_else(|e| panic!("{e}"));
    values(bars(&imported), "2024-01-01 9:15")
}

#[test]
fn older_exchange_files() {
    let cash =
        "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,
SBIN,EQ,100,102,99,101,101.5,99,5000,1,01-JAN-2024,7,INE062A01020,
SBIN,BL,1,1,1,1,1,1,1,1,01-JAN-2024,7,INE062A01020,
";
    assert_eq!(end_of_day("cm.csv", cash, SBIN), "100.00 102.00 99.00 101.00 5000");
    let full = "SYMBOL, SERIES, DATE1, PREV_CLOSE, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, LAST_PRICE, CLOSE_PRICE, AVG_PRICE, TTL_TRD_QNTY, DELIV_QTY
SBIN, EQ, 01-Jan-2024, 99, 100, 102, 99, 101.5, 101, 100.5, 5000, -
";
    assert_eq!(end_of_day("sec.csv", full, SBIN), "100.00 102.00 99.00 101.00 5000");
    let futures = "INSTRUMENT,SYMBOL,EXPIRY_DT,STRIKE_PR,OPTION_TYP,OPEN,HIGH,LOW,CLOSE,SETTLE_PR,CONTRACTS,VAL_INLAKH,OPEN_INT,CHG_IN_OI,TIMESTAMP,
FUTSTK,SBIN,25-Jan-2024,0,XX,100,102,99,101,101,30,1,1,1,01-JAN-2024,
OPTIDX,NIFTY,25-Jan-2024,21700,CE,1,1,1,1,1,1,1,1,1,01-JAN-2024,
OPTIDX,NIFTY,11-Jan-2024,21700,CE,2,2,2,2,2,2,1,1,1,01-JAN-2024,
";
    assert_eq!(end_of_day("fo.csv", futures, "NSE:SBIN24JANFUT"), "100.00 102.00 99.00 101.00 30");
    assert_eq!(end_of_day("fo.csv", futures, "NSE:NIFTY24JAN21700CE"), "1.00 1.00 1.00 1.00 1");
    assert_eq!(end_of_day("fo.csv", futures, "NSE:NIFTY2411121700CE"), "2.00 2.00 2.00 2.00 2");
    let bse = "TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,StrkPric,OptnTp,FinInstrmNm,OpnPric,HghPric,LwPric,ClsPric,LastPric,TtlTradgVol,NewBrdLotQty
2024-01-01,2024-01-01,CM,BSE,STK,500112,INE062A01020,SBIN,A,,,,STATE BANK OF INDIA,100,102,99,101,101,5000,1
";
    assert_eq!(end_of_day("bse.csv", bse, "BSE:SBIN-A"), "100.00 102.00 99.00 101.00 5000");
    let page = "\"Date \",\"series \",\"OPEN \",\"HIGH \",\"LOW \",\"PREV. CLOSE \",\"ltp \",\"close \",\"VOLUME \"
\"01-Jan-2024\",\"EQ\",\"1,100.00\",\"1,102.00\",\"1,099.00\",\"1,099.00\",\"1,101.50\",\"1,101.00\",\"12,34,567\"
";
    assert_eq!(end_of_day("page.csv", page, SBIN), "1100.00 1102.00 1099.00 1101.00 1234567");
}
