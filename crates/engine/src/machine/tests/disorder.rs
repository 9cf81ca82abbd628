//! An exchange that answers late, in pieces, or not at all: whatever the order of things, the books stay true.

use domain::order::OrderKey;
use domain::time::{DayNumber, Span};
use domain::trade::{BookId, Trade};
use domain::{Money, Price, Product, Qty, Timestamp};
use proptest::prelude::*;
use strategy::SignalBits;

use super::desk::plain_book;
use crate::{
    AccountLimits, BookSpec, ClosedBar, Command, Distance, Effect, Engine, Event, FillPhase, ManualOrder,
    News, Protection, RejectCause,
};

/// One thing that may happen.
#[derive(Clone, Copy, Debug)]
enum Step {
    Close {
        marks: u8,
    },
    Price,
    Range,
    /// Store the oldest, or any, order that waits for it.
    Commit(usize),
    /// The exchange answers what it was asked longest ago.
    Answer,
    Fill {
        order: usize,
        part: i64,
    },
    TakeBack(usize),
    Reject(usize),
    Trigger(usize),
    Day,
    Command(u8),
    Hand {
        buy: bool,
        qty: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u8..12).prop_map(|marks| Step::Close { marks }),
        3 => Just(Step::Price),
        2 => Just(Step::Range),
        8 => (0usize..3).prop_map(Step::Commit),
        8 => Just(Step::Answer),
        10 => (0usize..6, 1i64..12).prop_map(|(order, part)| Step::Fill { order, part }),
        1 => (0usize..6).prop_map(Step::TakeBack),
        1 => (0usize..6).prop_map(Step::Reject),
        1 => (0usize..6).prop_map(Step::Trigger),
        1 => Just(Step::Day),
        1 => (0u8..20).prop_map(Step::Command),
        1 => (any::<bool>(), 1i64..15).prop_map(|(buy, qty)| Step::Hand { buy, qty }),
    ]
}

/// What the exchange was asked and has not answered.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Place(OrderKey),
    /// With the whole quantity that the order should have.
    Change(OrderKey, Qty, u8),
    Cancel(OrderKey),
}

/// An order as the exchange sees it.
#[derive(Clone, Copy, Debug, Default)]
struct There {
    /// It has come, and is not done.
    works: bool,
    qty: Qty,
    filled: Qty,
}

struct World {
    engine: Engine,
    now: Timestamp,
    price: Price,
    wished: Vec<OrderKey>,
    asked: std::collections::VecDeque<Asked>,
    there: Vec<There>,
    trades: Vec<Trade>,
}

impl World {
    fn new(books: &[BookSpec], limits: AccountLimits) -> World {
        let mut engine = super::desk::engine_of(books[0].clone(), limits);
        for book in &books[1..] {
            engine.add_book(book.clone(), Some(Box::new(super::desk::Marks)));
        }
        World {
            engine,
            now: DayNumber::from_days(20_000).start(),
            price: Price::rupees(100),
            wished: Vec::new(),
            asked: std::collections::VecDeque::new(),
            there: Vec::new(),
            trades: Vec::new(),
        }
    }

    fn tell(&mut self, event: &Event) {
        self.now = self.now + Span::micros(1);
        let mut effects = Vec::new();
        self.engine.handle(self.now, event, &mut effects);
        for effect in effects {
            match effect {
                Effect::Persist(ticket) => self.wished.push(ticket.key),
                Effect::Place(ticket) => self.asked.push_back(Asked::Place(ticket.key)),
                Effect::Modify(ticket) => {
                    let whole = self.engine.orders()[ticket.key.0 as usize].qty;
                    self.asked.push_back(Asked::Change(ticket.key, whole, ticket.change));
                }
                Effect::Cancel { order, .. } => self.asked.push_back(Asked::Cancel(order)),
                Effect::Closed(trade) => self.trades.push(trade),
                Effect::Refused(_)
                | Effect::Ask { .. }
                | Effect::Incident(_)
                | Effect::Locked(_)
                | Effect::Unlocked(_) => {}
            }
        }
    }

    fn report(&mut self, order: OrderKey, news: News) {
        self.tell(&Event::Report { order, news });
    }

    fn there(&mut self, key: OrderKey) -> &mut There {
        let i = key.0 as usize;
        if self.there.len() <= i {
            self.there.resize(i + 1, There::default());
        }
        &mut self.there[i]
    }

