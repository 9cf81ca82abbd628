//! A person's order: what reduces goes out unjudged, what opens is judged as an entry.

use domain::order::{OrderKey, Terms, Timing};
use domain::trade::{BookId, Direction, ExitReason};
use domain::{Money, Qty, Side, Timestamp};
use strategy::{Distances, Entry};

use super::decide::direction_side;
use super::{Conduct, Engine};
use crate::manual::{ManualKind, ManualOrder, check_terms};
use crate::orders::Purpose;
use crate::portfolio::{LastEntry, Manual, Waiting};
use crate::protect::Bracket;
use crate::risk::Proposal;
use crate::{Breach, Effect, Refusal};

impl Engine {
    pub(super) fn on_manual_order(&mut self, at: Timestamp, order: &ManualOrder, out: &mut Vec<Effect>) {
        let (id, direction, qty) = (order.book, order.direction(), order.qty);
        let book = &self.books[id.0 as usize];
        if let Err(breach) = order.check(&book.spec.contract, book.mark) {
            out.push(Effect::Refused(Refusal { at, book: id, direction, qty, breach }));
            return;
        }
        let bracket = Bracket { stop: order.stop, target: order.target };
        let manual = Manual { kind: order.kind, bracket, chase: order.chase };
        let position = book.position();
        // What is on its way out already cannot be reduced again.
        let leaving: Qty = book.exits.iter().map(|key| self.orders.get(*key).left()).sum();
        let held = position.abs() - leaving - book.hand_exit;
        let reduces = position.signum() * direction.sign() < 0 && held > Qty::ZERO;
        let closing = if reduces { held.min(qty) } else { Qty::ZERO };
        if closing > Qty::ZERO && order.kind != ManualKind::Market {
            if let Err(breach) = self.rest_exit(at, id, closing, &manual, out) {
                out.push(Effect::Refused(Refusal { at, book: id, direction, qty, breach }));
                return;
            }
        } else if closing > Qty::ZERO && closing == position.abs() {
            let terms = self.market(id, order.side);
            self.exit(at, id, terms, Timing::Next, ExitReason::Manual, out);
        } else if closing > Qty::ZERO {
            // The stops give way to it, never another exit that is on its way.
            let stops: Qty = book.stops.iter().map(|key| self.orders.get(*key).left()).sum();
            let excess = stops + leaving + book.hand_exit + closing - position.abs();
            self.shrink_exits(id, excess.max(Qty::ZERO), out);
            self.close_by_hand(at, id, closing, out);
        }
        let opening = qty - closing;
        if opening > Qty::ZERO && !self.book(id).spec.sides.allow(direction) {
            // Delivery: nothing is sold that is not held.
            let breach = Breach::MoreThanHeld { qty, held: held.max(Qty::ZERO) };
            out.push(Effect::Refused(Refusal { at, book: id, direction, qty: opening, breach }));
        } else if opening > Qty::ZERO {
            self.add_by_hand(at, id, direction, (opening, closing), &manual, out);
        }
    }

    /// The part of a person's order that opens.
    fn add_by_hand(
        &mut self,
        at: Timestamp,
        id: BookId,
        direction: Direction,
        (opening, closing): (Qty, Qty),
        manual: &Manual,
        out: &mut Vec<Effect>,
    ) {
        let position = self.book(id).position();
        if position.signum() * direction.sign() <= 0 && self.book(id).entries.is_empty() {
            // A position of the person's own: the strategy has not said where it stops.
            self.books[id.0 as usize].distances = Distances::default();
        }
        let side = direction_side(direction);
        if let Some(order) =
            self.book(id).entries.iter().copied().find(|key| self.orders.get(*key).side != side)
        {
            let breach = Breach::OppositeOrder { order };
            out.push(Effect::Refused(Refusal { at, book: id, direction, qty: opening, breach }));
            return;
        }
        let against = position.signum() * direction.sign() < 0;
        if self.conduct == Conduct::Broker && (against || self.is_unsettled()) {
            self.wait_by_hand(at, id, direction, opening, manual, out);
            return;
        }
        let freed = if closing > Qty::ZERO { self.book(id).blocked } else { Money::ZERO };
        self.open_by_hand(at, id, direction, opening, manual, freed, out);
    }

