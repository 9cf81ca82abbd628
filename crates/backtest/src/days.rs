//! The trading days of a series of bars.

use domain::calendar::{Calendar, TradingClass};
use domain::time::{DayNumber, MinuteOfDay};
use domain::{Bars, Timeframe, Timestamp};

/// One IST date in a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Day {
    pub number: DayNumber,
    /// The day's first bar.
    pub first: usize,
    /// One past its last bar.
    pub end: usize,
    /// When the session opens; minutes are counted from here.
    pub open: Timestamp,
    /// When the last bar is over.
    pub close: Timestamp,
    /// When the session closes, if the calendar knows it.
    pub session_close: Option<Timestamp>,
    pub square_off: Option<Timestamp>,
}

/// How a book gets flat each day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeExit {
    /// Positions are carried.
    Never,
    At(MinuteOfDay),
    /// The calendar's time for the segment and date.
    Calendar,
}

pub(crate) fn days(
    bars: &Bars,
    timeframe: Timeframe,
    exit: TimeExit,
    calendar: &Calendar,
    class: TradingClass,
) -> Vec<Day> {
    let times = bars.times();
    let mut days = Vec::new();
    let mut first = 0;
    while first < times.len() {
        let day = times[first].day();
        let midnight = day.next().start();
        let end = first + leading(&times[first..], |t| t < midnight);
        let plan = calendar.day(class, day.date());
        let at = |minute: Option<MinuteOfDay>| minute.map(|m| day.at(m));
        let open = at(plan.open()).unwrap_or(times[first]).min(times[first]);
        let session_close = at(plan.close());
        let last = times[end - 1];
        let close = match (timeframe, session_close) {
            // A stub ends with its session; a bar that was kept from after the session lasts its full time.
            (Timeframe::Minutes(_), Some(close)) if last < close => close.min(last + timeframe.span()),
            (Timeframe::Minutes(_), _) => last + timeframe.span(),
            (Timeframe::Day, Some(close)) if last < close => close,
            (Timeframe::Day, _) => midnight,
        };
        let square_off = match exit {
            TimeExit::Never => None,
            TimeExit::At(minute) => Some(day.at(minute)),
            TimeExit::Calendar => Some(day.at(calendar.square_off(class, day.date()))),
        };
        days.push(Day { number: day, first, end, open, close, session_close, square_off });
        first = end;
    }
    days
}

/// How many leading items satisfy `holds`, which is true up to some point and false after it: doubling steps, then a
/// binary search.
fn leading<T: Copy>(items: &[T], holds: impl Fn(T) -> bool) -> usize {
    let mut reach = 1;
    while reach < items.len() && holds(items[reach]) {
        reach *= 2;
    }
    let from = reach / 2;
    from + items[from..items.len().min(reach + 1)].partition_point(|t| holds(*t))
}

impl Day {
    /// Monday is 0.
    pub fn weekday(&self) -> u32 {
        // Day 0, 1970-01-01, was a Thursday.
        (self.number.as_days() + 3).rem_euclid(7) as u32
    }

    /// When a bar of the day ends.
    #[inline]
    pub fn bar_end(&self, i: usize, bars: &Bars, timeframe: Timeframe) -> Timestamp {
        if i + 1 == self.end {
            return self.close;
        }
        (bars.times()[i] + timeframe.span()).min(bars.times()[i + 1])
    }

    /// The first bar that starts at or after the time exit.
    pub fn square_off_bar(&self, bars: &Bars) -> Option<usize> {
        let at = self.square_off?;
        let i = self.first + bars.times()[self.first..self.end].partition_point(|&t| t < at);
        (i < self.end).then_some(i)
    }
}
