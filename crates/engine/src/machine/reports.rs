//! What the exchange says of orders, but for their fills.

use domain::order::{OrderEvent, OrderKey, OrderState, Step, Terms, Timing};
use domain::trade::{BookId, Direction, ExitReason};
use domain::{Money, Qty, Side, Timestamp};

use super::Engine;
use crate::event::{News, RejectCause};
use crate::orders::{Maker, Next, Purpose};
use crate::risk::Proposal;
use crate::{Effect, Refusal, Trouble};

/// A rejected order is placed again so often, and a change refused so often asked again; then a person must look.
const MAX_AGAIN: u8 = 2;

impl Engine {
    #[inline]
    pub(super) fn on_report(&mut self, at: Timestamp, key: OrderKey, news: News, out: &mut Vec<Effect>) {
        if !self.orders.knows(key) {
            Self::incident(at, Trouble::UnknownOrder { order: key }, out);
            return;
        }
        match news {
            News::Filled { qty, price, phase, trade } => {
                if trade.is_none_or(|number| self.doubts.count(key, number)) {
                    self.on_fill(at, key, qty, price, phase, out);
                }
            }
            News::Accepted => self.on_accepted(at, key, out),
            News::Modified { change } => self.on_modified(at, key, change, out),
            News::ModifyRejected { change } => self.on_modify_rejected(at, key, change, out),
            News::Triggered => {
                let stops = self.orders.get(key).purpose == Purpose::Stop;
                self.step(at, key, OrderEvent::Triggered, out);
                if stops && !self.orders.get(key).state.is_final() {
                    self.on_stopped(key, out);
                } else if !stops {
                    self.begin_chase(key);
                }
            }
            News::Cancelled => self.on_ended(at, key, OrderEvent::Cancelled, out),
            News::CancelRejected => self.on_cancel_rejected(at, key, out),
            News::Rejected(cause) => self.on_rejected(at, key, cause, out),
            News::TimedOut => self.on_no_answer(at, key, out),
            News::Seen(seen) => self.on_seen(at, key, seen, out),
            News::Missing => self.on_missing(at, key, out),
        }
    }

    /// Moves an order; true if that was news. What cannot be is an incident and changes nothing.
    #[inline]
    fn step(&mut self, at: Timestamp, key: OrderKey, event: OrderEvent, out: &mut Vec<Effect>) -> bool {
        match self.orders.get_mut(key).apply(event) {
            Ok(Step::Moved(_)) => true,
            Ok(Step::Duplicate) => false,
            Err(illegal) => {
                let what = Trouble::IllegalMove { order: key, from: illegal.from, event };
                Self::incident(at, what, out);
                false
            }
        }
    }

    #[inline]
    pub(super) fn on_accepted(&mut self, at: Timestamp, key: OrderKey, out: &mut Vec<Effect>) {
        let before = self.orders.get(key).state;
        if !self.step(at, key, OrderEvent::Accepted, out) {
            return;
        }
        self.orders.get_mut(key).arrived = true;
        if before == OrderState::NeverArrived {
            Self::incident(at, Trouble::CameAfterAll { order: key }, out);
            self.cancel(key, out);
            return;
        }
        self.doubts.close(key);
        self.on_rest(at, key, out);
    }

    #[inline]
    fn on_modified(&mut self, at: Timestamp, key: OrderKey, change: u8, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        // An answer told again says nothing of the change that is on its way now.
        if change != order.changes || !self.step(at, key, OrderEvent::ModifySettled, out) {
            return;
        }
        self.doubts.close(key);
        let order = self.orders.get_mut(key);
        order.confirm();
        if order.state.is_final() {
            self.bury(at, key, out);
        } else {
            self.on_rest(at, key, out);
        }
    }

