//! What a series lacks, against the calendar: missing days and minutes, bars where no market was, likely splits.
//!
//! Reports counts and dates and judges nothing: a minute without a trade has no bar, so a thin share is full of "missing"
//! minutes, while a liquid index that lacks one has lost it. Changes no bars. Days that the calendar does not know are
//! told apart from days that are wrong.

use std::ops::RangeInclusive;

use domain::calendar::{Calendar, DayStatus, TradingClass, TradingDay};
use domain::time::{DayNumber, MinuteOfDay};
use domain::{Bars, Date, Price, Timeframe, Timestamp};

/// Unmoving intraday bars in a row that are worth a line: a quarter of an hour of minutes.
const FLAT_INTRADAY: usize = 15;
/// Unmoving daily bars in a row that are worth a line.
const FLAT_DAYS: usize = 3;

/// How a series compares with the calendar, between two dates.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// The days compared, both included; `None` for a series without bars where no range was given.
    pub span: Option<(Date, Date)>,
    /// Bars of the series in the span.
    pub bars: usize,
    /// Days that the calendar knows to have traded.
    pub days_expected: usize,
    /// Of those, days with at least one bar in hours.
    pub days_present: usize,
    /// Of those, days without.
    pub missing_days: Vec<Date>,
    /// Days present with fewer bars than their continuous sessions have room for, where the hours are known.
    pub short_days: Vec<ShortDay>,
    /// Bars that `short_days` lack, in all.
    pub missing_bars: usize,
    /// Bars on closed days or outside the hours, by day.
    pub out_of_session: Vec<DayBars>,
    /// Bars whose time is not one at which a bar of this timeframe opens, by day; they lie in session.
    pub off_grid: Vec<DayBars>,
    /// Days with bars of which the calendar does not know whether they traded.
    pub unknown_days: Vec<Date>,
    /// Days without bars of which the calendar does not know whether they traded.
    pub days_unjudged: usize,
    /// Overnight gaps beyond 20 %: unadjusted splits and bonuses, and a few real crashes.
    pub suspected_splits: Vec<Gap>,
    /// Stretches at one price: a stopped feed, a circuit limit, or a share that nobody trades.
    pub flat_stretches: Vec<FlatStretch>,
}

/// A day with fewer bars than it could have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShortDay {
    pub date: Date,
    pub expected: usize,
    pub present: usize,
}

/// A number of bars on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayBars {
    pub date: Date,
    pub bars: usize,
}

/// A jump from one day's last close to the next day's first open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gap {
    /// The day that opened elsewhere.
    pub date: Date,
    /// The day with bars before it: not always the day before.
    pub previous: Date,
    pub close: Price,
    pub open: Price,
}

/// Bars in a row whose four prices are all the same one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlatStretch {
    pub first: Timestamp,
    pub last: Timestamp,
    pub bars: usize,
    pub price: Price,
}

impl Coverage {
    /// Whether nothing is worth a look. Unknown days do not count against a series.
    pub fn is_clean(&self) -> bool {
        self.missing_days.is_empty()
            && self.short_days.is_empty()
            && self.out_of_session.is_empty()
            && self.off_grid.is_empty()
            && self.suspected_splits.is_empty()
            && self.flat_stretches.is_empty()
    }
}

impl Gap {
    /// The change in hundredths of a percent, toward zero: −4,998 for −49.98 %.
    pub fn basis_points(&self) -> i64 {
        (self.open - self.close).raw() * 10_000 / self.close.raw().max(1)
    }
}

/// Compares a series with the calendar of its class, between its first and last day or over the days of `range`.
pub fn verify(
    bars: &Bars,
    timeframe: Timeframe,
    class: TradingClass,
    calendar: &Calendar,
    range: Option<RangeInclusive<Date>>,
) -> Coverage {
    verify_against(bars, timeframe, range, |date| calendar.day(class, date))
}

/// [`verify`] with any calendar.
pub fn verify_against(
    bars: &Bars,
    timeframe: Timeframe,
    range: Option<RangeInclusive<Date>>,
    calendar: impl Fn(Date) -> TradingDay,
) -> Coverage {
    let ends = bars.times().first().zip(bars.times().last());
    let Some((first, last)) = range
        .map(|r| (DayNumber::of(*r.start()), DayNumber::of(*r.end())))
        .or_else(|| ends.map(|(first, last)| (first.day(), last.day())))
    else {
        return Coverage::default();
    };
    let rows = bars.first_at_or_after(first.start())..bars.first_at_or_after(last.next().start());
    let mut coverage = Coverage { span: Some((first.date(), last.date())), ..Coverage::default() };
    let mut row = rows.start;
    let mut day = first;
    while day <= last {
        let from = row;
        while row < rows.end && bars.times()[row] < day.next().start() {
            row += 1;
        }
        coverage.bars += row - from;
        let date = day.date();
        coverage.count_day(date, &calendar(date), timeframe, &bars.times()[from..row]);
        day = day.next();
    }
    coverage.find_gaps(bars, rows.clone());
    coverage.find_flat_stretches(bars, rows, timeframe);
    coverage
}

