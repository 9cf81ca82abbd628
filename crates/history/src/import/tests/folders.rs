//! One file at least of each folder of cleaned data, in both formats.

use super::*;

fn whole(name: &str, symbol: &str, timeframe: &str) -> Option<Imported> {
    let imported = import(&[shared(name)?], &options(symbol, timeframe)).unwrap();
    Some(imported)
}

#[test]
fn one_minute_bars() {
    let Some(imported) = whole("bars_1m/BANKNIFTY_2024-01_2024-05_1m.parquet", "NSE:NIFTYBANK-INDEX", "1m")
    else {
        return;
    };
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.kept, file.count(Defect::OutOfSession)), (37127, 36960, 167));
    assert_eq!(values(bars(&imported), "2024-01-01 9:15"), "48203.45 48282.35 48152.30 48160.65 0");
    // The disaster-recovery drill of a Saturday is a session.
    assert_eq!(values(bars(&imported), "2024-03-02 11:30").split(' ').count(), 5);
}

#[test]
fn one_minute_bars_of_2009_are_kept_as_the_calendar_allows() {
    let Some(imported) = whole("bars_1m/NIFTY50_2009_1m.parquet", "NSE:NIFTY50-INDEX", "1m") else { return };
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.kept + file.count(Defect::OutOfSession)), (76897, 76897));
}

#[test]
fn five_minute_bars() {
    let Some(imported) = whole("bars_5m/NIFTY50_2024-07_2025-07_5m.parquet", "NSE:NIFTY50-INDEX", "5m")
    else {
        return;
    };
    assert_eq!((imported.report.files[0].kept, bars(&imported).len()), (18675, 18675));
    assert_eq!(values(bars(&imported), "2024-07-26 9:15"), "24423.35 24473.50 24410.90 24467.45 0");
}

#[test]
fn fifteen_minute_bars() {
    let Some(imported) = whole("bars_15m/BANKNIFTY_2018_2021_15m.parquet", "NSE:NIFTYBANK-INDEX", "15m")
    else {
        return;
    };
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.count(Defect::OutsideRange)), (24475, 509));
    assert_eq!(file.kept + file.count(Defect::OutOfSession), 24475);
}

#[test]
fn daily_bars_of_many_symbols() {
    let Some(imported) = whole("daily/NSE_EQ_2000_2021_daily_unadjusted.csv.gz", "all", "1d") else { return };
    assert_eq!((imported.report.files[0].rows, imported.series.len()), (75789, 15));
    let Some(imported) = whole("daily/NSE_EQ_2000_2021_daily_unadjusted.csv.gz", "NSE:INFY-EQ", "1d") else {
        return;
    };
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.other_symbols), (5306, 70483));
    assert_eq!(file.count(Defect::OutsideRange), 0);

    let Some(imported) = whole("daily/INDEX_daily_recent.csv.gz", "NSE:NIFTYBANK-INDEX", "1d") else {
        return;
    };
    assert_eq!(imported.report.files[0].rows, 876);
    let last = bars(&imported).get(bars(&imported).len() - 1);
    assert_eq!((last.time, last.close.to_string()), (ist("2026-07-16 9:15"), "57582.25".into()));

    let Some(imported) = whole("daily/NSE_EQ_2020_2025_daily_adjusted.csv.gz", "NSE:ITC-EQ", "1d") else {
        return;
    };
    assert_eq!(bars(&imported).closes().last().unwrap().to_string(), "401.55");
}

#[test]
fn derivatives_end_of_day() {
    let Some(imported) = whole("fo_eod/NSE_FO_EOD_2026-02_2026-03.parquet", "all", "1d") else { return };
    let file = &imported.report.files[0];
    // One row has trades but no prices: it is not untraded.
    let counted = (file.rows, file.kept, file.count(Defect::Untraded), file.count(Defect::MissingPrice));
    assert_eq!(counted, (115_864, 62_002, 53_861, 1));
    let Some(one) = whole("fo_eod/NSE_FO_EOD_2026-02_2026-03.parquet", "NSE:BANKNIFTY26FEBFUT", "1d") else {
        return;
    };
    // 29,522 contracts of 30 units.
    assert_eq!(values(bars(&one), "2026-02-16 9:15"), "60225.00 61034.20 60121.40 60968.80 885660");
}

#[test]
fn golden_indicator_files_are_bars_too() {
    let Some(imported) = whole("golden/indicators.csv.gz", "NSE:RELIANCE-EQ", "5m") else { return };
    assert_eq!(imported.report.files[0].rows, 3366);
    assert_eq!(values(bars(&imported), "2021-03-30 9:20"), "2001.55 2001.55 2001.55 2001.55 869135");
    let Some(imported) = whole("golden/indicators_daily.csv.gz", "NSE:INFY-EQ", "1d") else { return };
    assert_eq!(imported.report.files[0].rows, 1241);
}

#[test]
fn gold_futures_of_twelve_years() {
    let Some(imported) = whole("mcx/MCX_GOLD_futures_daily_2013_2024.csv.gz", "all", "1d") else { return };
    let file = &imported.report.files[0];
    assert_eq!((file.rows, file.count(Defect::Untraded), file.count(Defect::OutsideRange)), (4900, 272, 26));
    assert_eq!(imported.series.len(), 66);
    assert!(
        imported
            .series
            .iter()
            .all(|(id, ..)| id.as_str().starts_with("MCX:GOLD") && id.as_str().ends_with("FUT"))
    );
}

#[test]
fn rolling_options() {
    let name = "options_5m/NIFTY_ATM_CALL_ROLLING_2026_5m.parquet";
    let Some(imported) = whole(name, "NSE:NIFTY26JUL25000CE", "5m") else { return };
    assert_eq!(imported.report.files[0].kept, 9075);
    let error = import(&[shared(name).unwrap()], &options("all", "5m")).unwrap_err().to_string();
    assert!(error.contains("has no symbol column, so --all cannot name its rows"), "{error}");
}

#[test]
fn ticks_in_parquet_give_the_bars_that_were_made_of_them() {
    let Some(imported) = whole("ticks/NSE_ticks_2021-06-10_2021-06-11.parquet", "all", "1m") else { return };
    assert_eq!(imported.report.files[0].kept, 106_882);
    for (id, file) in [
        ("NSE:NIFTY50-INDEX", "NIFTY50"),
        ("NSE:NIFTYBANK-INDEX", "BANKNIFTY"),
        ("NSE:RELIANCE-EQ", "RELIANCE"),
    ] {
        let name = format!("bars_1m/{file}_2021-03_2021-06_1m_from_ticks.parquet");
        let Some(cleaned) = whole(&name, id, "1m") else { return };
        let (.., made) = imported.series.iter().find(|(made, ..)| made.as_str() == id).unwrap();
        // The first bar of a day holds what traded before the extract of ticks began.
        let from = ist("2021-06-11 9:16");
        let rest = |bars: &Bars| bars.slice(bars.first_at_or_after(from)..bars.len());
        assert_eq!(rest(made), rest(bars(&cleaned)), "{id}");
        assert!(rest(made).len() > 300);
    }
}
