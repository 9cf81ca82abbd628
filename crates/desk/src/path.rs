//! The pure half of the order desk: what an account is told, and what is to be stored and sent because of it.
//!
//! [`OrderPath`] holds the account's engine and what the desk knows beside it: our order ids, the broker's, what is
//! asked of the broker's book, what was stored last. [`OrderPath::handle`] is deterministic: the same inputs give the
//! same acts, so a journal of the inputs brings an account back after a kill, and a simulation can play any failure.
//! It never reads a clock, a file or a socket, and sends nothing twice.

mod answers;
mod asked;
mod figures;
mod holdings;
mod ids;
mod input;
mod lists;
mod readings;
mod rows;
mod setup;
mod snapshot;
#[cfg(test)]
mod tests;
mod troubles;

use std::collections::{BTreeMap, BTreeSet};

use broker::Request;
use domain::order::{OrderId, OrderKey, Ticket};
use domain::time::DayNumber;
use domain::trade::BookId;
use domain::{Money, Timestamp};
use engine::{AccountLimits, Command, Conduct, Effect, Engine, Event, Lock, LockCause, RiskPolicy};
use store::AccountId;

pub use asked::{Asked, Door, Particulars};
pub(crate) use figures::figures;
pub use ids::LOW as LOW_IDS;
pub use input::{Act, BarClosed, BarSource, Decided, Input, Moved, Reason, Refused, Write};
pub use lists::InstrumentLists;
pub use rows::state_name;
pub use setup::{BookSetup, Facts, SetupError, Size, StrategyChoice, StrategySource};
pub use snapshot::SnapshotError;

use asked::Sayings;
use holdings::Holdings;
use ids::Ids;
use readings::Readings;
use rows::{BookRow, Shadow};

/// One account's order path.
pub struct OrderPath {
    account: AccountId,
    engine: Engine,
    conduct: Conduct,
    instruments: Vec<domain::instrument::InstrumentId>,
    books: Vec<BookRow>,
    ids: Ids,
    readings: Readings,
    holdings: Holdings,
    sayings: Sayings,
    /// The rules as they were set; the lists say more to the engine.
    policy: RiskPolicy,
    lists: InstrumentLists,
    /// Why the locks of this input are made.
    reason: Option<Box<Reason>>,
    /// The order whose fill is being told.
    filling: Option<OrderId>,
    /// Why the orders of this input are as they are, in the broker's words.
    because: BTreeMap<OrderKey, String>,
    /// What was last said of each order that is not final.
    shadows: BTreeMap<OrderKey, Shadow>,
    /// Orders seen so far: newer keys are new orders.
    known: u32,
    effects: Vec<Effect>,
    /// Orders that this input was about: a final one may move once more.
    touched: BTreeSet<OrderKey>,
    now: Timestamp,
}

impl OrderPath {
    pub fn new(account: AccountId, cash: Money, limits: AccountLimits, conduct: Conduct) -> OrderPath {
        OrderPath {
            account,
            engine: Engine::new(cash, limits).conduct(conduct),
            conduct,
            instruments: Vec::new(),
            books: Vec::new(),
            ids: Ids::default(),
            readings: Readings::default(),
            holdings: Holdings::default(),
            sayings: Sayings::default(),
            policy: RiskPolicy::default(),
            lists: InstrumentLists::default(),
            reason: None,
            filling: None,
            because: BTreeMap::new(),
            shadows: BTreeMap::new(),
            known: 0,
            effects: Vec::new(),
            touched: BTreeSet::new(),
            now: Timestamp::MIN,
        }
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    pub fn setup(&self, book: BookId) -> &BookSetup {
        &self.books[book.0 as usize].setup
    }

    pub fn books(&self) -> impl Iterator<Item = (BookId, &BookSetup)> + '_ {
        self.books.iter().enumerate().map(|(i, row)| (BookId(i as u32), &row.setup))
    }

    /// The newest day that the book was told has begun.
    pub fn day_of(&self, book: BookId) -> Option<DayNumber> {
        self.books[book.0 as usize].day
    }

    /// The newest day on which the book was squared off.
    pub fn squared_off(&self, book: BookId) -> Option<DayNumber> {
        self.books[book.0 as usize].squared_off
    }

