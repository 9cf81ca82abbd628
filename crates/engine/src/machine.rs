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
mod reports;
mod requests;
mod snapshot;

use std::collections::VecDeque;

use domain::order::{OrderEvent, OrderKey, OrderState, Terms, Timing};
use domain::trade::{BookId, Direction, ExitReason};
use domain::{Money, Price, Qty, Side, Timestamp};
use serde::{Deserialize, Serialize};
use strategy::{Block, Inputs, SignalBits, Signals, Strategy};

pub use snapshot::SnapshotError;

use crate::chases::Chases;
use crate::doubts::Doubts;
use crate::event::{ClosedBar, Event};
use crate::locks::Locks;
use crate::orders::{Decision, Maker, Order, OrderTable, Origin, Purpose, marketable};
use crate::portfolio::{Account, Book, OpenPosition, Pending, RetireError};
use crate::risk::{Approved, Rules, SECOND};
use crate::{AccountLimits, BookLimits, BookSpec, Distance, Effect, Lock, LockCause, RiskPolicy};

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

/// What must not be skipped in a book's bars; between these nothing can happen.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Watch {
    /// A low at or below this.
    pub below: Price,
    /// A high at or above this.
    pub above: Price,
    /// A close with one of these marks.
    pub signals: SignalBits,
    /// Every close.
    pub every_close: bool,
    /// The start of the next day: an entry that rests ends with its own.
    pub day_start: bool,
    /// A close that pulls a trailing stop whose distance changes from bar to bar.
    pub pull: Option<Pull>,
}

/// A trailing stop that follows at a multiple of the average true range.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pull {
    pub direction: Direction,
    pub stop: Price,
    pub multiple: f64,
}

impl Pull {
    /// Whether a bar that reached `extreme` (its high for a long position, its low for a short one) could move the stop.
    /// May say yes where rounding says no, never the other way.
    #[inline]
    pub fn may_move(&self, extreme: Price, atr: f64) -> bool {
        // The distance is rounded to 1/10,000 rupee before it is taken from the extreme.
        let room = self.direction.sign() * (extreme.raw() - self.stop.raw());
        room as f64 + 1.0 > atr * self.multiple * 10_000.0
    }
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

    /// What the shell must not skip for this book, as things stand.
    pub fn watch(&self, id: BookId) -> Watch {
        let book = self.book(id);
        let mut watch = Watch {
            below: Price::ZERO,
            above: Price::from_raw(i64::MAX),
            signals: book.wanted(),
            // An entry that rests is guarded by the range that is known when it fills.
            every_close: book.entered_inside
                || book.spec.protection.needs_atr() && !book.entries.is_empty()
                // What a target leaves over becomes a stop again at the close.
                || book.stop.is_some() && !book.exits.is_empty()
                || self.judges_losses() && !book.position().is_zero(),
            day_start: !book.entries.is_empty(),
            pull: None,
        };
        let Some(direction) = Direction::of(book.position()) else { return watch };
        if let Some(target) = book.target {
            watch.raise_or_lower(direction, target);
        }
        let protection = &book.spec.protection;
        match (protection.trail, book.stop) {
            // What the strategy reckons anew at each close.
            (None, _) => watch.every_close |= book.distances.trail.is_some(),
            (Some(_), None) => watch.every_close = true,
            (Some(Distance::Atr(multiple)), Some(stop)) => {
                watch.pull = Some(Pull { direction, stop, multiple });
            }
            (Some(_), Some(stop)) => match protection.trail_wake(direction, stop, book.spec.contract.tick) {
                Some(price) => watch.raise_or_lower(direction, price),
                None => watch.every_close = true,
            },
        }
        watch
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
            self.trail(id, bar, out);
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

    /// Puts an approved entry into orders.
    fn enter(
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
    fn place(
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

    fn cancel_entries(&mut self, id: BookId, out: &mut Vec<Effect>) {
        while let Some(&key) = self.books[id.0 as usize].entries.last() {
            self.cancel(key, out);
            self.forget(id, key);
        }
    }

    /// Holds what an approved entry will need, so that no other book spends it meanwhile.
    fn reserve(&mut self, id: BookId, approved: &Approved) {
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
    fn forget(&mut self, id: BookId, key: OrderKey) {
        let book = &mut self.books[id.0 as usize];
        book.forget(key);
        if let Some(pending) = book.pending.take_if(|_| book.entries.is_empty()) {
            self.account.reserved -= pending.margin;
            self.account.opening -= u32::from(pending.opens);
        }
    }

    fn market(&self, id: BookId, side: Side) -> Terms {
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

impl Watch {
    fn raise_or_lower(&mut self, direction: Direction, price: Price) {
        match direction {
            Direction::Long => self.above = self.above.min(price),
            Direction::Short => self.below = self.below.max(price),
        }
    }
}

impl Book {
    /// The marks that matter to a book as it stands.
    #[inline]
    fn wanted(&self) -> SignalBits {
        let (long, short) = (self.spec.sides.allow(Direction::Long), self.spec.sides.allow(Direction::Short));
        match self.position().signum() {
            1 => SignalBits { exit_long: true, enter_short: short, ..SignalBits::default() },
            -1 => SignalBits { exit_short: true, enter_long: long, ..SignalBits::default() },
            _ => SignalBits { enter_long: long, enter_short: short, ..SignalBits::default() },
        }
    }

    fn entry_timing(&self) -> Timing {
        if self.spec.fill_at_close { Timing::ThisClose } else { Timing::Next }
    }

    /// Drops an order that is done from the list of what is on its way that it is in.
    #[inline]
    fn forget(&mut self, key: OrderKey) {
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
fn drop_key(keys: &mut Vec<OrderKey>, key: OrderKey) -> bool {
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

#[cfg(test)]
mod tests;