    /// The old terms stand. The wish is tried again, then the order is taken back and a fresh one carries it.
    #[cold]
    fn on_modify_rejected(&mut self, at: Timestamp, key: OrderKey, change: u8, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        if change != order.changes || !self.step(at, key, OrderEvent::ModifySettled, out) {
            return;
        }
        self.doubts.close(key);
        let order = self.orders.get_mut(key);
        order.arrived = true;
        let (id, wished, next, own) = (order.book, order.figures(), order.next, order.own);
        order.restore();
        if next == Next::Cancel {
            self.on_rest(at, key, out);
            return;
        }
        order.next = Next::Nothing;
        let refusals = order.refusals;
        let confirmed = order.confirmed().purpose;
        if own || !matches!(wished.purpose, Purpose::Stop | Purpose::Exit(_)) {
            // A person's change, or a chase: the order stands as it did.
            self.on_rest(at, key, out);
            return;
        }
        let book = &mut self.books[id.0 as usize];
        if confirmed == Purpose::Stop && !book.stops.contains(&key) && book.exits.contains(&key) {
            book.exits.retain(|k| *k != key);
            book.stops.push(key);
        }
        if refusals <= MAX_AGAIN {
            let (timing, order) = (self.orders.get(key).timing, self.orders.get_mut(key));
            order.resize(wished.qty);
            order.turn_into(wished.purpose);
            let book = &mut self.books[id.0 as usize];
            if matches!(wished.purpose, Purpose::Exit(_)) && book.stops.contains(&key) {
                book.stops.retain(|k| *k != key);
                book.exits.push(key);
            }
            self.modify(key, wished.terms, timing, out);
        } else {
            if let Purpose::Exit(reason) = wished.purpose {
                self.books[id.0 as usize].leaving = Some((wished.terms, reason));
            }
            self.books[id.0 as usize].starved = true;
            self.cancel(key, out);
            self.forget(id, key);
        }
    }

    /// It may have traded, or the broker is busy: its book says.
    #[cold]
    fn on_cancel_rejected(&mut self, at: Timestamp, key: OrderKey, out: &mut Vec<Effect>) {
        if !self.step(at, key, OrderEvent::CancelRefused, out) {
            return;
        }
        let order = self.orders.get_mut(key);
        order.refusals = order.refusals.saturating_add(1);
        if order.refusals == MAX_AGAIN + 1 {
            Self::incident(at, Trouble::CancelRefused { order: key }, out);
        }
        if self.doubts.open(at, key) {
            out.push(Effect::Ask { order: key });
        }
    }

    /// The order rests, and no answer is owed.
    #[inline]
    pub(super) fn on_rest(&mut self, at: Timestamp, key: OrderKey, out: &mut Vec<Effect>) {
        self.settle(key, out);
        let id = self.orders.get(key).book;
        self.tend(at, id, out);
    }

    /// Cancelled or expired.
    pub(super) fn on_ended(
        &mut self,
        at: Timestamp,
        key: OrderKey,
        event: OrderEvent,
        out: &mut Vec<Effect>,
    ) {
        let order = self.orders.get(key);
        let asked = matches!(order.state, OrderState::PendingCancel { .. }) || order.next == Next::Cancel;
        let (id, purpose, own) = (order.book, order.purpose, order.own);
        if !self.step(at, key, event, out) {
            self.doubts.close(key);
            return;
        }
        self.bury(at, key, out);
        if asked {
            return;
        }
        // The exchange took it back, or it was done before a change reached it.
        match purpose {
            Purpose::Entry | Purpose::Reverse => {}
            Purpose::Exit(reason) if !own && self.books[id.0 as usize].stop.is_none() => {
                self.exit_again(at, id, reason, out);
            }
            Purpose::Stop | Purpose::Exit(_) => self.guard(at, id, out),
        }
    }

    /// The order has become final in another way.
    pub(super) fn end(&mut self, at: Timestamp, key: OrderKey, out: &mut Vec<Effect>) {
        let order = self.orders.get(key);
        let (id, purpose) = (order.book, order.purpose);
        self.bury(at, key, out);
        if matches!(purpose, Purpose::Stop | Purpose::Exit(_)) {
            self.guard(at, id, out);
        }
    }

    #[cold]
    pub(super) fn on_rejected(
        &mut self,
        at: Timestamp,
        key: OrderKey,
        cause: RejectCause,
        out: &mut Vec<Effect>,
    ) {
        let taken_back = matches!(self.orders.get(key).state, OrderState::PendingCancel { .. });
        if !self.step(at, key, OrderEvent::Rejected, out) {
            return;
        }
        let order = self.orders.get(key);
        let (id, purpose, unwanted) = (order.book, order.purpose, order.next == Next::Cancel);
        let own = order.own;
        self.bury(at, key, out);
        if unwanted {
            return;
        }
        match purpose {
            Purpose::Entry if taken_back => {}
            Purpose::Entry => self.enter_again(at, key, cause, out),
            // The strategy decides again at its next close.
            Purpose::Reverse => {}
            // Trying again before the link is back would only use up the tries.
            Purpose::Stop | Purpose::Exit(_) if cause == RejectCause::NotSent => self.wait_for_link(key),
            // A person's own price: it is for the person to choose another.
            Purpose::Exit(_) if own => self.guard(at, id, out),
            Purpose::Stop | Purpose::Exit(_) => self.on_exit_rejected(at, id, purpose, cause, out),
        }
    }