    /// A person's own exit rests at its price. Not beside a stop: both could fill.
    fn rest_exit(
        &mut self,
        at: Timestamp,
        id: BookId,
        qty: Qty,
        manual: &Manual,
        out: &mut Vec<Effect>,
    ) -> Result<(), Breach> {
        let book = self.book(id);
        if book.stop.is_some() || !book.stops.is_empty() {
            return Err(Breach::Guarded);
        }
        let held = self.room(id);
        if qty > held {
            return Err(Breach::MoreThanHeld { qty, held });
        }
        let Some(side) = Side::of(-book.position()) else { return Ok(()) };
        let direction = if side == Side::Buy { Direction::Long } else { Direction::Short };
        let (price, limit) = (manual.kind.price(side, book.mark), manual.kind.limit());
        let freed = Money::ZERO;
        self.review_exit(&Proposal { at, book: id, direction, qty, price, limit, freed })?;
        let terms = self.manual_terms(id, side, manual.kind);
        let before = self.orders.count();
        let purpose = Purpose::Exit(ExitReason::Manual);
        self.place(at, id, (side, qty), terms, Timing::Next, purpose, out);
        self.mark_manual(before, manual);
        Ok(())
    }

    /// What a person wants opened waits. At the market it goes together with what waits already on that side.
    fn wait_by_hand(
        &mut self,
        at: Timestamp,
        id: BookId,
        direction: Direction,
        qty: Qty,
        manual: &Manual,
        out: &mut Vec<Effect>,
    ) {
        let market = |manual: Option<Manual>| manual.is_some_and(|m| m.kind == ManualKind::Market);
        let before = self.books[id.0 as usize]
            .waiting
            .filter(|waiting| market(waiting.by_hand) && waiting.entry.direction == direction)
            .filter(|_| manual.kind == ManualKind::Market)
            .and_then(|waiting| waiting.entry.quantity.zip(waiting.by_hand));
        if before.is_none() {
            self.drop_waiting(at, id, out);
        }
        let (waits, bracket) = before
            .map_or((Qty::ZERO, manual.bracket), |(qty, first)| (qty, first.bracket.with(manual.bracket)));
        let entry = Entry { quantity: Some(qty + waits), ..Entry::market(direction) };
        let by_hand = Some(Manual { bracket, ..*manual });
        self.books[id.0 as usize].waiting = Some(Waiting { entry, last_of_day: false, by_hand });
    }

    /// Sends out what may go; the rest when the stop is known to have made room for it.
    pub(super) fn close_by_hand(&mut self, at: Timestamp, id: BookId, qty: Qty, out: &mut Vec<Effect>) {
        let Some(side) = Side::of(-self.book(id).position()) else { return };
        let room = self.room(id).min(qty);
        let purpose = Purpose::Exit(ExitReason::Manual);
        self.place(at, id, (side, room), self.market(id, side), Timing::Next, purpose, out);
        let book = &mut self.books[id.0 as usize];
        book.hand_exit += qty - room;
        book.starved |= room < qty;
    }

    pub(super) fn open_by_hand(
        &mut self,
        at: Timestamp,
        id: BookId,
        direction: Direction,
        qty: Qty,
        manual: &Manual,
        freed: Money,
        out: &mut Vec<Effect>,
    ) {
        let side = direction_side(direction);
        let book = self.book(id);
        let (mark, tick) = (book.mark, book.spec.contract.tick);
        // Also to what is on its way: its stop must not go because this order says none.
        let adds = book.position().signum() * direction.sign() > 0 || !book.entries.is_empty();
        let price = manual.kind.price(side, mark);
        let limit = manual.kind.limit();
        let proposal = Proposal { at, book: id, direction, qty, price, limit, freed };
        // It may have waited until its trigger traded.
        let judged = check_terms(side, manual.kind, tick, mark).and_then(|()| self.review(&proposal));
        match judged {
            Ok(approved) => {
                let terms = self.manual_terms(id, side, manual.kind);
                let book = &mut self.books[id.0 as usize];
                book.bracket = if adds { book.bracket.with(manual.bracket) } else { manual.bracket };
                book.last_entry = Some(LastEntry { at, direction, qty, limit });
                let before = self.orders.count();
                self.enter(at, id, side, &approved, terms, out);
                self.mark_manual(before, manual);
            }
            Err(breach) => out.push(Effect::Refused(Refusal { at, book: id, direction, qty, breach })),
        }
    }

    /// What is sent for a person's order.
    pub(super) fn manual_terms(&self, id: BookId, side: Side, kind: ManualKind) -> Terms {
        match kind {
            ManualKind::Market => self.market(id, side),
            ManualKind::Limit(price) => Terms::Limit { price },
            ManualKind::StopLimit { trigger, limit } => Terms::Stop { trigger, limit },
            ManualKind::StopMarket { trigger } => self.book(id).stop_terms(side, trigger),
        }
    }

    /// Notes on the orders made since what the person said of them.
    fn mark_manual(&mut self, before: usize, manual: &Manual) {
        for n in before..self.orders.count() {
            let order = self.orders.get_mut(OrderKey(n as u32));
            // Once its trigger has traded it is an order at the market.
            let market = matches!(manual.kind, ManualKind::StopMarket { .. });
            (order.own, order.chase) = (manual.kind != ManualKind::Market, manual.chase || market);
        }
    }
}
