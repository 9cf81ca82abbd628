//! Databases and journals with something in them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use back_office::access::{MasterKey, OsRandomness};
use broker::MarketUpdate;
use broker_sim::paper::{Config, Server};
use brokers::paper::{Paper, Settings as PaperSettings, in_memory};
use desk::Clock;
use desk::accounts::{Account, AccountSettings, Link, Wish};
use desk::hub::Hub;
use desk::path::{BookSetup, Facts, Size};
use domain::instrument::InstrumentId;
use domain::order::{OrderId, OrderState};
use domain::time::Span;
use domain::{Money, OrderType, Price, Product, Qty, Side, Tick, Timestamp, Validity};
use engine::{AccountLimits, BookLimits, Command, Conduct, ManualKind, ManualOrder, RiskPolicy};
use store::accounts::{AccountRecord, Broker, NewAccount, Relation};
use store::orders::{NewOrder, OrderUpdate, Origin};
use store::users::Role;
use store::{AccountId, Book, Location, Store, UserId};

pub async fn open(folder: &Path) -> Store {
    let key = MasterKey::load(None, &folder.join("master.key"), &OsRandomness).unwrap();
    let database = Location::Sqlite(folder.join("sauda.db"));
    Store::open(&database, key.audit(), &folder.join("audit-mirror")).await.unwrap()
}

/// A database with one user and their account.
pub async fn account(folder: &Path) -> (Store, UserId, AccountId) {
    let store = open(folder).await;
    let now = Timestamp::from_micros(1_795_400_000_000_000);
    let unit = store.begin().await.unwrap();
    let user = store::users::create(&unit, "trader", "no password", Role::Trader, now).await.unwrap();
    unit.commit().await.unwrap();
    let account = account_of(&store, user, "Paper").await;
    (store, user, account)
}

/// A new account of a user.
pub async fn account_of(store: &Store, user: UserId, name: &str) -> AccountId {
    let new = NewAccount {
        name: name.to_owned(),
        broker: Broker::Paper,
        relation: Relation::Own,
        initial_cash: Money::rupees(1_000_000),
        settings: "{}".to_owned(),
    };
    let now = Timestamp::from_micros(1_795_400_000_000_000);
    let unit = store.begin().await.unwrap();
    let account = store::accounts::create(&unit, user, &new, now).await.unwrap();
    unit.commit().await.unwrap();
    account
}

/// Orders that were filled long ago, each with the events of its life.
pub async fn orders(store: &Store, user: UserId, account: AccountId, count: i64) {
    let first = Timestamp::from_micros(1_790_000_000_000_000);
    for from in (1..=count).step_by(2_000) {
        let unit = store.begin().await.unwrap();
        for number in from..(from + 2_000).min(count + 1) {
            let at = first + Span::micros(number * 1_000);
            let id = OrderId::new(first.day(), account.0, number).unwrap();
            let order = NewOrder {
                id,
                account,
                book: Book::Manual,
                decision: None,
                parent: None,
                strategy_version: None,
                algo_id: None,
                origin: Origin::Manual,
                instrument: "NSE:SBIN-EQ".parse().unwrap(),
                side: if number % 2 == 0 { Side::Sell } else { Side::Buy },
                order_type: OrderType::Limit,
                product: Product::Mis,
                validity: Validity::Day,
                quantity: Qty::units(10),
                disclosed_quantity: Qty::ZERO,
                limit_price: Some(Price::rupees(800)),
                trigger_price: None,
                after_market: false,
                tag: None,
                detail: "{}".to_owned(),
                at,
            };
            store::orders::insert(&unit, user, &order).await.unwrap();
            let filled = OrderUpdate {
                state: OrderState::Filled,
                filled_quantity: order.quantity,
                filled_value: Money::rupees(8_000),
                terms: None,
                broker_order_id: Some(format!("P{number}")),
                because: None,
                event: "filled".to_owned(),
                detail: "{}".to_owned(),
                at,
            };
            store::orders::update(&unit, user, id, 1, &filled).await.unwrap();
        }
        unit.commit().await.unwrap();
    }
}