impl Coverage {
    fn count_day(&mut self, date: Date, day: &TradingDay, timeframe: Timeframe, times: &[Timestamp]) {
        let judged = match day.status {
            DayStatus::Unknown => false,
            // A closure from a weak source: bars there are no mistake yet.
            DayStatus::Closed(_) => day.hours_known,
            DayStatus::Open | DayStatus::Special(_) => true,
        };
        if !judged {
            if times.is_empty() {
                self.days_unjudged += 1;
            } else {
                self.unknown_days.push(date);
            }
            return;
        }

        let grid = Grid::of(day, timeframe);
        let (mut outside, mut beside) = (0, 0);
        let mut inside = 0;
        for time in times {
            match grid.place(time.minute_of_day(), day) {
                Place::Outside => outside += 1,
                Place::Auction => inside += 1,
                Place::Inside { on_grid } => {
                    inside += 1;
                    beside += usize::from(!on_grid || time.as_micros().rem_euclid(MINUTE) != 0);
                }
            }
        }
        if outside > 0 {
            self.out_of_session.push(DayBars { date, bars: outside });
        }
        if beside > 0 {
            self.off_grid.push(DayBars { date, bars: beside });
        }
        if !day.is_open() {
            return;
        }
        self.days_expected += 1;
        if inside == 0 {
            self.missing_days.push(date);
            return;
        }
        self.days_present += 1;
        let present = grid.filled(times);
        if day.hours_known && present < grid.slots {
            self.short_days.push(ShortDay { date, expected: grid.slots, present });
            self.missing_bars += grid.slots - present;
        }
    }

    fn find_gaps(&mut self, bars: &Bars, rows: std::ops::Range<usize>) {
        for i in rows.start + 1..rows.end.max(rows.start + 1) {
            let (before, time) = (bars.times()[i - 1], bars.times()[i]);
            if before.day() == time.day() {
                continue;
            }
            let (close, open) = (bars.closes()[i - 1], bars.opens()[i]);
            if i128::from((open - close).raw().abs()) * 5 > i128::from(close.raw()) {
                self.suspected_splits.push(Gap { date: time.date(), previous: before.date(), close, open });
            }
        }
    }

    fn find_flat_stretches(&mut self, bars: &Bars, rows: std::ops::Range<usize>, timeframe: Timeframe) {
        let least = if timeframe.is_intraday() { FLAT_INTRADAY } else { FLAT_DAYS };
        let mut i = rows.start;
        while i < rows.end {
            let price = bars.closes()[i];
            let start = i;
            while i < rows.end
                && bars.highs()[i] == price
                && bars.lows()[i] == price
                && (!timeframe.is_intraday() || bars.times()[i].day() == bars.times()[start].day())
            {
                i += 1;
            }
            if i - start >= least {
                let (first, last) = (bars.times()[start], bars.times()[i - 1]);
                self.flat_stretches.push(FlatStretch { first, last, bars: i - start, price });
            }
            i = i.max(start + 1);
        }
    }
}

const MINUTE: i64 = domain::time::MICROS_PER_MINUTE;

/// The times at which a day's bars open: a grid that starts anew with each session.
struct Grid {
    /// First minute, minute of the close, and number of the first slot, of each session.
    sessions: Vec<(u16, u16, usize)>,
    /// Minutes of a slot; `None` for the one slot of a daily bar.
    step: Option<u16>,
    slots: usize,
}

enum Place {
    Outside,
    /// In the closing auction: welcome, not expected.
    Auction,
    Inside {
        on_grid: bool,
    },
}

impl Grid {
    fn of(day: &TradingDay, timeframe: Timeframe) -> Grid {
        let step = match timeframe {
            Timeframe::Minutes(n) => Some(n.max(1)),
            Timeframe::Day => None,
        };
        let mut sessions = Vec::with_capacity(day.sessions.len());
        let mut slots = 0;
        for session in &day.sessions {
            let (open, close) = (session.open.minutes(), session.close.minutes());
            sessions.push((open, close, slots));
            slots += step.map_or(0, |n| usize::from(close.saturating_sub(open).div_ceil(n)));
        }
        if step.is_none() {
            slots = usize::from(!sessions.is_empty());
        }
        Grid { sessions, step, slots }
    }

    /// The slot that a minute of a session falls into, and whether it is the slot's first.
    fn slot(&self, minute: MinuteOfDay) -> Option<(usize, bool)> {
        let minute = minute.minutes();
        let &(open, _, first) =
            self.sessions.iter().find(|(open, close, _)| (*open..*close).contains(&minute))?;
        let n = self.step?;
        Some((first + usize::from((minute - open) / n), (minute - open).is_multiple_of(n)))
    }

    fn place(&self, minute: MinuteOfDay, day: &TradingDay) -> Place {
        if self.step.is_none() {
            // Sources stamp daily bars with midnight, the open or the close; the day is what counts.
            return if self.slots > 0 { Place::Inside { on_grid: true } } else { Place::Outside };
        }
        match self.slot(minute) {
            Some((_, on_grid)) => Place::Inside { on_grid },
            None if day.holds(minute) => Place::Auction,
            None => Place::Outside,
        }
    }

    /// How many slots have a bar.
    fn filled(&self, times: &[Timestamp]) -> usize {
        if self.step.is_none() {
            return usize::from(!times.is_empty());
        }
        // Times rise, so that a slot's bars follow each other.
        let mut slots: Vec<usize> =
            times.iter().filter_map(|t| self.slot(t.minute_of_day())).map(|(slot, _)| slot).collect();
        slots.dedup();
        slots.len()
    }
}

#[cfg(test)]
mod tests;
