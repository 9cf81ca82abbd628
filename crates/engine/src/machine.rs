//! The event loop's body: one event in, effects out.

mod chase;
mod commands;
mod decide;
mod doubt;
mod exit;
mod fills;
mod guard;
mod manual;
mod manual_change;
mod place;
mod reports;
mod requests;
mod snapshot;
mod watch;

use std::collections::VecDeque;

use domain::order::{OrderEvent, OrderKey, OrderState, Terms};
use domain::trade::BookId;
use domain::{Money, Price, Timestamp};
use serde::{Deserialize, Serialize};
use strategy::{Block, Inputs, SignalBits, Signals, Strategy};

pub use snapshot::SnapshotError;
pub use watch::{Pull, Watch};

use crate::chases::Chases;
use crate::doubts::Doubts;
use crate::event::{ClosedBar, Event};
use crate::locks::Locks;
use crate::orders::{Order, OrderTable};
use crate::portfolio::{Account, Book, OpenPosition, RetireError};
use crate::risk::Rules;
use crate::{AccountLimits, BookLimits, BookSpec, Effect, Lock, LockCause, RiskPolicy};

/// The state of one account's trading. See the crate's documentation for its promises.
#[derive(Serialize, Deserialize)]
pub struct Engine {
    account: Account,
    limits: AccountLimits,
    policy: RiskPolicy,
    /// When orders were made within the last second, where that is limited.
    sent: VecDeque<Timestamp>,
    #[serde(skip)]
    rules: Rules,
    books: Vec<Book>,
    orders: OrderTable,
    conduct: Conduct,
    doubts: Doubts,
    locks: Locks,
    /// The bar whose close is being told.
    bar: Option<Timestamp>,
    /// A person's command is being carried out.
    person: bool,
    /// The instant of the event.
    now: Timestamp,
    chases: Chases,
}

/// Whom the orders go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Conduct {
    /// A simulated exchange that answers at once, in order: a reversal's two orders may go together.
    #[default]
    Simulated,
    /// An exchange that answers late, twice, out of order or not at all: entries wait while anything is in doubt, and
    /// until the exit that they follow is done.
    Broker,
}

impl Engine {
    pub fn new(cash: Money, limits: AccountLimits) -> Engine {
        Engine {
            account: Account::new(cash),
            rules: Rules::new(&limits, &RiskPolicy::default()),
            policy: RiskPolicy::default(),
            sent: VecDeque::new(),
            limits,
            books: Vec::new(),
            orders: OrderTable::default(),
            conduct: Conduct::Simulated,
            doubts: Doubts::default(),
            locks: Locks::default(),
            bar: None,
            person: false,
            now: Timestamp::MIN,
            chases: Chases::default(),
        }
    }

    /// Other limits from now on; what they lock is judged at the next price.
    pub fn set_limits(&mut self, limits: AccountLimits) {
        self.limits = limits;
        self.rules = Rules::new(&self.limits, &self.policy);
    }

    /// Other rules from now on.
    pub fn set_policy(&mut self, policy: RiskPolicy) {
        let limits_books = self.policy.limits_books;
        self.policy = policy;
        self.policy.limits_books = limits_books;
        self.rules = Rules::new(&self.limits, &self.policy);
    }

    /// Limits of one book beside the account's, from now on.
    pub fn set_book_limits(&mut self, id: BookId, limits: BookLimits) {
        self.books[id.0 as usize].limits = limits;
        self.policy.limits_books |= limits != BookLimits::default();
        self.rules = Rules::new(&self.limits, &self.policy);
    }

    /// Whether a loss of the day is limited: of the account, or of a book.
    #[inline]
    fn judges_losses(&self) -> bool {
        self.limits.judges_losses() || self.policy.limits_books
    }

    pub fn limits(&self) -> &AccountLimits {
        &self.limits
    }

    /// Says whom the orders go to; before the first event.
    #[must_use]
    pub fn conduct(mut self, conduct: Conduct) -> Engine {
        self.conduct = conduct;
        self
    }

    /// What stops entries now.
    pub fn locks(&self) -> &[Lock] {
        self.locks.all()
    }

    /// Puts back the locks that were in force; before the first event.
    pub fn restore_locks(&mut self, locks: &[Lock]) {
        self.locks.restore(locks);
    }

