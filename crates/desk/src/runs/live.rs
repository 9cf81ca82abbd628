//! Runs at work: starting, pausing, stopping.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Product;
use domain::instrument::InstrumentId;
use domain::time::MinuteOfDay;
use domain::trade::BookId;
use engine::Command;
use store::runs::{NewRun, RunMode, RunRecord, RunState};
use store::strategies::{StrategyKind, VersionRecord};
use store::{AccountId, RunId, Store, StoreError, UserId};

use super::settings::{RunSettings, StartRun};
use crate::accounts::{Account, Wish};
use crate::feeds::Market;
use crate::hub::{Hub, Note, Topic};
use crate::path::{StrategyChoice, StrategySource};
use crate::{Clock, DeskError};

/// A run that trades, is paused, or is being stopped.
#[derive(Clone)]
pub struct LiveRun {
    pub record: RunRecord,
    pub settings: RunSettings,
    pub(super) account: Account,
    /// Its books, in the order of its instruments.
    pub(super) books: Vec<(BookId, InstrumentId)>,
    pub(super) strategy: StrategyChoice,
}

/// All runs that are not over. Cloned, it is the same set.
#[derive(Clone)]
pub struct Runs {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) market: Market,
    hub: Hub,
    clock: Clock,
    at_any_hour: bool,
    live: Mutex<BTreeMap<RunId, LiveRun>>,
    /// Held while a run is moved to another state: what its row says and what its books were told last are the same.
    pub(super) moving: tokio::sync::Mutex<()>,
}

impl Runs {
    /// `at_any_hour`: the market knows no session, as a simulated one.
    pub fn new(store: Store, market: Market, hub: Hub, clock: Clock, at_any_hour: bool) -> Runs {
        let (live, moving) = (Mutex::default(), tokio::sync::Mutex::default());
        Runs { inner: Arc::new(Inner { store, market, hub, clock, at_any_hour, live, moving }) }
    }

    /// When a run is flat each day: as it was asked for, else by the calendar's time for MIS (contracts §3); never in a
    /// market that trades at any hour. Of several instruments the earliest.
    pub fn square_off(&self, run: &RunRecord, settings: &RunSettings) -> Option<MinuteOfDay> {
        if self.inner.at_any_hour || settings.square_off.is_some() || settings.product != Product::Mis {
            return settings.square_off;
        }
        let (market, today) = (&self.inner.market, self.inner.clock.now().day().date());
        let classes = run.instruments.iter().filter_map(|id| market.class(id));
        classes.map(|class| market.calendar().square_off(class, today)).min()
    }

    pub(super) fn market(&self) -> &Market {
        &self.inner.market
    }

    /// The runs that are not over.
    pub fn live(&self) -> Vec<LiveRun> {
        self.lock().values().cloned().collect()
    }

    /// Starts a run: it is stored, gets its books, and judges the next bar that closes.
    pub async fn start(
        &self,
        user: UserId,
        account: &Account,
        mut wish: StartRun,
    ) -> Result<RunRecord, DeskError> {
        if wish.instruments.is_empty() {
            return Err(DeskError::invalid("instruments", "name at least one instrument"));
        }
        for (i, instrument) in wish.instruments.iter().enumerate() {
            if wish.instruments[..i].contains(instrument) {
                return Err(DeskError::invalid("instruments", format!("{instrument} is named twice")));
            }
        }
        let (version, strategy) = self.version(user, &wish).await?;
        strategy.build()?;
        wish.settings = wish.settings.completed(&strategy, wish.timeframe)?;
        for instrument in &wish.instruments {
            wish.settings.check(&self.inner.market.find(instrument)?.instrument)?;
        }
        let config =
            serde_json::to_string(&wish.settings).map_err(|why| DeskError::invalid("settings", why))?;
        let new = NewRun {
            account: wish.account,
            strategy_version: version.id,
            mode: RunMode::Paper,
            timeframe: wish.timeframe,
            instruments: wish.instruments.clone(),
            config,
        };
        self.check_books(&wish, &version, &strategy)?;
        let now = self.inner.clock.now();
        let unit = self.inner.store.begin().await?;
        let id = store::runs::create(&unit, user, &new, now).await?;
        unit.commit().await?;
        // Whoever is told that it failed must not find it trading, now or after a restart.
        match self.begin(user, account, id, version, strategy).await {
            Ok(record) => Ok(record),
            Err(why) => {
                self.fail(account, id, &format!("it could not be started: {why}")).await;
                Err(why)
            }
        }
    }

