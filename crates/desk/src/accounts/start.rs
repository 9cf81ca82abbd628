//! Bringing an account to work: for the first time, or back after a kill.
//!
//! Its journal is told again from the newest snapshot on, which gives the engine as it was; what of it the database lacks is written now; what was
//! on its way is in doubt, and asked for at the broker before any new entry leaves.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use broker::{Broker, Sink, Update};
use domain::calendar::Calendar;
use domain::{Money, Timestamp};
use engine::{AccountLimits, Conduct, Event, RiskPolicy};
use store::{AccountId, Store, UserId};
use tokio::sync::{mpsc, watch};

use super::account::{Account, Queues};
use super::message::Message;
use super::snapshots;
use super::task::Task;
use super::view::{AccountState, AccountView};
use super::writer::{Batch, Known, Writer};
use crate::hub::Hub;
use crate::journal::Journal;
use crate::path::{Act, Input, InstrumentLists, OrderPath};
use crate::{Clock, DeskError};

/// What an account is.
#[derive(Clone, Debug)]
pub struct AccountSettings {
    pub id: AccountId,
    pub user: UserId,
    pub initial_cash: Money,
    pub limits: AccountLimits,
    pub policy: RiskPolicy,
    pub instruments: InstrumentLists,
    /// How far the exchange's answers can be relied on.
    pub conduct: Conduct,
    /// The days of its market; `None`: it trades at any hour, or whoever replays it tells its days.
    pub calendar: Option<&'static Calendar>,
    /// Its journal's folder.
    pub folder: PathBuf,
}

/// Makes the link to the broker; what the broker says goes into the sink.
pub type Link = Box<dyn FnOnce(Sink) -> Arc<dyn Broker> + Send>;

impl Account {
    pub async fn start(
        settings: AccountSettings,
        store: Store,
        clock: Clock,
        hub: Hub,
        link: Link,
    ) -> Result<Account, DeskError> {
        let (tell, inbox) = mpsc::unbounded_channel();
        let stored = store::desk_cursor::get(&store, settings.id).await?;
        let come_back = CameBack::read(&settings, stored)?;
        let CameBack { path, journal, unstored, last, fresh, told } = come_back;
        clock.not_before(last);
        let (batches, to_write) = mpsc::unbounded_channel();
        let passed_on = unstored.last().map_or(stored, |batch| batch.place);
        for batch in unstored {
            let _ = batches.send(batch);
        }
        let writer = Writer {
            store: store.clone(),
            user: settings.user,
            account: settings.id,
            hub: hub.clone(),
            stored,
            tell: tell.clone(),
            known: Known::default(),
        };
        // First of all that it hears, before what is stored now: whatever was on its way is in doubt.
        if !fresh {
            let _ = tell.send(Message::Market(Event::Restarted));
        }
        tokio::spawn(writer.run(to_write));

        let hears = tell.downgrade();
        let sink: Sink = Arc::new(move |update: Update| {
            if let Some(tell) = hears.upgrade() {
                let _ = tell.send(Message::Heard(update));
            }
        });
        let state = AccountState::Disconnected("not connected yet".to_owned());
        let first_view = Arc::new(AccountView::of(settings.id, &path, &state, clock.now()));
        let (view, seen) = watch::channel(first_view);
        let queues = Arc::new(Queues::default());
        let broker = link(sink);
        let task = Task {
            id: settings.id,
            user: settings.user,
            path,
            journal,
            folder: settings.folder,
            calendar: settings.calendar,
            broker,
            clock,
            store,
            hub,
            batches,
            myself: tell.downgrade(),
            view,
            queues: queues.clone(),
            state,
            last,
            since_snapshot: told,
            passed_on,
            stored,
            day: None,
            square_offs: Vec::new(),
            over: BTreeSet::new(),
            reserving: false,
            acts: Vec::new(),
            waiting: VecDeque::new(),
            held: Vec::new(),
        };
        tokio::spawn(task.run(inbox));
        Ok(Account { id: settings.id, user: settings.user, tell, view: seen, queues })
    }
}

/// An account as its journal has it.
struct CameBack {
    path: OrderPath,
    journal: Journal,
    /// What the database does not have yet.
    unstored: Vec<Batch>,
    last: Timestamp,
    fresh: bool,
    /// How many inputs of the journal were told again.
    told: usize,
}

impl CameBack {
    fn read(settings: &AccountSettings, stored: i64) -> Result<CameBack, DeskError> {
        let (id, conduct) = (settings.id, settings.conduct);
        // What the database lacks comes from the journal: a snapshot of a later place would hide it.
        let saved = snapshots::newest(&settings.folder, stored, |bytes| {
            OrderPath::restore(id, conduct, bytes).map_err(|why| why.to_string())
        });
        let saved = saved.map_err(|why| DeskError::Unavailable(format!("the account's snapshots: {why}")))?;
        let (from, mut path) = match saved {
            Some((place, path)) => (place + 1, path),
            None => (1, OrderPath::new(id, settings.initial_cash, AccountLimits::default(), conduct)),
        };
        let mut unstored = Vec::new();
        let (mut last, mut told) = (path.now(), 0);
        let mut acts = Vec::new();
        let mut limits = None;
        let mut journal = Journal::open(&settings.folder, from, |entry| {
            told += 1;
            path.handle(entry.at, &entry.input, &mut acts);
            if let Input::Limits(set, policy) = &entry.input {
                limits = Some((**set, (**policy).clone()));
            }
            last = entry.at;
            // What was to be sent has been sent, or never will be: the broker is asked which.
            let writes: Vec<_> = acts
                .drain(..)
                .filter_map(|act| match act {
                    Act::Write(write) => Some(write),
                    Act::Send(_) => None,
                })
                .collect();
            if entry.place > stored && !writes.is_empty() {
                unstored.push(Batch { place: entry.place, at: entry.at, writes, journal: None });
            }
        })?;
        if journal.next() <= stored {
            return Err(DeskError::Conflict(format!(
                "the journal of account {} ends at place {}, the database knows place {stored}: one of the two is from a backup; restore both from the same one",
                settings.id,
                journal.next() - 1
            )));
        }
        let fresh = journal.next() == 1;
        // What was set while it did not work, or by its first start.
        let wanted = (settings.limits, settings.policy.clone());
        if limits.as_ref() != Some(&wanted) {
            let input = Input::Limits(Box::new(wanted.0), Box::new(wanted.1));
            journal.append(last.max(Timestamp::from_micros(0)), &input)?;
            path.handle(last, &input, &mut acts);
        }
        if *path.instrument_lists() != settings.instruments {
            let input = Input::Instruments(Box::new(settings.instruments.clone()));
            journal.append(last.max(Timestamp::from_micros(0)), &input)?;
            path.handle(last, &input, &mut acts);
        }
        Ok(CameBack { path, journal, unstored, last, fresh, told })
    }
}
