//! Each untouched sample: what it yields, or which message refuses it.
//!
//! Counts that hang on whether the calendar knows a year (before 2023) are stated so that both answers pass.

use super::*;

fn raw(name: &str) -> Option<PathBuf> {
    shared(&format!("raw/{name}.csv.gz"))
}

/// Rows kept, or left out only because the calendar knows that the market was closed.
fn kept_or_closed(file: &FileReport) -> u64 {
    file.kept + file.count(Defect::OutOfSession)
}

#[test]
fn bank_nifty_labelled_nifty() {
    let Some(path) = raw("BNF_2024_head_wrong_label") else { return };
    let imported = import(&[&path], &options("NSE:NIFTYBANK-INDEX", "1m")).unwrap();
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.kept, file.count(Defect::OutOfSession)), (7999, 7832, 167));
    assert_eq!(file.findings[0].examples[0].line, 6002);
    assert!(file.notes.iter().any(|n| n.contains("labels its rows `NIFTY`")), "{:?}", file.notes);
    assert!(file.notes.iter().any(|n| n.contains("Indian Standard Time")));
    let bars = bars(&imported);
    assert_eq!(
        (bars.times()[0], *bars.times().last().unwrap()),
        (ist("2024-01-01 9:15"), ist("2024-01-30 14:46"))
    );
    assert_eq!(values(bars, "2024-01-01 9:15"), "48203.45 48282.35 48152.30 48160.65 0");

    let kept = ImportOptions { keep_out_of_session: true, ..options("NSE:NIFTYBANK-INDEX", "1m") };
    assert_eq!(import(&[&path], &kept).unwrap().report.files[0].kept, 7999);
    let error = import(&[&path], &options("NSE:NIFTYBANK-INDEX", "5m")).unwrap_err().to_string();
    assert!(error.ends_with("its rows are 1 minutes apart, not 5; use --timeframe 1m"), "{error}");
    let strict = ImportOptions { strict: true, ..options("NSE:NIFTYBANK-INDEX", "1m") };
    let error = import(&[&path], &strict).unwrap_err().to_string();
    assert!(error.contains(".csv.gz:6002: outside the session: 2024-01-20 15:30"), "{error}");
}

#[test]
fn bank_nifty_epoch_seconds() {
    let Some(path) = raw("BankNifty_15m_epoch_seconds_head") else { return };
    let imported = import(&[&path], &options("NSE:NIFTYBANK-INDEX", "15m")).unwrap();
    let file = &imported.report.files[0];
    assert_eq!((file.rows, kept_or_closed(file), file.count(Defect::OutsideRange)), (5999, 5999, 109));
    assert_eq!(file.findings[0].examples[0].line, 13);
    let bars = bars(&imported);
    assert_eq!(
        (bars.times()[0], *bars.times().last().unwrap()),
        (ist("2018-01-01 9:15"), ist("2018-12-28 15:00"))
    );
    // Line 13 has high 25540.65 under its open.
    assert_eq!(values(bars, "2018-01-01 12:00"), "25540.70 25540.70 25515.30 25524.60 0");
}

#[test]
fn infosys_changes_its_symbol() {
    let Some(path) = raw("INFY_2000_2021_symbol_change") else { return };
    let imported = import(&[&path], &options("NSE:INFY-EQ", "1d")).unwrap();
    let file = &imported.report.files[0];
    assert_eq!((file.rows, kept_or_closed(file), file.other_symbols), (900, 900, 0));
    let note = file.notes.iter().find(|n| n.contains("symbol changes")).unwrap();
    assert!(
        note.contains("INFOSYSTCH-EQ 2010-01-07 to 2011-06-28, then INFY-EQ 2011-06-29 to 2013-08-07"),
        "{note}"
    );
    assert_eq!(bars(&imported).closes()[0].to_string(), "2525.05");
    assert_eq!(bars(&imported).volumes()[0].raw(), 1_361_575);

    let two = import(&[&path], &options("all", "1d")).unwrap();
    let ids: Vec<&str> = two.series.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(ids, ["NSE:INFOSYSTCH-EQ", "NSE:INFY-EQ"]);
    let error = import(&[&path], &options("NSE:SBIN-EQ", "1d")).unwrap_err().to_string();
    assert!(
        error.contains("holds no rows of NSE:SBIN-EQ; it holds 2 symbols (NSE:INFOSYSTCH-EQ, NSE:INFY-EQ)"),
        "{error}"
    );
    let error = import(&[&path], &options("NSE:INFY-EQ", "1m")).unwrap_err().to_string();
    assert!(error.ends_with("they are daily bars; use --timeframe 1d"), "{error}");
}

