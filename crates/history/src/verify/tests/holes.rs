//! Holes cut into sound series: each is found, nothing else is.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::*;
use crate::synthetic::{Market, SymbolSpec};
use domain::Tick;
use proptest::prelude::*;

/// A quarter that the calendar knows, of minutes: 62 days, a Saturday of two sessions among them.
static QUARTER: LazyLock<Bars> = LazyLock::new(|| series(date(2024, 1, 1), date(2024, 3, 31)));

fn series(from: Date, to: Date) -> Bars {
    let calendar = Calendar::builtin();
    let days: Vec<(Date, TradingDay)> = calendar
        .trading_days(TradingClass::Share, from..=to)
        .map(|day| (day, calendar.day(TradingClass::Share, day)))
        .collect();
    let spec = SymbolSpec {
        id: "NSE:SBIN-EQ".parse().unwrap(),
        start_price: Price::rupees(600),
        annual_vol: 0.3,
        beta: 1.0,
        tick: Tick::DEFAULT,
        base_volume: Qty::units(50_000_000),
    };
    Market::new(7, vec![spec]).unwrap().bars(&days).remove(0).1
}

fn judged(bars: &Bars) -> Coverage {
    verify(bars, Timeframe::MINUTE, TradingClass::Share, Calendar::builtin(), None)
}

fn keep(bars: &Bars, keeps: impl Fn(usize, &Bar) -> bool) -> Bars {
    Bars::collect(bars.iter().enumerate().filter(|(i, bar)| keeps(*i, bar)).map(|(_, bar)| bar)).unwrap()
}

fn days_of(bars: &Bars) -> Vec<Date> {
    let days: BTreeSet<Date> = bars.times().iter().map(|time| time.date()).collect();
    days.into_iter().collect()
}

