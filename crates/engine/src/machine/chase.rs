//! Chasing: what was to trade at the market and did not is re-priced, within bounds. A person's own limit only if the
//! person said so.

use domain::order::{OrderKey, OrderState, Terms, Timing};
use domain::{Price, Side, Timestamp};

use super::requests::MAX_CHANGES;
use super::{Conduct, Engine};
use crate::orders::{Order, Purpose, through};
use crate::{Effect, Trouble};

/// How far from the price at which it began, in hundredths of a percent.
const PROTECTION_BAND: i64 = 300;

impl Engine {
    /// Looks after an order that is to trade at the market, if it is one.
    #[inline]
    pub(super) fn begin_chase(&mut self, key: OrderKey) {
        if self.conduct == Conduct::Broker {
            self.look_after(key);
        }
    }

    #[cold]
    fn look_after(&mut self, key: OrderKey) {
        let order = self.orders.get(key);
        if !order.is_chased() {
            return;
        }
        let bound = self.chase_bound(order);
        self.chases.begin(self.now, key, bound);
    }

    /// The worst limit that an order which is chased from now on may get; `None` while no price is known since the start:
    /// one of before may lie far from where the market is.
    fn chase_bound(&self, order: &Order) -> Option<Price> {
        let book = self.book(order.book);
        let from = match order.terms {
            Terms::Limit { price } => price,
            Terms::Marketable { limit } if book.mark.is_zero() => limit,
            Terms::Marketable { .. } | Terms::Stop { .. } => book.priced.then_some(book.mark)?,
        };
        let tick = book.spec.contract.tick;
        let band = through(order.side, from, tick, PROTECTION_BAND);
        // The band of a share of some rupees may be less than its tick.
        let one_tick = from.offset(order.side.sign(), tick);
        let bound = if order.side == Side::Buy { band.max(one_tick) } else { band.min(one_tick) };
        Some(book.within_circuit(bound))
    }

    pub(super) fn chase(&mut self, at: Timestamp, out: &mut Vec<Effect>) {
        for (key, bound) in self.chases.due(at) {
            let order = self.orders.get(key);
            if order.state.is_final() || !order.is_chased() {
                self.chases.end(key);
                continue;
            }
            if !order.rests() || self.book(order.book).leftovers.contains(&key) {
                continue;
            }
            let Some(bound) = bound.or_else(|| self.chase_bound(order)) else { continue };
            self.chases.bind(key, bound);
            let order = self.orders.get(key);
            let (side, limit) = (order.side, order.terms.on_the_wire().1);
            let worse = |a: Price, b: Price| if side == Side::Buy { a > b } else { a < b };
            let (_, market) = self.market(order.book, side).on_the_wire();
            let next = if worse(market, bound) { bound } else { market };
            if worse(next, limit) && order.changes < MAX_CHANGES {
                self.modify(key, Terms::Marketable { limit: next }, Timing::Next, out);
            } else if worse(market, limit) {
                self.chases.end(key);
                Self::incident(at, Trouble::NotFilling { order: key }, out);
            }
        }
    }
}

impl Order {
    /// Whether it is to trade now, at whatever price within its bound.
    fn is_chased(&self) -> bool {
        match self.terms {
            Terms::Marketable { .. } => self.chase || matches!(self.purpose, Purpose::Exit(_)),
            Terms::Limit { .. } => self.chase,
            // Its trigger has traded: what did not trade with it goes on as a limit.
            Terms::Stop { .. } => {
                let triggered =
                    matches!(self.state, OrderState::Triggered { .. } | OrderState::PartiallyFilled { .. });
                let changing = matches!(self.state, OrderState::PendingModify { .. });
                let exits = !self.own && matches!(self.purpose, Purpose::Exit(_));
                self.chase && triggered || exits && (triggered || changing)
            }
        }
    }
}
