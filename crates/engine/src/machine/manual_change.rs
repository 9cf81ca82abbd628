//! A person changes or takes back an order, or moves what guards a position.

use domain::order::{OrderKey, Terms};
use domain::trade::{BookId, Direction};
use domain::{Money, Price, Qty, Side, Timestamp};

use super::requests::MAX_CHANGES;
use super::{Conduct, Engine};
use crate::manual::{Change, ManualKind, check_terms, on_tick, whole_lots};
use crate::orders::{Order, Purpose};
use crate::portfolio::Book;
use crate::protect::{Bracket, Level};
use crate::risk::{Proposal, at_work};
use crate::{Breach, Effect, Refusal, Trouble};

impl Engine {
    /// What refuses is told; nothing is changed then.
    pub(super) fn on_change(&mut self, at: Timestamp, change: Change, out: &mut Vec<Effect>) {
        if !self.orders.knows(change.order) {
            Self::incident(at, Trouble::UnknownOrder { order: change.order }, out);
            return;
        }
        if let Err(breach) = self.change(at, change, out) {
            self.refuse_change(at, change.order, breach, out);
        }
    }

    pub(super) fn on_cancel(&mut self, at: Timestamp, key: OrderKey, out: &mut Vec<Effect>) {
        if !self.orders.knows(key) {
            Self::incident(at, Trouble::UnknownOrder { order: key }, out);
            return;
        }
        let order = self.orders.get(key);
        let (id, state) = (order.book, order.state);
        let by_hand = self.book(id).strategy.is_none();
        match order.purpose {
            _ if state.is_final() => {
                self.refuse_change(at, key, Breach::NotChangeable { order: key, state }, out);
            }
            Purpose::Entry => {
                self.cancel(key, out);
                self.forget(id, key);
            }
            Purpose::Exit(_) if order.own => {
                self.cancel(key, out);
                self.forget(id, key);
                self.books[id.0 as usize].starved = true;
            }
            Purpose::Stop if by_hand => {
                let book = &mut self.books[id.0 as usize];
                (book.stop, book.bracket.stop) = (None, None);
                while let Some(&key) = self.books[id.0 as usize].stops.last() {
                    self.cancel(key, out);
                    self.forget(id, key);
                }
            }
            Purpose::Stop | Purpose::Exit(_) | Purpose::Reverse => {
                self.refuse_change(at, key, Breach::NotChangeable { order: key, state }, out);
            }
        }
    }

    fn refuse_change(&self, at: Timestamp, key: OrderKey, breach: Breach, out: &mut Vec<Effect>) {
        let order = self.orders.get(key);
        let direction = if order.side == Side::Buy { Direction::Long } else { Direction::Short };
        out.push(Effect::Refused(Refusal { at, book: order.book, direction, qty: order.left(), breach }));
    }

    fn change(&mut self, at: Timestamp, change: Change, out: &mut Vec<Effect>) -> Result<(), Breach> {
        let key = change.order;
        let order = self.orders.get(key);
        let (id, state) = (order.book, order.state);
        let listed = |keys: &[OrderKey]| keys.contains(&key);
        let book = self.book(id);
        let changeable = match order.purpose {
            Purpose::Entry => listed(&book.entries),
            Purpose::Exit(_) => order.own && listed(&book.exits),
            Purpose::Stop => listed(&book.stops),
            Purpose::Reverse => false,
        };
        if state.is_final() || !changeable {
            return Err(Breach::NotChangeable { order: key, state });
        }
        if order.changes >= MAX_CHANGES {
            return Err(Breach::TooManyChanges { order: key, limit: MAX_CHANGES });
        }
        if order.purpose == Purpose::Stop {
            let (Some(trigger), None, None) = (change.trigger, change.qty, change.price) else {
                return Err(Breach::FollowsPosition { order: key });
            };
            let stop = Some(Level::At(trigger));
            return self.protect(at, id, Bracket { stop, target: None }, out);
        }
        let (tick, mark) = (book.spec.contract.tick, book.mark);
        let kind = order.changed_kind(change, book)?;
        let terms =
            if kind == ManualKind::Market { order.terms } else { self.manual_terms(id, order.side, kind) };
        let direction = if order.side == Side::Buy { Direction::Long } else { Direction::Short };
        if terms != order.terms {
            check_terms(order.side, kind, tick, mark)?;
            let (qty, price, limit, freed) =
                (order.left(), kind.price(order.side, mark), kind.limit(), Money::ZERO);
            self.review_exit(&Proposal { at, book: id, direction, qty, price, limit, freed })?;
        }
        let qty = change.qty.unwrap_or(order.qty);
        if qty != order.qty {
            self.check_quantity(id, order, qty)?;
        }
        if order.purpose == Purpose::Entry {
            self.reserve_change(at, key, qty, kind)?;
        }
        let order = self.orders.get_mut(key);
        let timing = order.timing;
        if (order.qty, order.terms) != (qty, terms) {
            order.resize(qty);
            self.modify(key, terms, timing, out);
        }
        Ok(())
    }