/// SplitMix64: independent draws by place.
fn draw(seed: u64, i: usize) -> u64 {
    let mut z = seed.wrapping_add((i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Days taken out are the days reported, in a time that the calendar knows.
    #[test]
    fn missing_days_are_exactly_those_taken_out(taken in prop::collection::btree_set(1usize..60, 0..25)) {
        let whole = &*QUARTER;
        let days = days_of(whole);
        let gone: Vec<Date> = taken.iter().map(|&i| days[i]).collect();
        let found = judged(&keep(whole, |_, bar| !gone.contains(&bar.time.date())));
        prop_assert_eq!(&found.missing_days, &gone);
        prop_assert_eq!((found.missing_bars, found.suspected_missing_days), (0, 0));
        prop_assert_eq!(found.lost_days(), Share { lost: gone.len(), of: days.len() });
        let longest = found.longest_stretch.map_or(0, |stretch| stretch.days);
        let runs = taken.iter().map(|&i| (i..60).take_while(|j| taken.contains(j)).count());
        prop_assert_eq!(longest, runs.max().unwrap_or(0));
    }

    /// Minutes taken out are the minutes reported, day by day, and none is called rare trading.
    #[test]
    fn missing_minutes_are_exactly_those_taken_out(seed in any::<u64>(), percent in 0u64..40) {
        let whole = &*QUARTER;
        let kept = keep(whole, |i, _| draw(seed, i) % 100 >= percent);
        let found = judged(&kept);
        prop_assert_eq!(found.missing_bars, whole.len() - kept.len());
        prop_assert_eq!(found.expected_bars, whole.len());
        for day in &found.short_days {
            let on = |bars: &Bars| bars.times().iter().filter(|time| time.date() == day.date).count();
            prop_assert_eq!((day.expected, day.present), (on(whole), on(&kept)));
        }
        // A liquid minute has trades at several prices: next to nothing is excused.
        prop_assert!(found.untraded_bars * 100 <= found.expected_bars, "{}", found.untraded_bars);
    }

    /// A day is whole if it has every bar at its time, however it is told: in one glance or bar by bar.
    #[test]
    fn a_glance_agrees_with_counting(late in 0usize..375, by in 1i64..59) {
        let bars: Vec<Bar> = series(date(2024, 1, 2), date(2024, 1, 2)).iter().collect();
        let mut moved = bars.clone();
        moved[late].time = moved[late].time + Span::micros(by * 1_000_000);
        prop_assert!(judged(&Bars::collect(bars).unwrap()).is_clean());
        let found = judged(&Bars::collect(moved).unwrap());
        prop_assert_eq!(found.off_grid, vec![DayBars { date: date(2024, 1, 2), bars: 1 }]);
    }
}

#[test]
fn rare_trading_is_no_hole_until_an_afternoon_is_gone() {
    // Trades by chance at half a trade a minute: 39 of a hundred minutes have one, and most of those only one.
    let whole = &*QUARTER;
    let thin: Vec<Bar> = (0..whole.len())
        .filter(|&i| draw(1, i) % 1_000 < 393)
        .map(|i| {
            let bar = whole.get(i);
            if draw(2, i) % 1_000 < 771 {
                Bar { high: bar.open, low: bar.open, close: bar.open, ..bar }
            } else {
                bar
            }
        })
        .collect();
    let thin = Bars::collect(thin).unwrap();
    let found = judged(&thin);
    assert!(found.missing_bars * 2 > found.expected_bars, "{}", found.missing_bars);
    assert!(found.lost_bars().percent() < 1.0, "{:?}", found.lost_bars());

    let noon = minute(12, 30);
    let mornings = judged(&keep(&thin, |_, bar| bar.time.minute_of_day() < noon));
    assert!(mornings.lost_bars().percent() > 40.0, "{:?}", mornings.lost_bars());
}

/// The year 2017 without holidays, in bars of a quarter of an hour: unknown to the calendar.
fn unknown_year(skip: impl Fn(usize) -> bool) -> Bars {
    let days = (0..365).map(|i| date(2017, 1, 1).checked_add(jiff::Span::new().days(i)).unwrap());
    let weekdays = days.filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
    let kept = weekdays.enumerate().filter(|(i, _)| !skip(*i)).map(|(_, day)| day);
    let bar = |day: Date, m: i64| at(Timestamp::ist(day, minute(9, 15)) + Span::minutes(15 * m), 100);
    Bars::collect(kept.flat_map(|day| (0..25).map(move |m| bar(day, m)))).unwrap()
}

fn unknown(bars: &Bars) -> Coverage {
    verify(bars, Timeframe::Minutes(15), TradingClass::Share, Calendar::builtin(), None)
}

#[test]
fn holidays_of_an_unknown_year_are_not_suspected() {
    // Seventeen holidays, three of them in a row, as in October 2014.
    let holidays = [20, 40, 41, 60, 61, 62, 80, 100, 110, 120, 140, 160, 180, 200, 215, 230, 250];
    let found = unknown(&unknown_year(|i| holidays.contains(&i)));
    assert!(found.is_clean(), "{found:?}");
    assert_eq!((found.lost_days().lost, found.lost_bars().lost), (0, 0));
}

#[test]
fn a_hole_in_an_unknown_year_is_suspected() {
    let found = unknown(&unknown_year(|i| (100..104).contains(&i)));
    let [stretch] = found.suspected_stretches[..] else { panic!("{:?}", found.suspected_stretches) };
    assert_eq!(stretch, Stretch { first: date(2017, 5, 22), last: date(2017, 5, 25), days: 4 });
    assert_eq!((found.suspected_missing_days, found.longest_stretch), (4, Some(stretch)));
    assert!(!found.is_clean());
    // Every fifth day: no stretch, but three times the holidays of any year.
    let scattered = unknown(&unknown_year(|i| i % 5 == 2));
    assert!(scattered.suspected_stretches.is_empty());
    assert_eq!(scattered.suspected_missing_days, 52 - 20);
}

#[test]
fn a_short_day_in_an_unknown_year_is_suspected() {
    let whole = unknown_year(|_| false);
    let cut = |day: Date, left: usize| {
        let first = whole.times().iter().position(|time| time.date() == day).unwrap();
        keep(&whole, |i, _| !(first + left..first + 25).contains(&i))
    };
    let found = unknown(&cut(date(2017, 6, 14), 10));
    assert_eq!(found.suspected_short_days, [ShortDay { date: date(2017, 6, 14), expected: 25, present: 10 }]);
    assert_eq!(found.lost_bars(), Share { lost: 15, of: whole.len() });
    // The circuit breaker of 2020-03-13 took an hour: that is no hole.
    assert!(unknown(&cut(date(2017, 6, 14), 19)).suspected_short_days.is_empty());
    // Half of every day: nothing around says more, but the hours do.
    let mornings = unknown(&keep(&whole, |i, _| i % 25 < 12));
    assert_eq!(mornings.sparse_unknown.map(|share| share.of), Some(whole.len()));
}