    fn working(&self, n: usize) -> Option<OrderKey> {
        let working: Vec<usize> = (0..self.there.len()).filter(|&i| self.there[i].works).collect();
        working.get(n % working.len().max(1)).map(|&i| OrderKey(i as u32))
    }

    fn answer(&mut self) {
        match self.asked.pop_front() {
            None => {}
            Some(Asked::Place(key)) => {
                let qty = self.engine.orders()[key.0 as usize].qty;
                *self.there(key) = There { works: true, qty, filled: Qty::ZERO };
                self.report(key, News::Accepted);
            }
            Some(Asked::Change(key, whole, change)) => {
                let there = self.there(key);
                if !there.works {
                    // It was done before the change came: the shell says that it is not there.
                    self.report(key, News::Cancelled);
                    return;
                }
                there.qty = whole.max(there.filled);
                there.works = there.filled < there.qty;
                self.report(key, News::Modified { change });
            }
            Some(Asked::Cancel(key)) => {
                self.there(key).works = false;
                self.report(key, News::Cancelled);
            }
        }
    }

    fn step(&mut self, step: Step, book: BookId) {
        match step {
            Step::Close { marks } => {
                let bit = |n: u8| marks == n;
                let signals = SignalBits {
                    enter_long: bit(0) || bit(1),
                    exit_short: bit(0) || bit(1) || bit(4),
                    enter_short: bit(2) || bit(3),
                    exit_long: bit(2) || bit(3) || bit(4),
                };
                let (high, low) = (self.price + Price::rupees(1), self.price - Price::rupees(1));
                let bar = ClosedBar {
                    opened: self.now,
                    distances: strategy::Distances::default(),
                    range: Some((high, low)),
                    close: self.price,
                    signals,
                    atr: 2.0,
                    volatility: 0.2,
                    last_of_day: false,
                };
                self.tell(&Event::Close { book, bar });
            }
            Step::Price => self.tell(&Event::Tick { book, price: self.price }),
            Step::Range => {
                let (high, low) = (self.price + Price::rupees(3), self.price - Price::rupees(3));
                self.tell(&Event::Range { book, high, low, close: self.price });
            }
            Step::Commit(n) => {
                if !self.wished.is_empty() {
                    let order = self.wished.remove(n % self.wished.len());
                    self.tell(&Event::Committed { order });
                }
            }
            Step::Answer => self.answer(),
            Step::Fill { order, part } => {
                let Some(key) = self.working(order) else { return };
                let price = self.price;
                let there = self.there(key);
                let qty = Qty::units(part).min(there.qty - there.filled);
                there.filled += qty;
                there.works = there.filled < there.qty;
                self.report(key, News::Filled { qty, price, phase: FillPhase::default(), trade: None });
            }
            Step::TakeBack(n) => {
                if let Some(key) = self.working(n) {
                    self.there(key).works = false;
                    self.report(key, News::Cancelled);
                }
            }
            Step::Reject(n) => {
                if let Some(key) = self.working(n).filter(|&k| self.there[k.0 as usize].filled.is_zero()) {
                    self.there(key).works = false;
                    self.report(key, News::Rejected(RejectCause::Other));
                }
            }
            Step::Trigger(n) => {
                if let Some(key) = self.working(n) {
                    self.report(key, News::Triggered);
                }
            }
            Step::Day => {
                self.now = self.now.day().next().start();
                self.tell(&Event::DayStart { book, square_off: None, hours: None, circuit: None });
            }
            Step::Command(n) => {
                let command = match n {
                    0 => Command::Kill { scope: crate::LockScope::Account, flatten: true },
                    1 => Command::Kill { scope: crate::LockScope::Account, flatten: false },
                    2..=6 => Command::Pause { book },
                    7..=14 => Command::Resume { book },
                    _ => Command::Flatten { book },
                };
                self.tell(&Event::Command(command));
            }
            Step::Hand { buy, qty } => {
                let side = if buy { domain::Side::Buy } else { domain::Side::Sell };
                let order = ManualOrder::market(book, side, Qty::units(qty));
                self.tell(&Event::Command(Command::Order(order)));
            }
        }
    }

