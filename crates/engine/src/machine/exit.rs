//! Getting flat: one exit at a time, the resting stop first.

use domain::order::{OrderKey, Terms, Timing};
use domain::trade::{BookId, ExitReason};
use domain::{Price, Qty, Side, Timestamp};

use super::place::drop_key;
use super::{Conduct, Engine};
use crate::Effect;
use crate::chases::Chases;
use crate::orders::Purpose;

impl Engine {
    /// Cancels the book's entries and closes its position at the market.
    pub(super) fn flatten(
        &mut self,
        at: Timestamp,
        id: BookId,
        reason: ExitReason,
        timing: Timing,
        out: &mut Vec<Effect>,
    ) {
        self.cancel_entries(id, out);
        self.stay_flat(id, reason);
        let Some(side) = Side::of(-self.books[id.0 as usize].position()) else { return };
        let terms = self.market(id, side);
        self.exit(at, id, terms, timing, reason, out);
    }

    /// What an entry that was taken back trades before the exchange hears of it is closed too.
    pub(super) fn stay_flat(&mut self, id: BookId, reason: ExitReason) {
        let book = &mut self.books[id.0 as usize];
        if !book.leftovers.is_empty() {
            book.flat_for = Some(reason);
        }
    }

    /// An order that was taken back has ended: it cannot trade any more.
    #[inline]
    pub(super) fn settle_leftover(&mut self, id: BookId, key: OrderKey) {
        let book = &mut self.books[id.0 as usize];
        drop_key(&mut book.leftovers, key);
        if book.leftovers.is_empty() {
            book.flat_for = None;
        }
    }

    /// Closes the position on the given terms. The resting stop becomes the exit: a second one beside it could fill
    /// too. An exit already on its way is only hastened.
    pub(super) fn exit(
        &mut self,
        at: Timestamp,
        id: BookId,
        terms: Terms,
        timing: Timing,
        reason: ExitReason,
        out: &mut Vec<Effect>,
    ) {
        let conduct = self.conduct;
        let book = &mut self.books[id.0 as usize];
        let position = book.position();
        let Some(side) = Side::of(-position) else { return };
        (book.hand_exit, book.leaving) = (Qty::ZERO, None);
        let market = matches!(terms, Terms::Marketable { .. });
        let hasten = book.exits.clone();
        let chased = |chases: &Chases, key| conduct == Conduct::Simulated || chases.has(key);
        let stops = std::mem::take(&mut book.stops);
        book.exits.extend_from_slice(&stops);
        let mut open = position.abs();
        for key in hasten {
            let order = self.orders.get_mut(key);
            open -= order.left();
            // What rests at the target, or at a person's price, may never trade; nor what was chased to its bound.
            let given_up = order.rests() && !chased(&self.chases, key);
            let rests = market && (order.own || matches!(order.terms, Terms::Limit { .. }) || given_up);
            if rests {
                order.own = false;
                order.turn_into(Purpose::Exit(reason));
            }
            if rests || timing == Timing::ThisClose {
                self.modify(key, terms, timing, out);
            }
        }
        for key in stops {
            let order = self.orders.get_mut(key);
            open -= order.left();
            order.turn_into(Purpose::Exit(reason));
            self.modify(key, terms, timing, out);
        }
        // Where nothing rested, or one of several stops has just been rejected.
        self.place(at, id, (side, open), terms, timing, Purpose::Exit(reason), out);
        let book = &mut self.books[id.0 as usize];
        if book.starved {
            book.leaving = Some((terms, reason));
        }
    }

    /// Takes `by` units off the orders that close, the stops first: together they never close more than is held.
    pub(super) fn shrink_exits(&mut self, id: BookId, by: Qty, out: &mut Vec<Effect>) {
        let mut left = by;
        let book = &self.books[id.0 as usize];
        let keys: Vec<OrderKey> = book.exits.iter().chain(&book.stops).copied().collect();
        for key in keys.into_iter().rev() {
            let order = self.orders.get_mut(key);
            let cut = order.left().min(left);
            left -= cut;
            if cut == order.left() {
                self.cancel(key, out);
                self.forget(id, key);
            } else if cut > Qty::ZERO {
                order.resize(order.qty - cut);
                let (terms, timing) = (order.terms, order.timing);
                self.modify(key, terms, timing, out);
            }
        }
    }

    /// What could not trade at the target within the bar is guarded again: the order becomes the stop that it was.
    pub(super) fn guard_leftover(&mut self, id: BookId, out: &mut Vec<Effect>) {
        let book = &mut self.books[id.0 as usize];
        let (Some(level), Some(side)) = (book.stop, Side::of(-book.position())) else { return };
        let terms = book.stop_terms(side, level);
        for key in book.exits.clone() {
            let order = self.orders.get_mut(key);
            if order.waits_at_target() {
                order.turn_into(Purpose::Stop);
                let book = &mut self.books[id.0 as usize];
                book.exits.retain(|k| *k != key);
                book.stops.push(key);
                self.modify(key, terms, Timing::Next, out);
            }
        }
    }

    /// The target was reached: the stop becomes a limit order at the target, and no more is bought.
    pub(super) fn take_target(&mut self, at: Timestamp, id: BookId, target: Price, out: &mut Vec<Effect>) {
        self.cancel_entries(id, out);
        self.exit(at, id, Terms::Limit { price: target }, Timing::Next, ExitReason::Target, out);
    }
}