#[test]
fn dhan_writes_utc_without_saying_so() {
    let Some(path) = raw("dhan_banknifty_5min_naive_utc_with_stray_rows") else { return };
    let as_ist = import(&[&path], &options("NSE:NIFTYBANK-INDEX", "5m")).unwrap();
    assert_eq!((as_ist.report.files[0].kept, as_ist.report.count(Defect::OutOfSession)), (47, 330));
    assert!(
        as_ist.report.warnings[0].ends_with("import again with --timezone UTC"),
        "{:?}",
        as_ist.report.warnings
    );

    let utc = ImportOptions { timezone: TimeZoneChoice::Utc, ..options("NSE:NIFTYBANK-INDEX", "5m") };
    let imported = import(&[&path], &utc).unwrap();
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.kept, file.count(Defect::OutOfSession)), (377, 375, 2));
    assert_eq!(imported.report.warnings, [] as [&str; 0]);
    let bars = bars(&imported);
    assert_eq!(
        (bars.times()[0], *bars.times().last().unwrap()),
        (ist("2026-07-13 9:15"), ist("2026-07-17 15:25"))
    );
    assert_eq!(values(bars, "2026-07-13 9:15"), "57616.70 57651.10 57492.05 57567.15 8271756");
}

#[test]
fn depth_ticks_under_short_names() {
    let Some(path) = raw("fut_depth_ticks_2025-11-17_mislabelled") else { return };
    let error = import(&[&path], &options("NSE:RELIANCE25NOVFUT", "1m")).unwrap_err().to_string();
    assert!(error.contains("none of its labels means NSE:RELIANCE25NOVFUT; it labels its rows with 4 symbols (MCX, RELIND, TCS, TRENT)"), "{error}");
    let error = import(&[&path], &options("NSE:TCS-EQ", "1m")).unwrap_err().to_string();
    assert!(
        error.contains("its rows carry open interest: they are of a derivative, not of NSE:TCS-EQ"),
        "{error}"
    );
    let error = import(&[&path], &options("all", "1m")).unwrap_err().to_string();
    assert!(error.contains("--all cannot name the contract"), "{error}");

    let imported = import(&[&path], &options("NSE:TCS25NOVFUT", "1m")).unwrap();
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.kept, file.other_symbols), (1310, 1010, 4226));
    assert_eq!((file.count(Defect::WrongLength), file.count(Defect::ExactDuplicate)), (1, 299));
    assert_eq!(file.findings[0].examples[0].line, 184);
    assert_eq!(bars(&imported).len(), 25);
}

#[test]
fn gold_newest_first() {
    let Some(path) = raw("mcx_gold_05FEB2014_newest_first") else { return };
    let imported = import(&[&path], &options("MCX:GOLD14FEBFUT", "1d")).unwrap();
    let file = &imported.report.files[0];
    assert_eq!((file.rows, kept_or_closed(file)), (178, 145));
    assert_eq!((file.count(Defect::Untraded), file.count(Defect::Disorder)), (33, 144));
    assert!(file.notes.iter().any(|n| n.starts_with("volume counts lots")));
    let bars = bars(&imported);
    let last = bars.get(bars.len() - 1);
    assert_eq!(
        (last.time.date().to_string(), last.close.to_string()),
        ("2014-02-05".into(), "29758.00".into())
    );
    assert_eq!(last.volume.raw(), 267);
    let all = import(&[&path], &options("all", "1d")).unwrap();
    assert_eq!(all.series[0].0.as_str(), "MCX:GOLD14FEBFUT");
}

#[test]
fn cash_bhavcopy_with_row_names() {
    let Some(path) = raw("nse_cm_bhav_2026-07-06_rownames") else { return };
    let all = import(&[&path], &options("all", "1d")).unwrap();
    assert_eq!((all.report.files[0].rows, all.series.len()), (3301, 3301));
    let one = import(&[&path], &options("NSE:ZYDUSLIFE-EQ", "1d")).unwrap();
    assert_eq!((one.report.files[0].rows, one.report.files[0].other_symbols), (1, 3300));
    assert_eq!(values(bars(&one), "2026-07-06 9:15"), "1145.00 1151.90 1131.60 1147.90 2050194");
    let error = import(&[&path], &options("NSE:RELIANC-EQ", "1d")).unwrap_err().to_string();
    assert!(error.contains("it holds 3301 symbols (NSE:RELIANCE-EQ, "), "{error}");
    let unsaid = ImportOptions { symbol: None, ..options("NSE:X-EQ", "1d") };
    let error = import(&[&path], &unsaid).unwrap_err().to_string();
    assert!(error.ends_with("give --symbol for one of them or --all"), "{error}");
}

