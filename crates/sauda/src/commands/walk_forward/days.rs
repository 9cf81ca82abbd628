//! Which days a walk-forward has, and its folds.

use std::ops::Range;

use ::backtest::walk_forward::{Cut, Fold};
use domain::calendar::Calendar;
use domain::time::DayNumber;
use domain::{Bars, Date, Timestamp};

use crate::commands::backtest::{Series, Settings};
use crate::failure::Failure;

/// Folds whose tests hold bars, and how many others there would be.
pub fn folds(
    cut: &Cut,
    settings: &Settings,
    series: &[Series],
    calendar: &Calendar,
) -> Result<(Vec<Fold>, usize), Failure> {
    let bars = first_and_last(series)?;
    let span = span(bars, (settings.from, settings.to), |day| {
        series.iter().all(|one| !calendar.is_trading_day(one.class, day))
    });
    // What is too short is told by the days that have bars.
    let all = cut.folds(&span).or_else(|_| cut.folds(&(span.start..next(bars.1))));
    let all = all.map_err(|error| Failure::usage(format!("--train, --test: {error}")))?;
    // The closed days after the last bar may make one more test, which no one misses.
    let there = all.into_iter().filter(|fold| fold.test.start <= bars.1);
    let (mut folds, empty): (Vec<Fold>, Vec<Fold>) = there.partition(|fold| holds_bars(series, &fold.test));
    if let Some(last) = folds.last_mut().filter(|fold| !fold.whole) {
        last.test.end = last.test.end.min(next(bars.1));
    }
    Ok((folds, empty.len()))
}

/// Days of the first and the last bar that may trade.
fn first_and_last(series: &[Series]) -> Result<(Date, Date), Failure> {
    let tradable = |one: &Series| one.bars.times()[one.bars.first_at_or_after(one.start)..].to_vec();
    let days = || series.iter().flat_map(tradable).map(Timestamp::day);
    let ends = days().min().zip(days().max());
    ends.map(|(first, last)| (first.date(), last.date()))
        .ok_or_else(|| Failure::failed("no bar lies in the span"))
}

/// From the first bar's day, or from the day asked for if only closed days lie between them, to the last bar's and the
/// closed days after it: a test that ends on a holiday is whole.
fn span(
    (first, last): (Date, Date),
    (from, to): (Option<Date>, Option<Date>),
    closed: impl Fn(Date) -> bool,
) -> Range<Date> {
    let mut start = first;
    while from.is_some_and(|from| start > from) {
        match start.yesterday() {
            Ok(before) if closed(before) => start = before,
            _ => break,
        }
    }
    // Data that begins later than asked begins with its first bar, not on the weekend before it.
    let start = if from.is_none_or(|from| start <= from) { start } else { first };
    let mut end = next(last);
    while end < Date::MAX && to.is_none_or(|to| end <= to) && closed(end) {
        end = next(end);
    }
    start..end
}

fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

fn holds_bars(series: &[Series], days: &Range<Date>) -> bool {
    let at = |bars: &Bars, day: Date| bars.first_at_or_after(DayNumber::of(day).start());
    series.iter().any(|one| at(&one.bars, days.start) < at(&one.bars, days.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};

    #[test]
    fn closed_days_at_the_ends_belong_to_the_span() {
        let weekend = |day: Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let of = |first, last, from, to| span((first, last), (from, to), weekend);
        // Monday 3 June to Friday 28 June 2024.
        let (first, last) = (date(2024, 6, 3), date(2024, 6, 28));
        assert_eq!(of(first, last, None, None), first..date(2024, 7, 1));
        let june = (Some(date(2024, 6, 1)), Some(date(2024, 6, 30)));
        assert_eq!(of(first, last, june.0, june.1), date(2024, 6, 1)..date(2024, 7, 1));
        assert_eq!(of(first, last, Some(first), Some(last)), first..date(2024, 6, 29));
        // There is no data for what was asked: it begins with the first bar.
        let may = (Some(date(2024, 5, 1)), Some(date(2024, 12, 31)));
        assert_eq!(of(first, last, may.0, may.1), first..date(2024, 7, 1));
    }
}