    /// When [`Event::Timer`] must be told, if nothing happens before: ask again after each event.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.doubts.next_due().into_iter().chain(self.chases.next_due()).min()
    }

    /// Orders of which something is not known: their fate, or trades that the broker counts and has not told.
    pub fn in_doubt(&self) -> impl Iterator<Item = OrderKey> + '_ {
        self.doubts.orders()
    }

    /// Opens a book, at any time. Without a strategy it is traded by hand. Ids count from 0 and are never used again.
    /// Tell it [`Event::DayStart`] before its first price of a day.
    pub fn add_book(&mut self, spec: BookSpec, strategy: Option<Box<dyn Strategy>>) -> BookId {
        let id = BookId(self.books.len() as u32);
        let mut book = Book::new(spec, strategy);
        for (i, other) in self.books.iter_mut().enumerate() {
            if other.spec.instrument == book.spec.instrument {
                other.siblings.push(id);
                book.siblings.push(BookId(i as u32));
            }
        }
        self.books.push(book);
        id
    }

    /// Ends a book that is flat and has no order on its way. Its id and its orders stay known.
    pub fn retire_book(&mut self, id: BookId) -> Result<(), RetireError> {
        self.books[id.0 as usize].retire()
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    pub fn book(&self, id: BookId) -> &Book {
        &self.books[id.0 as usize]
    }

    pub fn books(&self) -> &[Book] {
        &self.books
    }

    /// Every order that is remembered, by key.
    pub fn orders(&self) -> &[Order] {
        self.orders.all()
    }

    pub fn order(&self, key: OrderKey) -> &Order {
        self.orders.get(key)
    }

    /// Whether the order is remembered.
    pub fn knows(&self, key: OrderKey) -> bool {
        self.orders.knows(key)
    }

    /// Orders ever made.
    pub fn order_count(&self) -> usize {
        self.orders.count()
    }

    /// Value of all fills.
    pub fn turnover(&self) -> Money {
        self.orders.executed()
    }

    /// Forgets the oldest orders up to the first that is not final, once nothing can be said of them any more: at an
    /// exchange that tells nothing late, or on the next day. Gives back the first key that it still knows.
    pub fn forget_final_orders(&mut self) -> OrderKey {
        self.orders.forget_final(|order| self.doubts.contains(order));
        self.doubts.forget_before(self.orders.oldest());
        self.orders.oldest()
    }

    pub fn open_positions(&self) -> impl Iterator<Item = OpenPosition> + '_ {
        self.books.iter().enumerate().filter_map(|(i, book)| book.open_position(BookId(i as u32)))
    }

    /// Whether decisions need [`Event::Mark`] for the books whose bars are left out.
    pub fn needs_marks(&self) -> bool {
        self.judges_losses() || self.books.iter().any(|b| b.spec.sizing.needs_equity())
    }

    /// The columns that a book's strategy reads.
    pub fn inputs(&self, book: BookId) -> Inputs {
        self.book(book).strategy.as_ref().map_or(Inputs::default(), |s| s.inputs())
    }

    /// Lets a book's strategy mark the next block of its bars.
    pub fn scan(&mut self, book: BookId, block: &Block<'_>, out: &mut Signals) {
        match &mut self.books[book.0 as usize].strategy {
            Some(strategy) => strategy.scan(block, out),
            None => out.extend(block.len, |_| SignalBits::default()),
        }
    }

    /// Takes one event; appends what it causes to `out`.
    #[inline]
    pub fn handle(&mut self, at: Timestamp, event: &Event, out: &mut Vec<Effect>) {
        self.now = at;
        match *event {
            Event::Close { book, ref bar } => self.on_close(at, book, bar, out),
            Event::Committed { order } => self.on_committed(order, out),
            Event::Report { order, news } => self.on_report(at, order, news, out),
            Event::Open { book, price } => self.on_first_price(at, book, price, out),
            Event::Range { book, high, low, close } => self.on_range(at, book, (high, low, close), out),
            Event::Tick { book, price } => self.on_tick(at, book, price, out),
            Event::Mark { book, price } => self.mark(book, price),
            Event::Quote { book, bid, ask } => {
                self.books[book.0 as usize].quote = (bid > Price::ZERO && ask >= bid).then_some((bid, ask));
            }
            Event::DayStart { book, square_off, hours, circuit } => {
                let told = &mut self.books[book.0 as usize];
                (told.hours, told.circuit, told.quote) = (hours, circuit, None);
                self.on_day_start(at, book, square_off, out);
            }
            Event::SquareOff { book, timing, reason } => {
                self.drop_waiting(at, book, out);
                self.flatten(at, book, reason, timing, out);
            }
            Event::Command(command) => {
                self.person = true;
                self.on_command(at, command, out);
                self.person = false;
            }
            Event::Timer => self.on_timer(at, out),
            Event::Restarted => self.on_restarted(at, out),
            Event::Connected => self.on_connected(at, out),
        }
        if self.conduct == Conduct::Broker {
            self.admit_waiting(at, out);
        }
    }

    fn on_close(&mut self, at: Timestamp, id: BookId, bar: &ClosedBar, out: &mut Vec<Effect>) {
        self.bar = Some(bar.opened);
        self.mark(id, bar.close);
        let book = &mut self.books[id.0 as usize];
        book.entered_inside = false;
        book.day_ended = bar.last_of_day.then_some(at);
        book.atr = bar.atr;
        book.volatility = bar.volatility;
        if !book.exits.is_empty() {
            self.guard_leftover(id, out);
        }
        let book = &self.books[id.0 as usize];
        let trails = !book.position().is_zero() && book.trails();
        // Only where both paces tell the close: what changes without a position or a wish is judged at the next.
        if self.judges_losses() && self.matters(id, bar) {
            self.judge_losses(at, out);
        }
        self.decide(at, id, bar, out);
        // After the decision: a stop that has just become an exit trails no more.
        if trails {
            self.trail(at, id, bar, out);
        }
        self.bar = None;
    }

    /// Whether the book holds something, or its strategy is asked, at this close.
    fn matters(&self, id: BookId, bar: &ClosedBar) -> bool {
        let book = self.book(id);
        !book.position().is_zero() || bar.signals.restricted_to(book.wanted()) != SignalBits::default()
    }

    #[inline]
    fn on_committed(&mut self, key: OrderKey, out: &mut Vec<Effect>) {
        if !self.orders.knows(key) {
            return;
        }
        let order = self.orders.get_mut(key);
        // Cancelled between the wish and its commit: it never leaves.
        if order.state == OrderState::Pending && order.apply(OrderEvent::Sent).is_ok() {
            out.push(Effect::Place(order.ticket()));
            self.begin_chase(key);
        }
    }

    fn on_day_start(
        &mut self,
        at: Timestamp,
        id: BookId,
        square_off: Option<Timestamp>,
        out: &mut Vec<Effect>,
    ) {
        if at.day() != self.account.day {
            self.account.day = at.day();
            self.account.day_base = self.account.equity();
            let lifted = self.locks.lift(|lock| {
                matches!(lock.cause, LockCause::DailyLoss { .. }) && lock.since.day() < at.day()
            });
            out.extend(lifted.into_iter().map(Effect::Unlocked));
        }
        let book = &mut self.books[id.0 as usize];
        // Told again after a restart, it is the same day.
        if book.day != at.day() {
            book.day = at.day();
            book.day_base = book.net();
            book.trades_today = 0;
        }
        book.rejected = 0;
        book.square_off = square_off;
        let day_ended = book.day_ended.take();
        self.drop_waiting(at, id, out);
        // Orders that rest are good for their day, those made at its last close for the next. A market order that
        // waits for this open is not one of them.
        let rests = |key: &OrderKey| {
            let order = self.orders.get(*key);
            !matches!(order.terms, Terms::Marketable { .. }) && Some(order.created) != day_ended
        };
        let resting: Vec<OrderKey> =
            self.books[id.0 as usize].entries.iter().copied().filter(rests).collect();
        for key in resting {
            self.cancel(key, out);
        }
    }

    #[inline]
    fn mark(&mut self, id: BookId, price: Price) {
        let book = &mut self.books[id.0 as usize];
        if !book.position().is_zero() {
            self.account.mark(book.position(), price - book.mark);
        }
        book.mark = price;
        book.priced = true;
    }
}

#[cfg(test)]
mod tests;
