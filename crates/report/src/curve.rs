//! Equity over time, what it fell from its peak, and buy and hold beside it.

use domain::time::DayNumber;
use domain::{Money, Timestamp};
use serde::Serialize;

use crate::column::Column;

/// Samples beyond which only the last of each day are shown.
const MOST_SAMPLES: usize = 60_000;
/// Falls are counted in millionths of the peak.
const WHOLE: i128 = 1_000_000;

/// Times in seconds since 1970 (UTC), rupees in 1/10,000.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Curve {
    time: Column,
    equity: Column,
    /// Below the highest equity so far, the initial cash included: millionths, not above zero.
    drawdown: Column,
    /// The same cash, bought at the start and left.
    buy_and_hold: Option<Column>,
    /// Samples were left out: each day's last is shown.
    daily: bool,
}

impl Curve {
    /// `benchmark` is worth at the close of each day, in order.
    pub fn new(
        initial: Option<Money>,
        samples: &[(Timestamp, Money)],
        benchmark: &[(DayNumber, Money)],
    ) -> Curve {
        let daily = samples.len() > MOST_SAMPLES;
        let shown = shown(samples, daily);
        let mut peak = initial.unwrap_or(Money::from_raw(i64::MIN));
        let fall = |&(_, equity): &(Timestamp, Money)| {
            peak = peak.max(equity);
            let (now, top) = (i128::from(equity.raw()), i128::from(peak.raw()));
            if top <= 0 { 0 } else { i64::try_from((now - top) * WHOLE / top).unwrap_or(i64::MIN) }
        };
        Curve {
            time: Column::of(shown.iter().map(|&(at, _)| seconds(at))),
            equity: Column::of(shown.iter().map(|&(_, equity)| equity.raw())),
            drawdown: Column::of(shown.iter().map(fall)),
            buy_and_hold: (!benchmark.is_empty())
                .then(|| Column::of(beside(&shown, initial, benchmark).into_iter().map(Money::raw))),
            daily,
        }
    }
}

pub fn seconds(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(1_000_000)
}

/// The day that a sample closes: one at midnight belongs to the day that ends.
fn day(at: Timestamp) -> DayNumber {
    Timestamp::from_micros(at.as_micros().saturating_sub(1)).day()
}

/// In order of time, one a second at most: the last of those at one time counts.
fn shown(samples: &[(Timestamp, Money)], daily: bool) -> Vec<(Timestamp, Money)> {
    let mut shown: Vec<(Timestamp, Money)> = Vec::with_capacity(samples.len());
    for &sample in samples {
        match shown.last_mut() {
            Some(last) if seconds(last.0) >= seconds(sample.0) => *last = (last.0, sample.1),
            Some(last) if daily && day(last.0) == day(sample.0) => *last = sample,
            _ => shown.push(sample),
        }
    }
    shown
}

/// The benchmark at each sample. A day's close is known at that day's last sample, not before.
fn beside(
    samples: &[(Timestamp, Money)],
    initial: Option<Money>,
    benchmark: &[(DayNumber, Money)],
) -> Vec<Money> {
    let before = initial.unwrap_or(benchmark[0].1);
    let mut known = 0;
    let mut out = Vec::with_capacity(samples.len());
    for (i, &(at, _)) in samples.iter().enumerate() {
        let today = day(at);
        let closes = samples.get(i + 1).is_none_or(|&(next, _)| day(next) != today);
        while benchmark.get(known).is_some_and(|&(on, _)| on < today || (closes && on == today)) {
            known += 1;
        }
        out.push(known.checked_sub(1).map_or(before, |last| benchmark[last].1));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64, minute: i64) -> Timestamp {
        Timestamp::from_micros((day * 1_440 + minute - 330) * 60_000_000)
    }

    fn rupees(n: i64) -> Money {
        Money::rupees(n)
    }

    #[test]
    fn the_initial_cash_is_the_first_peak() {
        let samples = [(at(1, 930), rupees(90)), (at(2, 930), rupees(120)), (at(3, 930), rupees(60))];
        let curve = Curve::new(Some(rupees(100)), &samples, &[]);
        let expected = Column::of([-100_000, 0, -500_000]);
        assert_eq!(format!("{:?}", curve.drawdown), format!("{expected:?}"));
        assert!(curve.buy_and_hold.is_none());
    }

    #[test]
    fn a_close_is_not_known_before_the_day_ends() {
        let samples: Vec<_> =
            [at(1, 600), at(1, 930), at(2, 600), at(2, 1_440)].into_iter().map(|t| (t, rupees(1))).collect();
        let days = [(DayNumber::from_days(1), rupees(7)), (DayNumber::from_days(2), rupees(9))];
        let beside = beside(&samples, Some(rupees(5)), &days);
        assert_eq!(beside, [5, 7, 7, 9].map(rupees));
    }

    #[test]
    fn of_two_samples_at_one_time_the_last_counts() {
        let samples = [(at(1, 600), rupees(1)), (at(1, 600), rupees(2)), (at(1, 700), rupees(3))];
        assert_eq!(shown(&samples, false), [(at(1, 600), rupees(2)), (at(1, 700), rupees(3))]);
        assert_eq!(shown(&samples, true), [(at(1, 700), rupees(3))]);
    }
}
