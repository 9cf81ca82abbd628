//! From a price, or a bar's close, to the order in the adapter's hands; the durable commit between them apart.
//!
//! A whole desk on a real database and journal, with an adapter that notes when it was handed something and fills at
//! once. A target that is hit changes an order that rests: nothing is committed before that leaves. A new order is, and
//! a strategy makes one when a bar closes. The bars come here already marked: strategies have a bench of their own.
//! Time is taken outside, where the price is handed in, so waking the account's task counts. A pause before each, as
//! between real prices, lets caches and cores cool.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use broker::{
    BookReading, Broker, BrokerTrade, Fetched, History, Outcome, Request, RequestKind, Sink, TradePhase,
    Update,
};
use desk::accounts::{Account, Wish};
use desk::feeds::{Listed, Market};
use desk::hub::Hub;
use desk::path::{BarClosed, BarSource, BookSetup, Facts, Size, StrategyChoice, StrategySource};
use desk::{Clock, Desk, DeskParts, Mode};
use domain::calendar::Calendar;
use domain::instrument::{InstrumentId, InstrumentTables};
use domain::order::{OrderId, Terms};
use domain::trade::BookId;
use domain::{Bars, Price, Product, Qty, Side, Timeframe, Timestamp};
use engine::{AccountLimits, ClosedBar, RiskPolicy};
use strategy::{Distances, SignalBits};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::past;
use crate::print_durations;

const TIMES: usize = 2_000;
/// Not counted.
const WARM_UP: usize = 200;
/// Each price goes to all of them; one has something to do.
const ACCOUNTS: usize = 8;
const PAUSE: Duration = Duration::from_millis(5);
const GOAL: Duration = Duration::from_millis(1);
const SHARE: &str = "NSE:SBIN-EQ";
/// Where entries are filled.
const PRICE: Price = Price::rupees(800);

pub fn measure() {
    let marks = Marks::default();
    let subscriber = tracing_subscriber::registry().with(marks.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measuring(marks));
}

async fn measuring(marks: Marks) {
    let folder = tempfile::tempdir().unwrap();
    let (store, user, first) = past::account(folder.path()).await;
    let mut ids = vec![first];
    while ids.len() < ACCOUNTS {
        ids.push(past::account_of(&store, user, &format!("Paper {}", ids.len())).await);
    }
    let hub = Hub::default();
    let id: InstrumentId = SHARE.parse().unwrap();
    let clock = Clock::System;
    let day = clock.now().day();
    let mut instrument = InstrumentTables::builtin().resolve(&id, day.date(), None).unwrap();
    instrument.tick = instrument.tick.or_else(|| domain::Tick::new(Price::from_raw(500)));
    let tick = instrument.tick.unwrap();
    let market =
        Market::new(vec![Listed { instrument, name: SHARE.to_owned() }], Calendar::builtin(), hub.clone());
    let (sender, handed) = mpsc::channel();
    let parts = DeskParts {
        store,
        clock: clock.clone(),
        hub,
        market: market.clone(),
        history: Arc::new(NoHistory),
        links: Arc::new(move |_| {
            let sender = sender.clone();
            Ok(Box::new(move |sink: Sink| -> Arc<dyn Broker> {
                sink(Update::Connected);
                Arc::new(AtOnce {
                    sink,
                    handed: Mutex::new(sender),
                    number: AtomicU64::new(0),
                    resting: Mutex::default(),
                })
            }))
        }),
        mode: Mode::Paper,
        folder: folder.path().to_owned(),
    };
    let desk = Desk::open(parts).await.unwrap();
    let facts = Facts { day, tick, lot: Qty::units(1), freeze: None, strike: None };
    let mut accounts = Vec::new();
    for account in ids {
        let account = desk.account(user, account).unwrap();
        let book = account.add_book(setup(&id, facts)).await.unwrap();
        // Else eight orders a second would be measured.
        let mut policy = RiskPolicy::default();
        policy.orders_per_second = None;
        let limits = Wish::Limits(Box::<AccountLimits>::default(), Box::new(policy), Box::default());
        account.wish(limits).await.unwrap();
        account.settle().await;
        accounts.push((account, book));
    }

    let price = PRICE;
    let (mut whole, mut ours, mut durable, mut changed) = (vec![], vec![], vec![], vec![]);
    for i in 0..WARM_UP + TIMES {
        let (account, book) = &accounts[i % ACCOUNTS];
        let at = clock.now();
        market.tick(&id, at, price, Qty::units(1));
        for (account, _) in &accounts {
            account.settle().await;
        }
        let long = (i / ACCOUNTS).is_multiple_of(2);
        tokio::time::sleep(PAUSE).await;
        marks.clear();
        while handed.try_recv().is_ok() {}
        let began = Instant::now();
        account.bar(bar(*book, at, price, long));
        let sent = next(&handed, |request| matches!(request, Request::Place(_)));
        account.settle().await;
        let (passed, stored) = marks.first_pair();
        if i >= WARM_UP {
            whole.push(sent - began);
            ours.push((passed - began) + (sent - stored));
            durable.push(stored - passed);
        }

        // The target: the stop that rests is changed into the exit.
        tokio::time::sleep(PAUSE).await;
        while handed.try_recv().is_ok() {}
        let beyond = if long { price + Price::rupees(2) } else { price - Price::rupees(2) };
        let began = Instant::now();
        market.tick(&id, at, beyond, Qty::units(1));
        let sent = next(&handed, |request| matches!(request, Request::Change(_)));
        if i >= WARM_UP {
            changed.push(sent - began);
        }
        account.settle().await;
        assert!(is_flat(account), "the exit was filled");
    }
    println!(
        "one desk, {ACCOUNTS} accounts with a book each, SQLite and journal in {}:",
        folder.path().display()
    );
    print_durations("  price in -> changed order at the adapter, nothing to commit", changed, Some(GOAL));
    print_durations("  bar in -> new order at the adapter, without the commit", ours, Some(GOAL));
    print_durations("  the commit alone (journal synced, order in the database)", durable, None);
    print_durations("  bar in -> new order at the adapter, commit included", whole, None);
    desk.close().await;
}

