//! One day of one account: a market that wanders, books that trade, a desk that stores and sends, and faults.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::charges::ChargesTable;
use domain::instrument::InstrumentTables;
use domain::order::{InstrumentKey, OrderKey};
use domain::time::{DayNumber, Span};
use domain::trade::BookId;
use domain::{Money, Price, Product, Qty, Side, Tick, Timestamp};
use engine::{
    AccountLimits, BookSpec, Change, ClosedBar, Command, Conduct, Contract, Distance, Effect, Engine, Event,
    FillPhase, Level, ManualKind, ManualOrder, MarginRates, News, Protection, RejectCause, Seen, SeenStatus,
    Sides, Sizing, Trouble,
};
use exchange::{Exchange, Faults, FaultyExchange, FillRules, RowStatus, Said};
use strategy::{Block, Inputs, SignalBits, Signals, Strategy};

/// Follows the marks that it is given.
struct Marks;

impl Strategy for Marks {
    fn inputs(&self) -> Inputs {
        Inputs::default()
    }

    fn scan(&mut self, _: &Block<'_>, _: &mut Signals) {}
}

/// What happened, to show that something did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Count {
    pub events: u64,
    pub orders: u64,
    pub trades: u64,
    pub doubts: u64,
    pub never_arrived: u64,
    pub restarts: u64,
    pub incidents: u64,
    pub refused: u64,
}

impl Count {
    pub fn add(&mut self, other: &Count) {
        self.events += other.events;
        self.orders += other.orders;
        self.trades += other.trades;
        self.doubts += other.doubts;
        self.never_arrived += other.never_arrived;
        self.restarts += other.restarts;
        self.incidents += other.incidents;
        self.refused += other.refused;
    }
}

pub const BOOKS: u32 = 3;
pub const MAX_POSITION: Qty = Qty::units(20);
pub const MAX_OPEN: u32 = 2;

pub struct World {
    pub engine: Engine,
    pub exchange: FaultyExchange,
    pub incidents: Vec<Trouble>,
    pub count: Count,
    now: Timestamp,
    random: Random,
    prices: [Price; 2],
    /// To be stored, with the instant at which that is done.
    storing: VecDeque<(Timestamp, OrderKey)>,
    aloud: bool,
    books: Vec<BookSpec>,
    /// Before every so many events the engine gives way to one made of its snapshot.
    pub restored_every: Option<u64>,
    /// A hash of all effects, where snapshots are compared.
    pub did: u64,
    /// Trades of the exchange that the invariants have seen.
    pub judged: usize,
    pub held: [Qty; BOOKS as usize],
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(x ^ (x >> 31)) * u128::from(n)) >> 64) as u64
    }
}

fn book(random: &mut Random, instrument: u32) -> BookSpec {
    let id = "NSE:SBIN-EQ".parse().unwrap();
    let share = InstrumentTables::builtin().resolve(&id, DayNumber::from_days(19_723).date(), None).unwrap();
    let mut level = |most| match random.below(3) {
        0 => None,
        _ => Some(Distance::Points(Price::from_raw(5_000 * (1 + random.below(most) as i64)))),
    };
    let protection = Protection { stop: level(6), target: level(8), trail: level(6), limit_touch: false };
    let freeze = (random.below(3) == 0).then(|| Qty::units(3 + random.below(5) as i64));
    BookSpec {
        instrument: InstrumentKey(instrument),
        contract: Contract { tick: Tick::DEFAULT, lot: Qty::units(1), freeze, strike: None },
        product: Product::Mis,
        sides: Sides::Both,
        sizing: Sizing::Fixed(Qty::units(10)),
        protection,
        margin: MarginRates::default(),
        charges: ChargesTable::builtin().schedule("zero".parse().unwrap(), &share, Product::Mis),
        fill_at_close: false,
        daily_bars: false,
    }
}