    async fn begin(
        &self,
        user: UserId,
        account: &Account,
        id: RunId,
        version: VersionRecord,
        strategy: StrategyChoice,
    ) -> Result<RunRecord, DeskError> {
        let record = store::runs::get(&self.inner.store, user, id).await?;
        self.take_up(record.clone(), account.clone(), version, strategy).await?;
        let _one = self.inner.moving.lock().await;
        self.set_state(&record, RunState::Running, None).await
    }

    /// Nothing is stored that could not be built.
    fn check_books(
        &self,
        wish: &StartRun,
        version: &VersionRecord,
        strategy: &StrategyChoice,
    ) -> Result<(), DeskError> {
        let day = self.inner.clock.now().day();
        for (place, id) in wish.instruments.iter().enumerate() {
            let instrument = &self.inner.market.find(id)?.instrument;
            let about = (version.id.0, version.algo_id.clone());
            wish.settings
                .book(0, (place, instrument), about, wish.timeframe, (strategy.clone(), day))
                .build(domain::order::InstrumentKey(0))?;
        }
        Ok(())
    }

    async fn version(
        &self,
        user: UserId,
        wish: &StartRun,
    ) -> Result<(VersionRecord, StrategyChoice), DeskError> {
        let store = &self.inner.store;
        let strategy = store::strategies::get(store, user, wish.strategy).await?;
        let version = match wish.version {
            None => store::strategies::latest(store, user, strategy.id)
                .await?
                .ok_or(DeskError::NotFound { what: "version of the strategy" })?,
            Some(id) => store::strategies::version(store, user, store::StrategyVersionId(id)).await?,
        };
        if version.strategy != strategy.id {
            return Err(DeskError::NotFound { what: "version of the strategy" });
        }
        let choice = choice(strategy.kind, &strategy.name, &version.definition, &wish.settings.parameters)?;
        Ok((version, choice))
    }

    /// Gives the run its books, where it has none yet, and takes it into the set.
    pub(super) async fn take_up(
        &self,
        record: RunRecord,
        account: Account,
        version: VersionRecord,
        strategy: StrategyChoice,
    ) -> Result<(), DeskError> {
        let settings: RunSettings = serde_json::from_str(&record.config)
            .map_err(|why| DeskError::Conflict(format!("its settings cannot be read: {why}")))?;
        let day = self.inner.clock.now().day();
        let mut books = Vec::with_capacity(record.instruments.len());
        for (place, id) in record.instruments.iter().enumerate() {
            let known = account
                .view()
                .books
                .iter()
                .find(|b| b.run == Some(record.id.0) && b.instrument == *id)
                .map(|b| b.id);
            if let Some(book) = known {
                books.push((book, id.clone()));
                continue;
            }
            let instrument = &self.inner.market.find(id)?.instrument;
            let about = (version.id.0, version.algo_id.clone());
            let setup = settings.book(
                record.id.0,
                (place, instrument),
                about,
                record.timeframe,
                (strategy.clone(), day),
            );
            let book = account.add_book(setup).await?;
            books.push((book, id.clone()));
        }
        let run = LiveRun { record, settings, account, books, strategy };
        self.lock().insert(run.record.id, run);
        Ok(())
    }

    /// No new entries until it is resumed; stops stay.
    pub async fn pause(&self, user: UserId, id: RunId) -> Result<RunRecord, DeskError> {
        let _one = self.inner.moving.lock().await;
        let seen = self.in_state(user, id, &[RunState::Running], "paused").await?;
        self.command(user, id, |book| Command::Pause { book }).await?;
        self.set_state(&seen, RunState::Paused, None).await
    }

