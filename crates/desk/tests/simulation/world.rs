//! One day of one account, its desk and its exchange.

use std::collections::{BTreeMap, VecDeque};

use broker::Update;
use desk::path::{Act, BarClosed, BarSource, BookSetup, Facts, Input, LOW_IDS, OrderPath, Size, Write};
use domain::order::InstrumentKey;
use domain::time::{DayNumber, Span};
use domain::trade::BookId;
use domain::{Money, Price, Product, Qty, Side, Tick, Timestamp};
use engine::{AccountLimits, Change, ClosedBar, Command, Conduct, Event, ManualKind, ManualOrder};
use exchange::{Exchange, Faults, FaultyExchange, FillRules};
use store::AccountId;
use strategy::{Distances, SignalBits};

use crate::tables::Tables;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Count {
    pub inputs: u64,
    pub orders: u64,
    pub trades: u64,
    pub kills: u64,
    pub lost_writes: u64,
    pub unknown: u64,
    pub incidents: u64,
}

impl Count {
    pub fn add(&mut self, other: &Count) {
        self.inputs += other.inputs;
        self.orders += other.orders;
        self.trades += other.trades;
        self.kills += other.kills;
        self.lost_writes += other.lost_writes;
        self.unknown += other.unknown;
        self.incidents += other.incidents;
    }
}

pub const ACCOUNT: AccountId = AccountId(7);
pub const INSTRUMENTS: [&str; 2] = ["NSE:SBIN-EQ", "NSE:RELIANCE-EQ"];
pub const BOOKS: u32 = 3;
pub const MAX_POSITION: Qty = Qty::units(30);
pub const MAX_OPEN: u32 = 2;

pub struct Batch {
    due: Timestamp,
    place: i64,
    writes: Vec<Write>,
}

pub struct World {
    pub path: OrderPath,
    pub journal: Vec<(Timestamp, Input)>,
    /// What each input of the journal caused when it first came.
    caused: Vec<Vec<Act>>,
    pub tables: Tables,
    pub storing: VecDeque<Batch>,
    pub exchange: FaultyExchange,
    pub reading: BTreeMap<u64, Timestamp>,
    /// Readings of positions on their way, and when they answer.
    pub counting: BTreeMap<u64, Timestamp>,
    pub faults: Faults,
    pub now: Timestamp,
    pub random: Random,
    pub prices: [Price; 2],
    pub bars: i64,
    pub next_id: i64,
    pub count: Count,
    aloud: bool,
    /// Trades of the exchange that the invariants have seen, and what the books hold by them.
    pub judged: usize,
    pub held: [Qty; BOOKS as usize],
}

/// SplitMix64 (Steele, Lea and Flood 2014).
pub struct Random(u64);

impl Random {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(x ^ (x >> 31)) * u128::from(n)) >> 64) as u64
    }
}

fn fresh_path() -> OrderPath {
    let limits = AccountLimits {
        max_position: Some(MAX_POSITION),
        max_open_positions: Some(MAX_OPEN),
        ..AccountLimits::default()
    };
    OrderPath::new(ACCOUNT, Money::rupees(1_000_000), limits, Conduct::Broker)
}

fn book(random: &mut Random, place: u32, day: DayNumber) -> BookSetup {
    let mut level = || (random.below(3) > 0).then(|| format!("points={}", 1 + random.below(6)));
    let (stop, target, trail) = (level(), level(), level());
    let run = place < 2;
    BookSetup {
        run: run.then_some(i64::from(place) + 1),
        place_in_run: 0,
        strategy_version: None,
        algo_id: None,
        instrument: INSTRUMENTS[place as usize % 2].parse().unwrap(),
        facts: Facts {
            day,
            tick: Tick::DEFAULT,
            lot: Qty::units(1),
            freeze: (random.below(2) == 0).then(|| Qty::units(4 + random.below(5) as i64)),
            strike: None,
        },
        product: Product::Mis,
        sides: "both".to_owned(),
        size: Size::Units(Qty::units(10)),
        stop,
        target,
        trail,
        charges: "dhan".to_owned(),
        square_off: None,
        timeframe: None,
        strategy: run.then(|| desk::path::StrategyChoice {
            source: desk::path::StrategySource::BuiltIn("sma_cross".to_owned()),
            parameters: Vec::new(),
        }),
        limits: engine::BookLimits::default(),
    }
}

