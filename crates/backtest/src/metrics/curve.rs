//! Equity from session close to session close, and the ratios that come from it.

use domain::time::{DayNumber, Span};
use domain::{Money, Timestamp};

use super::{DAYS_A_YEAR, SESSIONS_A_YEAR, ratio};

/// Worth at the close of a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Close {
    pub day: DayNumber,
    pub equity: Money,
}

/// The initial cash and every session close after it, one for each date, in order.
pub(crate) struct Curve {
    pub initial: Money,
    pub closes: Vec<Close>,
}

pub(crate) struct Drawdown {
    pub amount: Money,
    pub percent: Option<f64>,
    pub days: u32,
}

impl Curve {
    /// Keeps the last sample of each date; samples are in order of time.
    pub fn of_samples(initial: Money, samples: &[(Timestamp, Money)]) -> Curve {
        // A session that lasts to midnight is sampled at the first instant of the next date.
        let session = |at: Timestamp| (at - Span::micros(1)).day();
        let mut closes: Vec<Close> = Vec::new();
        for &(at, equity) in samples {
            let close = Close { day: session(at), equity };
            match closes.last_mut() {
                Some(last) if last.day == close.day => *last = close,
                _ => closes.push(close),
            }
        }
        Curve { initial, closes }
    }

    /// The calendar day before the first session, where the initial cash is dated.
    fn eve(&self) -> Option<DayNumber> {
        self.closes.first().map(|first| DayNumber::from_days(first.day.as_days() - 1))
    }

    pub fn drawdown(&self) -> Drawdown {
        let (mut peak, mut peak_day) = (self.initial, self.eve().unwrap_or_default());
        let mut worst = Drawdown { amount: Money::ZERO, percent: None, days: 0 };
        // A peak is never below the initial cash: if that is positive, every fall has a percentage.
        if peak > Money::ZERO {
            worst.percent = Some(0.0);
        }
        let mut under_water = false;
        for close in &self.closes {
            let fall = peak - close.equity;
            if fall > Money::ZERO || under_water {
                // The day of recovery ends the time under water and belongs to it.
                worst.days = worst.days.max(days_between(peak_day, close.day));
            }
            under_water = fall > Money::ZERO;
            if under_water {
                worst.amount = worst.amount.max(fall);
                worst.percent = worst.percent.map(|p| p.max(100.0 * fall.to_f64() / peak.to_f64()));
            } else {
                (peak, peak_day) = (close.equity, close.day);
            }
        }
        worst
    }

    pub fn cagr(&self) -> Option<f64> {
        let (eve, last) = (self.eve()?, self.closes.last()?);
        let years = f64::from(days_between(eve, last.day)) / DAYS_A_YEAR;
        let growth = ratio(last.equity.to_f64(), self.initial.to_f64())?;
        if self.initial <= Money::ZERO || growth < 0.0 {
            return None;
        }
        Some(growth.powf(1.0 / years) - 1.0).filter(|rate| rate.is_finite())
    }

    /// Of [`Self::returns`], all of which there are.
    pub fn sharpe(returns: &[f64]) -> Option<f64> {
        // The mean of equal floats may differ from them in its last digit: their deviation must not become a divisor.
        if returns.len() < 2 || returns.iter().all(|r| *r == returns[0]) {
            return None;
        }
        let mean = mean(returns);
        let squares: f64 = returns.iter().map(|r| (r - mean) * (r - mean)).sum();
        let deviation = (squares / (returns.len() - 1) as f64).sqrt();
        ratio(mean * SESSIONS_A_YEAR.sqrt(), deviation)
    }

    /// Of [`Self::returns`], all of which there are.
    pub fn sortino(returns: &[f64]) -> Option<f64> {
        if returns.len() < 2 {
            return None;
        }
        let squares: f64 = returns.iter().map(|r| r.min(0.0).powi(2)).sum();
        let deviation = (squares / returns.len() as f64).sqrt();
        ratio(mean(returns) * SESSIONS_A_YEAR.sqrt(), deviation)
    }

    /// Session returns; `None` where one would be measured from zero or less.
    pub fn returns(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        let mut before = self.initial;
        self.closes.iter().map(move |close| {
            let growth = relative(before, close.equity);
            before = close.equity;
            growth
        })
    }
}

/// The return from `before` to `after` as a fraction; `None` if `before` is not positive.
pub(super) fn relative(before: Money, after: Money) -> Option<f64> {
    // Subtracted as integers: a quotient less one would lose the digits of a small return.
    (before > Money::ZERO).then(|| (after - before).to_f64() / before.to_f64())
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn days_between(from: DayNumber, to: DayNumber) -> u32 {
    to.as_days().saturating_sub(from.as_days()).max(0).unsigned_abs()
}
