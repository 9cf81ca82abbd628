//! Equity at the closes.

use domain::time::Span;
use domain::trade::BookId;
use domain::{Money, Timestamp};

use super::Shell;
use crate::lane::Lane;
use crate::run::EquityAt;

impl Shell<'_> {
    /// Samples equity at every due instant before the event that comes next: what trades at the very instant of a close
    /// (the next bar's open) comes after it.
    pub(super) fn sample_until(&mut self, at: Timestamp, rank: u8) {
        while let Some(&due) = self.samples.get(self.sampled) {
            if (due, 2) >= (at, rank) {
                return;
            }
            self.sampled += 1;
            self.next_sample = self.samples.get(self.sampled).copied().unwrap_or(Timestamp::MAX);
            let equity = self.equity_at(due);
            self.outcome.equity.push((due, equity));
        }
    }

    fn equity_at(&mut self, at: Timestamp) -> Money {
        let mut equity = self.engine.account().cash();
        for (i, lane) in self.lanes.iter_mut().enumerate() {
            let position = self.engine.book(BookId(i as u32)).position();
            if position.is_zero() {
                continue;
            }
            if let Some(close) = lane.close_at(at) {
                equity += Money::from_raw(position.raw() * close.raw());
            }
        }
        equity
    }
}

/// The instants at which equity is wanted, over all lanes, in order.
pub(crate) fn sample_times(lanes: &[Lane<'_>], equity: EquityAt) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> = Vec::new();
    for lane in lanes {
        for day in lane.days.iter().filter(|d| d.end > lane.first) {
            match equity {
                EquityAt::SessionClose => times.push(day.close),
                EquityAt::EveryBar => {
                    let bars = day.first.max(lane.first)..day.end;
                    times.extend(bars.map(|i| day.bar_end(i, lane.bars, lane.timeframe)));
                }
            }
        }
    }
    times.sort_unstable();
    times.dedup();
    if equity == EquityAt::SessionClose {
        // One close a day for the account: the last of its lanes'.
        // A close at midnight belongs to the day that it ends.
        let day = |time: Timestamp| (time - Span::micros(1)).day();
        let last_of_day = |i: usize| times.get(i + 1).is_none_or(|next| day(*next) != day(times[i]));
        times = (0..times.len()).filter(|&i| last_of_day(i)).map(|i| times[i]).collect();
    }
    times
}
