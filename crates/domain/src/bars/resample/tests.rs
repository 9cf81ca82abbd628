use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::bars::Bar;
use crate::time::{Date, DayNumber, MinuteOfDay};

const EVERY_CLASS: [TradingClass; 9] = TradingClass::ALL;

fn tf(text: &str) -> Timeframe {
    text.parse().unwrap()
}

/// One bar a minute over each stretch; prices and volumes tell the bars apart.
fn minutes(day: Date, stretches: &[&str]) -> Bars {
    let minutes = stretches.iter().flat_map(|stretch| {
        let (from, to) = stretch.split_once('-').unwrap();
        let of = |text: &str| text.parse::<MinuteOfDay>().unwrap().minutes();
        of(from)..of(to)
    });
    let bar = |minute: u16| Bar {
        time: Timestamp::ist(day, MinuteOfDay::from_minutes(minute).unwrap()),
        open: Price::rupees(1_000 + i64::from(minute)),
        high: Price::rupees(1_002 + i64::from(minute)),
        low: Price::rupees(999 + i64::from(minute)),
        close: Price::rupees(1_001 + i64::from(minute)),
        volume: Qty::units(i64::from(minute)),
    };
    Bars::collect(minutes.map(bar)).unwrap()
}

fn stamps(bars: &Bars) -> Vec<String> {
    bars.times().iter().map(|t| t.minute_of_day().to_string()).collect()
}

fn build(bars: &Bars, to: &str, class: TradingClass) -> Bars {
    resample(bars, tf(to), Calendar::builtin(), class)
}

#[test]
fn bars_count_from_the_open_and_the_last_is_a_stub() {
    let day = minutes(date(2024, 1, 1), &["09:15-15:30"]);
    let hours = build(&day, "1h", TradingClass::Index);
    assert_eq!(stamps(&hours), ["09:15", "10:15", "11:15", "12:15", "13:15", "14:15", "15:15"]);
    let stub = hours.get(6);
    assert_eq!((stub.open, stub.close), (Price::rupees(1_915), Price::rupees(1_930)));
    assert_eq!((stub.high, stub.low), (Price::rupees(1_931), Price::rupees(1_914)));
    assert_eq!(stub.volume, Qty::units((915..930).sum()));
    assert_eq!(build(&day, "5m", TradingClass::Index).len(), 75);
    assert_eq!(stamps(&build(&day, "4h", TradingClass::Index)), ["09:15", "13:15"]);
    assert_eq!(build(&day, "1m", TradingClass::Index), day);
}

#[test]
fn a_bar_is_over_with_its_session() {
    let (index, commodity) = (TradingClass::Index, TradingClass::Commodity);
    // The stamp, when the bar is over by the grid alone, and at a market that keeps its hours.
    for (class, day, to, opened, grid, session) in [
        (index, date(2024, 1, 1), "1h", "14:15", "15:15", "15:15"),
        (index, date(2024, 1, 1), "1h", "15:15", "16:15", "15:30"),
        (index, date(2024, 1, 1), "4h", "13:15", "17:15", "15:30"),
        (index, date(2024, 1, 1), "1m", "15:29", "15:30", "15:30"),
        (index, date(2024, 1, 1), "1d", "09:15", "24:00", "15:30"),
        // Before the open and after the close nothing says that prices end sooner.
        (index, date(2024, 1, 1), "1h", "08:15", "09:15", "09:15"),
        (index, date(2024, 1, 1), "1h", "16:15", "17:15", "17:15"),
        // A Sunday.
        (index, date(2024, 1, 7), "1d", "09:15", "24:00", "24:00"),
        // The closing auction may print at 15:35.
        (index, date(2026, 11, 23), "1h", "15:15", "16:15", "15:36"),
        (index, date(2026, 11, 23), "1d", "09:15", "24:00", "15:36"),
        // Two sessions of a Saturday.
        (index, date(2024, 5, 18), "1h", "09:15", "10:15", "10:00"),
        (index, date(2024, 5, 18), "1h", "11:30", "12:30", "12:30"),
        // No hours of MCX are certain: nothing is cut on their word.
        (commodity, date(2024, 6, 3), "4h", "21:00", "24:00", "24:00"),
    ] {
        let time = |text: &str| {
            day_start(day)
                + Span::minutes(text.parse().map_or(1_440, |m: MinuteOfDay| i64::from(m.minutes())))
        };
        let calendar = Calendar::builtin();
        assert_eq!(bar_end(time(opened), tf(to), calendar, class), time(grid), "{day} {to} {opened}");
        let ends = bar_end_in_session(time(opened), tf(to), calendar, class);
        assert_eq!(ends, time(session), "{day} {to} {opened} in its session");
    }
}

fn day_start(day: Date) -> Timestamp {
    DayNumber::of(day).start()
}

