//! Runs at work: starting, pausing, stopping, coming back after a restart, failing alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Product;
use domain::instrument::InstrumentId;
use domain::time::MinuteOfDay;
use domain::trade::BookId;
use engine::Command;
use store::runs::{NewRun, RunMode, RunRecord, RunState};
use store::strategies::{StrategyKind, VersionRecord};
use store::{AccountId, RunId, Store, UserId};

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
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    market: Market,
    hub: Hub,
    clock: Clock,
    at_any_hour: bool,
    live: Mutex<BTreeMap<RunId, LiveRun>>,
}

impl Runs {
    /// `at_any_hour`: the market knows no session, as a simulated one.
    pub fn new(store: Store, market: Market, hub: Hub, clock: Clock, at_any_hour: bool) -> Runs {
        let live = Mutex::default();
        Runs { inner: Arc::new(Inner { store, market, hub, clock, at_any_hour, live }) }
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
        let record = store::runs::get(&self.inner.store, user, id).await?;
        self.take_up(record, account.clone(), version, strategy).await?;
        self.set_state(user, id, RunState::Running, None).await
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

    /// Brings the runs of an account back that were not over.
    pub async fn come_back(&self, user: UserId, account: &Account) -> Result<(), DeskError> {
        let store = &self.inner.store;
        for record in store::runs::unfinished(store, user, account.id).await? {
            let id = record.id;
            let state = record.state;
            if let Err(why) = self.come_back_one(user, account, record).await {
                tracing::error!(run.id = %id, "run {id} cannot go on: {why}");
                for book in account.view().books.iter().filter(|book| book.run == Some(id.0)) {
                    if let Err(why) = account.wish(Wish::Command(Command::Pause { book: book.id })).await {
                        tracing::error!(run.id = %id, "the failed run {id} cannot be paused: {why}");
                    }
                }
                self.fail(user, id, &why.to_string()).await;
                continue;
            }
            if state == RunState::Stopping {
                self.finish_when_flat(user, id);
            }
        }
        Ok(())
    }

    async fn come_back_one(
        &self,
        user: UserId,
        account: &Account,
        record: RunRecord,
    ) -> Result<(), DeskError> {
        let store = &self.inner.store;
        let settings: RunSettings = serde_json::from_str(&record.config)
            .map_err(|why| DeskError::Conflict(format!("its settings cannot be read: {why}")))?;
        let version = store::strategies::version(store, user, record.strategy_version).await?;
        let strategy = store::strategies::get(store, user, version.strategy).await?;
        let choice = choice(strategy.kind, &strategy.name, &version.definition, &settings.parameters)?;
        // Without prices it would go on and never trade.
        for instrument in &record.instruments {
            self.inner.market.find(instrument)?;
        }
        let (id, created) = (record.id, record.state == RunState::Created);
        self.take_up(record, account.clone(), version, choice).await?;
        if created {
            self.set_state(user, id, RunState::Running, None).await?;
        }
        Ok(())
    }

    /// Gives the run its books, where it has none yet, and takes it into the set.
    async fn take_up(
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
        self.in_state(user, id, &[RunState::Running], "paused").await?;
        self.command(user, id, |book| Command::Pause { book }).await?;
        self.set_state(user, id, RunState::Paused, None).await
    }

    pub async fn resume(&self, user: UserId, id: RunId) -> Result<RunRecord, DeskError> {
        self.in_state(user, id, &[RunState::Paused], "resumed").await?;
        self.command(user, id, |book| Command::Resume { book }).await?;
        self.set_state(user, id, RunState::Running, None).await
    }

    /// Ends it. With `square_off` its positions are closed first; without it they stay in its books, guarded by the
    /// stops that rest, until they are closed by hand.
    pub async fn stop(&self, user: UserId, id: RunId, square_off: bool) -> Result<RunRecord, DeskError> {
        self.in_state(user, id, &[RunState::Created, RunState::Running, RunState::Paused], "stopped").await?;
        self.command(user, id, |book| Command::Pause { book }).await?;
        if !square_off {
            let record = self.set_state(user, id, RunState::Stopped, None).await?;
            self.lock().remove(&id);
            return Ok(record);
        }
        let record = self.set_state(user, id, RunState::Stopping, None).await?;
        self.command(user, id, |book| Command::Flatten { book }).await?;
        self.finish_when_flat(user, id);
        Ok(record)
    }

    fn finish_when_flat(&self, user: UserId, id: RunId) {
        let Some(run) = self.lock().get(&id).cloned() else { return };
        let runs = self.clone();
        tokio::spawn(async move {
            let flat = |view: &Arc<crate::accounts::AccountView>| {
                view.books.iter().filter(|b| b.run == Some(id.0)).all(|b| b.quantity.is_zero())
            };
            // The server ends first: the run goes on being stopped when it comes back.
            if !run.account.wait_until(flat).await {
                return;
            }
            if let Err(why) = runs.set_state(user, id, RunState::Stopped, None).await {
                tracing::error!(run.id = %id, "run {id} is flat but cannot be marked as stopped: {why}");
            }
            runs.lock().remove(&id);
        });
    }

    /// It can go on no more: entries stop, stops stay, why is stored.
    pub(super) async fn fail(&self, user: UserId, id: RunId, why: &str) {
        if let Err(why) = self.command(user, id, |book| Command::Pause { book }).await {
            tracing::error!(run.id = %id, "the failed run {id} cannot be paused: {why}");
        }
        if let Err(why) = self.set_state(user, id, RunState::Failed, Some(why)).await {
            tracing::error!(run.id = %id, "run {id} cannot be marked as failed: {why}");
        }
        self.lock().remove(&id);
    }

    async fn in_state(
        &self,
        user: UserId,
        id: RunId,
        states: &[RunState],
        verb: &str,
    ) -> Result<(), DeskError> {
        let record = store::runs::get(&self.inner.store, user, id).await?;
        if states.contains(&record.state) {
            return Ok(());
        }
        let state = format!("{:?}", record.state).to_lowercase();
        Err(DeskError::Conflict(format!("run {id} is {state}: it cannot be {verb}")))
    }

    async fn command(
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

    async fn set_state(
        &self,
        user: UserId,
        id: RunId,
        state: RunState,
        because: Option<&str>,
    ) -> Result<RunRecord, DeskError> {
        let store = &self.inner.store;
        let before = store::runs::get(store, user, id).await?;
        let unit = store.begin().await?;
        store::runs::set_state(&unit, user, id, before.version, state, because, self.inner.clock.now())
            .await?;
        unit.commit().await?;
        let record = store::runs::get(store, user, id).await?;
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

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<RunId, LiveRun>> {
        self.inner.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn choice(
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
