//! From a strategy's wish to approved orders.

use domain::order::Terms;
use domain::trade::{BookId, Direction, ExitReason};
use domain::{Money, Price, Product, Qty, Side, Timestamp};
use strategy::{Entry, EntryPrice, Intent, Moment, SignalBits};

use super::{Conduct, Engine};
use crate::event::ClosedBar;
use crate::orders::{Purpose, protective_stop};
use crate::portfolio::{Book, LastEntry, Waiting};
use crate::protect::Bracket;
use crate::risk::{self, Proposal, View};
use crate::{Breach, Effect, Refusal};

impl Engine {
    #[inline]
    pub(super) fn decide(&mut self, at: Timestamp, id: BookId, bar: &ClosedBar, out: &mut Vec<Effect>) {
        let book = &self.books[id.0 as usize];
        // A flat book does not hear its exit marks, and what waits is not held yet.
        let ends = |waiting: Waiting| match waiting.entry.direction {
            Direction::Long => bar.signals.exit_long,
            Direction::Short => bar.signals.exit_short,
        };
        if book.waiting.is_some_and(ends) {
            self.drop_waiting(at, id, out);
        }
        let book = &self.books[id.0 as usize];
        let wanted = book.wanted();
        let signals = bar.signals.restricted_to(wanted);
        if signals == SignalBits::default() {
            return;
        }
        let Some(strategy) = &book.strategy else { return };
        let moment = Moment {
            time: at,
            close: bar.close,
            signals,
            position: book.position(),
            entry_price: book.entry_price(),
            entries: book.entries_made,
            last_loss: book.last_loss,
            distances: bar.distances,
        };
        let intent = strategy.decide(&moment);
        // What waits was wished at an earlier close.
        if intent != Intent::Hold {
            self.drop_waiting(at, id, out);
        }
        match intent {
            Intent::Hold => {}
            Intent::Exit => self.exit_on_signal(at, id, out),
            Intent::Enter(entry) => self.act_on_entry(at, id, &entry, bar.last_of_day, out),
        }
    }

    fn exit_on_signal(&mut self, at: Timestamp, id: BookId, out: &mut Vec<Effect>) {
        let timing = self.books[id.0 as usize].entry_timing();
        self.flatten(at, id, ExitReason::Signal, timing, out);
    }

    fn act_on_entry(
        &mut self,
        at: Timestamp,
        id: BookId,
        entry: &Entry,
        last_of_day: bool,
        out: &mut Vec<Effect>,
    ) {
        let book = &self.books[id.0 as usize];
        let position = book.position();
        let side = if entry.direction == Direction::Long { Side::Buy } else { Side::Sell };
        if position.signum() == entry.direction.sign() || !book.exits.is_empty() {
            return;
        }
        if !book.spec.sides.allow(entry.direction) || !book.takes_entries(at, last_of_day) {
            if !position.is_zero() {
                self.exit_on_signal(at, id, out);
            }
            return;
        }
        if let Some(&working) = book.entries.first() {
            if self.orders.get(working).side == side {
                return;
            }
            self.cancel_entries(id, out);
        }
        if self.conduct == Conduct::Broker {
            let position = self.book(id).position();
            // The exit first: of two orders together either could fill alone, and be refused alone.
            if !position.is_zero() || self.is_unsettled() {
                if !position.is_zero() {
                    self.exit_on_signal(at, id, out);
                }
                let waiting = Waiting { entry: *entry, last_of_day, by_hand: None };
                self.books[id.0 as usize].waiting = Some(waiting);
                return;
            }
        }
        match self.review_entry(at, id, entry) {
            Err((qty, breach)) => {
                self.refuse(at, id, entry.direction, qty, breach, out);
                // The exit half of a reversal goes whatever became of the entry.
                if !position.is_zero() {
                    self.exit_on_signal(at, id, out);
                }
            }
            Ok(approved) => {
                let book = &mut self.books[id.0 as usize];
                book.refused = None;
                book.distances = entry.distances;
                book.bracket = Bracket::default();
                if self.policy.duplicate_within.is_some() {
                    let limit = if let EntryPrice::Limit(price) = entry.at { Some(price) } else { None };
                    let (direction, qty) = (entry.direction, approved.qty());
                    book.last_entry = Some(LastEntry { at, direction, qty, limit });
                }
                let terms = self.entry_terms(id, side, entry.at);
                let (rests, book) = (entry.at != EntryPrice::Market, &self.books[id.0 as usize]);
                let total = position.abs() + approved.qty();
                if position.is_zero() {
                    self.enter(at, id, side, &approved, terms, out);
                } else if rests || !book.stops.is_empty() || book.spec.slice(total) != total {
                    self.exit_on_signal(at, id, out);
                    self.enter(at, id, side, &approved, terms, out);
                } else {
                    let timing = book.entry_timing();
                    self.reserve(id, &approved);
                    self.place(at, id, (side, total), terms, timing, Purpose::Reverse, out);
                }
            }
        }
    }

    fn entry_terms(&self, id: BookId, side: Side, at: EntryPrice) -> Terms {
        let tick = self.book(id).spec.contract.tick;
        let on_tick = |price: Price, up: bool| if up { price.ceil_to(tick) } else { price.floor_to(tick) };
        match at {
            EntryPrice::Market => self.market(id, side),
            // A limit never pays more than was said; a stop never triggers before.
            EntryPrice::Limit(price) => Terms::Limit { price: on_tick(price, side == Side::Sell) },
            EntryPrice::Stop(price) => protective_stop(side, on_tick(price, side == Side::Buy), tick),
        }
    }

