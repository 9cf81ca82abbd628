//! From an approved wish to orders, and the lists of what is on its way.

use std::collections::VecDeque;

use domain::order::{OrderKey, Terms, Timing};
use domain::trade::{BookId, ExitReason};
use domain::{Money, Qty, Side, Timestamp};

use super::{Conduct, Engine};
use crate::Effect;
use crate::orders::{Decision, Maker, Origin, Purpose, marketable};
use crate::portfolio::{Book, Pending};
use crate::risk::{Approved, SECOND};

impl Engine {
    /// Puts an approved entry into orders.
    pub(super) fn enter(
        &mut self,
        at: Timestamp,
        id: BookId,
        side: Side,
        approved: &Approved,
        terms: Terms,
        out: &mut Vec<Effect>,
    ) {
        let timing = self.books[id.0 as usize].entry_timing();
        self.reserve(id, approved);
        self.place(at, id, (side, approved.qty()), terms, timing, Purpose::Entry, out);
    }

    /// Makes orders of at most the freeze quantity each and asks for their commit.
    pub(super) fn place(
        &mut self,
        at: Timestamp,
        id: BookId,
        (side, qty): (Side, Qty),
        terms: Terms,
        timing: Timing,
        purpose: Purpose,
        out: &mut Vec<Effect>,
    ) {
        let closes = matches!(purpose, Purpose::Stop | Purpose::Exit(_));
        let mut left = qty;
        if closes && qty > Qty::ZERO {
            // The rest follows when what could close it too is known to be gone.
            left = qty.min(self.room(id));
            self.books[id.0 as usize].starved |= left < qty;
        }
        let book = &mut self.books[id.0 as usize];
        let decision = self.bar.map_or(Decision::Event(self.now), Decision::Bar);
        let parent = book.opener.filter(|_| closes);
        let maker = match purpose {
            Purpose::Exit(ExitReason::Manual) => Maker::Person,
            Purpose::Entry | Purpose::Reverse if self.person => Maker::Person,
            Purpose::Entry | Purpose::Reverse | Purpose::Exit(ExitReason::Signal) => Maker::Strategy,
            Purpose::Stop | Purpose::Exit(_) => Maker::Engine,
        };
        while left > Qty::ZERO {
            let slice = book.spec.slice(left);
            // Only what is stored needs its number.
            let leg = if self.conduct == Conduct::Broker { book.next_leg(decision) } else { 0 };
            let origin = Origin { decision, leg, maker, parent };
            let order = self.orders.add(
                at,
                id,
                book.spec.instrument,
                (side, slice),
                terms,
                timing,
                (purpose, origin),
            );
            match purpose {
                Purpose::Entry | Purpose::Reverse => book.entries.push(order.key),
                Purpose::Stop => book.stops.push(order.key),
                Purpose::Exit(_) => book.exits.push(order.key),
            }
            out.push(Effect::Persist(order.ticket()));
            left -= slice;
            if self.policy.orders_per_second.is_some() {
                count_sent(&mut self.sent, at);
            }
        }
    }

    pub(super) fn cancel_entries(&mut self, id: BookId, out: &mut Vec<Effect>) {
        while let Some(&key) = self.books[id.0 as usize].entries.last() {
            self.cancel(key, out);
            self.forget(id, key);
        }
    }

    /// Holds what an approved entry will need, so that no other book spends it meanwhile.
    pub(super) fn reserve(&mut self, id: BookId, approved: &Approved) {
        let book = &mut self.books[id.0 as usize];
        let opens = book.position().is_zero() && book.pending.is_none();
        let before = book.pending.unwrap_or(Pending {
            direction: approved.direction(),
            qty: Qty::ZERO,
            margin: Money::ZERO,
            opens,
        });
        book.pending = Some(Pending {
            direction: approved.direction(),
            qty: before.qty + approved.qty(),
            margin: before.margin + approved.margin(),
            opens: before.opens,
        });
        self.account.reserved += approved.margin();
        self.account.opening += u32::from(opens);
    }

    /// Drops an order that is done from the lists of what is on its way; the last entry frees what was held for it.
    #[inline]
    pub(super) fn forget(&mut self, id: BookId, key: OrderKey) {
        let book = &mut self.books[id.0 as usize];
        book.forget(key);
        if let Some(pending) = book.pending.take_if(|_| book.entries.is_empty()) {
            self.account.reserved -= pending.margin;
            self.account.opening -= u32::from(pending.opens);
        }
    }

    pub(super) fn market(&self, id: BookId, side: Side) -> Terms {
        let book = self.book(id);
        // Through the other side of the book where that is known, else through the last price.
        let from = match (book.quote, side) {
            (None, _) => book.mark,
            (Some((_, ask)), Side::Buy) => ask,
            (Some((bid, _)), Side::Sell) => bid,
        };
        match marketable(side, from, book.spec.contract.tick) {
            Terms::Marketable { limit } => Terms::Marketable { limit: book.within_circuit(limit) },
            terms => terms,
        }
    }
}

impl Book {
    pub(super) fn entry_timing(&self) -> Timing {
        if self.spec.fill_at_close { Timing::ThisClose } else { Timing::Next }
    }

    /// Drops an order that is done from the list of what is on its way that it is in.
    #[inline]
    pub(super) fn forget(&mut self, key: OrderKey) {
        let _ = drop_key(&mut self.entries, key)
            || drop_key(&mut self.stops, key)
            || drop_key(&mut self.exits, key);
    }
}

#[cold]
fn count_sent(sent: &mut VecDeque<Timestamp>, at: Timestamp) {
    sent.push_back(at);
    while sent.front().is_some_and(|sent| *sent + SECOND <= at) {
        sent.pop_front();
    }
}

/// False if it was not there.
#[inline]
pub(super) fn drop_key(keys: &mut Vec<OrderKey>, key: OrderKey) -> bool {
    // Nearly always it is the only one.
    if keys.last() == Some(&key) {
        keys.pop();
        return true;
    }
    !keys.is_empty() && drop_key_of_many(keys, key)
}

#[cold]
fn drop_key_of_many(keys: &mut Vec<OrderKey>, key: OrderKey) -> bool {
    let found = keys.iter().position(|k| *k == key);
    if let Some(i) = found {
        keys.remove(i);
    }
    found.is_some()
}