    /// Whether nothing of a book may happen any more: it is flat, and none of its orders works, is in doubt or is of
    /// today. On the next day brokers say nothing more of what ended.
    pub fn is_quiet(&self, book: BookId, today: DayNumber) -> bool {
        let held = self.engine.book(book);
        let ended = |order: &engine::Order| order.state.is_final() && order.created.day() < today;
        held.position().is_zero()
            && !held.may_open()
            && self.engine.orders().iter().filter(|order| order.book == book).all(ended)
            && self.engine.in_doubt().all(|order| self.engine.order(order).book != book)
    }

    /// Order ids in stock: below [`ids::LOW`] more should be reserved.
    pub fn ids_left(&self) -> usize {
        self.ids.left()
    }

    pub fn id_of(&self, order: OrderKey) -> Option<OrderId> {
        self.ids.id(order)
    }

    pub fn key_of(&self, order: OrderId) -> Option<OrderKey> {
        self.ids.key(order)
    }

    /// Orders of a person's own books that rest and were not made by the engine to protect a position.
    pub fn own_open_orders(&self) -> Vec<OrderKey> {
        let own = |key: &&OrderKey| {
            let order = self.engine.order(**key);
            self.setup(order.book).run.is_none() && !matches!(order.purpose, engine::Purpose::Stop)
        };
        self.shadows.keys().filter(own).copied().collect()
    }

    /// A person's own books in which something waits to be opened.
    pub fn own_waiting_books(&self) -> Vec<BookId> {
        let own =
            |book: &BookId| self.setup(*book).run.is_none() && !self.engine.book(*book).waits().is_zero();
        (0..self.books.len() as u32).map(BookId).filter(own).collect()
    }

