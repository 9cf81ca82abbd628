use super::*;
use domain::Qty;
use domain::bars::Bar;
use domain::calendar::Session;
use domain::time::{MinuteOfDay, Span};
use jiff::civil::{Weekday, date};

fn minute(h: u16, m: u16) -> MinuteOfDay {
    MinuteOfDay::new(h, m).unwrap()
}

/// Hours with the status given; the rest as on an ordinary day.
fn day_with(status: DayStatus, sessions: &[[(u16, u16); 2]]) -> TradingDay {
    let mut day = Calendar::builtin().day(TradingClass::Index, date(2024, 1, 2));
    day.hours_known = status != DayStatus::Unknown;
    day.status = status;
    day.sessions =
        sessions.iter().map(|[a, b]| Session { open: minute(a.0, a.1), close: minute(b.0, b.1) }).collect();
    day
}

/// January 2024: weekdays are open from 09:15 to 10:00, the 3rd is a holiday, the 5th has two short sessions, from the
/// 10th on nothing is known.
fn calendar(on: Date) -> TradingDay {
    match on.day() {
        3 => day_with(DayStatus::Closed("holiday".into()), &[]),
        5 => day_with(DayStatus::Special("drill".into()), &[[(9, 15), (9, 30)], [(11, 0), (11, 10)]]),
        10.. => day_with(DayStatus::Unknown, &[[(9, 15), (10, 0)]]),
        _ if matches!(on.weekday(), Weekday::Saturday | Weekday::Sunday) => {
            day_with(DayStatus::Closed("weekend".into()), &[])
        }
        _ => day_with(DayStatus::Open, &[[(9, 15), (10, 0)]]),
    }
}

/// Bars from `from` on day `d`, every `step` minutes.
fn run(d: i8, from: (u16, u16), n: i64, step: i64) -> impl Iterator<Item = Bar> {
    let start = Timestamp::ist(date(2024, 1, d), minute(from.0, from.1));
    (0..n).map(move |i| at(start + Span::minutes(i * step), 100 + i % 3))
}

fn at(time: Timestamp, rupees: i64) -> Bar {
    let price = Price::rupees(rupees);
    let (high, low) = (Price::rupees(rupees + 1), Price::rupees(rupees - 1));
    Bar { time, open: price, high, low, close: price, volume: Qty::units(1) }
}

fn covered(bars: &Bars, timeframe: Timeframe) -> Coverage {
    verify_against(bars, timeframe, None, calendar)
}

#[test]
fn a_whole_series_is_clean() {
    let bars = run(1, (9, 15), 45, 1).chain(run(2, (9, 15), 45, 1)).chain(run(4, (9, 15), 45, 1));
    let bars = Bars::collect(bars.chain(run(5, (9, 15), 15, 1)).chain(run(5, (11, 0), 10, 1))).unwrap();
    let found = covered(&bars, Timeframe::MINUTE);
    assert!(found.is_clean(), "{found:?}");
    assert_eq!((found.days_expected, found.days_present, found.bars), (4, 4, 160));
    assert_eq!(found.span, Some((date(2024, 1, 1), date(2024, 1, 5))));
}

#[test]
fn days_and_minutes_that_lack_are_named() {
    let bars =
        Bars::collect(run(1, (9, 15), 45, 1).chain(run(5, (9, 20), 10, 1)).chain(run(8, (9, 15), 44, 1)))
            .unwrap();
    let found = covered(&bars, Timeframe::MINUTE);
    assert_eq!(found.missing_days, [date(2024, 1, 2), date(2024, 1, 4)]);
    assert_eq!(
        found.short_days,
        [
            ShortDay { date: date(2024, 1, 5), expected: 25, present: 10 },
            ShortDay { date: date(2024, 1, 8), expected: 45, present: 44 },
        ]
    );
    assert_eq!((found.days_expected, found.days_present, found.missing_bars), (5, 3, 16));
}

#[test]
fn bars_where_no_market_was_are_counted_apart() {
    let bars = run(2, (9, 0), 60, 1).chain(run(3, (9, 15), 2, 1)).chain(run(6, (9, 15), 1, 1));
    let found = covered(&Bars::collect(bars.chain(run(8, (9, 15), 45, 1))).unwrap(), Timeframe::MINUTE);
    let out: Vec<_> = found.out_of_session.iter().map(|d| (d.date.day(), d.bars)).collect();
    assert_eq!(out, [(2, 15), (3, 2), (6, 1)]);
    assert!(found.short_days.is_empty());
    assert_eq!(found.missing_days, [date(2024, 1, 4), date(2024, 1, 5)]);
}