/// The last book is a person's.
fn strategy_of(book: usize) -> Option<Box<dyn Strategy>> {
    (book + 1 < BOOKS as usize).then(|| Box::new(Marks) as Box<dyn Strategy>)
}

impl World {
    pub fn new(seed: u64, aloud: bool) -> World {
        let mut random = Random(seed);
        let limits = AccountLimits {
            max_position: Some(MAX_POSITION),
            max_open_positions: Some(MAX_OPEN),
            ..AccountLimits::default()
        };
        let mut engine = Engine::new(Money::rupees(1_000_000), limits).conduct(Conduct::Broker);
        let books: Vec<BookSpec> = [0, 1, 0].map(|instrument| book(&mut random, instrument)).into();
        for (i, spec) in books.iter().enumerate() {
            engine.add_book(spec.clone(), strategy_of(i));
        }
        let mut exchange = Exchange::new(FillRules::default());
        exchange.list(Tick::DEFAULT);
        exchange.list(Tick::DEFAULT);
        let mut some = |most| if random.below(2) == 0 { 0 } else { random.below(most) as u32 };
        let faults = Faults {
            lost: some(200),
            unanswered: some(200),
            rejected: some(150),
            refused: some(200),
            repeated: some(300),
            partial: some(700),
            unreadable: some(400),
            delay: Span::micros(i64::from(some(1_500_000))),
            timeout: Span::micros(3_000_000),
        };
        let exchange = FaultyExchange::new(exchange, faults, random.below(u64::MAX));
        World {
            engine,
            exchange,
            incidents: Vec::new(),
            count: Count::default(),
            now: DayNumber::from_days(20_000).start() + Span::minutes(555),
            random,
            prices: [Price::rupees(100), Price::rupees(200)],
            storing: VecDeque::new(),
            aloud,
            books,
            restored_every: None,
            did: 0,
            judged: 0,
            held: [Qty::ZERO; BOOKS as usize],
        }
    }

    /// Plays the day: an hour of faults, then quiet, in which everything must become clear.
    pub fn live(&mut self) -> Count {
        for _ in 0..150 {
            self.act();
            let pause = Span::micros(100_000 + self.random.below(4_000_000) as i64);
            self.pass(pause);
        }
        self.exchange.set_faults(Faults { timeout: Span::micros(3_000_000), ..Faults::default() });
        for i in 0..240 {
            if i % 60 == 30 {
                for book in 0..BOOKS {
                    self.tell(&Event::Command(Command::Pause { book: BookId(book) }));
                    self.tell(&Event::Command(Command::Flatten { book: BookId(book) }));
                }
            }
            self.wander();
            self.pass(Span::micros(1_000_000));
        }
        self.check_the_end();
        self.count.orders = self.engine.order_count() as u64;
        self.count.trades = self.exchange.trades().len() as u64;
        self.count.clone()
    }

    fn act(&mut self) {
        let book = BookId(self.random.below(u64::from(BOOKS)) as u32);
        match self.random.below(100) {
            0..=34 => self.wander(),
            35..=69 => self.close(BookId(book.0 % 2)),
            70..=76 => self.order(book),
            77..=81 => self.meddle(book),
            82..=86 => self.tell(&Event::Command(Command::Flatten { book })),
            87..=89 => self.tell(&Event::Command(Command::Pause { book })),
            90..=96 => self.tell(&Event::Command(Command::Resume { book })),
            _ => self.crash(),
        }
    }

