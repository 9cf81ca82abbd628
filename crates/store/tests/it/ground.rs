//! What every case stands on: a fresh database, two users, an account and a run of each.

use std::path::PathBuf;
use std::pin::Pin;

use domain::order::OrderId;
use domain::time::DayNumber;
use domain::{Date, Money, OrderType, Price, Product, Qty, Side, Timestamp, Validity};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use store::accounts::{Broker, NewAccount, Relation};
use store::activity::Activity;
use store::audit::AuditKey;
use store::order_ids::{self, OrderIdBlock};
use store::orders::{self, Decision, NewOrder, Origin};
use store::risk::RiskEvent;
use store::runs::{NewRun, RunMode};
use store::strategies::StrategyKind;
use store::users::Role;
use store::{AccountId, Book, Location, RunId, Store, StoreError, StrategyVersionId, UserId};
use tempfile::TempDir;

use crate::servers::Server;

pub type Case = fn(Ground) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// A table of cases from async functions.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub const CASES: &[(&str, crate::ground::Case)] =
            &[$((stringify!($name), |ground| Box::pin($name(ground)))),*];
    };
}
pub(crate) use cases;

pub struct Ground {
    pub location: Location,
    pub store: Store,
    pub asha: Owner,
    pub ravi: Owner,
    pub mirror: PathBuf,
    _folder: TempDir,
}

/// A user with what is theirs.
#[derive(Clone, Copy)]
pub struct Owner {
    pub user: UserId,
    pub account: AccountId,
    pub version: StrategyVersionId,
    pub run: RunId,
}

pub fn key() -> AuditKey {
    AuditKey::derive(&[42; 32])
}

/// 3 August 2026, a Monday, 09:15 and so many seconds.
pub fn at(seconds: i64) -> Timestamp {
    let open = domain::time::MinuteOfDay::new(9, 15).unwrap();
    Timestamp::from_micros(day().at(open).as_micros() + seconds * 1_000_000)
}

pub fn day() -> DayNumber {
    DayNumber::of(Date::new(2026, 8, 3).unwrap())
}

impl Ground {
    pub async fn new(server: &Server, case: &str) -> Ground {
        let folder = tempfile::tempdir().unwrap();
        let location = match server.url(case) {
            None => Location::Sqlite(folder.path().join("sauda.db")),
            Some(url) => {
                let first = Database::connect(server.first().unwrap()).await.unwrap();
                first.execute_unprepared(&format!("create database {case}")).await.unwrap();
                first.close().await.unwrap();
                Location::parse(&url).unwrap()
            }
        };
        let mirror = folder.path().join("audit-mirror");
        let store = Store::open(&location, key(), &mirror).await.unwrap();
        let asha = Owner::new(&store, "asha").await;
        let ravi = Owner::new(&store, "ravi").await;
        Ground { location, store, asha, ravi, mirror, _folder: folder }
    }

    /// The same database as another process opens it.
    pub async fn open_again(&self) -> Store {
        Store::open(&self.location, key(), &self.mirror).await.unwrap()
    }

    /// The database as a foreign hand sees it.
    pub async fn raw(&self) -> DatabaseConnection {
        let url = match &self.location {
            Location::Sqlite(path) => format!("sqlite:{}", path.display()),
            Location::Server(url) => url.clone(),
        };
        Database::connect(url).await.unwrap()
    }
}

impl Owner {
    async fn new(store: &Store, name: &str) -> Owner {
        let unit = store.begin().await.unwrap();
        let user = store::users::create(&unit, name, "$argon2id$…", Role::Trader, at(0)).await.unwrap();
        let account = NewAccount {
            name: "Paper".to_owned(),
            broker: Broker::Paper,
            relation: Relation::Own,
            initial_cash: Money::rupees(1_000_000),
            settings: "{}".to_owned(),
        };
        let account = store::accounts::create(&unit, user, &account, at(0)).await.unwrap();
        let strategy =
            store::strategies::create(&unit, user, "cross", StrategyKind::BuiltIn, at(0)).await.unwrap();
        let version =
            store::strategies::add_version(&unit, user, strategy, "{\"name\":\"sma_cross\"}", None, at(0))
                .await
                .unwrap()
                .id;
        let run = NewRun {
            account,
            strategy_version: version,
            mode: RunMode::Paper,
            timeframe: "5m".parse().unwrap(),
            instruments: vec!["NSE:SBIN-EQ".parse().unwrap()],
            config: "{}".to_owned(),
        };
        let run = store::runs::create(&unit, user, &run, at(0)).await.unwrap();
        unit.commit().await.unwrap();
        Owner { user, account, version, run }
    }

    pub async fn ids(&self, store: &Store, count: i64) -> OrderIdBlock {
        order_ids::reserve(store, self.account, day(), count).await.unwrap()
    }

    /// A manual limit order.
    pub fn order(&self, id: OrderId) -> NewOrder {
        NewOrder {
            id,
            account: self.account,
            book: Book::Manual,
            decision: None,
            parent: None,
            strategy_version: None,
            algo_id: None,
            origin: Origin::Manual,
            instrument: "NSE:SBIN-EQ".parse().unwrap(),
            side: Side::Buy,
            order_type: OrderType::Limit,
            product: Product::Mis,
            validity: Validity::Day,
            quantity: Qty::units(10),
            disclosed_quantity: Qty::ZERO,
            limit_price: Some(Price::rupees(812)),
            trigger_price: None,
            after_market: false,
            tag: None,
            detail: "{}".to_owned(),
            at: at(1),
        }
    }

    /// The run's entry at a bar.
    pub fn entry(&self, id: OrderId, bar_open: Timestamp) -> NewOrder {
        NewOrder {
            book: Book::Run(self.run),
            decision: Some(Decision { bar_open, leg: 0, action: "enter".to_owned() }),
            strategy_version: Some(self.version),
            origin: Origin::Strategy,
            ..self.order(id)
        }
    }

    /// A rule that said no.
    pub fn refusal(&self, seconds: i64) -> RiskEvent {
        RiskEvent {
            account: self.account,
            run: Some(self.run),
            order: None,
            rule: "order-value".to_owned(),
            instrument: Some("NSE:SBIN-EQ".parse().unwrap()),
            detail: "{\"value\":812000,\"limit\":500000}".to_owned(),
            at: at(seconds),
        }
    }

    pub fn log_in(&self, seconds: i64) -> Activity {
        Activity {
            user: Some(self.user),
            session: None,
            account: None,
            action: "log-in".to_owned(),
            subject: String::new(),
            detail: "{}".to_owned(),
            address: "127.0.0.1".to_owned(),
            at: at(seconds),
        }
    }

    /// Places so many orders, each in a unit of its own.
    pub async fn place(&self, store: &Store, count: i64) -> Vec<OrderId> {
        let mut ids = self.ids(store, count).await;
        let mut placed = Vec::new();
        while let Some(id) = ids.draw() {
            let unit = store.begin().await.unwrap();
            orders::insert(&unit, self.user, &self.order(id)).await.unwrap();
            unit.commit().await.unwrap();
            placed.push(id);
        }
        placed
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is asked about results of calls")]
pub fn is_not_found<T>(outcome: Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::NotFound { .. }))
}