#[test]
fn unknown_days_are_not_judged() {
    let bars =
        Bars::collect(run(9, (9, 15), 45, 1).chain(run(10, (3, 0), 7, 1)).chain(run(13, (9, 15), 2, 1)))
            .unwrap();
    let found = covered(&bars, Timeframe::MINUTE);
    assert_eq!(found.unknown_days, [date(2024, 1, 10), date(2024, 1, 13)]);
    assert_eq!((found.days_unjudged, found.days_expected), (2, 1));
    assert!(found.is_clean());
}

#[test]
fn hours_that_nobody_verified_make_no_day_short() {
    let bars = Bars::collect(run(2, (9, 15), 5, 1)).unwrap();
    let found = verify_against(&bars, Timeframe::MINUTE, None, |on| TradingDay {
        hours_known: false,
        ..calendar(on)
    });
    assert!(found.is_clean(), "{found:?}");
    assert_eq!(found.days_present, 1);
}

#[test]
fn longer_bars_have_their_own_grid() {
    let five = Timeframe::Minutes(5);
    let bars = Bars::collect(run(4, (9, 15), 9, 5).chain(run(5, (9, 15), 3, 5)).chain(run(5, (11, 0), 2, 5)))
        .unwrap();
    assert!(covered(&bars, five).is_clean());
    // The last bar of a session may be short: 20 minutes make 3 slots of 45.
    let long = Bars::collect(run(4, (9, 15), 3, 20)).unwrap();
    assert!(covered(&long, Timeframe::Minutes(20)).is_clean());
    // Stamps beside the grid: a minute late, or half a minute.
    let mut late: Vec<Bar> = run(4, (9, 16), 8, 5).collect();
    late[7].time = late[7].time - Span::micros(30_000_000);
    let found = covered(&Bars::collect(late).unwrap(), five);
    assert_eq!(found.off_grid, [DayBars { date: date(2024, 1, 4), bars: 8 }]);
    assert_eq!(found.short_days, [ShortDay { date: date(2024, 1, 4), expected: 9, present: 8 }]);
}

#[test]
fn a_daily_bar_counts_for_its_day_whatever_its_stamp() {
    let bars = Bars::collect(
        run(1, (0, 0), 1, 1).chain(run(2, (15, 30), 1, 1)).chain(run(3, (9, 15), 1, 1)).chain(run(
            5,
            (9, 15),
            1,
            1,
        )),
    );
    let found = covered(&bars.unwrap(), Timeframe::Day);
    assert_eq!(found.missing_days, [date(2024, 1, 4)]);
    assert_eq!(found.out_of_session, [DayBars { date: date(2024, 1, 3), bars: 1 }]);
    assert!(found.short_days.is_empty());
}

#[test]
fn a_closing_auction_is_welcome_and_not_expected() {
    let with_auction = |on: Date| {
        let mut day = calendar(on);
        day.closing_auction = Some(Session { open: minute(10, 0), close: minute(10, 20) });
        day
    };
    for extra in [0, 1, 5] {
        let bars = Bars::collect(run(4, (9, 15), 45, 1).chain(run(4, (10, 15), extra, 1))).unwrap();
        let found = verify_against(&bars, Timeframe::MINUTE, None, with_auction);
        assert!(found.is_clean(), "{extra}: {found:?}");
    }
}

#[test]
fn a_range_widens_or_narrows_the_question() {
    let bars = Bars::collect(run(2, (9, 15), 45, 1).chain(run(4, (9, 15), 45, 1))).unwrap();
    let wide = verify_against(&bars, Timeframe::MINUTE, Some(date(2024, 1, 1)..=date(2024, 1, 8)), calendar);
    assert_eq!(wide.missing_days, [date(2024, 1, 1), date(2024, 1, 5), date(2024, 1, 8)]);
    let narrow =
        verify_against(&bars, Timeframe::MINUTE, Some(date(2024, 1, 4)..=date(2024, 1, 4)), calendar);
    assert!(narrow.is_clean());
    assert_eq!((narrow.days_expected, narrow.bars), (1, 45));
    let none =
        verify_against(&Bars::new(), Timeframe::MINUTE, Some(date(2024, 1, 1)..=date(2024, 1, 2)), calendar);
    assert_eq!(none.missing_days.len(), 2);
    assert_eq!(covered(&Bars::new(), Timeframe::MINUTE), Coverage::default());
    // The wrong way round: no days, no panic.
    let inverted = Some(date(2024, 1, 4)..=date(2024, 1, 2));
    assert_eq!(verify_against(&bars, Timeframe::MINUTE, inverted, calendar).days_expected, 0);
}