    fn review_entry(
        &self,
        at: Timestamp,
        id: BookId,
        entry: &Entry,
    ) -> Result<risk::Approved, (Qty, Breach)> {
        let book = self.book(id);
        let price = match entry.at {
            EntryPrice::Market => book.mark,
            EntryPrice::Limit(price) | EntryPrice::Stop(price) => price,
        };
        let protection = book.spec.protection.with(entry.distances);
        if protection.needs_atr() && (book.atr.is_nan() || book.atr <= 0.0) {
            return Err((Qty::ZERO, Breach::NoStopDistance));
        }
        let qty = entry.quantity.unwrap_or_else(|| {
            let stop = protection.stop.or(protection.trail).and_then(|d| d.from(price, book.atr));
            let units = book.spec.sizing.units(self.account.equity(), price, stop, book.volatility);
            match book.spec.sizing {
                // A quantity that a person wrote is judged as it stands, not bent to fit.
                crate::Sizing::Fixed(_) => units,
                _ => units.floor_to_lot(book.spec.contract.lot),
            }
        });
        let limit = matches!(entry.at, EntryPrice::Limit(_)).then_some(price);
        let (direction, freed) = (entry.direction, book.blocked);
        let price = match entry.at {
            // A sale fetches the market's price where its limit is lower.
            EntryPrice::Limit(price) if direction == Direction::Short => price.max(book.mark),
            _ => price,
        };
        let proposal = Proposal { at, book: id, direction, qty, price, limit, freed };
        self.review(&proposal).map_err(|breach| (qty, breach))
    }

    #[inline]
    pub(super) fn review(&self, proposal: &Proposal) -> Result<risk::Approved, Breach> {
        risk::review(proposal, &self.view())
    }

    /// Judges what only reduces, at a price that a person said.
    pub(super) fn review_exit(&self, proposal: &Proposal) -> Result<(), Breach> {
        risk::review_exit(proposal, &self.view())
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View {
            account: &self.account,
            limits: &self.limits,
            books: &self.books,
            locks: &self.locks,
            rules: &self.rules,
            policy: &self.policy,
            sent: &self.sent,
        }
    }

    /// Records a refusal once for as long as the same wish stands.
    fn refuse(
        &mut self,
        at: Timestamp,
        id: BookId,
        direction: Direction,
        qty: Qty,
        breach: Breach,
        out: &mut Vec<Effect>,
    ) {
        let book = &mut self.books[id.0 as usize];
        if book.refused != Some(direction) {
            book.refused = Some(direction);
            out.push(Effect::Refused(Refusal { at, book: id, direction, qty, breach }));
        }
    }

    /// Whether an order's fate is not known, or one that was given up may still trade: entries wait (design §5).
    pub(super) fn is_unsettled(&self) -> bool {
        self.doubts.len() > 0 || self.books.iter().any(|book| !book.leftovers.is_empty())
    }

    /// Takes up the entries that waited, once nothing is in doubt any more.
    pub(super) fn admit_waiting(&mut self, at: Timestamp, out: &mut Vec<Effect>) {
        for i in 0..self.books.len() {
            let Some(waiting) = self.books[i].waiting else { continue };
            if !self.books[i].exits.is_empty() || self.is_unsettled() {
                continue;
            }
            let (id, direction) = (BookId(i as u32), waiting.entry.direction);
            let side = direction_side(direction);
            let turned = self.books[i].entries.iter().any(|key| self.orders.get(*key).side != side);
            if waiting.by_hand.is_some() && turned {
                continue;
            }
            if self.books[i].position().signum() * direction.sign() < 0 {
                // The exit before it failed: the position stands, guarded, and is not turned.
                self.drop_waiting(at, id, out);
                continue;
            }
            self.books[i].waiting = None;
            match waiting.entry.quantity.zip(waiting.by_hand) {
                Some((qty, manual)) => {
                    self.person = true;
                    self.open_by_hand(at, id, direction, qty, &manual, Money::ZERO, out);
                    self.person = false;
                }
                None => self.act_on_entry(at, id, &waiting.entry, waiting.last_of_day, out),
            }
        }
    }

    /// Nothing waits any more; a person hears of it.
    #[inline]
    pub(super) fn drop_waiting(&mut self, at: Timestamp, id: BookId, out: &mut Vec<Effect>) {
        if self.books[id.0 as usize].waiting.is_some() {
            self.give_up_waiting(at, id, out);
        }
    }

    #[cold]
    fn give_up_waiting(&mut self, at: Timestamp, id: BookId, out: &mut Vec<Effect>) {
        let Some(waiting) = self.books[id.0 as usize].waiting.take() else { return };
        if let Some(qty) = waiting.entry.quantity.filter(|_| waiting.by_hand.is_some()) {
            let (direction, breach) = (waiting.entry.direction, Breach::Superseded);
            out.push(Effect::Refused(Refusal { at, book: id, direction, qty, breach }));
        }
    }
}

pub(super) const fn direction_side(direction: Direction) -> Side {
    match direction {
        Direction::Long => Side::Buy,
        Direction::Short => Side::Sell,
    }
}

impl Book {
    /// Whether an entry decided at this close may be made: an intraday book takes none that could only trade after its
    /// square-off or on another day. Daily bars are one trade a day: in at the open, out at the close.
    fn takes_entries(&self, at: Timestamp, last_of_day: bool) -> bool {
        if self.paused {
            return false;
        }
        if self.spec.daily_bars {
            return !(self.spec.fill_at_close && self.square_off.is_some());
        }
        let in_time = self.square_off.is_none_or(|time| at < time);
        let carried = self.spec.product != Product::Mis || self.spec.fill_at_close;
        let ends = last_of_day && (!carried || self.spec.fill_at_close && self.square_off.is_some());
        in_time && !ends
    }
}