    /// The invariants, by name.
    fn check(&self) {
        let engine = &self.engine;
        let account = &engine.account;
        let sum = |f: fn(&crate::Book) -> Money| engine.books.iter().map(f).sum::<Money>();
        for book in &engine.books {
            assert_eq!(book.lots.iter().map(|l| l.qty).sum::<Qty>(), book.position(), "LOT-1");
            // EXIT-1: what works to close never closes more than is held.
            let left = |keys: &[OrderKey]| keys.iter().map(|k| engine.orders.get(*k).left()).sum::<Qty>();
            let leaving = left(&book.stops) + left(&book.exits);
            assert!(leaving <= book.position().abs(), "EXIT-1: {leaving} leave {:?}", book.position());
            for key in book.stops.iter().chain(&book.exits) {
                let order = engine.orders.get(*key);
                assert!(!order.state.is_final(), "EXIT-2: {order:?} is listed and done");
                assert!(order.side.sign() * book.position().signum() < 0, "EXIT-3: {order:?} would add");
            }
            for key in &book.entries {
                assert!(!engine.orders.get(*key).state.is_final(), "ENTRY-1");
            }
            assert_eq!(book.entries.is_empty(), book.pending.is_none(), "RESERVE-1");
            // GUARD-1: a level in force is worked by orders for all that is held.
            // After the third rejection in a row a person must look. What starves waits for an order's end.
            if book.stop.is_some() && book.rejected <= 2 && !book.starved {
                assert_eq!(leaving, book.position().abs(), "GUARD-1");
            }
        }
        for order in engine.orders() {
            assert!(order.filled() <= order.qty, "ORDER-1: {order:?}");
            let there = self.there.get(order.key.0 as usize).copied().unwrap_or_default();
            assert_eq!(order.filled(), there.filled, "FILL-1: {order:?} against {there:?}");
        }
        let marked: Money =
            engine.books.iter().map(|b| Money::from_raw(b.position().raw() * b.mark.raw())).sum();
        assert_eq!(account.marked, marked, "MARK-1");
        assert_eq!(account.blocked, sum(|b| b.blocked), "MARGIN-1");
        assert_eq!(account.reserved, sum(|b| b.pending.map_or(Money::ZERO, |p| p.margin)), "RESERVE-2");
        let open = engine.books.iter().filter(|b| !b.position().is_zero()).count();
        assert_eq!(account.open_positions as usize, open, "OPEN-1");
        let opening = engine.books.iter().filter(|b| b.pending.is_some_and(|p| p.opens)).count();
        assert_eq!(account.opening as usize, opening, "OPEN-2");
        let closed: Money = self.trades.iter().map(Trade::pnl).sum();
        let held: Money = engine.open_positions().map(|p| p.unrealised - p.total_charges).sum();
        assert_eq!(account.equity(), account.initial + closed + held, "CASH-1");
    }
}

fn protection() -> impl Strategy<Value = Protection> {
    let level = || prop_oneof![1 => Just(None), 2 => (1i64..6).prop_map(|n| Some(Distance::Points(Price::rupees(n))))];
    (level(), level(), level()).prop_map(|(stop, target, trail)| Protection {
        stop,
        target,
        trail,
        limit_touch: false,
    })
}

/// Cases enough for every run of the tests; `PROPTEST_CASES` asks for more.
fn cases(usual: u32) -> ProptestConfig {
    let given = std::env::var_os("PROPTEST_CASES").is_some();
    let config = ProptestConfig::default();
    if given { config } else { ProptestConfig { cases: usual, ..config } }
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn whatever_the_exchange_does_the_books_stay_true(
        protections in prop::collection::vec(protection(), 2),
        freeze in prop_oneof![2 => Just(None), 1 => (2i64..9).prop_map(Some)],
        loss in prop_oneof![2 => Just(None), 1 => (5i64..200).prop_map(Some)],
        steps in prop::collection::vec((step(), 0u32..2, -30i64..=30), 1..150),
    ) {
        let book = |i: usize, product| {
            let mut book = BookSpec { product, protection: protections[i], ..plain_book() };
            book.contract.freeze = freeze.map(Qty::units);
            book
        };
        let limits = AccountLimits {
            max_daily_loss: loss.map(Money::rupees),
            allow_opposite_books: true,
            ..AccountLimits::default()
        };
        let mut world = World::new(&[book(0, Product::Nrml), book(1, Product::Mis)], limits);
        for (step, id, ticks) in steps {
            world.price = world.price.offset(ticks, domain::Tick::DEFAULT).max(Price::rupees(20));
            world.step(step, BookId(id));
            world.check();
        }
    }
}
