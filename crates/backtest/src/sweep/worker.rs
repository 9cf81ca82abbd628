//! One thread of a sweep.

use std::sync::Arc;

use domain::{Money, Timestamp};
use engine::Engine;
use exchange::Exchange;
use strategy::{Inputs, Signals, Strategy};

use super::cache::{Access, Cache};
use super::{Row, Sweep};
use crate::columns::Scratch;
use crate::days::days;
use crate::lane::{Ground, Lane};
use crate::run::{EquityAt, Pace};
use crate::shell::{Shell, sample_times};

/// What all threads look at.
pub(super) struct Common<'a> {
    grounds: Vec<Ground<'a>>,
    floats: Vec<Scratch>,
    caches: Vec<Cache>,
    samples: Arc<[Timestamp]>,
}

impl<'a> Common<'a> {
    pub fn new(sweep: &Sweep<'a>) -> Common<'a> {
        let mut grounds = Vec::new();
        let mut floats = Vec::new();
        for one in &sweep.series {
            let days = days(one.bars, one.timeframe, one.time_exit, sweep.calendar, one.class);
            let mut columns = Scratch::default();
            columns.fill((one.bars, one.timeframe), 0..one.bars.len(), Inputs::ALL, &days, &mut 0);
            floats.push(columns);
            grounds.push(Ground::new(
                &one.book,
                one.bars,
                (one.timeframe, one.finer),
                one.start,
                days.into(),
            ));
        }
        let lanes = sweep
            .series
            .iter()
            .zip(&grounds)
            .map(|(one, ground)| Lane::over(ground, Signals::default(), &one.book, &sweep.fills));
        let samples = sample_times(&lanes.collect::<Vec<_>>(), EquityAt::SessionClose).into();
        let share = sweep.cache_bytes / sweep.series.len().max(1);
        let caches = sweep.series.iter().map(|one| Cache::new(one.bars.len(), share)).collect();
        Common { grounds, floats, caches, samples }
    }
}

pub(super) struct Worker<'w, 'a> {
    sweep: &'w Sweep<'a>,
    common: &'w Common<'a>,
}

impl<'w, 'a> Worker<'w, 'a> {
    pub fn new(sweep: &'w Sweep<'a>, common: &'w Common<'a>) -> Worker<'w, 'a> {
        Worker { sweep, common }
    }

    /// The backtest of one set.
    pub fn play(
        &self,
        set: u64,
        build: &impl Fn(u64) -> Box<dyn Strategy>,
    ) -> (Row, Vec<(Timestamp, Money)>) {
        let mut engine = Engine::new(self.sweep.cash, self.sweep.limits);
        let mut exchange = Exchange::new(self.sweep.fills);
        let mut lanes = Vec::with_capacity(self.sweep.series.len());
        for (i, one) in self.sweep.series.iter().enumerate() {
            let mut strategy = build(set);
            let bars = one.bars.len();
            let mut signals = Signals::with_capacity(bars);
            let block = self.common.floats[i].block(bars);
            strategy.scan_whole(&block, &mut Access(&self.common.caches[i]), &mut signals);
            lanes.push(Lane::over(&self.common.grounds[i], signals, &one.book, &self.sweep.fills));
            exchange.list(one.book.contract.tick);
            engine.add_book(one.book.clone(), Some(strategy));
        }
        let shell = Shell::new(engine, exchange, lanes, Pace::Edges, Arc::clone(&self.common.samples));
        let (outcome, sums) = shell.run_summed();
        (Row::new(set, &outcome, &sums), outcome.equity)
    }
}