    fn check_quantity(&self, id: BookId, order: &Order, qty: Qty) -> Result<(), Breach> {
        let contract = &self.book(id).spec.contract;
        whole_lots(qty, contract.lot)?;
        let filled = order.filled();
        if qty <= filled {
            return Err(Breach::BelowFilled { qty, filled });
        }
        if let Some(freeze) = contract.freeze.filter(|freeze| qty > *freeze) {
            return Err(Breach::AboveFreeze { qty, freeze });
        }
        let held = self.room(id) + order.could_fill() + filled;
        if matches!(order.purpose, Purpose::Exit(_)) && qty > held {
            return Err(Breach::MoreThanHeld { qty, held });
        }
        Ok(())
    }

    /// Judges the order that a change would make of an entry, where it grows: the limits of one order, and its own stop and
    /// target. What it adds is judged apart.
    fn judge_whole(&self, order: &Order, qty: Qty, price: Price) -> Result<(), Breach> {
        if let Some(limit) = self.limits.max_order_qty.filter(|limit| qty > order.qty && qty > *limit) {
            return Err(Breach::MaxOrderQty { qty, limit });
        }
        let value = price.value(qty).unwrap_or_default();
        let before = order.expected_price(self.book(order.book).mark).value(order.qty).unwrap_or_default();
        if let Some(limit) = self.limits.max_order_value.filter(|limit| value > before && value > *limit) {
            return Err(Breach::MaxOrderValue { value, limit });
        }
        let bracket = self.book(order.book).bracket;
        for (level, stops) in [(bracket.stop, true), (bracket.target, false)] {
            let Some(Level::At(level)) = level else { continue };
            if ((level.raw() - price.raw()) * order.side.sign() >= 0) == stops {
                return Err(Breach::WrongSide { price: level, last: price });
            }
        }
        Ok(())
    }

    /// Judges what a change adds to an entry and holds its margin. What it takes off stays held until the order's end:
    /// the exchange may fill it before it hears.
    fn reserve_change(
        &mut self,
        at: Timestamp,
        key: OrderKey,
        qty: Qty,
        kind: ManualKind,
    ) -> Result<(), Breach> {
        let order = self.orders.get(key);
        let id = order.book;
        let direction = if order.side == Side::Buy { Direction::Long } else { Direction::Short };
        let (spec, left) = (&self.book(id).spec, order.left());
        let mark = self.book(id).mark;
        let (price, limit) = (kind.price(order.side, mark), kind.limit());
        let before = order.expected_price(mark);
        self.judge_whole(order, qty, price)?;
        if self.conduct == Conduct::Broker && (qty > order.qty || price > before) && self.is_unsettled() {
            return Err(Breach::Unsettled { order: key });
        }
        let margin = |price: Price| spec.margin(direction, price.value(left).unwrap_or_default(), left);
        let dearer = (margin(price) - margin(before)).max(Money::ZERO);
        let available = self.account.available();
        if dearer > Money::ZERO && dearer > available {
            return Err(Breach::BuyingPower { needed: dearer, available });
        }
        if dearer > Money::ZERO {
            at_work(dearer, self.book(id), &self.account, &self.limits)?;
        }
        let more = qty - order.qty;
        if more > Qty::ZERO {
            // Less than nothing is set free: the rest of the order needs more too.
            let freed = Money::ZERO - dearer;
            let approved =
                self.review(&Proposal { at, book: id, direction, qty: more, price, limit, freed })?;
            self.reserve(id, &approved);
        } else if let Some(pending) = self.books[id.0 as usize].pending.as_mut() {
            pending.margin += dearer;
            self.account.reserved += dearer;
        }
        Ok(())
    }

