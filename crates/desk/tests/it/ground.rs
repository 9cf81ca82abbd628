//! What every case stands on: a fresh database, a floor, two users with accounts, and a desk that can be killed.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use broker::{Failure, Fetched, History};
use desk::accounts::{Account, AccountState, AccountView, Done};
use desk::feeds::{Listed, Market};
use desk::hub::Hub;
use desk::orders::PlaceOrder;
use desk::runs::{Minutes, RunLimits, RunSettings, StartRun};
use desk::strategies::Definition;
use desk::{Clock, Desk, DeskError, DeskParts, Links, Mode};
use domain::bars::Bar;
use domain::calendar::Calendar;
use domain::instrument::{InstrumentId, InstrumentTables};
use domain::order::{OrderId, OrderState};
use domain::time::{DayNumber, Span};
use domain::{Bars, Date, Money, OrderType, Price, Product, Qty, Side, Timestamp};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection};
use store::accounts::{Broker, NewAccount, Relation};
use store::audit::AuditKey;
use store::orders::{OrderFilter, OrderRecord};
use store::runs::{RunRecord, RunState};
use store::users::Role;
use store::{AccountId, Location, PageRequest, Store, UserId};
use tempfile::TempDir;

use crate::floor::Floor;
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

pub const SHARE: &str = "NSE:RELIANCE-EQ";
pub const FUTURE: &str = "NSE:NIFTY26NOVFUT";

pub struct Ground {
    pub clock: Clock,
    pub floor: Floor,
    pub location: Location,
    pub folder: TempDir,
    pub asha: UserId,
    pub ravi: UserId,
    pub account: AccountId,
    pub second: AccountId,
    pub foreign: AccountId,
    /// Instruments that the feed has.
    pub listed: Vec<&'static str>,
    /// Of the next process.
    pub mode: Mode,
    past: Past,
    running: Option<(tokio::runtime::Runtime, Desk, Store)>,
}

/// The minutes of the share that have closed.
#[derive(Clone, Default)]
pub struct Past {
    bars: Arc<Mutex<Vec<Bar>>>,
    /// Whether longer spans than a day are refused, as by a broker that is not ready.
    is_late: Arc<AtomicBool>,
}

