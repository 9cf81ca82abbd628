//! Longer bars from shorter ones.
//!
//! Intraday bars lie on a grid that starts anew at the open of each session, so a bar never reaches into the next
//! session or the next day, and the last one before the close may be short (15:15 to 15:30 for hours at NSE). Bars
//! outside the sessions fall on the same grid, continued: before the first open it runs backwards from it, after a close
//! it runs on. Nothing is dropped, whatever the calendar says of the day; leaving bars out is the importer's business.

use super::Bars;
use crate::calendar::{Calendar, TradingClass};
use crate::time::{MICROS_PER_MINUTE, Span};
use crate::{Price, Qty, Timeframe, Timestamp};

#[cfg(test)]
mod tests;

/// Builds bars of `to` from shorter bars, each day counted from its session's open.
///
/// A daily bar is stamped with the open of the day's first session, or with its first bar if that is earlier; a day that
/// is closed or unknown counts from the open that was usual at its time. Bars that are already of `to` and on the grid
/// come back as they are; building a finer timeframe than the source's changes stamps at most, never splits a bar.
/// Volumes add up, and stop at the largest number there is rather than wrap.
pub fn resample(bars: &Bars, to: Timeframe, calendar: &Calendar, class: TradingClass) -> Bars {
    let times = bars.times();
    let mut out = Bars::with_capacity(match to {
        Timeframe::Minutes(n) => bars.len() / usize::from(n.max(1)) + 16,
        // The shortest common source is a minute bar of a session of 375.
        Timeframe::Day => bars.len() / 360 + 16,
    });
    let mut stretch = Stretch::NONE;
    let mut i = 0;
    while i < times.len() {
        if times[i] >= stretch.ends {
            stretch = Stretch::of(times[i], to, calendar, class);
        }
        let (opens, ends) = stretch.bin(times[i]);
        let first = i;
        let (mut high, mut low, mut volume) = (bars.high[i], bars.low[i], bars.volume[i]);
        i += 1;
        while i < times.len() && times[i] < ends {
            high = high.max(bars.high[i]);
            low = low.min(bars.low[i]);
            volume = Qty::from_raw(volume.raw().saturating_add(bars.volume[i].raw()));
            i += 1;
        }
        append(&mut out, opens, bars.open[first], high, low, bars.close[i - 1], volume);
    }
    out
}

/// When the bar of [`resample`] that is stamped `opened` is over: where the next one begins, or its stretch of the day
/// ends. A market that trades beyond its sessions may have prices of it until then.
pub fn bar_end(
    opened: Timestamp,
    timeframe: Timeframe,
    calendar: &Calendar,
    class: TradingClass,
) -> Timestamp {
    Stretch::of(opened, timeframe, calendar, class).bin(opened).1
}

/// The same at a market that keeps its hours: no bar outlasts the session that it opened in, the last one reaches to the
/// end of the closing auction where there is one. Of a day whose hours are not known nothing is cut.
pub fn bar_end_in_session(
    opened: Timestamp,
    timeframe: Timeframe,
    calendar: &Calendar,
    class: TradingClass,
) -> Timestamp {
    let ends = bar_end(opened, timeframe, calendar, class);
    let day = calendar.day(class, opened.date());
    if !day.hours_known {
        return ends;
    }
    let at = |minute| opened.day().at(minute);
    // The auction's price may be stamped at its very last minute, which then belongs to the bar.
    let auction = day.closing_auction.map(|auction| at(auction.close) + Span::minutes(1));
    let Some(over) = auction.or(day.close().map(at)) else { return ends };
    let earlier = &day.sessions[..day.sessions.len() - 1];
    let own =
        earlier.iter().find(|s| timeframe.is_intraday() && at(s.open) <= opened && opened < at(s.close));
    let close = own.map_or(over, |session| at(session.close));
    if opened < close { ends.min(close) } else { ends }
}

/// Appends what the rules of [`Bars`] allow by construction: parts of sound bars, stamped in increasing bins.
fn append(out: &mut Bars, time: Timestamp, open: Price, high: Price, low: Price, close: Price, volume: Qty) {
    out.time.push(time);
    out.open.push(open);
    out.high.push(high);
    out.low.push(low);
    out.close.push(close);
    out.volume.push(volume);
}

/// A part of a day in which bars follow each other at one distance: until the next session opens or the day ends.
struct Stretch {
    /// Where its first bar begins by the grid; the day may have begun later.
    grid: Timestamp,
    starts: Timestamp,
    ends: Timestamp,
    /// Microseconds.
    length: i64,
}

const DAY_MINUTES: i64 = 1_440;

impl Stretch {
    /// Before all time, and over.
    const NONE: Stretch = Stretch {
        grid: Timestamp::MIN,
        starts: Timestamp::MIN,
        ends: Timestamp::MIN,
        length: MICROS_PER_MINUTE,
    };

    /// The stretch around `time`.
    fn of(time: Timestamp, to: Timeframe, calendar: &Calendar, class: TradingClass) -> Stretch {
        let (day, date) = (time.day(), time.date());
        let mut sessions = calendar.day(class, date).sessions;
        if sessions.is_empty() {
            sessions = calendar.usual_hours(class, date).sessions;
        }
        let opens: Vec<i64> = sessions.iter().map(|s| i64::from(s.open.minutes())).collect();
        let first = opens.first().copied().unwrap_or(0);
        let at = |minute: i64| day.start() + Span::minutes(minute);
        let Timeframe::Minutes(length) = to else {
            // One bar, whose stamp is the open, or its first bar if that is earlier.
            let starts = at(first).min(time);
            return Stretch { grid: starts, starts, ends: at(DAY_MINUTES), length: i64::MAX };
        };
        let length = i64::from(length.max(1));
        let passed = opens.partition_point(|&open| at(open) <= time);
        let (grid, starts) = match passed.checked_sub(1) {
            Some(session) => (opens[session], opens[session]),
            // Backwards from the first open, from the last step before midnight.
            None => (first - (first + length - 1) / length * length, 0),
        };
        let ends = opens.get(passed).copied().unwrap_or(DAY_MINUTES);
        Stretch { grid: at(grid), starts: at(starts), ends: at(ends), length: length * MICROS_PER_MINUTE }
    }

    /// The stamp of the bar that holds `time`, and the instant at which that bar is over.
    fn bin(&self, time: Timestamp) -> (Timestamp, Timestamp) {
        let passed = (time - self.grid).as_micros();
        let opens = self.grid + Span::micros(passed - passed % self.length);
        let ends = Timestamp::from_micros(opens.as_micros().saturating_add(self.length));
        (opens.max(self.starts), ends.min(self.ends))
    }
}
