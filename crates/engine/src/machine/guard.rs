//! Watching prices for open positions: targets, trailing stops, the daily loss.

use domain::order::{OrderKey, Timing};
use domain::trade::{BookId, Direction, ExitReason};
use domain::{Price, Product, Side, Timestamp};

use super::Engine;
use crate::Effect;
use crate::event::ClosedBar;
use crate::portfolio::Book;
use crate::{Lock, LockCause, LockScope};

impl Engine {
    /// A bar opens at or beyond the target: it is done at the open.
    #[inline]
    pub(super) fn on_first_price(&mut self, at: Timestamp, id: BookId, price: Price, out: &mut Vec<Effect>) {
        self.mark(id, price);
        let book = &self.books[id.0 as usize];
        let (Some(target), Some(direction)) = (book.target, Direction::of(book.position())) else { return };
        let beyond = if direction == Direction::Long { price >= target } else { price <= target };
        if beyond && book.exits.is_empty() {
            self.take_target(at, id, target, out);
        }
    }

    #[inline]
    pub(super) fn on_range(
        &mut self,
        at: Timestamp,
        id: BookId,
        (high, low, close): (Price, Price, Price),
        out: &mut Vec<Effect>,
    ) {
        let book = &self.books[id.0 as usize];
        let Some(target) = book.target.filter(|_| book.exits.is_empty()) else { return };
        let Some(direction) = Direction::of(book.position()) else { return };
        let extreme = if direction == Direction::Long { high } else { low };
        if !book.trades_through(direction, extreme, target) {
            return;
        }
        // Entered inside this bar: the high may have come before. A close at the target proves that it came after.
        let proven = if direction == Direction::Long { close >= target } else { close <= target };
        if !book.entered_inside || proven {
            self.take_target(at, id, target, out);
        }
    }

    #[inline]
    pub(super) fn on_tick(&mut self, at: Timestamp, id: BookId, price: Price, out: &mut Vec<Effect>) {
        self.mark(id, price);
        if self.judges_losses() {
            self.judge_losses(at, out);
        }
        let book = &self.books[id.0 as usize];
        let (Some(target), Some(direction)) = (book.target, Direction::of(book.position())) else { return };
        if !book.exits.is_empty() {
            self.mind_target(at, id, (direction, price, target), out);
        } else if book.trades_through(direction, price, target) {
            self.take_target(at, id, target, out);
        }
    }

    /// A limit that waits at the target guards nothing: when the price has left the target the order becomes the stop
    /// again, and beyond the stop it goes at the market.
    #[cold]
    fn mind_target(
        &mut self,
        at: Timestamp,
        id: BookId,
        (direction, price, target): (Direction, Price, Price),
        out: &mut Vec<Effect>,
    ) {
        let book = self.book(id);
        let behind = |level: Price| (price.raw() - level.raw()) * direction.sign() < 0;
        let waits = |key: &OrderKey| {
            let order = self.orders.get(*key);
            order.waits_at_target() && order.rests()
        };
        let Some(stop) = book.stop.filter(|_| behind(target) && book.exits.iter().any(waits)) else {
            return;
        };
        if price == stop || behind(stop) {
            let reason = if book.trailed { ExitReason::TrailingStop } else { ExitReason::Stop };
            let side = if direction == Direction::Long { Side::Sell } else { Side::Buy };
            self.exit(at, id, self.market(id, side), Timing::Next, reason, out);
        } else {
            self.guard_leftover(id, out);
        }
    }

    pub(super) fn trail(&mut self, at: Timestamp, id: BookId, bar: &ClosedBar, out: &mut Vec<Effect>) {
        let book = &mut self.books[id.0 as usize];
        let Some(direction) = Direction::of(book.position()) else { return };
        let tick = book.spec.contract.tick;
        let Some(range) = bar.range else { return };
        // The strategy's own distance is the one of this close.
        let protection = book.spec.protection.with(bar.distances);
        let Some(level) = protection.trailed(direction, book.stop, range, bar.atr, tick) else {
            return;
        };
        if !book.exits.is_empty() {
            return;
        }
        book.stop = Some(level);
        book.trailed = true;
        let side = if direction == Direction::Long { Side::Sell } else { Side::Buy };
        let terms = book.stop_terms(side, level);
        let stops = book.stops.clone();
        if stops.is_empty() {
            // None rests: the exits that stood for it were refused too often.
            self.guard(at, id, out);
        }
        for key in stops {
            self.modify(key, terms, Timing::Next, out);
        }
    }

    /// Locks the account once it has lost its limit of the day or since its peak, and flattens what can be lost faster:
    /// intraday and derivative books. Delivery holdings stay.
    pub(super) fn judge_losses(&mut self, at: Timestamp, out: &mut Vec<Effect>) {
        let account = &mut self.account;
        account.peak = account.peak.max(account.equity());
        let day = (-account.day_pnl(), self.limits.max_daily_loss);
        let since_peak = (account.peak - account.equity(), self.limits.max_drawdown);
        let mut breached = false;
        if let (lost, Some(limit)) = day {
            breached |= lost >= limit && self.breach(at, LockCause::DailyLoss { lost, limit }, out);
        }
        if let (lost, Some(limit)) = since_peak {
            breached |= lost >= limit && self.breach(at, LockCause::Drawdown { lost, limit }, out);
        }
        for i in 0..self.books.len() {
            let id = BookId(i as u32);
            if breached || self.policy.limits_books && self.judge_book(at, id, out) {
                self.drop_waiting(at, id, out);
                self.cancel_entries(id, out);
                if matches!(self.books[i].spec.product, Product::Mis | Product::Nrml) {
                    self.flatten(at, id, ExitReason::Risk, Timing::Next, out);
                }
            }
        }
    }

    /// Whether the book has just lost its own limit of the day.
    fn judge_book(&mut self, at: Timestamp, id: BookId, out: &mut Vec<Effect>) -> bool {
        let book = self.book(id);
        let Some(limit) = book.limits.max_daily_loss else { return false };
        let lost = book.day_base - book.net();
        lost >= limit && self.lock_for(at, LockScope::Book(id), LockCause::DailyLoss { lost, limit }, out)
    }

    /// False if the account is locked for that already.
    fn breach(&mut self, at: Timestamp, cause: LockCause, out: &mut Vec<Effect>) -> bool {
        self.lock_for(at, LockScope::Account, cause, out)
    }

    fn lock_for(&mut self, at: Timestamp, scope: LockScope, cause: LockCause, out: &mut Vec<Effect>) -> bool {
        let before = self.locks.all().len();
        self.lock(Lock { scope, cause, since: at }, out);
        self.locks.all().len() > before
    }
}

impl Book {
    /// Whether `extreme` trades through the target as the exchange fills limits.
    #[inline]
    fn trades_through(&self, direction: Direction, extreme: Price, target: Price) -> bool {
        let through =
            if self.spec.protection.limit_touch { Price::ZERO } else { self.spec.contract.tick.price() };
        match direction {
            Direction::Long => extreme >= target + through,
            Direction::Short => extreme <= target - through,
        }
    }
}