fn is_flat(account: &Account) -> bool {
    account.view().books.iter().all(|book| book.quantity.is_zero())
}

fn next(handed: &mpsc::Receiver<(Instant, Request)>, wanted: impl Fn(&Request) -> bool) -> Instant {
    loop {
        let (at, request) = handed.recv_timeout(Duration::from_secs(5)).expect("the desk acts");
        if wanted(&request) {
            return at;
        }
    }
}

fn setup(id: &InstrumentId, facts: Facts) -> BookSetup {
    BookSetup {
        run: None,
        place_in_run: 0,
        strategy_version: None,
        algo_id: None,
        instrument: id.clone(),
        facts,
        product: Product::Mis,
        sides: "both".to_owned(),
        size: Size::Units(Qty::units(10)),
        stop: Some("points=50".to_owned()),
        target: Some("points=1".to_owned()),
        trail: None,
        charges: "dhan".to_owned(),
        square_off: None,
        timeframe: Some(Timeframe::Minutes(1)),
        strategy: Some(StrategyChoice {
            source: StrategySource::BuiltIn("sma_cross".to_owned()),
            parameters: Vec::new(),
        }),
        limits: engine::BookLimits::default(),
    }
}

fn bar(book: BookId, opened: Timestamp, close: Price, long: bool) -> BarClosed {
    let bar = ClosedBar {
        opened,
        range: Some((close, close)),
        close,
        signals: SignalBits { enter_long: long, exit_long: !long, enter_short: !long, exit_short: long },
        atr: f64::NAN,
        volatility: f64::NAN,
        distances: Distances::default(),
        last_of_day: false,
    };
    BarClosed { book, source: BarSource::Ticks, bar }
}

/// Notes what it is handed, and fills at once what is marketable.
struct AtOnce {
    sink: Sink,
    handed: Mutex<mpsc::Sender<(Instant, Request)>>,
    number: AtomicU64,
    resting: Mutex<HashMap<OrderId, (InstrumentId, Side)>>,
}

impl AtOnce {
    fn fill(&self, order: OrderId, instrument: InstrumentId, side: Side, qty: Qty, limit: Price) {
        (self.sink)(Update::Trade(BrokerTrade {
            order: Some(order),
            number: self.number.fetch_add(1, Ordering::Relaxed),
            instrument,
            side,
            qty,
            price: limit,
            at: Timestamp::from_micros(0),
            phase: TradePhase::AtOpenOrTick,
        }));
    }

    fn answer(&self, order: OrderId, request: RequestKind) {
        let broker_id = matches!(request, RequestKind::Place).then(|| format!("P{order}"));
        (self.sink)(Update::Answer { order, request, outcome: Outcome::Done { broker_id } });
    }
}

impl Broker for AtOnce {
    fn send(&self, request: Request) {
        let at = Instant::now();
        let _ = self.handed.lock().unwrap().send((at, request.clone()));
        match request {
            Request::Place(order) => {
                self.answer(order.id, RequestKind::Place);
                if let Terms::Marketable { .. } = order.terms {
                    self.fill(order.id, order.instrument, order.side, order.qty, PRICE);
                } else {
                    self.resting.lock().unwrap().insert(order.id, (order.instrument, order.side));
                }
            }
            Request::Change(order) => {
                self.answer(order.id, RequestKind::Change { change: order.change });
                if let Terms::Marketable { limit } | Terms::Limit { price: limit } = order.terms
                    && let Some((instrument, side)) = self.resting.lock().unwrap().remove(&order.id)
                {
                    self.fill(order.id, instrument, side, order.qty, limit);
                }
            }
            Request::Cancel(order) => self.answer(order.id, RequestKind::Cancel),
            Request::ReadBook { number } => {
                (self.sink)(Update::Book { number, reading: Ok(BookReading::default()) });
            }
            Request::ReadPositions { .. } | Request::ReadFunds { .. } => {}
        }
    }

    fn outstanding(&self) -> usize {
        0
    }
}

struct NoHistory;

impl History for NoHistory {
    fn minutes(&self, _: &InstrumentId, _: Timestamp, _: Timestamp) -> Fetched {
        Box::pin(async { Ok(Bars::new()) })
    }
}

/// When the desk passed something to its writer, and when it heard that it is stored.
#[derive(Clone, Default)]
struct Marks(Arc<Mutex<Vec<(Instant, bool)>>>);

impl Marks {
    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    fn first_pair(&self) -> (Instant, Instant) {
        let marks = self.0.lock().unwrap();
        let first = |stored| marks.iter().find(|(_, is_stored)| *is_stored == stored).unwrap().0;
        (first(false), first(true))
    }
}

impl<S: tracing::Subscriber> Layer<S> for Marks {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "desk::timing"
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let at = Instant::now();
        let mut stored = Stored(false);
        event.record(&mut stored);
        self.0.lock().unwrap().push((at, stored.0));
    }
}

struct Stored(bool);

impl Visit for Stored {
    fn record_bool(&mut self, field: &Field, value: bool) {
        if field.name() == "stored" {
            self.0 = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