    pub(super) fn on_protect(&mut self, at: Timestamp, id: BookId, wanted: Bracket, out: &mut Vec<Effect>) {
        if let Err(breach) = self.protect(at, id, wanted, out) {
            let (direction, qty) = (Direction::Long, self.book(id).position().abs());
            let direction = Direction::of(self.book(id).position()).unwrap_or(direction);
            out.push(Effect::Refused(Refusal { at, book: id, direction, qty, breach }));
        }
    }

    fn protect(
        &mut self,
        at: Timestamp,
        id: BookId,
        wanted: Bracket,
        out: &mut Vec<Effect>,
    ) -> Result<(), Breach> {
        let book = self.book(id);
        let (tick, atr, mark) = (book.spec.contract.tick, book.atr, book.mark);
        let (Some(direction), Some(entry)) = (Direction::of(book.position()), book.entry_price()) else {
            return Err(Breach::NothingHeld);
        };
        let stop = wanted.stop_at(direction, entry, atr, tick);
        let target = wanted.target_at(direction, entry, atr, tick);
        if wanted.stop.is_some() != stop.is_some() || wanted.target.is_some() != target.is_some() {
            return Err(Breach::NoStopDistance);
        }
        for (level, sign) in [(stop, -1), (target, 1)] {
            let Some(price) = level else { continue };
            on_tick(price, tick)?;
            if (price.raw() - mark.raw()) * direction.sign() * sign <= 0 {
                return Err(Breach::WrongSide { price, last: mark });
            }
        }
        if stop.is_some() && book.exits.iter().any(|key| self.orders.get(*key).own) {
            return Err(Breach::Guarded);
        }
        let book = &mut self.books[id.0 as usize];
        book.bracket = book.bracket.with(wanted);
        book.stop = stop.or(book.stop);
        book.target = target.or(book.target);
        book.episode.stop_loss = book.episode.stop_loss.or(book.stop);
        book.episode.target_price = book.target;
        self.guard(at, id, out);
        Ok(())
    }
}

impl Order {
    /// What a unit of it is expected to cost as it stands.
    fn expected_price(&self, mark: Price) -> Price {
        let kind = match self.terms {
            Terms::Marketable { limit } => return limit,
            Terms::Limit { price } => ManualKind::Limit(price),
            Terms::Stop { trigger, limit } => ManualKind::StopLimit { trigger, limit },
        };
        kind.price(self.side, mark)
    }

    /// What the order becomes with a change; a stop at the market keeps its limit one band beyond the trigger.
    fn changed_kind(&self, change: Change, book: &Book) -> Result<ManualKind, Breach> {
        match self.terms {
            Terms::Marketable { .. } | Terms::Limit { .. } if change.trigger.is_some() => {
                Err(Breach::NotChangeable { order: self.key, state: self.state })
            }
            Terms::Marketable { .. } if change.price.is_some() => {
                Err(Breach::NotChangeable { order: self.key, state: self.state })
            }
            Terms::Marketable { .. } => Ok(ManualKind::Market),
            Terms::Limit { price } => Ok(ManualKind::Limit(change.price.unwrap_or(price))),
            Terms::Stop { trigger, limit } => {
                let at_market = book.stop_terms(self.side, trigger) == self.terms;
                let trigger = change.trigger.unwrap_or(trigger);
                Ok(match change.price {
                    None if at_market => ManualKind::StopMarket { trigger },
                    price => ManualKind::StopLimit { trigger, limit: price.unwrap_or(limit) },
                })
            }
        }
    }
}