#[test]
fn each_time_has_its_own_anchor() {
    for (class, day, stretch, to, first_three) in [
        (TradingClass::Index, date(2009, 6, 1), "09:55-15:31", "15m", ["09:55", "10:10", "10:25"]),
        (TradingClass::Index, date(2010, 5, 3), "09:00-15:30", "1h", ["09:00", "10:00", "11:00"]),
        (TradingClass::Commodity, date(2024, 6, 3), "09:00-23:30", "4h", ["09:00", "13:00", "17:00"]),
        (TradingClass::Commodity, date(2026, 3, 3), "17:00-23:55", "2h", ["17:00", "19:00", "21:00"]),
        (TradingClass::Index, date(2025, 10, 21), "13:45-14:45", "15m", ["13:45", "14:00", "14:15"]),
    ] {
        let bars = build(&minutes(day, &[stretch]), to, class);
        assert_eq!(stamps(&bars)[..3], first_three, "{class} {day}");
    }
    // The bar stamped 15:30 of 2009 is not lost.
    let bars = build(&minutes(date(2009, 6, 1), &["09:55-15:31"]), "15m", TradingClass::Index);
    assert_eq!((bars.len(), stamps(&bars).last().map(String::as_str)), (23, Some("15:25")));
}

#[test]
fn a_bar_never_reaches_into_the_second_session() {
    let drill = minutes(date(2024, 3, 2), &["09:15-10:00", "11:30-12:30"]);
    let bars = build(&drill, "10m", TradingClass::Index);
    assert_eq!(
        stamps(&bars),
        ["09:15", "09:25", "09:35", "09:45", "09:55", "11:30", "11:40", "11:50", "12:00", "12:10", "12:20"]
    );
    assert_eq!(bars.get(4).close, Price::rupees(1_600), "five minutes to 10:00");
    assert_eq!(stamps(&build(&drill, "4h", TradingClass::Index)), ["09:15", "11:30"]);
    let daily = build(&drill, "1d", TradingClass::Index);
    assert_eq!((daily.len(), stamps(&daily)[0].as_str()), (1, "09:15"));
    assert_eq!((daily.get(0).open, daily.get(0).close), (Price::rupees(1_555), Price::rupees(1_750)));
}

#[test]
fn a_daily_bar_is_stamped_with_the_open() {
    for (class, day, stretch, stamp) in [
        (TradingClass::Index, date(2024, 1, 1), "09:20-15:30", "09:15"),
        (TradingClass::Index, date(2009, 6, 1), "10:00-15:31", "09:55"),
        (TradingClass::Index, date(2025, 10, 21), "13:50-14:45", "13:45"),
        (TradingClass::Commodity, date(2026, 3, 3), "17:05-23:00", "17:00"),
        // A holiday counts from the usual open, and bars before it are not stamped in their future.
        (TradingClass::Index, date(2024, 1, 26), "10:00-11:00", "09:15"),
        (TradingClass::Index, date(2024, 1, 14), "08:00-11:00", "08:00"),
        (TradingClass::Share, date(2024, 1, 1), "09:07-15:30", "09:07"),
    ] {
        let daily = build(&minutes(day, &[stretch]), "1d", class);
        assert_eq!(stamps(&daily), [stamp], "{class} {day}");
        assert_eq!(build(&daily, "1d", class), daily);
    }
}

#[test]
fn bars_outside_the_sessions_stay_on_the_grid() {
    let evening = minutes(date(2024, 1, 20), &["09:15-15:30", "15:30-18:17"]);
    assert_eq!(evening.len(), 542);
    let hours = build(&evening, "1h", TradingClass::Index);
    assert_eq!(stamps(&hours)[6..], ["15:15", "16:15", "17:15", "18:15"]);
    let early = build(&minutes(date(2024, 1, 1), &["08:50-09:20"]), "10m", TradingClass::Index);
    assert_eq!(stamps(&early), ["08:45", "08:55", "09:05", "09:15"]);
    let midnight = build(&minutes(date(2024, 1, 1), &["00:00-00:30"]), "4h", TradingClass::Index);
    assert_eq!(stamps(&midnight), ["00:00"], "a grid that would begin the evening before begins at midnight");
}

#[test]
fn the_auction_print_takes_its_own_slot() {
    let day = date(2026, 8, 3);
    let bars = minutes(day, &["09:15-15:15", "15:30-15:31"]);
    let share = TradingClass::ShareWithDerivatives;
    assert_eq!(stamps(&build(&bars, "5m", share))[71..], ["15:10", "15:30"]);
    let hours = build(&bars, "1h", share);
    assert_eq!(stamps(&hours)[5..], ["14:15", "15:15"]);
    assert_eq!(hours.get(6).close, Price::rupees(1_931));
    assert_eq!(build(&bars, "1d", share).get(0).close, Price::rupees(1_931));
}

#[test]
fn minutes_without_trades_leave_no_bars() {
    // Like a recorder that started at 09:20 and paused: the bins are those of 09:15.
    let bars = build(&minutes(date(2021, 3, 30), &["09:24-09:27", "10:02-10:03"]), "5m", TradingClass::Share);
    assert_eq!(stamps(&bars), ["09:20", "09:25", "10:00"]);
    let nothing = build(&Bars::new(), "5m", TradingClass::Share);
    assert!(nothing.is_empty());
}

