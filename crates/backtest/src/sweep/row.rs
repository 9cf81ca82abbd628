//! What is kept of one parameter set.

use std::collections::BTreeMap;

use domain::{Money, Timestamp};

use crate::metrics::Metrics;

/// The figures of one set, as [`Metrics`] defines them.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Row {
    /// Which set.
    pub set: u64,
    pub final_equity: Money,
    pub net_pnl: Money,
    pub charges: Money,
    pub trades: u32,
    pub wins: u32,
    pub profit_factor: Option<f64>,
    pub max_drawdown: Money,
    pub max_drawdown_pct: Option<f64>,
    pub cagr: Option<f64>,
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub calmar: Option<f64>,
    pub refused_orders: u64,
}

impl Row {
    pub fn new(set: u64, m: &Metrics) -> Row {
        Row {
            set,
            final_equity: m.final_equity,
            net_pnl: m.net_pnl,
            charges: m.charges,
            trades: m.trades as u32,
            wins: m.wins as u32,
            profit_factor: m.profit_factor,
            max_drawdown: m.max_drawdown,
            max_drawdown_pct: m.max_drawdown_pct,
            cagr: m.cagr,
            sharpe: m.sharpe,
            sortino: m.sortino,
            calmar: m.calmar,
            refused_orders: m.refused_orders,
        }
    }
}

type Equity = Vec<(Timestamp, Money)>;

/// Hands rows on in order; those that come early wait. Threads are never far apart, so few do.
pub(super) struct InOrder<H> {
    heed: H,
    next: usize,
    early: BTreeMap<usize, (Row, Equity)>,
}

impl<H: FnMut(Row, &[(Timestamp, Money)])> InOrder<H> {
    pub fn new(heed: H) -> InOrder<H> {
        InOrder { heed, next: 0, early: BTreeMap::new() }
    }

    pub fn take(&mut self, at: usize, row: Row, equity: Equity) {
        if at != self.next {
            self.early.insert(at, (row, equity));
            return;
        }
        (self.heed)(row, &equity);
        self.next += 1;
        while let Some((row, equity)) = self.early.remove(&self.next) {
            (self.heed)(row, &equity);
            self.next += 1;
        }
    }
}
