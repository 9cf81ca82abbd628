//! The times at which a day's bars open, and which of them have a bar.

use domain::calendar::TradingDay;
use domain::time::{DayNumber, MICROS_PER_MINUTE, MinuteOfDay};
use domain::{Timeframe, Timestamp};

/// Chance below which a gap is no accident of trading.
const ACCIDENT: f64 = 1e-3;
/// How much quieter than its average a day may be in its quietest hour: trading is heavy at both ends of a day.
const QUIETEST: f64 = 3.0;

/// A grid that starts anew with each session.
pub(super) struct Grid {
    /// First minute, minute of the close, and number of the first slot, of each session.
    sessions: Vec<(u16, u16, usize)>,
    /// Minutes of a slot; `None` for the one slot of a daily bar.
    step: Option<u16>,
    pub(super) slots: usize,
}

pub(super) enum Place {
    Outside,
    /// In the closing auction: welcome, not expected.
    Auction,
    Inside {
        on_grid: bool,
    },
}

impl Grid {
    pub(super) fn of(day: &TradingDay, timeframe: Timeframe) -> Grid {
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

    /// Whether the times are those of a day of one session, each bar at its time and none besides. Other days that lack
    /// nothing may answer no.
    pub(super) fn is_whole(&self, day: DayNumber, times: &[Timestamp]) -> bool {
        let (Some(step), [(open, ..)], Some(first)) = (self.step, &self.sessions[..], times.first()) else {
            return false;
        };
        let step = i64::from(step) * MICROS_PER_MINUTE;
        times.len() == self.slots
            && MinuteOfDay::from_minutes(*open).is_some_and(|open| *first == day.at(open))
            // All steps at once: leaving at the first wrong one would cost more than it saves.
            && times.iter().zip(&times[1..]).fold(0, |wrong, (before, time)| {
                wrong | (time.as_micros().wrapping_sub(before.as_micros()) ^ step)
            }) == 0
    }

    /// The slot that a minute of a session falls into, and whether it is the slot's first.
    fn slot(&self, minute: MinuteOfDay) -> Option<(usize, bool)> {
        let minute = minute.minutes();
        let &(open, _, first) =
            self.sessions.iter().find(|(open, close, _)| (*open..*close).contains(&minute))?;
        let n = self.step?;
        Some((first + usize::from((minute - open) / n), (minute - open).is_multiple_of(n)))
    }

    pub(super) fn place(&self, minute: MinuteOfDay, day: &TradingDay) -> Place {
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

    /// The slots that have a bar, in order.
    pub(super) fn filled(&self, times: &[Timestamp]) -> Vec<usize> {
        if self.step.is_none() {
            return if times.is_empty() { Vec::new() } else { vec![0] };
        }
        // Times rise, so that a slot's bars follow each other.
        let mut slots: Vec<usize> =
            times.iter().filter_map(|t| self.slot(t.minute_of_day())).map(|(slot, _)| slot).collect();
        slots.dedup();
        slots
    }

    /// Of the slots without a bar, those in gaps so short that trading by chance, as often as on this day, leaves them.
    pub(super) fn scattered(&self, filled: &[usize]) -> usize {
        let slots = self.slots.max(1) as f64;
        // A gap of n slots has the chance (1 − rate)ⁿ, at each of the slots; the rate is that of the day beside it.
        let by_chance = |gap: usize| {
            let rate = filled.len() as f64 / (slots - gap as f64).max(1.0) / QUIETEST;
            gap as f64 * (1.0 - rate).ln() >= (ACCIDENT / slots).ln()
        };
        let mut scattered = 0;
        let mut next = 0;
        for &slot in filled.iter().chain([&self.slots]) {
            let gap = slot.saturating_sub(next);
            if by_chance(gap) {
                scattered += gap;
            }
            next = slot + 1;
        }
        scattered
    }
}
