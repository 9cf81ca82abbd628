//! What fills do to books.

use domain::order::{IllegalMove, OrderEvent, OrderKey, OrderState, Step, Timing};
use domain::trade::{BookId, Direction, ExitReason};
use domain::{Money, Price, Qty, Side, Timestamp};

use super::Engine;
use crate::event::FillPhase;
use crate::orders::{Next, Purpose};
use crate::portfolio::BookFill;
use crate::{Effect, Trouble};

impl Engine {
    #[inline]
    pub(super) fn on_fill(
        &mut self,
        at: Timestamp,
        key: OrderKey,
        qty: Qty,
        price: Price,
        phase: FillPhase,
        out: &mut Vec<Effect>,
    ) {
        let order = self.orders.get_mut(key);
        let filled = order.filled() + qty;
        if filled > order.qty && filled <= order.most {
            // It was made smaller, and filled before that came.
            if order.state == OrderState::Filled {
                order.state = OrderState::PartiallyFilled { filled: order.qty };
            }
            order.qty = filled;
        }
        let given_up = order.state == OrderState::NeverArrived;
        let (ordered, from) = (order.most, order.state);
        let state = match order.apply(OrderEvent::Filled(qty)) {
            Ok(Step::Moved(state)) => state,
            Ok(Step::Duplicate) => return,
            Err(_) if filled > ordered => {
                Self::incident(at, Trouble::Overfilled { order: key, ordered, filled }, out);
                return;
            }
            Err(IllegalMove { event, .. }) => {
                Self::incident(at, Trouble::IllegalMove { order: key, from, event }, out);
                return;
            }
        };
        order.arrived = true;
        let outgrown = state.is_final() && order.next == Next::Modify;
        let (id, side, purpose) = (order.book, order.side, order.purpose);
        let executed_before = order.executed;
        order.executed += Money::from_raw(price.raw() * qty.raw());
        if state.is_final() {
            self.doubts.close(key);
            self.chases.end(key);
            self.forget(id, key);
        } else if given_up {
            Self::incident(at, Trouble::CameAfterAll { order: key }, out);
            self.cancel(key, out);
        }
        if purpose == Purpose::Stop && !self.books[id.0 as usize].entries.is_empty() {
            self.cancel_entries(id, out);
            self.stay_flat(id, ExitReason::Stop);
        }
        let book = &mut self.books[id.0 as usize];
        book.rejected = 0;
        let reason = match purpose {
            Purpose::Stop if book.trailed => ExitReason::TrailingStop,
            Purpose::Stop => ExitReason::Stop,
            Purpose::Exit(reason) => reason,
            Purpose::Entry | Purpose::Reverse => ExitReason::Signal,
        };
        let held = book.position();
        let closing = if held.signum() * side.sign() < 0 { held.abs().min(qty) } else { Qty::ZERO };
        let opening = qty - closing;
        let mut fill = BookFill { at, side, qty: closing, price, executed_before, reason };
        if closing > Qty::ZERO {
            let trade = book.take(id, &fill, &mut self.account);
            fill.executed_before += Money::from_raw(price.raw() * closing.raw());
            if let Some(trade) = trade {
                if trade.pnl() < Money::ZERO {
                    book.last_loss = Some(at);
                }
                out.push(Effect::Closed(trade));
                // What was to be added to it will open a position of its own.
                if let Some(pending) = self.books[id.0 as usize].pending.as_mut().filter(|p| !p.opens) {
                    pending.opens = true;
                    self.account.opening += 1;
                }
                self.disarm(id, out);
            } else {
                // Closed by an entry of the other side, or by more than was asked: the rest may be too much now.
                let book = &self.books[id.0 as usize];
                let keys = book.stops.iter().chain(&book.exits);
                let leaving: Qty = keys.map(|key| self.orders.get(*key).left()).sum();
                self.shrink_exits(id, leaving - book.position().abs(), out);
            }
        }
        if opening > Qty::ZERO {
            fill.qty = opening;
            let book = &mut self.books[id.0 as usize];
            let closes = matches!(purpose, Purpose::Stop | Purpose::Exit(_));
            let wanted = book.pending.is_some_and(|p| p.direction.sign() == side.sign() && p.qty >= opening);
            if book.position().is_zero() {
                book.trades_today += 1;
                book.entries_made += 1;
                book.trailed = false;
                book.opener = Some(key);
            }
            let blocked = book.blocked;
            book.take(id, &fill, &mut self.account);
            book.release(opening, book.blocked - blocked, &mut self.account);
            book.entered_inside = phase == FillPhase::InsideBar;
            if closes && !wanted {
                let position = book.position();
                Self::incident(at, Trouble::Naked { book: id, position }, out);
                self.flatten(at, id, ExitReason::Risk, Timing::Next, out);
            } else if let Some(reason) = book.flat_for {
                self.flatten(at, id, reason, Timing::Next, out);
            } else if !book.protection().is_none() || !book.bracket.is_none() {
                self.arm(at, id, out);
            }
        }
        if state.is_final() {
            self.settle_leftover(id, key);
        }
        if outgrown {
            self.go_on_after(key);
        }
        if state.is_final() {
            self.tend(at, id, out);
        } else {
            self.on_rest(at, key, out);
        }
    }

