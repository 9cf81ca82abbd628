//! A book's bars as a replay tells them, also when it was stopped in their midst.

use backtest::{Played, TimeExit, Told};
use domain::bars::Bar;
use domain::calendar::Calendar;
use domain::instrument::InstrumentTables;
use domain::time::{DayNumber, Span};
use domain::{Bars, Price, Qty, Timeframe, Timestamp};

use crate::story::{FIRST_DAY, plain_book};

fn at(minute: i64) -> Timestamp {
    DayNumber::of(FIRST_DAY).start() + Span::minutes(10 * 60 + minute)
}

/// Five-minute bars from 10:00 to 10:20; the replay begins at `start` and resumes as told.
fn first_step(start: i64, begun: bool, decided: Option<i64>) -> (i64, bool, &'static str) {
    let mut bars = Bars::with_capacity(4);
    for i in 0..4 {
        let price = Price::rupees(100 + i);
        let (open, high, low, close) = (price, price, price, price);
        bars.push(Bar { time: at(i * 5), open, high, low, close, volume: Qty::units(9) }).unwrap();
    }
    let class =
        InstrumentTables::builtin().resolve(&"NSE:SBIN-EQ".parse().unwrap(), FIRST_DAY, None).unwrap().class;
    let played = Played::new(
        None,
        &plain_book(0),
        (bars, Timeframe::Minutes(5)),
        at(start),
        TimeExit::Never,
        (Calendar::builtin(), class),
    );
    let day = begun.then(|| DayNumber::of(FIRST_DAY));
    let step = played.resumed(at(start), day, decided.map(at)).next().unwrap();
    let what = match step.what {
        Told::Open { .. } => "open",
        Told::Close { .. } => "close",
        Told::Range { .. } | Told::SquareOff { .. } => "other",
    };
    ((step.told_at.as_micros() - at(0).as_micros()) / 60_000_000, step.day_start.is_some(), what)
}

#[test]
fn a_book_that_begins_waits_for_a_whole_bar() {
    assert_eq!(first_step(0, false, None), (0, true, "open"));
    assert_eq!(first_step(8, false, None), (10, true, "open"));
}

#[test]
fn a_bar_that_was_cut_off_is_told_its_close() {
    assert_eq!(first_step(8, true, Some(0)), (10, false, "close"));
    // It ended as the replay did, and nobody heard of it.
    assert_eq!(first_step(10, true, Some(0)), (10, false, "close"));
}

#[test]
fn what_was_decided_is_not_told_again() {
    assert_eq!(first_step(10, true, Some(5)), (10, false, "open"));
    assert_eq!(first_step(8, true, Some(5)), (10, false, "open"));
}

#[test]
fn a_day_that_has_begun_does_not_begin_again() {
    assert_eq!(first_step(5, true, None), (5, false, "open"));
    assert_eq!(first_step(5, false, Some(0)), (5, true, "open"));
}