#[test]
fn absurd_lengths_and_volumes_do_not_panic() {
    let day = minutes(date(2024, 1, 1), &["09:15-09:20"]);
    assert_eq!(resample(&day, Timeframe::Minutes(0), Calendar::builtin(), TradingClass::Index), day);
    assert_eq!(
        resample(&day, Timeframe::Minutes(u16::MAX), Calendar::builtin(), TradingClass::Index).len(),
        1
    );
    let huge = Bars::collect(day.iter().map(|b| Bar { volume: Qty::from_raw(i64::MAX), ..b })).unwrap();
    assert_eq!(build(&huge, "5m", TradingClass::Index).get(0).volume, Qty::from_raw(i64::MAX));
}

/// Bars at any minute of some days around which the hours change, sessions and holidays alike.
fn any_minutes() -> impl Strategy<Value = Bars> {
    let days = prop::sample::subsequence(
        vec![
            date(2009, 6, 1),
            date(2010, 5, 3),
            date(2024, 1, 20),
            date(2024, 1, 22),
            date(2024, 3, 1),
            date(2024, 3, 2),
            date(2024, 3, 3),
            date(2024, 11, 1),
            date(2025, 10, 21),
            date(2026, 8, 3),
        ],
        1..=4,
    );
    let bar = (1i64..50_000, 0i64..500, 0i64..500, 0i64..100, 0i64..=100);
    let day = prop::collection::btree_map(0u16..1_440, bar, 1..200);
    (days, prop::collection::vec(day, 4)).prop_map(|(days, contents)| {
        let bars = days.into_iter().zip(contents).flat_map(|(day, minutes)| {
            minutes.into_iter().map(move |(minute, (low, body, wick, volume, share))| {
                let high = low + body + wick;
                Bar {
                    time: Timestamp::ist(day, MinuteOfDay::from_minutes(minute).unwrap()),
                    open: Price::from_raw(low + body * share / 100),
                    high: Price::from_raw(high),
                    low: Price::from_raw(low),
                    close: Price::from_raw(low + body),
                    volume: Qty::units(volume),
                }
            })
        });
        Bars::collect(bars).unwrap()
    })
}

/// What a day amounts to, however it is cut: open, high, low, close, volume.
fn totals(bars: &Bars) -> Vec<(DayNumber, Price, Price, Price, Price, Qty)> {
    let mut days: Vec<(DayNumber, Price, Price, Price, Price, Qty)> = Vec::new();
    for b in bars.iter() {
        match days.last_mut() {
            Some(d) if d.0 == b.time.day() => {
                *d = (d.0, d.1, d.2.max(b.high), d.3.min(b.low), b.close, d.5 + b.volume);
            }
            _ => days.push((b.time.day(), b.open, b.high, b.low, b.close, b.volume)),
        }
    }
    days
}

proptest! {
    #[test]
    fn a_day_keeps_its_open_high_low_close_and_volume(
        bars in any_minutes(), n in 1u16..=240, class in 0usize..9, daily: bool,
    ) {
        let (class, calendar) = (EVERY_CLASS[class], Calendar::builtin());
        let to = if daily { Timeframe::Day } else { Timeframe::Minutes(n) };
        let longer = resample(&bars, to, calendar, class);
        prop_assert_eq!(totals(&longer), totals(&bars));
        // Sound by the rules of a series, and stable.
        prop_assert!(Bars::collect(longer.iter()).is_ok());
        prop_assert_eq!(&resample(&longer, to, calendar, class), &longer);
        for (longer, bar) in longer.iter().zip(longer.iter().skip(1)) {
            let ends = longer.time + to.span();
            prop_assert!(longer.time < bar.time && (daily || ends <= bar.time || longer.time.day() < bar.time.day() || cut(calendar, class, bar.time)));
        }
    }

    #[test]
    fn in_steps_or_at_once_is_the_same(bars in any_minutes(), n in 1u16..=16, m in 1u16..=15, class in 0usize..9) {
        let (class, calendar) = (EVERY_CLASS[class], Calendar::builtin());
        let step = resample(&bars, Timeframe::Minutes(n), calendar, class);
        for to in [Timeframe::Minutes(n * m), Timeframe::Day] {
            let (in_steps, at_once) = (resample(&step, to, calendar, class), resample(&bars, to, calendar, class));
            if to == Timeframe::Day {
                // A day that begins before its open is stamped with its first bar, which the step may have moved back.
                prop_assert_eq!(totals(&in_steps), totals(&at_once));
            } else {
                prop_assert_eq!(in_steps, at_once);
            }
        }
    }
}

/// Whether a session opens at `time`: a bar before it may have been cut short, also one after midnight by the first open.
fn cut(calendar: &Calendar, class: TradingClass, time: Timestamp) -> bool {
    let day = calendar.day(class, time.date());
    let sessions = if day.sessions.is_empty() {
        calendar.usual_hours(class, time.date()).sessions
    } else {
        day.sessions
    };
    let minute = time.minute_of_day();
    sessions.iter().any(|s| s.open <= minute) || (time - Span::minutes(240)).day() < time.day()
}
