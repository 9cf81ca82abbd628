//! Figures by month, weekday and hour.

use std::collections::BTreeMap;
use std::fmt;

use domain::time::DayNumber;
use domain::{Date, Money};

use super::curve::{Curve, relative};
use super::tally::Exit;

/// Trades of a weekday or an hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TradeFigures {
    pub trades: u64,
    /// Those with P&L above zero, after charges.
    pub wins: u64,
    /// Σ P&L after charges.
    pub net_pnl: Money,
}

/// A calendar month in IST; printed `2024-07`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month {
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

/// A month of a backtest.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MonthFigures {
    pub month: Month,
    /// Trades that closed in it.
    pub closed: TradeFigures,
    /// Equity at its last session close against that of the last month that had sessions (against the initial cash for
    /// the first), in percent; what is open counts. `None` if the month had no session, or if equity was at or below
    /// zero before.
    pub return_pct: Option<f64>,
}

impl TradeFigures {
    pub(super) fn add(&mut self, pnl: Money) {
        self.trades += 1;
        self.wins += u64::from(pnl > Money::ZERO);
        self.net_pnl += pnl;
    }
}

impl Month {
    pub fn of(date: Date) -> Month {
        Month { year: date.year(), month: date.month() }
    }

    /// One past its last day.
    fn end(self) -> DayNumber {
        let (year, month) = if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) };
        // No month follows the last that a date can have: every day is then before its end.
        Date::new(year, month, 1).map_or(DayNumber::from_days(i32::MAX), DayNumber::of)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// Finds the months of days that come in order, asking the calendar once a month: it is the dear part of 40,000 trades.
struct MonthCursor {
    month: Month,
    end: DayNumber,
}

impl MonthCursor {
    fn new() -> MonthCursor {
        MonthCursor { month: Month { year: 0, month: 1 }, end: DayNumber::from_days(i32::MIN) }
    }

    fn at(&mut self, day: DayNumber) -> Month {
        if day >= self.end {
            self.month = Month::of(day.date());
            self.end = self.month.end();
        }
        self.month
    }
}

/// `exits` in order of time.
pub(super) fn months(exits: &[Exit], curve: &Curve) -> Vec<MonthFigures> {
    let mut months: BTreeMap<Month, MonthFigures> = BTreeMap::new();
    let blank = |month| MonthFigures { month, closed: TradeFigures::default(), return_pct: None };

    let mut cursor = MonthCursor::new();
    let mut before = curve.initial;
    for sessions in curve.closes.chunk_by(|a, b| cursor.at(a.day) == cursor.at(b.day)) {
        let Some(last) = sessions.last() else { continue };
        let month = Month::of(last.day.date());
        months.entry(month).or_insert_with(|| blank(month)).return_pct =
            relative(before, last.equity).map(|fraction| 100.0 * fraction);
        before = last.equity;
    }

    let mut cursor = MonthCursor::new();
    for exits in exits.chunk_by(|a, b| cursor.at(a.at.day()) == cursor.at(b.at.day())) {
        let Some(last) = exits.last() else { continue };
        let month = Month::of(last.at.date());
        let figures = months.entry(month).or_insert_with(|| blank(month));
        for exit in exits {
            figures.closed.add(exit.pnl);
        }
    }
    months.into_values().collect()
}