    pub async fn resume(&self, user: UserId, id: RunId) -> Result<RunRecord, DeskError> {
        let _one = self.inner.moving.lock().await;
        let seen = self.in_state(user, id, &[RunState::Paused], "resumed").await?;
        // First the row: nothing may enter for a run that is paused by what is stored.
        let record = self.set_state(&seen, RunState::Running, None).await?;
        self.command(user, id, |book| Command::Resume { book }).await?;
        Ok(record)
    }

    /// Ends it. With `square_off` its positions are closed first; without it they stay in its books, guarded by the
    /// stops that rest, until they are closed by hand.
    pub async fn stop(&self, user: UserId, id: RunId, square_off: bool) -> Result<RunRecord, DeskError> {
        let _one = self.inner.moving.lock().await;
        let states = [RunState::Created, RunState::Running, RunState::Paused];
        let seen = self.in_state(user, id, &states, "stopped").await?;
        self.command(user, id, |book| Command::Pause { book }).await?;
        if !square_off {
            let record = self.set_state(&seen, RunState::Stopped, None).await?;
            if let Some(run) = self.lock().remove(&id) {
                run.account.over(id);
            }
            return Ok(record);
        }
        let record = self.set_state(&seen, RunState::Stopping, None).await?;
        let told = self.command(user, id, |book| Command::Flatten { book }).await;
        // Also where a book could not be told: it is stored as being stopped, and told again when it comes back.
        self.finish_when_flat(user, id);
        told.map(|()| record)
    }

    async fn in_state(
        &self,
        user: UserId,
        id: RunId,
        states: &[RunState],
        verb: &str,
    ) -> Result<RunRecord, DeskError> {
        let record = store::runs::get(&self.inner.store, user, id).await?;
        if states.contains(&record.state) {
            return Ok(record);
        }
        let state = format!("{:?}", record.state).to_lowercase();
        Err(DeskError::Conflict(format!("run {id} is {state}: it cannot be {verb}")))
    }

    pub(super) async fn command(
        &self,
        user: UserId,
        id: RunId,
        of: impl Fn(BookId) -> Command,
    ) -> Result<(), DeskError> {
        let run = self.lock().get(&id).filter(|run| run.record.user == user).cloned();
        let Some(run) = run else { return Ok(()) };
        for (book, _) in &run.books {
            run.account.wish(Wish::Command(of(*book))).await?;
        }
        Ok(())
    }

    /// Moves a run on from what was read of it: what somebody else has moved meanwhile stays as they left it.
    pub(super) async fn set_state(
        &self,
        seen: &RunRecord,
        state: RunState,
        because: Option<&str>,
    ) -> Result<RunRecord, DeskError> {
        let (store, user, id) = (&self.inner.store, seen.user, seen.id);
        let unit = store.begin().await?;
        store::runs::set_state(&unit, user, id, seen.version, state, because, self.inner.clock.now()).await?;
        let doubt = match unit.commit().await {
            Ok(()) => None,
            Err(why @ StoreError::InDoubt(_)) => Some(why),
            Err(why) => return Err(why.into()),
        };
        let record = store::runs::get(store, user, id).await?;
        if let Some(why) = doubt.filter(|_| record.version == seen.version) {
            return Err(why.into());
        }
        if let Some(run) = self.lock().get_mut(&id) {
            run.record = record.clone();
        }
        self.inner.hub.publish(&Topic::Runs(user), Note::Run(Box::new(record.clone())));
        Ok(record)
    }

    /// The runs of an account that trade.
    pub fn of_account(&self, account: AccountId) -> Vec<LiveRun> {
        self.lock().values().filter(|run| run.record.account == account).cloned().collect()
    }

    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<RunId, LiveRun>> {
        self.inner.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn choice(
    kind: StrategyKind,
    name: &str,
    definition: &str,
    parameters: &[(String, String)],
) -> Result<StrategyChoice, DeskError> {
    let source = match kind {
        StrategyKind::BuiltIn => StrategySource::BuiltIn(definition.to_owned()),
        StrategyKind::Rules => StrategySource::Rules { text: definition.to_owned(), name: name.to_owned() },
        StrategyKind::Model | StrategyKind::Options => {
            return Err(DeskError::Conflict(format!("strategy {name} is of a kind that cannot run yet")));
        }
    };
    Ok(StrategyChoice { source, parameters: parameters.to_vec() })
}