#[test]
fn gaps_beyond_a_fifth_are_suspected_splits() {
    let open = |d, rupees| at(Timestamp::ist(date(2024, 1, d), minute(9, 15)), rupees);
    // −20 % exactly is the circuit limit; a 1:2 split; a rise of a third over a holiday.
    let bars = Bars::collect([open(1, 1_000), open(2, 800), open(4, 400), open(8, 534)]).unwrap();
    let found = covered(&bars, Timeframe::Day).suspected_splits;
    assert_eq!(
        found.iter().map(|g| (g.date.day(), g.previous.day(), g.basis_points())).collect::<Vec<_>>(),
        [(4, 2, -5_000), (8, 4, 3_350)]
    );
}

#[test]
fn a_feed_that_stood_still_is_told() {
    let flat = |from: (u16, u16), n| {
        run(4, from, n, 1).map(|mut bar| {
            (bar.open, bar.high, bar.low, bar.close) =
                (Price::rupees(50), Price::rupees(50), Price::rupees(50), Price::rupees(50));
            bar
        })
    };
    let still = Bars::collect(
        run(4, (9, 15), 10, 1).chain(flat((9, 25), 15)).chain(run(4, (9, 40), 3, 1)).chain(flat((9, 43), 14)),
    )
    .unwrap();
    let found = covered(&still, Timeframe::MINUTE).flat_stretches;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].bars, found[0].price, found[0].first.minute_of_day()),
        (15, Price::rupees(50), minute(9, 25))
    );
}

/// The shared market data, where there is any: `SAUDA_SHARED`, or the folder beside the workspace.
fn shared(file: &str) -> Option<std::path::PathBuf> {
    let beside = || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let path = std::env::var_os("SAUDA_SHARED").map_or_else(beside, Into::into).join("data").join(file);
    path.exists().then_some(path)
}

#[test]
fn splits_of_twenty_years_are_found() {
    let Some(path) = shared("daily/NSE_EQ_2000_2021_daily_unadjusted.csv.gz") else {
        println!("skipped: no shared market data");
        return;
    };
    // Per mille of change and day, as measured when the data was collected.
    let known: [(&str, &[(Date, i64)]); 6] = [
        ("RELIANCE", &[(date(2006, 1, 18), -375), (date(2009, 11, 26), -494), (date(2017, 9, 7), -500)]),
        ("SBIN", &[(date(2014, 11, 20), -899)]),
        ("TATASTEEL", &[(date(2002, 6, 24), 200), (date(2004, 8, 11), -324)]),
        ("EICHERMOT", &[(date(2001, 7, 13), 227), (date(2001, 7, 16), 208), (date(2020, 8, 24), -899)]),
        ("MARUTI", &[]),
        ("NTPC", &[]),
    ];
    let mut rows = csv::Reader::from_reader(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()));
    let mut series: std::collections::BTreeMap<String, Bars> = std::collections::BTreeMap::new();
    for row in rows.records() {
        let row = row.unwrap();
        let price = |i: usize| row[i].parse::<Price>().unwrap();
        let time = Timestamp::ist(row[0].parse().unwrap(), minute(9, 15));
        let bar =
            Bar { time, open: price(5), high: price(6), low: price(7), close: price(9), volume: Qty::ZERO };
        series.entry(row[1].to_owned()).or_default().push(bar.widened()).unwrap();
    }
    for (symbol, gaps) in known {
        let found = verify(&series[symbol], Timeframe::Day, TradingClass::Share, Calendar::builtin(), None);
        let shown: Vec<_> = found
            .suspected_splits
            .iter()
            .map(|g| (g.date, (g.basis_points() as f64 / 10.0).round() as i64))
            .collect();
        assert_eq!(shown, gaps, "{symbol}");
        assert_eq!(found.bars, series[symbol].len());
        assert_eq!(found.out_of_session, [], "{symbol}: a day that traded is closed in the calendar");
    }
}

mod holes;