    /// A person orders something.
    fn order(&mut self, book: BookId) {
        let side = if self.random.below(2) == 0 { Side::Buy } else { Side::Sell };
        let mut order = ManualOrder::market(book, side, Qty::units(1 + self.random.below(14) as i64));
        let last = self.prices[book.0 as usize % 2];
        let mut away = |sign: i64| last.offset(sign * self.random.below(40) as i64, Tick::DEFAULT);
        let (better, worse) = (away(-side.sign()), away(side.sign()));
        order.chase = self.random.below(2) == 0;
        order.kind = match self.random.below(6) {
            0 => ManualKind::Limit(better),
            1 => ManualKind::Limit(worse),
            2 => ManualKind::StopMarket { trigger: worse },
            3 => ManualKind::StopLimit { trigger: worse, limit: worse },
            _ => ManualKind::Market,
        };
        if self.random.below(2) == 0 {
            order.stop = Some(Level::Away(Distance::Points(Price::from_raw(20_000))));
            order.target = Some(Level::At(last.offset(side.sign() * 60, Tick::DEFAULT)));
        }
        self.tell(&Event::Command(Command::Order(order)));
    }

    fn meant<T>(&mut self, one_in: u64, what: T) -> Option<T> {
        (self.random.below(one_in) == 0).then_some(what)
    }

    /// A person changes or takes back something.
    fn meddle(&mut self, book: BookId) {
        let known = self.engine.orders().len() as u64;
        let recent = known.saturating_sub(1 + self.random.below(6));
        let order = OrderKey(recent as u32);
        let last = self.prices[book.0 as usize % 2];
        let price = last.offset(self.random.below(41) as i64 - 20, Tick::DEFAULT);
        let qty = Qty::units(1 + self.random.below(14) as i64);
        let command = match self.random.below(4) {
            0 => Command::Cancel { order },
            1 => Command::Protect {
                book,
                stop: self.meant(2, Level::At(price)),
                target: self.meant(2, Level::Away(Distance::Points(Price::rupees(2)))),
            },
            _ => Command::Change(Change {
                order,
                qty: self.meant(2, qty),
                price: self.meant(3, price),
                trigger: self.meant(3, price),
            }),
        };
        self.tell(&Event::Command(command));
    }

    fn wander(&mut self) {
        for i in 0..2u32 {
            let price = &mut self.prices[i as usize];
            *price = price.offset(self.random.below(41) as i64 - 20, Tick::DEFAULT).max(Price::rupees(20));
            let price = *price;
            self.exchange.tick(self.now, InstrumentKey(i), price);
            let quoted = self.random.below(3) == 0;
            for book in (0..BOOKS).filter(|book| book % 2 == i) {
                if quoted {
                    let (bid, ask) = (price.offset(-1, Tick::DEFAULT), price.offset(1, Tick::DEFAULT));
                    self.tell(&Event::Quote { book: BookId(book), bid, ask });
                }
                self.tell(&Event::Tick { book: BookId(book), price });
            }
        }
    }

    fn close(&mut self, book: BookId) {
        let mark = self.random.below(6);
        let signals = SignalBits {
            enter_long: mark < 2,
            exit_short: mark < 2 || mark == 4,
            enter_short: mark == 2 || mark == 3,
            exit_long: (2..=4).contains(&mark),
        };
        let price = self.prices[book.0 as usize % 2];
        let bar = ClosedBar {
            opened: self.now,
            range: Some((price + Price::from_raw(3_000), price - Price::from_raw(3_000))),
            close: price,
            signals,
            atr: 1.0,
            volatility: 0.2,
            distances: strategy::Distances::default(),
            last_of_day: false,
        };
        self.tell(&Event::Close { book, bar });
    }

    /// The desk dies: what was not stored never will be, nobody hears the answers on their way. What it had consumed is
    /// told again from its journal, which gives the same engine.
    fn crash(&mut self) {
        self.count.restarts += 1;
        self.storing.clear();
        self.exchange.forget_listeners();
        self.tell(&Event::Restarted);
    }