#[test]
fn index_closing_file() {
    let Some(path) = raw("nse_index_close_all_2025-01-01") else { return };
    let imported = import(&[&path], &options("all", "1d")).unwrap();
    let file = &imported.report.files[0];
    // 14 indices have no open, high and low (`-`); the names of 7 are longer than a symbol may be.
    assert_eq!((file.count(Defect::MissingPrice), file.count(Defect::BadSymbol)), (14, 7));
    assert_eq!((file.rows, file.kept), (129, 108));
    let one = import(&[&path], &options("NSE:NIFTY50-INDEX", "1d")).unwrap();
    assert_eq!(values(bars(&one), "2025-01-01 9:15"), "23637.65 23822.80 23562.80 23742.90 154921938");
    for symbol in ["NSE:NIFTYBANK-INDEX", "NSE:FINNIFTY-INDEX", "NSE:MIDCPNIFTY-INDEX", "NSE:INDIAVIX-INDEX"]
    {
        assert_eq!(import(&[&path], &options(symbol, "1d")).unwrap().report.files[0].kept, 1, "{symbol}");
    }
}

#[test]
fn legacy_futures_take_their_date_from_the_name() {
    let Some(path) = raw("nse_legacy_fo17112025_futures") else { return };
    let all = import(&[&path], &options("all", "1d")).unwrap();
    let file = &all.report.files[0];
    assert_eq!((file.rows, file.kept, file.skipped_lines), (633, 633, 1));
    assert!(file.notes.iter().any(|n| n.contains("2025-11-17 was taken from the file's name")));
    let one = import(&[&path], &options("NSE:BANKNIFTY25NOVFUT", "1d")).unwrap();
    assert_eq!(values(bars(&one), "2025-11-17 9:15"), "58761.20 59067.40 58695.80 59027.40 774165");

    let renamed = file_of(&path, "futures.csv.gz");
    let error = import(&[&renamed.path], &options("all", "1d")).unwrap_err().to_string();
    assert!(error.contains("rename the file so that it does, for example fo17112025.csv"), "{error}");
}

fn file_of(path: &Path, name: &str) -> Temporary {
    file(name, std::fs::read(path).unwrap())
}

#[test]
fn legacy_options_weekly_and_monthly() {
    let Some(path) = raw("nse_legacy_op17112025_padded_subset") else { return };
    let all = import(&[&path], &options("all", "1d")).unwrap();
    assert_eq!((all.report.files[0].kept, all.series.len()), (1586, 1586));
    let ids: Vec<&str> = all.series.iter().map(|(id, ..)| id.as_str()).collect();
    for id in [
        "NSE:NIFTY25N1826000CE",
        "NSE:NIFTY25NOV26000CE",
        "NSE:NIFTY25D0226000CE",
        "NSE:BANKNIFTY25NOV46500PE",
    ] {
        assert!(ids.contains(&id), "{id}");
    }
    let one = import(&[&path], &options("NSE:BANKNIFTY25NOV46500PE", "1d")).unwrap();
    assert_eq!(values(bars(&one), "2025-11-17 9:15"), "2.75 3.90 2.70 2.80 22855");
}

#[test]
fn udiff_contracts() {
    let Some(path) = raw("nse_udiff_fo_2026-03-24_NIFTY") else { return };
    let all = import(&[&path], &options("all", "1d")).unwrap();
    let file = &all.report.files[0];
    assert_eq!((file.rows, file.kept, file.count(Defect::Untraded)), (2214, 1354, 860));
    // 61,048 contracts of 65 units.
    let one = import(&[&path], &options("NSE:NIFTY26APRFUT", "1d")).unwrap();
    assert_eq!(values(bars(&one), "2026-03-24 9:15"), "22990.00 23179.00 22740.40 23055.90 3968120");

    let Some(path) = raw("nse_udiff_fo_2026-03-24_RELIANCE") else { return };
    let all = import(&[&path], &options("all", "1d")).unwrap();
    assert_eq!((all.report.files[0].kept, all.report.count(Defect::Untraded)), (184, 69));
    let error = import(&[&path], &options("NSE:RELIANCE-EQ", "1d")).unwrap_err();
    assert!(matches!(error, ImportError::Symbol { ref found, .. } if found.len() == 253), "{error}");
}

