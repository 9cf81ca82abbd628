//! Asking the exchange for changes: one request of an order at a time, and never two orders that could close the same
//! units.

use domain::order::{OrderEvent, OrderKey, OrderState, Terms, Timing};
use domain::trade::BookId;
use domain::{Qty, Side, Timestamp};

use super::Engine;
use crate::orders::{Next, Order, Purpose};
use crate::portfolio::Book;
use crate::{Effect, Incident, Trouble};

/// Brokers bound how often an order may be changed; a fresh one takes over before that.
pub(super) const MAX_CHANGES: u8 = 20;

impl Engine {
    /// Takes an order back: an unsent one is gone at once, a sent one is asked for. It is not listed any more, but until
    /// its end is confirmed it may still trade.
    pub(super) fn cancel(&mut self, key: OrderKey, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        let (id, instrument) = (order.book, order.instrument);
        if order.state == OrderState::Pending {
            let _ = order.apply(OrderEvent::Cancelled);
            self.forget(id, key);
            return;
        }
        if order.state.is_final() {
            return;
        }
        if order.rests() {
            let _ = order.apply(OrderEvent::CancelAsked);
            out.push(Effect::Cancel { instrument, order: key });
        } else if !matches!(order.state, OrderState::PendingCancel { .. }) {
            order.next = Next::Cancel;
        }
        let leftovers = &mut self.books[id.0 as usize].leftovers;
        if !leftovers.contains(&key) {
            leftovers.push(key);
        }
    }

    /// Changes what rests. An order that has not left yet simply leaves with the new terms.
    pub(super) fn modify(&mut self, key: OrderKey, terms: Terms, timing: Timing, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        order.reprice(terms, timing);
        if order.rests() {
            if order.changes >= MAX_CHANGES {
                self.replace(key, out);
                return;
            }
            let _ = order.apply(OrderEvent::ModifyAsked);
            order.changes += 1;
            order.asks();
            out.push(Effect::Modify(order.ticket()));
            self.begin_chase(key);
        } else if !order.state.is_final() && order.state != OrderState::Pending && order.next == Next::Nothing
        {
            order.next = Next::Modify;
        }
    }

    /// An order that cannot be changed any more gives way to a fresh one, once it is known to be gone.
    pub(super) fn replace(&mut self, key: OrderKey, out: &mut Vec<Effect>) {
        let order = self.orders.get(key);
        let (id, terms, purpose) = (order.book, order.terms, order.purpose);
        let book = &mut self.books[id.0 as usize];
        if let Purpose::Exit(reason) = purpose {
            book.leaving = Some((terms, reason));
        }
        book.starved |= matches!(purpose, Purpose::Stop | Purpose::Exit(_));
        self.cancel(key, out);
        self.forget(id, key);
    }

    /// The exchange has answered: what was wished meanwhile is asked for now.
    #[inline]
    pub(super) fn settle(&mut self, key: OrderKey, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        if !order.rests() {
            return;
        }
        match std::mem::take(&mut order.next) {
            Next::Nothing => {}
            Next::Modify => {
                let (terms, timing) = (order.terms, order.timing);
                self.modify(key, terms, timing, out);
            }
            Next::Cancel => self.cancel(key, out),
        }
    }

    /// The order has ended. What waited for that goes on.
    pub(super) fn bury(&mut self, at: Timestamp, key: OrderKey, out: &mut Vec<Effect>) {
        let id = self.orders.get(key).book;
        self.doubts.close(key);
        self.chases.end(key);
        self.forget(id, key);
        self.settle_leftover(id, key);
        self.tend(at, id, out);
    }

    /// Closes or guards what could not be before.
    #[inline]
    pub(super) fn tend(&mut self, at: Timestamp, id: BookId, out: &mut Vec<Effect>) {
        if std::mem::take(&mut self.books[id.0 as usize].starved) {
            self.feed(at, id, out);
        }
    }

    fn feed(&mut self, at: Timestamp, id: BookId, out: &mut Vec<Effect>) {
        let book = &mut self.books[id.0 as usize];
        let Some(side) = Side::of(-book.position()) else { return };
        if let Some((terms, reason)) = book.leaving.take() {
            let terms = if matches!(terms, Terms::Limit { .. }) { terms } else { self.market(id, side) };
            self.exit(at, id, terms, Timing::Next, reason, out);
            return;
        }
        let wanted = std::mem::take(&mut book.hand_exit);
        if wanted > Qty::ZERO {
            self.close_by_hand(at, id, wanted, out);
        }
        self.guard(at, id, out);
    }

    /// Units of the position that no order at the exchange could close already.
    #[inline]
    pub(super) fn room(&self, id: BookId) -> Qty {
        let book = self.book(id);
        if book.stops.is_empty() && book.exits.is_empty() && book.leftovers.is_empty() {
            return book.position().abs();
        }
        self.room_beside(book)
    }

    fn room_beside(&self, book: &Book) -> Qty {
        let closing = book.position().signum();
        let could: Qty = book
            .stops
            .iter()
            .chain(&book.exits)
            .chain(&book.leftovers)
            .map(|key| self.orders.get(*key))
            .filter(|order| order.side.sign() * closing < 0)
            .map(Order::could_fill)
            .sum();
        (book.position().abs() - could).max(Qty::ZERO)
    }

    #[cold]
    pub(super) fn incident(at: Timestamp, what: Trouble, out: &mut Vec<Effect>) {
        out.push(Effect::Incident(Incident { at, what }));
    }
}