    /// Lets time go on, meeting on the way whatever is due, in its order.
    fn pass(&mut self, span: Span) {
        let until = self.now + span;
        loop {
            let stored = self.storing.front().map(|(at, _)| *at);
            let due = [stored, self.exchange.next_due(), self.engine.next_due()];
            let Some(next) = due.into_iter().flatten().min().filter(|at| *at <= until) else { break };
            self.now = self.now.max(next);
            if stored.is_some_and(|at| at <= self.now) {
                if let Some((_, order)) = self.storing.pop_front() {
                    self.tell(&Event::Committed { order });
                }
            } else if let Some(answer) = self.exchange.next_answer(self.now) {
                let news = heard(answer.said);
                self.tell(&Event::Report { order: answer.key, news });
            } else if self.engine.next_due().is_some_and(|at| at <= self.now) {
                self.tell(&Event::Timer);
            }
        }
        self.now = until;
    }

    /// Another engine takes over, made of what the first one wrote down.
    fn restore(&mut self) {
        let bytes = self.engine.snapshot().unwrap();
        let books = self.books.iter().enumerate().map(|(i, spec)| (spec.clone(), strategy_of(i))).collect();
        self.engine = Engine::restore(&bytes, books).unwrap();
        let again = self.engine.snapshot().unwrap();
        assert_eq!(bytes, again, "SNAP-1: a snapshot of the restored engine differs");
    }

    #[expect(clippy::print_stdout, reason = "a seed that is played alone says what happens")]
    pub fn tell(&mut self, event: &Event) {
        self.count.events += 1;
        if self.restored_every.is_some_and(|every| self.count.events.is_multiple_of(every)) {
            self.restore();
        }
        let doubts = self.engine.in_doubt().count();
        let mut effects = Vec::new();
        self.engine.handle(self.now, event, &mut effects);
        self.count.doubts += u64::from(self.engine.in_doubt().count() > doubts);
        if self.aloud {
            println!("{} {event:?}", self.now);
        }
        if self.restored_every.is_some() {
            let mut hash = DefaultHasher::new();
            (self.did, format!("{effects:?}")).hash(&mut hash);
            self.did = hash.finish();
        }
        for effect in effects {
            if self.aloud {
                println!("    {effect:?}");
            }
            match effect {
                Effect::Persist(ticket) => {
                    let took = Span::micros(self.random.below(20_000) as i64);
                    let at = self.storing.back().map_or(self.now, |(at, _)| (*at).max(self.now)) + took;
                    self.storing.push_back((at, ticket.key));
                }
                Effect::Place(ticket) => {
                    self.exchange.submit(self.now, &ticket);
                }
                Effect::Modify(ticket) => {
                    self.exchange.modify(self.now, &ticket);
                }
                Effect::Cancel { instrument, order } => {
                    self.exchange.cancel(self.now, instrument, order);
                }
                Effect::Ask { order } => self.exchange.read(self.now, order),
                Effect::Incident(incident) => {
                    self.count.incidents += 1;
                    self.incidents.push(incident.what);
                }
                Effect::Closed(_) | Effect::Locked(_) | Effect::Unlocked(_) => {}
                Effect::Refused(_) => self.count.refused += 1,
            }
        }
        self.check();
    }
}

fn heard(said: Said) -> News {
    match said {
        Said::Accepted => News::Accepted,
        Said::Rejected => News::Rejected(RejectCause::Busy),
        Said::Triggered => News::Triggered,
        Said::Traded(trade) => News::Filled {
            qty: trade.qty,
            price: trade.price,
            phase: FillPhase::AtOpenOrTick,
            trade: Some(trade.number),
        },
        Said::Modified { change } => News::Modified { change },
        Said::ModifyRejected { change } => News::ModifyRejected { change },
        Said::CancelRejected => News::CancelRejected,
        Said::TimedOut => News::TimedOut,
        Said::Missing => News::Missing,
        Said::Row(row) => {
            let status = match row.status {
                RowStatus::Working => SeenStatus::Working,
                RowStatus::Filled => SeenStatus::Filled,
                RowStatus::Cancelled => SeenStatus::Cancelled,
                RowStatus::Rejected => SeenStatus::Rejected,
            };
            News::Seen(Seen { status, qty: row.qty, filled: row.filled, terms: row.terms })
        }
    }
}