impl World {
    pub fn new(seed: u64, aloud: bool) -> World {
        let mut random = Random(seed);
        let mut exchange = Exchange::new(FillRules::default());
        for _ in INSTRUMENTS {
            exchange.list(Tick::DEFAULT);
        }
        let mut some = |most| if random.below(2) == 0 { 0 } else { random.below(most) as u32 };
        let faults = Faults {
            lost: some(200),
            unanswered: some(200),
            rejected: some(150),
            refused: some(200),
            repeated: some(300),
            partial: some(700),
            unreadable: 0,
            delay: Span::micros(i64::from(some(1_500_000))),
            timeout: Span::micros(3_000_000),
        };
        let exchange = FaultyExchange::new(exchange, faults, random.below(u64::MAX));
        let day = DayNumber::from_days(20_000);
        let mut world = World {
            path: fresh_path(),
            journal: Vec::new(),
            caused: Vec::new(),
            tables: Tables::default(),
            storing: VecDeque::new(),
            exchange,
            reading: BTreeMap::new(),
            counting: BTreeMap::new(),
            faults,
            now: day.start() + Span::minutes(555),
            random,
            prices: [Price::rupees(100), Price::rupees(200)],
            bars: 0,
            next_id: 1,
            count: Count::default(),
            aloud,
            judged: 0,
            held: [Qty::ZERO; BOOKS as usize],
        };
        for place in 0..BOOKS {
            let setup = book(&mut world.random, place, day);
            world.tell(Input::Book(Box::new(setup)));
        }
        world.tell(Input::Heard(Update::Connected));
        world.wander();
        world
    }

    pub fn live(mut self) -> Count {
        for _ in 0..120 {
            self.act();
            if self.random.below(12) == 0 {
                // Before what was just decided is stored.
                self.kill();
            }
            let pause = Span::micros(100_000 + self.random.below(4_000_000) as i64);
            self.pass(pause);
        }
        self.faults = Faults { timeout: Span::micros(3_000_000), ..Faults::default() };
        self.exchange.set_faults(self.faults);
        for i in 0..240 {
            if i % 60 == 30 {
                for book in 0..BOOKS {
                    self.command(Command::Pause { book: BookId(book) });
                    self.command(Command::Flatten { book: BookId(book) });
                }
            }
            self.wander();
            self.pass(Span::micros(1_000_000));
        }
        self.check_the_end();
        self.count.orders = self.tables.orders.len() as u64;
        self.count.trades = self.exchange.trades().len() as u64;
        self.count
    }

    fn act(&mut self) {
        let book = BookId(self.random.below(u64::from(BOOKS)) as u32);
        match self.random.below(100) {
            0..=34 => self.wander(),
            35..=64 => self.close(BookId(book.0 % 2)),
            65..=78 => {
                self.by_hand(book);
            }
            79..=83 => self.command(Command::Flatten { book }),
            84..=86 => self.command(Command::Pause { book }),
            87..=95 => self.command(Command::Resume { book }),
            _ => self.kill(),
        }
    }

    /// A person sends an order, changes one or takes one back.
    fn by_hand(&mut self, book: BookId) {
        let own = self.path.own_open_orders();
        if !own.is_empty() && self.random.below(3) == 0 {
            let order = own[self.random.below(own.len() as u64) as usize];
            let qty = (self.random.below(2) == 0).then(|| Qty::units(1 + self.random.below(14) as i64));
            let price =
                self.prices[book.0 as usize % 2].offset(self.random.below(40) as i64 - 20, Tick::DEFAULT);
            let command = match self.random.below(2) {
                0 => Command::Cancel { order },
                _ => Command::Change(Change { order, qty, price: Some(price), trigger: None }),
            };
            self.command(command);
            return;
        }
        let side = if self.random.below(2) == 0 { Side::Buy } else { Side::Sell };
        let qty = Qty::units(1 + self.random.below(14) as i64);
        let last = self.prices[book.0 as usize % 2];
        let away = self.random.below(30) as i64 + 1;
        let kind = match self.random.below(4) {
            0 => ManualKind::Limit(last.offset(-side.sign() * away, Tick::DEFAULT)),
            1 => ManualKind::StopMarket { trigger: last.offset(side.sign() * away, Tick::DEFAULT) },
            _ => ManualKind::Market,
        };
        self.command(Command::Order(ManualOrder {
            book,
            side,
            qty,
            kind,
            stop: None,
            target: None,
            chase: false,
        }));
    }

    fn command(&mut self, command: Command) {
        self.tell(Input::Event(Event::Command(command)));
    }

    fn wander(&mut self) {
        for i in 0..2u32 {
            let price = &mut self.prices[i as usize];
            *price = price.offset(self.random.below(41) as i64 - 20, Tick::DEFAULT).max(Price::rupees(20));
            let price = *price;
            self.exchange.tick(self.now, InstrumentKey(i), price);
            for book in (0..BOOKS).filter(|book| book % 2 == i) {
                self.tell(Input::Event(Event::Tick { book: BookId(book), price }));
            }
        }
    }