    /// The order was to grow, and was done before that could be asked for: another order takes the rest.
    #[cold]
    fn go_on_after(&mut self, key: OrderKey) {
        let order = self.orders.get(key);
        let book = &mut self.books[order.book.0 as usize];
        if book.position().is_zero() {
            return;
        }
        book.starved |= matches!(order.purpose, Purpose::Stop | Purpose::Exit(_));
        if let (Purpose::Exit(reason), None) = (order.purpose, book.leaving) {
            book.leaving = Some((order.terms, reason));
        }
    }

    /// Sets stop and target for a position that was opened or added to: levels from its average entry, quantities from
    /// what is held.
    fn arm(&mut self, at: Timestamp, id: BookId, out: &mut Vec<Effect>) {
        let book = &mut self.books[id.0 as usize];
        let (Some(direction), Some(entry)) = (Direction::of(book.position()), book.entry_price()) else {
            return;
        };
        let (protection, tick) = (book.protection(), book.spec.contract.tick);
        let (own, atr) = (book.bracket, book.atr);
        book.target = own
            .target_at(direction, entry, atr, tick)
            .or_else(|| protection.first_target(direction, entry, atr, tick));
        if !book.trailed {
            book.stop = own
                .stop_at(direction, entry, atr, tick)
                .or_else(|| protection.first_stop(direction, entry, atr, tick));
        }
        if book.episode.stop_loss.is_none() {
            book.episode.stop_loss = book.stop;
        }
        book.episode.target_price = book.target;
        self.guard(at, id, out);
    }

    /// Rests stops at the level in force for all that is held and not on its way out already.
    pub(super) fn guard(&mut self, at: Timestamp, id: BookId, out: &mut Vec<Effect>) {
        let book = &self.books[id.0 as usize];
        let (Some(level), Some(side)) = (book.stop, Side::of(-book.position())) else { return };
        let terms = book.stop_terms(side, level);
        let left = |keys: &[OrderKey]| keys.iter().map(|key| self.orders.get(*key).left()).sum::<Qty>();
        let exposed = book.position().abs() - left(&book.exits) - book.hand_exit;
        let stops = book.stops.clone();
        if let ([only], true) = (stops.as_slice(), book.spec.slice(exposed) == exposed && exposed > Qty::ZERO)
        {
            let room = self.room(id);
            let order = self.orders.get_mut(*only);
            // The rest follows when what could close it too is known to be gone.
            let most = order.could_fill() + room;
            let qty = exposed.min(most) + order.filled();
            self.books[id.0 as usize].starved |= exposed > most;
            if (order.qty, order.terms) != (qty, terms) {
                order.resize(qty);
                self.modify(*only, terms, Timing::Next, out);
            }
            return;
        }
        let guarded = left(&stops);
        if exposed > guarded {
            self.place(at, id, (side, exposed - guarded), terms, Timing::Next, Purpose::Stop, out);
        }
        for key in stops {
            if self.orders.get(key).terms != terms {
                self.modify(key, terms, Timing::Next, out);
            }
        }
    }

    /// A stop was triggered and will trade whatever the price does next: it is an exit on its way, nothing moves it any
    /// more, and what is left of the entry is not wanted.
    pub(super) fn on_stopped(&mut self, key: OrderKey, out: &mut Vec<Effect>) {
        let order = self.orders.get_mut(key);
        let book = &mut self.books[order.book.0 as usize];
        if !book.stops.contains(&key) {
            return;
        }
        let reason = if book.trailed { ExitReason::TrailingStop } else { ExitReason::Stop };
        order.turn_into(Purpose::Exit(reason));
        book.stops.retain(|k| *k != key);
        book.exits.push(key);
        self.begin_chase(key);
        let id = self.orders.get(key).book;
        self.cancel_entries(id, out);
        self.stay_flat(id, reason);
    }

    /// The position is gone: nothing may rest that would open another.
    fn disarm(&mut self, id: BookId, out: &mut Vec<Effect>) {
        let book = &mut self.books[id.0 as usize];
        book.stop = None;
        book.target = None;
        book.entered_inside = false;
        (book.starved, book.leaving, book.hand_exit) = (false, None, Qty::ZERO);
        let left: Vec<OrderKey> = book.stops.iter().chain(&book.exits).copied().collect();
        for key in left {
            self.cancel(key, out);
            self.forget(id, key);
        }
    }
}