/// Bars of the day as the cleaned files have them, from the same ticks.
fn agrees_with(cleaned: &str, made: &Bars, day: &str, expected: usize) {
    let Some(path) = shared(cleaned) else { return };
    let symbol = "NSE:SBIN-EQ";
    let cleaned = import(&[&path], &options(symbol, "1m")).unwrap();
    let (from, to) = (ist(&format!("{day} 9:15")), ist(&format!("{day} 15:30")));
    let of_day = |bars: &Bars| bars.slice(bars.first_at_or_after(from)..bars.first_at_or_after(to));
    assert_eq!(of_day(made).len(), expected);
    assert_eq!(of_day(made), of_day(bars(&cleaned)));
}

#[test]
fn reliance_ticks_with_a_tail_of_the_next_morning() {
    let Some(path) = raw("ticks_RELIANCE_16_April") else { return };
    let imported = import(&[&path], &options("NSE:RELIANCE-EQ", "1m")).unwrap();
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.count(Defect::BadTime), file.count(Defect::WrongDay)), (26080, 3007, 696));
    assert_eq!(file.findings[0].examples[0].line, 22379);
    assert_eq!((file.count(Defect::Disorder) > 0, file.count(Defect::ExactDuplicate) > 0), (true, true));
    agrees_with("bars_1m/RELIANCE_2021-03_2021-06_1m_from_ticks.parquet", bars(&imported), "2021-04-16", 368);
}

#[test]
fn nifty_ticks_with_a_weekend_of_repeats() {
    let Some(path) = raw("ticks_Nifty_2021-06-11_") else { return };
    let imported = import(&[&path], &options("NSE:NIFTY50-INDEX", "1m")).unwrap();
    assert_eq!((imported.report.files[0].rows, imported.report.count(Defect::WrongDay)), (64740, 31237));
    agrees_with("bars_1m/NIFTY50_2021-03_2021-06_1m_from_ticks.parquet", bars(&imported), "2021-06-11", 330);
}

#[test]
fn sbin_ticks_in_two_overlapping_files() {
    let (Some(one), Some(two)) = (raw("ticks_SBIN_2021-05-24_part1"), raw("ticks_SBIN_2021-05-24_part2"))
    else {
        return;
    };
    let symbol = options("NSE:SBIN-EQ", "1m");
    let imported = import(&[&one, &two], &symbol).unwrap();
    let rows: Vec<u64> = imported.report.files.iter().map(|f| f.rows).collect();
    assert_eq!(rows, [5860, 12740]);
    assert_eq!(import(&[&two, &one], &symbol).unwrap().series, imported.series);
    agrees_with("bars_1m/SBIN_2021-03_2021-06_1m_from_ticks.parquet", bars(&imported), "2021-05-24", 211);
    // Bars of five minutes straight from the ticks hold the same trades.
    let five = import(&[&one, &two], &options("NSE:SBIN-EQ", "5m")).unwrap();
    let total = |bars: &Bars| bars.volumes().iter().copied().sum::<domain::Qty>();
    assert_eq!(total(bars(&five)), total(bars(&imported)));
}

#[test]
fn yfinance_with_three_header_rows() {
    let Some(path) = raw("yfinance_nifty_1min_3header_rows_utc") else { return };
    let imported = import(&[&path], &options("NSE:NIFTY50-INDEX", "1m")).unwrap();
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.kept, file.skipped_lines), (1874, 1874, 2));
    assert!(!file.notes.iter().any(|n| n.contains("no zone")), "{:?}", file.notes);
    assert_eq!(values(bars(&imported), "2025-09-04 9:15"), "24970.3008 24970.3008 24867.0508 24876.5996 0");
    assert_eq!(*bars(&imported).times().last().unwrap(), ist("2025-09-10 15:29"));

    let tick = ImportOptions { tick: Some(Tick::DEFAULT), ..options("NSE:NIFTY50-INDEX", "1m") };
    let imported = import(&[&path], &tick).unwrap();
    assert_eq!(values(bars(&imported), "2025-09-04 9:15"), "24970.30 24970.30 24867.05 24876.60 0");
    assert!(bars(&imported).closes().iter().all(|p| p.is_on(Tick::DEFAULT)));
}