/// Orders of an account that were traded just now, at a paper exchange of this process and through the whole desk, into
/// the files in which `sauda serve` will find them: database, the account's journal and snapshots, the exchange's log.
pub async fn traded(folder: &Path, store: &Store, account: &AccountRecord, count: usize) {
    let mut config = Config::new(1, Clock::System.now().date());
    // Fills come every 10 ms.
    config.interval = Span::micros(10_000);
    config.log = Some(folder.join("paper").join("exchange.log"));
    let server = Server::open(config).unwrap();
    let mut policy = RiskPolicy::default();
    policy.orders_per_second = None;
    let settings = AccountSettings {
        id: account.id,
        user: account.user,
        initial_cash: account.initial_cash,
        limits: AccountLimits::default(),
        policy,
        instruments: desk::path::InstrumentLists::default(),
        calendar: None,
        conduct: Conduct::Broker,
        folder: folder.join("accounts").join(account.id.to_string()),
    };
    let dialled = server.clone();
    let dial = in_memory(move || dialled.connect());
    let name = format!("account-{}", account.id);
    let (cash, own) = (account.initial_cash, dial.clone());
    let link: Link = Box::new(move |sink| {
        Arc::new(Paper::start(PaperSettings::new(name, cash), own, sink, Arc::new(|_| ())))
    });
    let (clock, hub) = (Clock::System, Hub::default());
    let account = Account::start(settings, store.clone(), clock.clone(), hub, link).await.unwrap();
    let share: InstrumentId = "NSE:SBIN-EQ".parse().unwrap();
    let hears = account.clone();
    let prices = Arc::new(move |update| {
        if let MarketUpdate::Tick { instrument, price, .. } = update {
            hears.tick(&instrument, price);
        }
    });
    let feed = Paper::start(PaperSettings::new("seed", cash), dial, Arc::new(|_| ()), prices);
    assert!(feed.connected(Duration::from_secs(5)).await);
    feed.subscribe(vec![share.clone()]);
    let tick = Tick::new(Price::from_raw(500)).unwrap();
    let facts = Facts { day: clock.now().day(), tick, lot: Qty::units(1), freeze: None, strike: None };
    let book = account.add_book(own_book(share, facts)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let order = |side, units| {
        let (qty, kind) = (Qty::units(units), ManualKind::Market);
        ManualOrder { book, side, qty, kind, stop: None, target: None, chase: false }
    };
    for _ in 0..count.div_ceil(TOGETHER) {
        // One unit at a time in, all of them out at once: of several orders that close, the newest would hold.
        let sides = [vec![order(Side::Buy, 1); TOGETHER - 1], vec![order(Side::Sell, TOGETHER as i64 - 1)]];
        for (orders, held) in sides.into_iter().zip([TOGETHER as i64 - 1, 0]) {
            let mut placing = tokio::task::JoinSet::new();
            for order in orders {
                let account = account.clone();
                placing.spawn(async move { account.wish(Wish::Command(Command::Order(order))).await });
            }
            while let Some(placed) = placing.join_next().await {
                let done = placed.unwrap().unwrap();
                assert!(done.refused.is_empty(), "{done:?}");
            }
            let reached = account
                .wait_until(|view| view.books.iter().any(|b| b.id == book && b.quantity == Qty::units(held)));
            let reached = tokio::time::timeout(Duration::from_mins(1), reached).await;
            assert!(reached == Ok(true), "{:?}", account.view());
        }
    }
    account.settle().await;
    account.stop().await;
    server.stop();
}

/// Orders on their way at a time.
const TOGETHER: usize = 500;

fn own_book(instrument: InstrumentId, facts: Facts) -> BookSetup {
    BookSetup {
        run: None,
        place_in_run: 0,
        strategy_version: None,
        algo_id: None,
        instrument,
        facts,
        product: Product::Mis,
        sides: "both".to_owned(),
        size: Size::Units(facts.lot),
        stop: None,
        target: None,
        trail: None,
        charges: "dhan".to_owned(),
        square_off: None,
        timeframe: None,
        strategy: None,
        limits: BookLimits::default(),
    }
}