    /// Places a rejected entry again, as a new order that is judged anew; never a person's limit at another price.
    fn enter_again(&mut self, at: Timestamp, key: OrderKey, cause: RejectCause, out: &mut Vec<Effect>) {
        let order = self.orders.get(key).clone();
        let id = order.book;
        let marketable = matches!(order.terms, Terms::Marketable { .. });
        let cured = cause.is_curable() && (marketable || cause != RejectCause::PriceBand);
        if !cured || order.attempt >= MAX_AGAIN || self.book(id).paused {
            return;
        }
        let direction = if order.side == Side::Buy { Direction::Long } else { Direction::Short };
        let price = match order.terms {
            Terms::Marketable { .. } => self.book(id).mark,
            Terms::Limit { price } if direction == Direction::Short => price.max(self.book(id).mark),
            Terms::Limit { price } | Terms::Stop { trigger: price, .. } => price,
        };
        // The same wish again is no duplicate, and its limit was judged.
        self.books[id.0 as usize].last_entry = None;
        let (qty, limit, freed) = (order.qty, None, Money::ZERO);
        let proposal = Proposal { at, book: id, direction, qty, price, limit, freed };
        match self.review(&proposal) {
            Ok(approved) => {
                let terms = if marketable { self.market(id, order.side) } else { order.terms };
                let before = self.orders.count();
                self.person = order.origin.maker == Maker::Person;
                self.enter(at, id, order.side, &approved, terms, out);
                self.person = false;
                for n in before..self.orders.count() {
                    let again = self.orders.get_mut(OrderKey(n as u32));
                    (again.attempt, again.own, again.chase) = (order.attempt + 1, order.own, order.chase);
                }
            }
            Err(breach) => {
                out.push(Effect::Refused(Refusal { at, book: id, direction, qty: order.qty, breach }));
            }
        }
    }

    /// A position whose stop is not accepted must not stand; one whose exit is not accepted is guarded again.
    fn on_exit_rejected(
        &mut self,
        at: Timestamp,
        id: BookId,
        purpose: Purpose,
        cause: RejectCause,
        out: &mut Vec<Effect>,
    ) {
        match purpose {
            Purpose::Exit(reason) if self.books[id.0 as usize].stop.is_none() || cause.is_curable() => {
                self.exit_again(at, id, reason, out);
            }
            _ if !self.may_try_again(at, id, out) => {}
            Purpose::Stop if !cause.is_curable() => {
                self.flatten(at, id, ExitReason::Risk, Timing::Next, out);
            }
            _ => self.guard(at, id, out),
        }
    }

    #[cold]
    fn wait_for_link(&mut self, key: OrderKey) {
        let order = self.orders.get(key);
        let book = &mut self.books[order.book.0 as usize];
        book.starved = true;
        if let (Purpose::Exit(reason), None, false) = (order.purpose, book.leaving, order.own) {
            book.leaving = Some((order.terms, reason));
        }
    }

    pub(super) fn exit_again(
        &mut self,
        at: Timestamp,
        id: BookId,
        reason: ExitReason,
        out: &mut Vec<Effect>,
    ) {
        let Some(side) = Side::of(-self.book(id).position()) else { return };
        if self.may_try_again(at, id, out) {
            let terms = self.market(id, side);
            self.exit(at, id, terms, Timing::Next, reason, out);
        }
    }

    /// Counts one more order of the book that closes and was not taken.
    fn may_try_again(&mut self, at: Timestamp, id: BookId, out: &mut Vec<Effect>) -> bool {
        let book = &mut self.books[id.0 as usize];
        book.rejected = book.rejected.saturating_add(1);
        if book.rejected == MAX_AGAIN + 1 && book.position() != Qty::ZERO {
            Self::incident(at, Trouble::Unguarded { book: id }, out);
        }
        self.books[id.0 as usize].rejected <= MAX_AGAIN
    }
}
