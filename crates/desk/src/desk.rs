//! The front office as its callers see it: one method for each thing that can be asked, always for a user.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use broker::History;
use domain::Timestamp;
use engine::{Conduct, RiskPolicy};
use store::accounts::AccountRecord;
use store::{AccountId, Store, UserId};

use crate::accounts::{Account, AccountSettings, Link};
use crate::feeds::Market;
use crate::hub::Hub;
use crate::replay::LanesOf;
use crate::runs::{Minutes, Runs};
use crate::{Clock, DeskError};

/// What the market of this process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A simulated market or a live one, orders go to the simulated exchange.
    Paper,
    /// A stored day is played again.
    Replay,
    Live,
}

impl Mode {
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Paper => "paper",
            Mode::Replay => "replay",
            Mode::Live => "live",
        }
    }
}

/// Makes an account's link to its broker.
pub type Links = Arc<dyn Fn(&AccountRecord) -> Result<Link, DeskError> + Send + Sync>;

/// What a desk is made of.
pub struct DeskParts {
    pub store: Store,
    pub clock: Clock,
    pub hub: Hub,
    pub market: Market,
    pub history: Arc<dyn History>,
    pub links: Links,
    pub mode: Mode,
    /// Where journals and trade logs lie.
    pub folder: PathBuf,
}

/// How long a start waits for the instruments' past, so that the first page has its charts. What takes longer comes
/// while the desk is open already; runs wait for it.
const PAST_PATIENCE: Duration = Duration::from_millis(500);

/// The desk. Cloned, it is the same one.
#[derive(Clone)]
pub struct Desk {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub store: Store,
    pub clock: Clock,
    pub hub: Hub,
    pub market: Market,
    pub runs: Runs,
    pub mode: Mode,
    pub folder: PathBuf,
    pub history: Arc<dyn History>,
    minutes: Minutes,
    links: Links,
    pub making_books: tokio::sync::Mutex<()>,
    /// How the exchange is told a replayed market.
    pub lanes: OnceLock<LanesOf>,
    /// The last replayed day has been played: no price comes any more.
    pub is_over: AtomicBool,
    accounts: RwLock<BTreeMap<AccountId, Account>>,
    /// Held while an account is brought to work or put down: two engines of one account would each send its orders.
    taking_up: tokio::sync::Mutex<()>,
    /// Whose trade logs are kept.
    pub logged: std::sync::Mutex<BTreeSet<UserId>>,
    /// Held by who writes a trade log: two would share the second file.
    pub logging: tokio::sync::Mutex<()>,
}

impl Desk {
    /// Brings every open account and its runs to work. An account that cannot come back is told in the log and left
    /// out; the others trade.
    pub async fn open(parts: DeskParts) -> Result<Desk, DeskError> {
        let (store, market, hub) = (parts.store.clone(), parts.market.clone(), parts.hub.clone());
        if parts.mode == Mode::Live {
            market.keep_hours();
        }
        let runs = Runs::new(store, market, hub, parts.clock.clone(), parts.mode == Mode::Paper);
        let minutes = Minutes::new(runs.clone(), parts.history.clone(), parts.clock.clone());
        let inner = Inner {
            store: parts.store,
            clock: parts.clock,
            hub: parts.hub,
            market: parts.market,
            runs,
            mode: parts.mode,
            folder: parts.folder,
            history: parts.history,
            minutes,
            links: parts.links,
            making_books: tokio::sync::Mutex::default(),
            lanes: OnceLock::new(),
            is_over: AtomicBool::new(false),
            accounts: RwLock::default(),
            taking_up: tokio::sync::Mutex::default(),
            logged: std::sync::Mutex::default(),
            logging: tokio::sync::Mutex::default(),
        };
        let desk = Desk { inner: Arc::new(inner) };
        let warmed = desk.inner.minutes.warm_up();
        let patience = match desk.inner.clock {
            Clock::System => PAST_PATIENCE,
            // Its time stands still meanwhile.
            Clock::Told(_) | Clock::Stepped(_) => Duration::MAX,
        };
        let warmed = tokio::spawn(tokio::time::timeout(patience, warmed));
        for record in store::accounts::all_open(&desk.inner.store).await? {
            let id = record.id;
            if let Err(why) = desk.take_up(record).await {
                tracing::error!(account.id = %id, "account {id} cannot be brought to work: {why}");
            }
        }
        let _ = warmed.await;
        Ok(desk)
    }

    /// Watches the clock for the runs, until the process ends. A replay tells its bars itself.
    pub async fn keep_time(&self) {
        self.inner.minutes.clone().run().await;
    }