impl History for Past {
    fn minutes(&self, instrument: &InstrumentId, from: Timestamp, to: Timestamp) -> Fetched {
        if self.is_late.load(Ordering::SeqCst) && to - from > Span::minutes(1_440) {
            return Box::pin(async { Err(Failure::NotSent("not yet".to_owned())) });
        }
        let all = self.bars.lock().unwrap();
        let wanted = |bar: &&Bar| instrument.as_str() == SHARE && bar.time >= from && bar.time < to;
        let bars = Bars::collect(all.iter().filter(wanted).copied()).unwrap();
        Box::pin(async { Ok(bars) })
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Some((runtime, ..)) = self.running.take() {
            runtime.shutdown_background();
        }
    }
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
        // A Monday, 10:00.
        let began = DayNumber::of(Date::new(2026, 11, 23).unwrap()).start() + Span::minutes(600);
        let clock = Clock::stepped(began);
        let store = Store::open(&location, key(), &folder.path().join("audit-mirror")).await.unwrap();
        let unit = store.begin().await.unwrap();
        let asha = store::users::create(&unit, "asha", "$argon2id$…", Role::Trader, began).await.unwrap();
        let ravi = store::users::create(&unit, "ravi", "$argon2id$…", Role::Trader, began).await.unwrap();
        let mut accounts = Vec::new();
        for (user, name) in [(asha, "First"), (asha, "Second"), (ravi, "Paper")] {
            accounts.push(store::accounts::create(&unit, user, &account(name), began).await.unwrap());
        }
        unit.commit().await.unwrap();
        drop(store);
        let mut ground = Ground {
            floor: Floor::new(clock.clone()),
            clock,
            location,
            folder,
            asha,
            ravi,
            account: accounts[0],
            second: accounts[1],
            foreign: accounts[2],
            listed: vec![SHARE, FUTURE],
            mode: Mode::Paper,
            past: Past::default(),
            running: None,
        };
        ground.start().await;
        ground.price(SHARE, 100).await;
        ground.price(FUTURE, 20_000).await;
        ground
    }

    pub fn desk(&self) -> &Desk {
        &self.running.as_ref().unwrap().1
    }

    pub fn store(&self) -> &Store {
        &self.running.as_ref().unwrap().2
    }

    pub fn journal(&self) -> PathBuf {
        self.folder.path().join("desk/accounts").join(self.account.to_string())
    }

    /// A server process begins, and what it finds settles.
    pub async fn start(&mut self) {
        self.open().await;
        self.settle().await;
    }

    pub async fn open(&mut self) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (location, mirror) = (self.location.clone(), self.folder.path().join("audit-mirror"));
        let (folder, clock, floor) =
            (self.folder.path().join("desk"), self.clock.clone(), self.floor.clone());
        let (listed, past, mode) = (self.listed.clone(), self.past.clone(), self.mode);
        let links: Links = Arc::new(move |record| {
            let (floor, account) = (floor.clone(), record.id.0);
            Ok(Box::new(move |sink| floor.link(account, sink)))
        });
        let opening = runtime.spawn(async move {
            let store = Store::open(&location, key(), &mirror).await.unwrap();
            let hub = Hub::default();
            let market =
                Market::new(listed.iter().map(|id| the(id)).collect(), Calendar::builtin(), hub.clone());
            let history = Arc::new(past);
            let parts = DeskParts { store: store.clone(), clock, hub, market, history, links, mode, folder };
            (Desk::open(parts).await.unwrap(), store)
        });
        let (desk, store) = opening.await.unwrap();
        self.running = Some((runtime, desk, store));
    }

    /// The process ends as by SIGKILL: no task says good-bye.
    pub async fn kill(&mut self) {
        self.floor.hang_up();
        let (runtime, desk, store) = self.running.take().unwrap();
        let ended = move || {
            runtime.shutdown_timeout(Duration::from_secs(5));
            drop((desk, store));
        };
        tokio::task::spawn_blocking(ended).await.unwrap();
    }

    pub async fn restart(&mut self) {
        self.kill().await;
        self.start().await;
    }

    pub fn at_work(&self, account: AccountId) -> Account {
        let user = if account == self.foreign { self.ravi } else { self.asha };
        self.desk().account(user, account).unwrap()
    }

    pub fn view(&self) -> Arc<AccountView> {
        self.at_work(self.account).view()
    }

    /// What the manual book or a run's holds of an instrument.
    pub fn held(&self, run: Option<&RunRecord>) -> i64 {
        let run = run.map(|run| run.id.0);
        self.view().books.iter().filter(|b| b.run == run).map(|b| b.quantity.raw()).sum()
    }

    /// Until nothing happens any more.
    pub async fn settle(&self) {
        for account in [self.account, self.second, self.foreign] {
            self.at_work(account).settle().await;
        }
    }

    /// A price is traded.
    pub async fn price(&self, instrument: &str, rupees: i64) {
        let id: InstrumentId = instrument.parse().unwrap();
        self.floor.price(&id, Price::rupees(rupees));
        self.desk().market().tick(&id, self.clock.now(), Price::rupees(rupees), Qty::units(1));
        self.settle().await;
    }

    /// Time goes on, and what is due happens.
    pub async fn pass(&self, seconds: i64) {
        self.clock.set(self.clock.now() + Span::micros(seconds * 1_000_000));
        // The tasks look at a clock that stands still every few milliseconds.
        tokio::time::sleep(Duration::from_millis(15)).await;
        self.settle().await;
    }

    /// The minute ends at this price, and the runs judge it.
    pub async fn minute(&self, rupees: i64) {
        self.price(SHARE, rupees).await;
        let minute = 60_000_000;
        let opened = self.clock.now().as_micros() / minute * minute;
        let price = Price::rupees(rupees);
        let (open, high, low, close) = (price, price, price, price);
        let bar = Bar { time: Timestamp::from_micros(opened), open, high, low, close, volume: Qty::units(1) };
        self.past.bars.lock().unwrap().push(bar);
        self.clock.set(Timestamp::from_micros(opened + minute));
        self.judge().await;
    }

    /// Whether the history of more than a day can be had.
    pub fn delay_history(&self, is_late: bool) {
        self.past.is_late.store(is_late, Ordering::SeqCst);
    }

    /// The runs judge the minute that ended last.
    pub async fn judge(&self) {
        let past = Arc::new(self.past.clone());
        Minutes::new(self.desk().runs().clone(), past, self.clock.clone()).minute(self.clock.now()).await;
        self.settle().await;
    }

    pub fn order(&self, side: Side, qty: i64) -> PlaceOrder {
        PlaceOrder {
            account: self.account,
            instrument: SHARE.parse().unwrap(),
            product: Product::Mis,
            side,
            order_type: OrderType::Market,
            qty: Qty::units(qty),
            limit_price: None,
            trigger_price: None,
            stop_loss: None,
            target_price: None,
            chase: false,
            particulars: desk::path::Particulars::default(),
        }
    }

    pub fn limit(&self, side: Side, qty: i64, rupees: i64) -> PlaceOrder {
        let limit_price = Some(Price::rupees(rupees));
        PlaceOrder { order_type: OrderType::Limit, limit_price, ..self.order(side, qty) }
    }

    pub async fn try_place(&self, wish: &PlaceOrder) -> Result<Done, DeskError> {
        let user = if wish.account == self.foreign { self.ravi } else { self.asha };
        let done = self.desk().place(user, wish).await;
        self.settle().await;
        done
    }

    pub async fn place(&self, wish: &PlaceOrder) -> OrderId {
        self.try_place(wish).await.unwrap().orders[0]
    }

    pub async fn refused(&self, wish: &PlaceOrder) -> String {
        match self.try_place(wish).await {
            Err(DeskError::Refused { rule, .. }) => rule,
            other => panic!("not refused by a rule: {other:?}"),
        }
    }

    pub async fn record(&self, id: OrderId) -> OrderRecord {
        store::orders::get(self.store(), self.asha, id).await.unwrap()
    }

    pub async fn state(&self, id: OrderId) -> OrderState {
        self.record(id).await.state
    }

    pub async fn orders(&self) -> Vec<OrderRecord> {
        let filter = OrderFilter { account: Some(self.account), ..OrderFilter::default() };
        store::orders::list(self.store(), self.asha, &filter, page()).await.unwrap().rows
    }

    pub async fn run(&self, account: AccountId, settings: RunSettings) -> RunRecord {
        let definition = Definition::BuiltIn("sma_cross".to_owned());
        self.run_of(&definition, "1m", account, settings).await.unwrap()
    }

    pub async fn run_of(
        &self,
        definition: &Definition,
        timeframe: &str,
        account: AccountId,
        settings: RunSettings,
    ) -> Result<RunRecord, DeskError> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("strategy {}", MADE.fetch_add(1, Ordering::Relaxed));
        let (strategy, _) = self.desk().add_strategy(self.asha, &name, definition).await.unwrap();
        let wish = StartRun {
            strategy: strategy.id,
            version: None,
            account,
            instruments: vec![SHARE.parse().unwrap()],
            timeframe: timeframe.parse().unwrap(),
            settings,
        };
        let run = self.desk().runs().start(self.asha, &self.at_work(account), wish).await?;
        self.settle().await;
        Ok(run)
    }

    /// The feed has had a price at the beginning of each of so many hours.
    pub fn traded_before(&self, hours: i64, rupees: i64) {
        let price = Price::rupees(rupees);
        let (open, high, low, close) = (price, price, price, price);
        let hour = |back: i64| self.clock.now() + Span::minutes(-60 * back);
        let bar = |back| Bar { time: hour(back), open, high, low, close, volume: Qty::units(1) };
        let mut bars = self.past.bars.lock().unwrap();
        bars.splice(0..0, (1..=hours).rev().map(bar));
    }

    pub async fn run_now(&self, run: &RunRecord) -> RunRecord {
        store::runs::get(self.store(), self.asha, run.id).await.unwrap()
    }

    /// The database as a foreign hand sees it.
    pub async fn raw(&self) -> DatabaseConnection {
        let url = match &self.location {
            Location::Sqlite(path) => format!("sqlite:{}", path.display()),
            Location::Server(url) => url.clone(),
        };
        Database::connect(url).await.unwrap()
    }

    /// What stands in a table under another name is refused by the database.
    pub async fn rename(&self, table: &str, to: &str) {
        self.foreign_hand(&format!("alter table {table} rename to {to}")).await;
    }

    pub async fn foreign_hand(&self, statement: &str) {
        let raw = self.raw().await;
        raw.execute_unprepared(statement).await.unwrap();
        raw.close().await.unwrap();
    }

    /// Waits for what a task of its own stores of a run.
    pub async fn becomes(&self, run: &RunRecord, state: RunState) -> RunRecord {
        for _ in 0..200 {
            let lives = self.desk().runs().live().iter().any(|live| live.record.id == run.id);
            if self.run_now(run).await.state == state && lives != state.is_final() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let now = self.run_now(run).await;
        assert_eq!(now.state, state, "{now:?}");
        now
    }

    /// What must hold at the end of every case.
    pub async fn check(&self) {
        assert_eq!(self.floor.placed_twice(), [], "sent twice");
        for account in [self.account, self.second, self.foreign] {
            let view = self.at_work(account).view();
            if view.state == AccountState::Connected {
                let held: i64 = view.books.iter().map(|book| book.quantity.raw()).sum();
                assert_eq!(held, self.floor.held(account.0), "account {account} and the exchange differ");
            }
        }
        for report in store::audit::verify(self.store()).await.unwrap() {
            assert!(report.is_whole(), "{report:?}");
        }
    }
}

/// Averages of one and two bars: long when the price rises, short when it falls.
pub fn settings() -> RunSettings {
    let parameters = [("fast", "1"), ("slow", "2")];
    RunSettings {
        product: Product::Mis,
        sides: None,
        size: Some(desk::path::Size::Units(Qty::units(10))),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        stop: None,
        target: None,
        trail: None,
        square_off: None,
        charges: "dhan".to_owned(),
        limits: RunLimits::default(),
    }
}

pub fn page() -> PageRequest {
    PageRequest::first(PageRequest::MAX).unwrap()
}

fn key() -> AuditKey {
    AuditKey::derive(&[42; 32])
}

fn account(name: &str) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        broker: Broker::Paper,
        relation: Relation::Own,
        initial_cash: Money::rupees(1_000_000),
        settings: "{}".to_owned(),
    }
}

fn the(id: &str) -> Listed {
    let mut instrument = InstrumentTables::builtin()
        .resolve(&id.parse().unwrap(), Date::new(2026, 11, 23).unwrap(), None)
        .unwrap();
    if id == FUTURE {
        (instrument.lot, instrument.freeze) = (Qty::units(10), Some(Qty::units(50)));
    }
    Listed { name: id.to_owned(), instrument }
}
