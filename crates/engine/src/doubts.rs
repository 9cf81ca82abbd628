//! Orders of which something is not known, and when to ask.
//!
//! An order comes here when a request of it has no answer, when the broker says that it has traded more than was told,
//! or when a cancel was refused. The broker's book is asked until it has answered; nothing is ever sent again meanwhile.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use domain::order::{OrderKey, TradeNumber};
use domain::time::Span;

/// Between two questions about one order: a reading of the book costs a request of the broker's budget.
const ASK_EVERY: Span = Span::micros(2_000_000);
/// Between the two readings that together say that something did not happen (contracts §7).
pub(crate) const READINGS_APART: Span = Span::micros(10_000_000);
/// After this a person is told.
const REPORT_AFTER: Span = Span::micros(30_000_000);

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Doubt {
    since: Timestamp,
    ask_at: Timestamp,
    /// The first good reading that did not show what was asked for.
    pub unseen_since: Option<Timestamp>,
    pub reported: bool,
}

/// What a look at the clock brings up.
pub(crate) enum Due {
    Ask(OrderKey),
    Report(OrderKey),
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Doubts {
    by_order: BTreeMap<OrderKey, Doubt>,
    /// Trades that were counted.
    trades: BTreeSet<(OrderKey, TradeNumber)>,
}

impl Doubts {
    /// Notes that something of the order is not known; true if that is new.
    pub fn open(&mut self, at: Timestamp, order: OrderKey) -> bool {
        let fresh = !self.by_order.contains_key(&order);
        self.by_order.entry(order).or_insert(Doubt {
            since: at,
            ask_at: at + ASK_EVERY,
            unseen_since: None,
            reported: false,
        });
        fresh
    }

    #[inline]
    pub fn close(&mut self, order: OrderKey) {
        if !self.by_order.is_empty() {
            self.by_order.remove(&order);
        }
    }

    #[inline]
    pub fn contains(&self, order: OrderKey) -> bool {
        !self.by_order.is_empty() && self.by_order.contains_key(&order)
    }

    pub fn get_mut(&mut self, order: OrderKey) -> Option<&mut Doubt> {
        self.by_order.get_mut(&order)
    }

    pub fn orders(&self) -> impl Iterator<Item = OrderKey> + '_ {
        self.by_order.keys().copied()
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.by_order.len()
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.by_order.values().map(|doubt| doubt.ask_at).min()
    }

    /// What is due at `at`, oldest order first.
    pub fn due(&mut self, at: Timestamp) -> Vec<Due> {
        let mut due = Vec::new();
        for (&order, doubt) in &mut self.by_order {
            if doubt.ask_at > at {
                continue;
            }
            doubt.ask_at = at + ASK_EVERY;
            due.push(Due::Ask(order));
            if !doubt.reported && at >= doubt.since + REPORT_AFTER {
                doubt.reported = true;
                due.push(Due::Report(order));
            }
        }
        due
    }

    /// Counts a trade; false if it was counted before.
    pub fn count(&mut self, order: OrderKey, trade: TradeNumber) -> bool {
        self.trades.insert((order, trade))
    }

    /// Forgets the trades of orders that were forgotten.
    pub fn forget_before(&mut self, oldest: OrderKey) {
        if !self.trades.is_empty() {
            self.trades = self.trades.split_off(&(oldest, TradeNumber(0)));
        }
    }
}