    /// When [`Event::Timer`] is due.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.engine.next_due().into_iter().chain(self.holdings.next_due()).min()
    }

    /// Takes one input; what must be stored and sent because of it is appended to `acts`, in order.
    pub fn handle(&mut self, at: Timestamp, input: &Input, acts: &mut Vec<Act>) {
        self.now = at;
        match input {
            Input::Ids { day, first, count } => {
                self.ids.stock(*day, self.account, *first, *count);
                self.name_waiting(acts);
            }
            Input::Limits(limits, policy) => {
                self.engine.set_limits(**limits);
                self.policy = (**policy).clone();
                self.apply_policy();
            }
            Input::Instruments(lists) => {
                self.lists = (**lists).clone();
                self.apply_policy();
            }
            Input::Book(setup) => self.add_book(setup),
            Input::Retire { book } => {
                // Whoever tells it has looked; one that is at work after all goes on.
                let _ = self.engine.retire_book(*book);
            }
            Input::Bar(closed) => {
                let row = &mut self.books[closed.book.0 as usize];
                if row.bar >= closed.bar.opened || self.engine.book(closed.book).is_retired() {
                    return;
                }
                row.bar = closed.bar.opened;
                let (bar, signals) = (closed.bar.opened, closed.bar.signals);
                row.decided = Some(Decided { bar, at, signals });
                self.tell(&Event::Close { book: closed.book, bar: closed.bar }, acts);
            }
            Input::Event(event) => {
                if let Event::Report { order, .. } | Event::Committed { order } = event {
                    self.touched.insert(*order);
                }
                match *event {
                    Event::DayStart { book, .. } => {
                        self.forget_old_orders(at.day());
                        self.books[book.0 as usize].day = Some(at.day());
                    }
                    Event::SquareOff { book, .. } => {
                        self.books[book.0 as usize].squared_off = Some(at.day());
                    }
                    Event::Restarted => {
                        self.readings.forget();
                        self.holdings.disconnected();
                    }
                    _ => {}
                }
                self.tell(event, acts);
                if matches!(event, Event::Timer) {
                    self.read_holdings(acts);
                }
            }
            Input::Heard(update) => self.hear(update, acts),
            Input::Order(asked) => self.take_order(asked, acts),
            Input::Kill { scope, flatten, said } => {
                self.reason = Some(said.clone());
                self.tell(&Event::Command(Command::Kill { scope: *scope, flatten: *flatten }), acts);
                self.reason = None;
            }
        }
        if let Some(number) = self.readings.begin() {
            acts.push(Act::Send(Request::ReadBook { number }));
        }
        self.note_orders(acts);
        self.note_books(acts);
        self.because.clear();
    }

    /// On a new day brokers say nothing more of what ended before.
    fn forget_old_orders(&mut self, today: DayNumber) {
        let newest = self.books.iter().filter_map(|row| row.day).max();
        if self.conduct == Conduct::Simulated || newest.is_none_or(|day| day >= today) {
            return;
        }
        let parents: Vec<OrderKey> = self.engine.books().iter().filter_map(engine::Book::opener).collect();
        let oldest = self.engine.forget_final_orders();
        self.ids.forget_before(oldest, &parents);
    }

    fn add_book(&mut self, setup: &BookSetup) {
        let key = self.instrument_key(&setup.instrument);
        // A setup is checked before it is written down.
        let Ok((spec, strategy)) = setup.build(key) else { return };
        let book = self.engine.add_book(spec, strategy);
        self.engine.set_book_limits(book, setup.limits);
        self.books.push(BookRow::new(setup.clone()));
    }

    fn instrument_key(&mut self, id: &domain::instrument::InstrumentId) -> domain::order::InstrumentKey {
        let found = self.instruments.iter().position(|known| known == id);
        let place = found.unwrap_or_else(|| {
            self.instruments.push(id.clone());
            self.apply_policy();
            self.instruments.len() - 1
        });
        domain::order::InstrumentKey(place as u32)
    }

    /// Tells the engine one thing and carries out what it wants.
    fn tell(&mut self, event: &Event, acts: &mut Vec<Act>) {
        let mut effects = std::mem::take(&mut self.effects);
        self.engine.handle(self.now, event, &mut effects);
        for effect in effects.drain(..) {
            self.carry_out(&effect, acts);
        }
        self.effects = effects;
    }

    fn carry_out(&mut self, effect: &Effect, acts: &mut Vec<Act>) {
        match effect {
            Effect::Persist(ticket) => {
                self.note_saying(ticket.key);
                self.name(ticket, acts);
            }
            Effect::Place(ticket) => {
                if let Some(order) = self.placing(ticket) {
                    acts.push(Act::Send(Request::Place(order)));
                }
                self.sayings.forget(ticket.key);
            }
            Effect::Modify(ticket) => {
                if let Some(change) = self.changing(ticket) {
                    acts.push(Act::Send(Request::Change(change)));
                }
            }
            Effect::Cancel { order, .. } => {
                self.touched.insert(*order);
                if let Some(cancel) = self.cancelling(*order) {
                    acts.push(Act::Send(Request::Cancel(cancel)));
                }
            }
            Effect::Ask { order } => self.readings.ask(*order),
            Effect::Incident(incident) => acts.push(Act::Write(self.incident(incident))),
            Effect::Locked(lock) => {
                acts.push(Act::Write(Write::Locked(*lock, self.run_of_lock(lock), self.reason_of(lock))));
            }
            Effect::Unlocked(lock) => acts.push(Act::Write(Write::Unlocked(*lock, self.run_of_lock(lock)))),
            Effect::Closed(trade) => {
                // The order that was filled last is listed before its trade.
                self.note_orders(acts);
                if let Some(write) = self.closed(trade) {
                    acts.push(Act::Write(write));
                }
            }
            Effect::Refused(refusal) => acts.push(Act::Write(self.refused(refusal))),
        }
    }

    fn reason_of(&self, lock: &Lock) -> Option<Box<Reason>> {
        self.reason.clone().filter(|_| lock.cause == LockCause::KillSwitch)
    }

    /// Gives a decided order its id, or lets it wait for the next block of ids.
    fn name(&mut self, ticket: &Ticket, acts: &mut Vec<Act>) {
        match self.ids.draw(ticket.key) {
            Some(id) => {
                let write = self.new_order(id, ticket);
                acts.push(Act::Write(Write::NewOrder(Box::new(write), ticket.key)));
                self.shadows.insert(ticket.key, Shadow::of_new(ticket));
            }
            None => self.ids.wait(*ticket),
        }
        self.known = self.known.max(ticket.key.0 + 1);
    }

    fn name_waiting(&mut self, acts: &mut Vec<Act>) {
        for ticket in self.ids.take_waiting() {
            // Cancelled before it had an id: it never was.
            if self.engine.order(ticket.key).state.is_final() {
                continue;
            }
            self.name(&ticket, acts);
        }
    }
}
