//! One backtest for each of many parameter sets, on all cores.
//!
//! What does not depend on the parameters is made once: float columns, trading days, average true ranges, sampling
//! instants; indicator columns once for each distinct parameter, in a cache of bounded size. Every row is the figures
//! of the single backtest with those parameters, to the paisa. Rows come in the order of the sets, whatever the number
//! of threads.

mod cache;
mod row;
mod worker;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use domain::calendar::{Calendar, TradingClass};
use domain::{Bars, Money, Timeframe, Timestamp};
use engine::{AccountLimits, BookSpec};
use exchange::FillRules;
use strategy::Strategy;

use crate::days::TimeExit;

pub use row::Row;

/// An instrument to trade with every parameter set.
pub struct SweepSeries<'a> {
    pub book: BookSpec,
    pub bars: &'a Bars,
    pub timeframe: Timeframe,
    pub finer: Option<&'a Bars>,
    pub class: TradingClass,
    pub time_exit: TimeExit,
    pub start: Timestamp,
}

/// What all sets have in common.
pub struct Sweep<'a> {
    pub cash: Money,
    pub limits: AccountLimits,
    pub fills: FillRules,
    pub calendar: &'a Calendar,
    /// Traded together on one cash account.
    pub series: Vec<SweepSeries<'a>>,
    pub threads: usize,
    /// Bytes of indicator columns kept for all threads together.
    pub cache_bytes: usize,
}

/// Sets that one thread takes at a time: neighbours share columns.
const SHARE: usize = 8;

impl<'a> Sweep<'a> {
    /// The same for other series.
    pub(crate) fn settings(&self) -> Sweep<'a> {
        Sweep { series: Vec::new(), ..*self }
    }
}

impl Sweep<'_> {
    /// Runs the sets `wanted`, in that order; `build` makes a set's strategy, one for each series. `heed` gets every row
    /// in the order of `wanted`, with the equity at each session close. Stops early when `stop` turns true: what has
    /// been heeded by then is whole.
    pub fn run<B, H>(&self, wanted: &[u64], build: B, stop: &AtomicBool, heed: H)
    where
        B: Fn(u64) -> Box<dyn Strategy> + Sync,
        H: FnMut(Row, &[(Timestamp, Money)]) + Send,
    {
        self.ready().run(wanted, build, stop, heed);
    }

    /// Makes what all sets share, for several runs one after another.
    pub fn ready(&self) -> Ready<'_> {
        Ready { sweep: self, common: worker::Common::new(self) }
    }
}

/// A sweep with its shared columns made.
pub struct Ready<'a> {
    sweep: &'a Sweep<'a>,
    common: worker::Common<'a>,
}

impl Ready<'_> {
    /// As [`Sweep::run`].
    pub fn run<B, H>(&self, wanted: &[u64], build: B, stop: &AtomicBool, heed: H)
    where
        B: Fn(u64) -> Box<dyn Strategy> + Sync,
        H: FnMut(Row, &[(Timestamp, Money)]) + Send,
    {
        let next = AtomicUsize::new(0);
        let line = Mutex::new(row::InOrder::new(heed));
        std::thread::scope(|scope| {
            for _ in 0..self.sweep.threads.clamp(1, wanted.len().max(1)) {
                scope.spawn(|| {
                    let worker = worker::Worker::new(self.sweep, &self.common);
                    loop {
                        let from = next.fetch_add(SHARE, Ordering::Relaxed);
                        let Some(share) =
                            wanted.get(from..wanted.len().min(from + SHARE)).filter(|s| !s.is_empty())
                        else {
                            return;
                        };
                        for (i, &set) in share.iter().enumerate() {
                            if stop.load(Ordering::Relaxed) {
                                return;
                            }
                            let (row, equity) = worker.play(set, &build);
                            // A thread that panicked has already ended the run.
                            if let Ok(mut line) = line.lock() {
                                line.take(from + i, row, equity);
                            }
                        }
                    }
                });
            }
        });
    }
}

#[cfg(test)]
mod tests;
