//! Orders that are re-priced until they trade, and when to look at them next.

use std::collections::BTreeMap;

use domain::order::OrderKey;
use domain::time::Span;
use domain::{Price, Timestamp};
use serde::{Deserialize, Serialize};

/// Between two looks at one order: its answer has come by then, and a change costs a request of the broker's budget.
const EVERY: Span = Span::micros(2_000_000);

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Chase {
    due: Timestamp,
    /// The worst limit that it may get; `None` until a price is known to reckon it from.
    bound: Option<Price>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Chases(BTreeMap<OrderKey, Chase>);

impl Chases {
    /// Looks after an order from now on; one that is chased already keeps its bound.
    pub fn begin(&mut self, at: Timestamp, order: OrderKey, bound: Option<Price>) {
        self.0.entry(order).or_insert(Chase { due: at + EVERY, bound });
    }

    pub fn bind(&mut self, order: OrderKey, bound: Price) {
        if let Some(chase) = self.0.get_mut(&order) {
            chase.bound = Some(bound);
        }
    }

    pub fn has(&self, order: OrderKey) -> bool {
        self.0.contains_key(&order)
    }

    #[inline]
    pub fn end(&mut self, order: OrderKey) {
        if !self.0.is_empty() {
            self.0.remove(&order);
        }
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        self.0.values().map(|chase| chase.due).min()
    }

    /// The orders to look at now and their bounds, oldest first.
    pub fn due(&mut self, at: Timestamp) -> Vec<(OrderKey, Option<Price>)> {
        let due = self.0.iter_mut().filter(|(_, chase)| chase.due <= at);
        due.map(|(order, chase)| {
            chase.due = at + EVERY;
            (*order, chase.bound)
        })
        .collect()
    }
}
