//! One book's bars, and where in them the backtest is.

use std::sync::Arc;

use domain::calendar::TradingClass;
use domain::{Bars, Price, Timeframe, Timestamp};
use engine::BookSpec;
use exchange::FillRules;
use strategy::{Signals, Strategy};

use crate::columns;
use crate::days::{Day, TimeExit, days};
use domain::calendar::Calendar;

/// A book to trade, with its history.
pub struct LaneSpec<'a> {
    pub book: BookSpec,
    pub strategy: Box<dyn Strategy>,
    pub bars: &'a Bars,
    pub timeframe: Timeframe,
    /// Shorter bars of the same instrument: they settle which of stop and target came first within one bar.
    pub finer: Option<&'a Bars>,
    pub class: TradingClass,
    /// When the book must be flat each day.
    pub time_exit: TimeExit,
    /// Nothing is decided at bars that open before this; they warm the indicators up.
    pub start: Timestamp,
}

/// The phases of a bar, in the order in which they are told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Phase {
    SquareOff,
    Open,
    Range,
    Close,
}

/// The next thing to be told to a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Wake {
    pub at: Timestamp,
    pub bar: usize,
    pub phase: Phase,
}

/// What is known of a series of bars before any strategy looks at it.
#[derive(Clone)]
pub(crate) struct Ground<'a> {
    pub bars: &'a Bars,
    finer: Option<&'a Bars>,
    timeframe: Timeframe,
    pub days: Arc<[Day]>,
    pub first: usize,
    atr: Option<Arc<[f64]>>,
    volatility: Option<Arc<[f64]>>,
    has_volume: bool,
}

impl<'a> Ground<'a> {
    pub fn new(
        book: &BookSpec,
        bars: &'a Bars,
        (timeframe, finer): (Timeframe, Option<&'a Bars>),
        start: Timestamp,
        days: Arc<[Day]>,
    ) -> Ground<'a> {
        let needs_volatility = matches!(book.sizing, engine::Sizing::Volatility(_));
        Ground {
            bars,
            finer,
            timeframe,
            days,
            first: bars.first_at_or_after(start),
            atr: book.protection.needs_atr().then(|| columns::average_true_range(bars).into()),
            volatility: needs_volatility.then(|| columns::volatility(bars, timeframe).into()),
            has_volume: bars.has_volume(),
        }
    }
}

pub(crate) struct Lane<'a> {
    pub bars: &'a Bars,
    pub finer: Option<&'a Bars>,
    pub timeframe: Timeframe,
    pub signals: Signals,
    pub atr: Option<Arc<[f64]>>,
    pub volatility: Option<Arc<[f64]>>,
    pub days: Arc<[Day]>,
    /// The first bar at which something may be decided.
    pub first: usize,
    /// Fills are capped by the bar's volume.
    pub caps_volume: bool,
    /// The book has a trailing stop.
    pub trails: bool,
    /// Bars up to here have been streamed into the cache.
    streamed: usize,
    /// The bar that is on, or comes next.
    pub bar: usize,
    /// The last of its phases that was told.
    pub told: Option<Phase>,
    /// Index into `days` of the bar's day.
    pub day: usize,
    /// The day the engine was last told of.
    pub told_day: Option<usize>,
    /// The day whose time exit has been told.
    pub squared_off: Option<usize>,
    /// All phases of this bar are told: a level was reached in it.
    pub whole_bar: Option<usize>,
    pub next: Option<Wake>,
    /// Whether `next` is in the queue.
    pub queued: bool,
    /// The bar since which the book has held a position.
    pub held_since: Option<usize>,
    pub bars_held: u64,
    /// The last bar sampled for equity.
    pub sampled: usize,
    /// The day of the last sample.
    sampled_day: usize,
}

impl<'a> Lane<'a> {
    /// Splits the specification into what the engine keeps and what the shell keeps; the strategy marks its bars.
    pub fn prepare(
        mut spec: LaneSpec<'a>,
        fills: &FillRules,
        calendar: &Calendar,
    ) -> (BookSpec, Box<dyn Strategy>, Lane<'a>) {
        let days = days(spec.bars, spec.timeframe, spec.time_exit, calendar, spec.class);
        let signals = columns::mark(spec.strategy.as_mut(), spec.bars, spec.timeframe, &days);
        let ground =
            Ground::new(&spec.book, spec.bars, (spec.timeframe, spec.finer), spec.start, days.into());
        let lane = Lane::over(&ground, signals, &spec.book, fills);
        (spec.book, spec.strategy, lane)
    }

