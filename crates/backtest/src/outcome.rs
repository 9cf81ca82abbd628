//! What a backtest leaves behind.

use domain::trade::Trade;
use domain::{Money, Timestamp};
use engine::{OpenPosition, Order, Refusal};

/// The raw result: everything else is computed from it.
///
/// `CASH-1`: the last equity = initial cash + Σ trades' P&L + Σ open (unrealised − charges), exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub initial_cash: Money,
    /// In the order in which they closed.
    pub trades: Vec<Trade>,
    /// By book.
    pub open: Vec<OpenPosition>,
    /// Worth of the account at each sampled instant.
    pub equity: Vec<(Timestamp, Money)>,
    pub refusals: RefusalLog,
    /// All orders by key, if they were asked for.
    pub orders: Vec<Order>,
    /// Number of orders made.
    pub order_count: usize,
    /// Σ value of all fills.
    pub turnover: Money,
    /// Bars during which a book held a position, summed over books.
    pub bars_held: u64,
    /// Bars that could be traded, summed over books.
    pub bars: u64,
}

/// Refused orders: all counted, the first ones kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RefusalLog {
    pub count: u64,
    pub first: Vec<Refusal>,
}

/// Refusals kept in full: enough to see why, whatever the number of bars.
const KEPT: usize = 1_000;

impl RefusalLog {
    fn go_on(&mut self, next: RefusalLog) {
        self.count += next.count;
        let room = KEPT.saturating_sub(self.first.len());
        self.first.extend(next.first.into_iter().take(room));
    }

    pub(crate) fn add(&mut self, refusal: Refusal) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(refusal);
        }
    }
}

impl Outcome {
    /// Goes on with what the same account did next: it was flat in between, and began with the equity it had here.
    pub(crate) fn go_on(&mut self, next: Outcome) {
        debug_assert!(
            self.open.is_empty() && next.initial_cash == self.final_equity(),
            "CASH-1: cash runs on"
        );
        self.trades.extend(next.trades);
        self.open = next.open;
        self.equity.extend(next.equity);
        self.refusals.go_on(next.refusals);
        self.order_count += next.order_count;
        self.turnover += next.turnover;
        self.bars_held += next.bars_held;
        self.bars += next.bars;
    }

    /// Worth of the account at the end.
    pub fn final_equity(&self) -> Money {
        let closed: Money = self.trades.iter().map(Trade::pnl).sum();
        let open: Money = self.open.iter().map(|p| p.unrealised - p.total_charges).sum();
        self.initial_cash + closed + open
    }
}