    /// Brings an account to work that was created or linked. One that is stays as it is.
    pub async fn take_up(&self, record: AccountRecord) -> Result<(), DeskError> {
        let _one = self.inner.taking_up.lock().await;
        if self.account(record.user, record.id).is_ok() {
            return Ok(());
        }
        // It may have been closed since the caller read it.
        let record = store::accounts::get(&self.inner.store, record.user, record.id).await?;
        if let Some(at) = record.closed_at {
            let why = format!("account {} was closed at {at}; use another", record.id);
            return Err(DeskError::Conflict(why));
        }
        let (limits, policy, instruments) =
            crate::limits::of_account(&self.inner.store, record.user, record.id).await?;
        let policy = self.in_its_time(policy);
        let settings = AccountSettings {
            id: record.id,
            user: record.user,
            initial_cash: record.initial_cash,
            limits,
            policy,
            instruments,
            conduct: match self.inner.mode {
                Mode::Replay => Conduct::Simulated,
                Mode::Paper | Mode::Live => Conduct::Broker,
            },
            calendar: (self.inner.mode == Mode::Live).then(|| self.inner.market.calendar()),
            folder: self.inner.folder.join("accounts").join(record.id.to_string()),
        };
        let link = (self.inner.links)(&record)?;
        let (store, clock, hub) =
            (self.inner.store.clone(), self.inner.clock.clone(), self.inner.hub.clone());
        let account = Account::start(settings, store, clock, hub, link).await?;
        let back = async {
            self.lock_as_stored(&account).await?;
            self.inner.runs.come_back(record.user, &account).await
        };
        if let Err(why) = back.await {
            // Taken up again it would be two.
            account.stop().await;
            return Err(why);
        }
        self.inner.market.add_account(account.clone());
        let known = account.clone();
        self.inner.accounts.write().unwrap_or_else(PoisonError::into_inner).insert(account.id, known);
        // Whoever threw or released a switch meanwhile did not know of it.
        self.lock_as_stored(&account).await
    }

    /// In a replay minutes pass in moments: no rule counts seconds.
    pub(crate) fn in_its_time(&self, mut policy: RiskPolicy) -> RiskPolicy {
        if self.inner.mode == Mode::Replay {
            (policy.orders_per_second, policy.duplicate_within) = (None, None);
        }
        policy
    }

    /// An account of this user.
    pub fn account(&self, user: UserId, id: AccountId) -> Result<Account, DeskError> {
        let accounts = self.inner.accounts.read().unwrap_or_else(PoisonError::into_inner);
        accounts
            .get(&id)
            .filter(|account| account.user == user)
            .cloned()
            .ok_or(DeskError::NotFound { what: "account" })
    }

    /// Every account of this user that works.
    pub fn accounts(&self, user: UserId) -> Vec<Account> {
        self.all_accounts().into_iter().filter(|account| account.user == user).collect()
    }

    pub(crate) fn all_accounts(&self) -> Vec<Account> {
        self.inner.accounts.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// What waits on all accounts: told and not taken up, decided and not stored.
    pub fn queues(&self) -> (usize, usize) {
        let accounts = self.all_accounts();
        (accounts.iter().map(Account::inbox).sum(), accounts.iter().map(Account::unwritten).sum())
    }

    /// Ends an account's work: it must be flat and without orders.
    pub async fn put_down(&self, user: UserId, id: AccountId) -> Result<(), DeskError> {
        // One that is just being taken up is put down as well.
        let _one = self.inner.taking_up.lock().await;
        let account = self.account(user, id)?;
        let view = account.view();
        if let Some(book) = view.books.iter().find(|book| !book.quantity.is_zero()) {
            let why =
                format!("the account holds {} {}; close its positions first", book.quantity, book.instrument);
            return Err(DeskError::Conflict(why));
        }
        if let Some(run) = self.inner.runs.of_account(id).first() {
            return Err(DeskError::Conflict(format!("run {} is not over; stop it first", run.record.id)));
        }
        account.stop().await;
        self.inner.market.remove_account(id);
        self.inner.accounts.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
        Ok(())
    }

    /// Ends all work once everything is stored. Positions and orders stay as they are.
    pub async fn close(&self) {
        for account in self.all_accounts() {
            account.stop().await;
        }
        self.write_tradelogs().await;
    }

    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub fn market(&self) -> &Market {
        &self.inner.market
    }

    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    pub fn runs(&self) -> &Runs {
        &self.inner.runs
    }
}

/// The plan by which an account's paper trades are charged: its setting `charges`, Dhan's where it says nothing.
pub fn charges_of(record: &AccountRecord) -> String {
    serde_json::from_str::<serde_json::Value>(&record.settings)
        .ok()
        .and_then(|settings| settings["charges"].as_str().map(str::to_owned))
        .unwrap_or_else(|| "dhan".to_owned())
}
