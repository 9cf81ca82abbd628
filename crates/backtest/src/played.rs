//! One book's bars as a replay tells them: the phases, instants and marks of a backtest that leaves no bar out.

use domain::calendar::{Calendar, TradingClass};
use domain::time::DayNumber;
use domain::{Bars, Price, Qty, Timeframe, Timestamp};
use engine::{BookSpec, ClosedBar, Sizing};
use strategy::{Signals, Strategy};

use crate::columns;
use crate::days::{Day, TimeExit, days};
use crate::lane::Phase;

/// A book's history, and how far it has been told.
pub struct Played {
    bars: Bars,
    timeframe: Timeframe,
    days: Vec<Day>,
    signals: Signals,
    trails: bool,
    atr: Option<Vec<f64>>,
    volatility: Option<Vec<f64>>,
    bar: usize,
    day: usize,
    told: Option<Phase>,
    told_day: Option<usize>,
    squared_off: Option<usize>,
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// Among lanes the earliest goes first, then the lowest rank.
    pub at: Timestamp,
    pub rank: u8,
    /// The instant that the engine is told: a range is told with its bar's open time.
    pub told_at: Timestamp,
    /// The day begins with this step: when the book must be flat, if it must.
    pub day_start: Option<Option<Timestamp>>,
    pub what: Told,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Told {
    /// Be flat at the next price; `mark` is the last close.
    SquareOff {
        mark: Option<Price>,
    },
    Open {
        price: Price,
        volume: Qty,
    },
    Range {
        high: Price,
        low: Price,
        close: Price,
    },
    /// `flatten`: what is still held goes at this very close.
    Close {
        bar: ClosedBar,
        flatten: bool,
    },
}

impl Played {
    /// Bars before `start` only warm up. Without a strategy no bar is marked.
    pub fn new(
        strategy: Option<&mut dyn Strategy>,
        book: &BookSpec,
        (bars, timeframe): (Bars, Timeframe),
        start: Timestamp,
        exit: TimeExit,
        (calendar, class): (&Calendar, TradingClass),
    ) -> Played {
        let days = days(&bars, timeframe, exit, calendar, class);
        let unmarked = || {
            let mut none = Signals::with_capacity(bars.len());
            none.extend(bars.len(), |_| strategy::SignalBits::default());
            none
        };
        let signals =
            strategy.map_or_else(unmarked, |strategy| columns::mark(strategy, &bars, timeframe, &days));
        let bar = bars.first_at_or_after(start);
        Played {
            trails: book.protection.trail.is_some() || signals.trails(),
            atr: book.protection.needs_atr().then(|| columns::average_true_range(&bars)),
            volatility: matches!(book.sizing, Sizing::Volatility(_))
                .then(|| columns::volatility(&bars, timeframe)),
            day: days.iter().position(|d| d.end > bar).unwrap_or(0),
            bars,
            timeframe,
            days,
            signals,
            bar,
            told: None,
            told_day: None,
            squared_off: None,
        }
    }

    /// Goes on where a book was: `day` has begun for it, the bar that opened at `decided` was the last it was told the
    /// close of. A bar that was cut off at `start` is told its close, so that what the strategy says there is not lost.
    #[must_use]
    pub fn resumed(mut self, start: Timestamp, day: Option<DayNumber>, decided: Option<Timestamp>) -> Played {
        let times = self.bars.times();
        if let Some(cut) = self.bar.checked_sub(1)
            && let Some(of_cut) = self.days.iter().position(|d| d.end > cut)
            && self.days[of_cut].bar_end(cut, &self.bars, self.timeframe) >= start
            && decided.is_some_and(|decided| decided < times[cut])
        {
            (self.bar, self.day, self.told) = (cut, of_cut, Some(Phase::Range));
        }
        self.told_day = self.days.iter().position(|d| Some(times[d.first].day()) == day);
        self
    }

    /// The next step; [`Played::advance`] takes it.
    pub fn next(&self) -> Option<Step> {
        if self.bar >= self.bars.len() {
            return None;
        }
        let (i, day) = (self.bar, &self.days[self.day]);
        let phase = self.phase();
        let opened = self.bars.times()[i];
        let end = day.bar_end(i, &self.bars, self.timeframe);
        let (at, rank, told_at) = match phase {
            Phase::SquareOff => {
                let due = day.square_off.unwrap_or(day.close);
                let after = |before: usize| due.max(day.bar_end(before, &self.bars, self.timeframe));
                let at = if i > day.first { after(i - 1) } else { due };
                (at, 2, at)
            }
            Phase::Open => (opened, 3, opened),
            Phase::Range => (end, 0, opened),
            Phase::Close => (end, 1, end),
        };
        let begins = self.told_day != Some(self.day) && phase != Phase::SquareOff;
        let what = match phase {
            Phase::SquareOff => Told::SquareOff { mark: i.checked_sub(1).map(|b| self.bars.closes()[b]) },
            Phase::Open => Told::Open { price: self.bars.opens()[i], volume: self.bars.volumes()[i] },
            Phase::Range => {
                let (high, low) = (self.bars.highs()[i], self.bars.lows()[i]);
                Told::Range { high, low, close: self.bars.closes()[i] }
            }
            Phase::Close => {
                let last = i + 1 == day.end;
                Told::Close { bar: self.closed(i, last), flatten: last && day.square_off.is_some() }
            }
        };
        Some(Step { at, rank, told_at, day_start: begins.then_some(day.square_off), what })
    }

    /// The step of [`Played::next`] has been told.
    pub fn advance(&mut self) {
        let phase = self.phase();
        if phase != Phase::SquareOff {
            self.told_day = Some(self.day);
        }
        match phase {
            Phase::SquareOff => {
                self.squared_off = Some(self.day);
                self.told = Some(Phase::SquareOff);
            }
            Phase::Close => {
                self.told = None;
                self.bar += 1;
                while self.days.get(self.day).is_some_and(|day| self.bar >= day.end) {
                    self.day += 1;
                }
            }
            other => self.told = Some(other),
        }
    }

    fn phase(&self) -> Phase {
        let due = || {
            self.squared_off != Some(self.day)
                && self.days[self.day].square_off_bar(&self.bars) == Some(self.bar)
        };
        match self.told {
            None if due() => Phase::SquareOff,
            None | Some(Phase::SquareOff) => Phase::Open,
            Some(Phase::Open) => Phase::Range,
            Some(Phase::Range | Phase::Close) => Phase::Close,
        }
    }

    fn closed(&self, i: usize, last_of_day: bool) -> ClosedBar {
        let value = |column: &Option<Vec<f64>>| column.as_ref().map_or(f64::NAN, |c| c[i]);
        ClosedBar {
            opened: self.bars.times()[i],
            range: self.trails.then(|| (self.bars.highs()[i], self.bars.lows()[i])),
            close: self.bars.closes()[i],
            signals: self.signals.at(i),
            atr: value(&self.atr),
            volatility: value(&self.volatility),
            distances: self.signals.distances(i),
            last_of_day,
        }
    }
}
