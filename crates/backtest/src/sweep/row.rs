//! What is kept of one parameter set.

use std::collections::BTreeMap;

use domain::{Money, Timestamp};

use crate::metrics::{Curve, Summary, Sums};
use crate::outcome::Outcome;

/// The figures of one set, as [`Metrics`](crate::metrics::Metrics) defines them.
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
    /// Whether an order of the set was ever filled: what is bought and never sold counts too.
    pub fn has_traded(&self) -> bool {
        self.trades > 0
            || [self.net_pnl, self.charges, self.max_drawdown].iter().any(|amount| !amount.is_zero())
    }

    /// `sums` are of all trades of the outcome, whether it has kept them or not.
    pub(crate) fn new(set: u64, outcome: &Outcome, sums: &Sums) -> Row {
        let curve = Curve::of_samples(outcome.initial_cash, &outcome.equity);
        let summary = Summary::of(outcome, sums, &curve);
        Row {
            set,
            final_equity: summary.final_equity,
            net_pnl: summary.net_pnl,
            charges: summary.charges,
            trades: sums.trades as u32,
            wins: sums.wins as u32,
            profit_factor: sums.profit_factor(),
            max_drawdown: summary.drawdown.amount,
            max_drawdown_pct: summary.drawdown.percent,
            cagr: summary.cagr,
            sharpe: summary.sharpe,
            sortino: summary.sortino,
            calmar: summary.calmar,
            refused_orders: outcome.refusals.count,
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