    /// A lane at its first bar.
    pub fn over(ground: &Ground<'a>, signals: Signals, book: &BookSpec, fills: &FillRules) -> Lane<'a> {
        let first = ground.first;
        Lane {
            bars: ground.bars,
            finer: ground.finer,
            timeframe: ground.timeframe,
            trails: book.protection.trail.is_some() || signals.trails(),
            signals,
            atr: ground.atr.clone(),
            volatility: ground.volatility.clone(),
            caps_volume: fills.participation.is_some() && ground.has_volume,
            streamed: 0,
            day: ground.days.iter().position(|d| d.end > first).unwrap_or(0),
            days: Arc::clone(&ground.days),
            first,
            bar: first,
            told: None,
            told_day: None,
            squared_off: None,
            whole_bar: None,
            next: None,
            queued: false,
            held_since: None,
            bars_held: 0,
            sampled: 0,
            sampled_day: 0,
        }
    }

    /// Reads the next stretch of the columns that every wake touches, in order, before they are touched here and there:
    /// wakes lie some cache lines apart, and waiting for memory at each of them took more than half of a run's time.
    #[inline]
    pub fn stream_ahead(&mut self, bar: usize) {
        const STRETCH: usize = 2_048;
        const PER_LINE: usize = 8;
        if bar < self.streamed {
            return;
        }
        let to = (bar + STRETCH).min(self.bars.len());
        let (times, opens, closes) = (self.bars.times(), self.bars.opens(), self.bars.closes());
        let mut sum = 0i64;
        for i in (bar..to).step_by(PER_LINE) {
            sum ^= times[i].as_micros() ^ opens[i].raw() ^ closes[i].raw();
        }
        std::hint::black_box(sum);
        self.streamed = to;
    }

    #[inline]
    pub fn day_of(&self, bar: usize) -> usize {
        let mut day = self.day;
        while bar >= self.days[day].end {
            day += 1;
        }
        day
    }

    /// The last phase told of the bar that is on; the first there is, if none was.
    pub fn told_or_first(&self) -> Phase {
        self.told.unwrap_or(Phase::SquareOff)
    }

    #[inline]
    pub fn is_last_of_day(&self, bar: usize, day: usize) -> bool {
        bar + 1 == self.days[day].end
    }

    /// When a phase of a bar happens, for the order among lanes.
    #[inline]
    pub fn instant(&self, bar: usize, phase: Phase) -> Timestamp {
        match phase {
            // Not before the bar ahead of it has closed: a bar that spans the time is told as a whole.
            Phase::SquareOff => {
                let day = &self.days[self.day_of(bar)];
                let due = day.square_off.unwrap_or(day.close);
                if bar > day.first { due.max(day.bar_end(bar - 1, self.bars, self.timeframe)) } else { due }
            }
            Phase::Open => self.bars.times()[bar],
            Phase::Range | Phase::Close => {
                self.days[self.day_of(bar)].bar_end(bar, self.bars, self.timeframe)
            }
        }
    }

    /// The close of the last bar that had ended by `at`; the bars are asked about in order of time.
    pub fn close_at(&mut self, at: Timestamp) -> Option<Price> {
        let times = self.bars.times();
        let n = times.len();
        while self.days.get(self.sampled_day).is_some_and(|day| day.close < at) {
            self.sampled_day += 1;
        }
        // At the close of a session, as nearly always, its last bar needs no search.
        if let Some(day) = self.days.get(self.sampled_day)
            && day.close == at
        {
            self.sampled = day.end - 1;
            return Some(self.bars.closes()[day.end - 1]);
        }
        // Bars that opened before `at`; the newest of them may not have ended yet.
        let mut reach = self.sampled;
        if reach < n && times[reach] < at {
            let mut step = 1;
            while reach + step < n && times[reach + step] < at {
                step *= 2;
            }
            let hi = (reach + step).min(n);
            reach += times[reach..hi].partition_point(|&t| t < at);
        }
        self.sampled = reach.saturating_sub(1);
        let mut last = reach.checked_sub(1)?;
        let day = self.days.partition_point(|d| d.end <= last);
        if self.days[day].bar_end(last, self.bars, self.timeframe) > at {
            last = last.checked_sub(1)?;
        }
        Some(self.bars.closes()[last])
    }

    /// The finer bars inside bar `i`.
    pub fn finer_bars(&self, i: usize) -> Option<(&'a Bars, std::ops::Range<usize>)> {
        let finer = self.finer?;
        let day = self.day_of(i);
        let end = self.days[day].bar_end(i, self.bars, self.timeframe);
        let range = finer.first_at_or_after(self.bars.times()[i])..finer.first_at_or_after(end);
        (!range.is_empty()).then_some((finer, range))
    }
}
