//! What a series lacks, against the calendar: missing days and minutes, bars where no market was, likely splits.
//!
//! Reports counts and dates. Where the calendar knows a day, what is missing is missing; where it does not, only what no
//! closure and no special session explains is *suspected*. How much of it weakens a result is asked of
//! [`Coverage::lost_days`] and [`Coverage::lost_bars`], which leave out what rare trading explains: a minute without a
//! trade has no bar, so a thin share is full of missing minutes, while a liquid index that lacks one has lost it. Changes
//! no bars, refuses nothing.

mod grid;
mod lost;
mod splits;
mod unknown;

use std::ops::RangeInclusive;

use domain::calendar::{Calendar, DayStatus, TradingClass, TradingDay};
use domain::time::DayNumber;
use domain::{Bars, Date, Price, Timeframe, Timestamp};

use grid::{Grid, Place};
pub use lost::{Share, Stretch};
pub use splits::{Gap, Ratio, overnight_gaps};

/// Unmoving intraday bars in a row that are worth a line: a quarter of an hour of minutes.
const FLAT_INTRADAY: usize = 15;
/// Unmoving daily bars in a row that are worth a line.
const FLAT_DAYS: usize = 3;
/// An intraday day with fewer of its bars than this share, in percent, is one of rare trading.
const THIN_DAY: usize = 5;

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
    /// Of those, as many as rare trading explains: see [`Coverage::lost_bars`].
    pub untraded_bars: usize,
    /// Bars that the days present have room for, where the hours are known.
    pub expected_bars: usize,
    /// Days present on which next to nothing traded: a daily bar of one price, or hardly any shorter bars.
    pub thin_days: usize,
    /// The days without bars that follow each other with no other trading day between, the longest stretch of them.
    pub longest_stretch: Option<Stretch>,
    /// Bars on closed days or outside the hours, by day.
    pub out_of_session: Vec<DayBars>,
    /// Bars whose time is not one at which a bar of this timeframe opens, by day; they lie in session.
    pub off_grid: Vec<DayBars>,
    /// Days with bars of which the calendar does not know whether they traded.
    pub unknown_days: Vec<Date>,
    /// Days without bars of which the calendar does not know whether they traded.
    pub days_unjudged: usize,
    /// Weekdays that the calendar does not know, in a row and without bars, longer than any closure was.
    pub suspected_stretches: Vec<Stretch>,
    /// Of `days_unjudged`, the least number that traded: weekdays in those stretches, or beyond the holidays of a year.
    pub suspected_missing_days: usize,
    /// Days that the calendar does not know with far fewer bars than the days around them, which say what to expect.
    pub suspected_short_days: Vec<ShortDay>,
    /// Bars that `suspected_short_days` lack, in all.
    pub suspected_missing_bars: usize,
    /// Bars that the unknown weekdays lack of what their usual hours have room for, if it is more than a quarter: half
    /// days, other hours, or rare trading.
    pub sparse_unknown: Option<Share>,
    /// Bars that the unknown days have, and those that `suspected_short_days` lack.
    pub suspected_expected_bars: usize,
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

/// Bars in a row whose four prices are all the same one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlatStretch {
    pub first: Timestamp,
    pub last: Timestamp,
    pub bars: usize,
    pub price: Price,
}

impl Coverage {
    /// Whether nothing is worth a look. Unknown days do not count against a series, unless some are suspected.
    pub fn is_clean(&self) -> bool {
        self.missing_days.is_empty()
            && self.short_days.is_empty()
            && self.suspected_missing_days == 0
            && self.suspected_short_days.is_empty()
            && self.out_of_session.is_empty()
            && self.off_grid.is_empty()
            && self.suspected_splits.is_empty()
            && self.flat_stretches.is_empty()
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
    coverage.bars = rows.len();
    let mut days = Vec::new();
    let mut scattered = Scattered::default();
    let mut row = rows.start;
    let mut day = first;
    while day <= last {
        let next = day.next();
        let from = row;
        row = end_of_day(&bars.times()[..rows.end], from, next);
        let date = day.date();
        let traded = coverage.count_day(date, &calendar(date), timeframe, bars, from..row, &mut scattered);
        days.push((date, traded));
        day = next;
    }
    coverage.untraded_bars = scattered.explained();
    coverage.find_stretches(&days);
    coverage.suspect_short_days(&days, timeframe);
    coverage.suspected_splits = overnight_gaps(bars, rows.clone());
    coverage.find_flat_stretches(bars, rows, timeframe);
    coverage
}

/// The first of `times` from `row` on that lies in `next` or after it.
///
/// A few steps from where the day began: a search over all bars would leave the cache at each day.
fn end_of_day(times: &[Timestamp], row: usize, next: DayNumber) -> usize {
    let end = next.start();
    let (mut low, mut step) = (row, 512);
    while times.get(low + step).is_some_and(|&time| time < end) {
        low += step;
        step *= 2;
    }
    low + times[low..times.len().min(low + step)].partition_point(|&time| time < end)
}

/// What one day of the span was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Day {
    Closed,
    /// A day that traded, with bars.
    Present,
    /// A day that traded, without.
    Missing,
    /// Not in the calendar's data, with bars.
    Unknown {
        bars: usize,
        /// Those that its usual hours have room for.
        slots: usize,
        /// Whether a bar lies in them: an evening session has none.
        usual: bool,
    },
    /// Not in the calendar's data, without bars.
    Unjudged,
}