    /// Sometimes a bar is told that was told before, as after a restart.
    fn close(&mut self, book: BookId) {
        self.bars += i64::from(self.random.below(5) > 0);
        let opened = self.now.day().start() + Span::minutes(555 + self.bars);
        let mark = self.random.below(6);
        let signals = SignalBits {
            enter_long: mark < 2,
            exit_short: mark < 2 || mark == 4,
            enter_short: mark == 2 || mark == 3,
            exit_long: (2..=4).contains(&mark),
        };
        let price = self.prices[book.0 as usize % 2];
        let bar = ClosedBar {
            opened,
            range: Some((price + Price::from_raw(3_000), price - Price::from_raw(3_000))),
            close: price,
            signals,
            atr: 1.0,
            volatility: 0.2,
            distances: Distances::default(),
            last_of_day: false,
        };
        self.tell(Input::Bar(Box::new(BarClosed { book, source: BarSource::Ticks, bar })));
    }

    /// The desk dies: what was not stored is lost, nobody hears the answers on their way. It comes back by its journal.
    fn kill(&mut self) {
        self.count.kills += 1;
        self.count.lost_writes += self.storing.len() as u64;
        self.storing.clear();
        self.reading.clear();
        self.counting.clear();
        self.exchange.forget_listeners();
        let mut path = fresh_path();
        let mut acts = Vec::new();
        for (i, (at, input)) in self.journal.iter().enumerate() {
            path.handle(*at, input, &mut acts);
            assert_eq!(
                acts,
                self.caused[i],
                "place {} of the journal is another history when it is played again",
                i + 1
            );
            let writes: Vec<Write> = acts.drain(..).filter_map(written).collect();
            let place = i as i64 + 1;
            // A snapshot taken anywhere on the way goes on as the path that it was taken of.
            if self.random.below(3_000) == 0 {
                let snapshot = path.snapshot().unwrap();
                path = OrderPath::restore(ACCOUNT, Conduct::Broker, &snapshot).unwrap();
                assert_eq!(path.snapshot().unwrap(), snapshot, "place {place}");
            }
            if place > self.tables.cursor && !writes.is_empty() {
                self.storing.push_back(Batch { due: self.now, place, writes });
            }
        }
        self.path = path;
        self.tell(Input::Event(Event::Restarted));
        self.tell(Input::Heard(Update::Connected));
    }

    /// Lets time go on, meeting on the way whatever is due.
    fn pass(&mut self, span: Span) {
        let until = self.now + span;
        loop {
            let stored = self.storing.front().map(|batch| batch.due);
            let read = self.reading.values().min().copied();
            let counted = self.counting.values().min().copied();
            let due = [stored, read, counted, self.exchange.next_due(), self.path.next_due()];
            let Some(next) = due.into_iter().flatten().min().filter(|at| *at <= until) else { break };
            self.now = self.now.max(next);
            if stored.is_some_and(|due| due <= self.now) {
                self.store();
            } else if read.is_some_and(|due| due <= self.now) {
                self.read();
            } else if counted.is_some_and(|due| due <= self.now) {
                self.count();
            } else if let Some(answer) = self.exchange.next_answer(self.now) {
                if let Some(update) = self.heard(answer.key, answer.said) {
                    self.tell(Input::Heard(update));
                }
            } else if self.path.next_due().is_some_and(|due| due <= self.now) {
                self.tell(Input::Event(Event::Timer));
            }
        }
        self.now = until;
    }

    fn store(&mut self) {
        let Some(batch) = self.storing.pop_front() else { return };
        assert!(batch.place > self.tables.cursor, "place {} is stored twice", batch.place);
        self.tables.cursor = batch.place;
        let mut keys = Vec::new();
        for write in &batch.writes {
            self.tables.take(write);
            if let Write::NewOrder(_, key) = write {
                keys.push(*key);
            }
        }
        for order in keys {
            self.tell(Input::Event(Event::Committed { order }));
        }
    }

    #[expect(clippy::print_stdout, reason = "a seed that is played alone says what happens")]
    pub fn tell(&mut self, input: Input) {
        self.count.inputs += 1;
        if self.aloud {
            println!("{} {input:?}", self.now);
        }
        let mut acts = Vec::new();
        self.path.handle(self.now, &input, &mut acts);
        self.journal.push((self.now, input));
        self.caused.push(acts.clone());
        let place = self.journal.len() as i64;
        let mut writes = Vec::new();
        for act in acts {
            if self.aloud {
                println!("    {act:?}");
            }
            match act {
                Act::Write(write) => writes.push(write),
                Act::Send(request) => self.send(&request),
            }
        }
        if !writes.is_empty() {
            let took = Span::micros(self.random.below(20_000) as i64);
            let due = self.storing.back().map_or(self.now, |batch| batch.due.max(self.now)) + took;
            self.storing.push_back(Batch { due, place, writes });
        }
        self.count.unknown += u64::from(self.path.engine().in_doubt().count() > 0);
        self.check();
        if self.path.ids_left() < LOW_IDS {
            let first = self.next_id;
            self.next_id += 100;
            self.tell(Input::Ids { day: self.now.day(), first, count: 100 });
        }
    }
}

fn written(act: Act) -> Option<Write> {
    match act {
        Act::Write(write) => Some(write),
        Act::Send(_) => None,
    }
}
