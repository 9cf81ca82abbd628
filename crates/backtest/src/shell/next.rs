//! What a lane must be told next.

use domain::order::InstrumentKey;
use domain::trade::{BookId, Direction};

use super::{Shell, rank};
use crate::lane::{Phase, Wake};
use crate::scan::next_hit;

impl Shell<'_> {
    /// The next bar and phase at which anything can happen to a book: an order waits for the open, a price level is
    /// reached, a mark matters, time is up.
    pub(super) fn next_edge(&self, index: u32) -> Option<Wake> {
        let lane = &self.lanes[index as usize];
        let (book, venue) = (BookId(index), InstrumentKey(index));
        let n = lane.bars.len();
        let (on, told) = (lane.bar, lane.told);
        let opened = told >= Some(Phase::Open);
        let ranged = told >= Some(Phase::Range);
        if on >= n {
            return None;
        }
        let watch = self.engine.watch(book);
        let mut next = Candidate::NONE;

        if lane.whole_bar == Some(on) {
            next.offer(on, Phase::Close);
        }
        if self.exchange.has_queued(venue) {
            // An order that another book's bar caused inside this one is too late for its open.
            let late = (lane.bars.times()[on], rank(Phase::Open)) < self.now;
            next.offer(on + usize::from(opened || late), Phase::Open);
        }
        if watch.every_close {
            next.offer(on, Phase::Close);
        } else if let Some(bar) = lane.signals.next(on, watch.signals) {
            next.offer(bar, Phase::Close);
        }
        if let Some(pull) = watch.pull {
            let to = next.bar.saturating_add(1).min(n);
            let extremes =
                if pull.direction == Direction::Long { lane.bars.highs() } else { lane.bars.lows() };
            match &lane.atr {
                Some(atr) => {
                    if let Some(bar) = (on..to).find(|&i| pull.may_move(extremes[i], atr[i])) {
                        next.offer(bar, Phase::Close);
                    }
                }
                None => next.offer(on, Phase::Close),
            }
        }
        let resting = self.exchange.is_resting(venue);
        if resting || !self.engine.book(book).position().is_zero() {
            self.offer_time_exit(index, &mut next);
            if self.ends_flat {
                next.offer(n - 1, Phase::Close);
            }
        }
        if watch.day_start {
            let day = lane.day_of(on);
            let today = &lane.days[day];
            next.offer(if lane.told_day == Some(day) { today.end } else { today.first.max(on) }, Phase::Open);
        }
        let (below, above) = self.exchange.wake_levels(venue);
        let (below, above) = (below.max(watch.below), above.min(watch.above));
        if below > exchange::NEVER_BELOW || above < exchange::NEVER_ABOVE {
            let from = on + usize::from(ranged);
            let to = next.bar.saturating_add(1).min(n);
            let (highs, lows) = (lane.bars.highs(), lane.bars.lows());
            if let Some(bar) = next_hit(highs, lows, from, to, below, above) {
                next.offer(bar, if bar == on && opened { Phase::Range } else { Phase::Open });
            }
        }
        (next.bar < n).then(|| Wake {
            at: lane.instant(next.bar, next.phase),
            bar: next.bar,
            phase: next.phase,
        })
    }

    /// The moment at which the book must be flat: the first bar from then on, else the day's last close.
    fn offer_time_exit(&self, index: u32, next: &mut Candidate) {
        let lane = &self.lanes[index as usize];
        let day = lane.day_of(lane.bar);
        let today = &lane.days[day];
        if today.square_off.is_none() {
            return;
        }
        match today.square_off_bar(lane.bars) {
            Some(bar)
                if lane.squared_off != Some(day)
                    && (bar, Phase::SquareOff) >= (lane.bar, lane.told_or_first()) =>
            {
                next.offer(bar, Phase::SquareOff);
            }
            _ => next.offer(today.end - 1, Phase::Close),
        }
    }

    /// Every phase of every bar, and the time exit.
    pub(super) fn next_phase(&self, index: u32) -> Option<Wake> {
        let lane = &self.lanes[index as usize];
        if lane.bar >= lane.bars.len() {
            return None;
        }
        let day = lane.day_of(lane.bar);
        let due = lane.told.is_none()
            && lane.squared_off != Some(day)
            && lane.days[day].square_off_bar(lane.bars) == Some(lane.bar);
        let phase = match lane.told {
            None if due => Phase::SquareOff,
            None | Some(Phase::SquareOff) => Phase::Open,
            Some(Phase::Open) => Phase::Range,
            Some(Phase::Range | Phase::Close) => Phase::Close,
        };
        Some(Wake { at: lane.instant(lane.bar, phase), bar: lane.bar, phase })
    }
}

/// The earliest of what was offered.
struct Candidate {
    bar: usize,
    phase: Phase,
}

impl Candidate {
    const NONE: Candidate = Candidate { bar: usize::MAX, phase: Phase::Close };

    #[inline]
    fn offer(&mut self, bar: usize, phase: Phase) {
        if (bar, phase) < (self.bar, self.phase) {
            *self = Candidate { bar, phase };
        }
    }
}