/// Short days taken together, to tell rare trading from loss.
///
/// Where trades come by chance, a minute without one and a minute with a single one are about as likely, and the bar of
/// a single trade holds one price. So a series that rarely trades shows about as many unmoving bars as missing ones,
/// and a liquid series that lost bars shows none. (With λ trades a minute, e^−λ are empty and λe^−λ ⁄ (1 − e^−λ) of the
/// bars have one trade, which is never less.)
#[derive(Default)]
struct Scattered {
    /// Missing bars in gaps that chance explains at the day's own rate.
    missing: usize,
    slots: usize,
    bars: usize,
    /// Bars that hold one price.
    unmoving: usize,
}

impl Scattered {
    /// Twice the unmoving share: a second trade at the same price makes up for what chance takes away.
    fn explained(&self) -> usize {
        self.missing.min(2 * self.unmoving * self.slots / self.bars.max(1))
    }
}

impl Coverage {
    fn count_day(
        &mut self,
        date: Date,
        day: &TradingDay,
        timeframe: Timeframe,
        bars: &Bars,
        rows: std::ops::Range<usize>,
        scattered: &mut Scattered,
    ) -> Day {
        let times = &bars.times()[rows.clone()];
        let judged = match day.status {
            DayStatus::Unknown => false,
            // A closure from a weak source: bars there are no mistake yet.
            DayStatus::Closed(_) => day.hours_known,
            DayStatus::Open | DayStatus::Special(_) => true,
        };
        let grid = Grid::of(day, timeframe);
        // The usual case, told in one glance at the times.
        let whole = grid.is_whole(DayNumber::of(date), times);
        let unmoving = || rows.clone().filter(|&i| bars.highs()[i] == bars.lows()[i]).count();
        let thin = |filled: usize| match timeframe {
            Timeframe::Day => unmoving() > 0,
            Timeframe::Minutes(_) => filled * 100 < grid.slots * THIN_DAY,
        };
        if !judged {
            if times.is_empty() {
                self.days_unjudged += 1;
                return Day::Unjudged;
            }
            self.unknown_days.push(date);
            let filled = if whole { grid.slots } else { grid.filled(times).len() };
            self.thin_days += usize::from(thin(filled));
            return Day::Unknown { bars: times.len(), slots: grid.slots, usual: filled > 0 };
        }

        let (mut outside, mut beside, mut inside) = (0, 0, 0);
        if whole {
            inside = times.len();
        } else {
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
        }
        if outside > 0 {
            self.out_of_session.push(DayBars { date, bars: outside });
        }
        if beside > 0 {
            self.off_grid.push(DayBars { date, bars: beside });
        }
        if !day.is_open() {
            return Day::Closed;
        }
        self.days_expected += 1;
        if inside == 0 {
            self.missing_days.push(date);
            return Day::Missing;
        }
        self.days_present += 1;
        let filled = if whole { Vec::new() } else { grid.filled(times) };
        let present = if whole { grid.slots } else { filled.len() };
        self.thin_days += usize::from(thin(present));
        if day.hours_known {
            self.expected_bars += grid.slots;
            if present < grid.slots {
                self.short_days.push(ShortDay { date, expected: grid.slots, present });
                self.missing_bars += grid.slots - present;
                scattered.missing += grid.scattered(&filled);
                scattered.slots += grid.slots;
                scattered.bars += times.len();
                scattered.unmoving += unmoving();
            }
        }
        Day::Present
    }

    fn find_flat_stretches(&mut self, bars: &Bars, rows: std::ops::Range<usize>, timeframe: Timeframe) {
        let least = if timeframe.is_intraday() { FLAT_INTRADAY } else { FLAT_DAYS };
        let (highs, lows, times) = (bars.highs(), bars.lows(), bars.times());
        let alike = |i: usize, price: Price, day: DayNumber| {
            highs[i] == price && lows[i] == price && (!timeframe.is_intraday() || times[i].day() == day)
        };
        // A stretch that is long enough holds one of every so many bars.
        let mut i = rows.start;
        while i < rows.end {
            let (price, day) = (highs[i], times[i].day());
            if lows[i] != price {
                i += least;
                continue;
            }
            let (mut start, mut end) = (i, i + 1);
            while start > rows.start && alike(start - 1, price, day) {
                start -= 1;
            }
            while end < rows.end && alike(end, price, day) {
                end += 1;
            }
            if end - start >= least {
                let (first, last) = (times[start], times[end - 1]);
                self.flat_stretches.push(FlatStretch { first, last, bars: end - start, price });
            }
            i = end.max(i + 1);
        }
    }
}

const MINUTE: i64 = domain::time::MICROS_PER_MINUTE;

#[cfg(test)]
mod tests;
