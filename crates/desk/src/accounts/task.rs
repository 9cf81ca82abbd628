//! An account's task: one message at a time, written to the journal before anything comes of it.

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use broker::{Broker, Update};
use domain::calendar::Calendar;
use domain::time::DayNumber;
use domain::trade::BookId;
use domain::{Qty, Timestamp};
use engine::{Command, Event, News, RejectCause};
use store::{AccountId, RunId, Store, UserId};
use tokio::sync::{mpsc, oneshot, watch};

use super::account::{Queues, gone};
use super::message::{Done, Message, Wish};
use super::snapshots;
use super::view::{AccountState, AccountView};
use super::writer::Batch;
use crate::hub::{Hub, Note, Topic};
use crate::journal::Journal;
use crate::path::{Act, Input, LOW_IDS, OrderPath, Write};
use crate::{Clock, DeskError};

/// A caller who waits until what was decided is durable.
pub(super) struct Waiting {
    place: i64,
    answer: Answer,
}

enum Answer {
    Wish(oneshot::Sender<Result<Done, DeskError>>, Done),
    Book(oneshot::Sender<Result<BookId, DeskError>>, BookId),
}

/// Between two looks at what should be published while only prices move.
const PUBLISH_EVERY: Duration = Duration::from_millis(200);
/// Under this target two traces say when a place of the journal went to the writer, and when it is stored.
const TIMING: &str = "desk::timing";
/// Inputs between two snapshots: told again within a tenth of a second.
const SNAPSHOT_EVERY: usize = 50_000;
/// After a start one is made sooner: so much was told again.
const SNAPSHOT_AFTER_START: usize = 200;
/// Ids reserved at a time.
const BLOCK: i64 = 500;

/// The task's own state.
pub(super) struct Task {
    pub id: AccountId,
    pub user: UserId,
    pub path: OrderPath,
    pub journal: Journal,
    pub folder: PathBuf,
    pub calendar: Option<&'static Calendar>,
    pub broker: Arc<dyn Broker>,
    pub clock: Clock,
    pub store: Store,
    pub hub: Hub,
    pub batches: mpsc::UnboundedSender<Batch>,
    pub myself: mpsc::WeakUnboundedSender<Message>,
    pub view: watch::Sender<Arc<AccountView>>,
    pub queues: Arc<Queues>,
    pub state: AccountState,
    /// When the last input came: time does not go back.
    pub last: Timestamp,
    /// Inputs since the newest snapshot.
    pub since_snapshot: usize,
    /// The last place whose writes were passed on, and the last that is stored.
    pub passed_on: i64,
    pub stored: i64,
    pub day: Option<DayNumber>,
    /// Books that must be flat later today, and when.
    pub square_offs: Vec<(BookId, Timestamp)>,
    /// Books of runs that are over, of which something may still happen.
    pub over: BTreeSet<BookId>,
    pub reserving: bool,
    pub acts: Vec<Act>,
    pub waiting: VecDeque<Waiting>,
    /// Orders that were asked for while no id was in stock.
    pub held: Vec<(Wish, oneshot::Sender<Result<Done, DeskError>>)>,
}

impl Task {
    pub async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Message>) {
        let mut settling: Vec<oneshot::Sender<()>> = Vec::new();
        let mut dirty = true;
        let mut publish = tokio::time::interval(PUBLISH_EVERY);
        publish.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.reserve_ids();
        if self.since_snapshot >= SNAPSHOT_AFTER_START {
            self.snapshot();
        }
        loop {
            let due = self.until_due();
            tokio::select! {
                biased;
                message = inbox.recv() => {
                    let Some(message) = message else { break };
                    dirty = true;
                    match message {
                        Message::Settle { reply } => settling.push(reply),
                        Message::Stop { reply } => {
                            self.publish();
                            // The writer ends when the sender is dropped and everything is stored.
                            drop(self.batches);
                            let _ = reply.send(());
                            return;
                        }
                        message => self.take(message),
                    }
                }
                () = sleep_for(due), if due.is_some() => {
                    dirty = true;
                    self.on_time();
                }
                _ = publish.tick() => {
                    if dirty {
                        self.publish();
                        dirty = false;
                    }
                }
            }
            self.queues.inbox.store(inbox.len(), Ordering::Relaxed);
            let unwritten = usize::try_from(self.passed_on - self.stored).unwrap_or_default();
            self.queues.unwritten.store(unwritten, Ordering::Relaxed);
            if !settling.is_empty() && self.is_quiet() && inbox.is_empty() {
                self.publish();
                dirty = false;
                for reply in settling.drain(..) {
                    let _ = reply.send(());
                }
            }
        }
    }

    /// Orders wait for ids: a replay that went on meanwhile would decide them later than its backtest.
    fn is_quiet(&self) -> bool {
        let is_stored = self.stored >= self.passed_on && !self.reserving;
        is_stored && self.broker.outstanding() == 0 || self.failed()
    }

    /// Whether the market is a day that is replayed: whoever replays it tells days and square-offs too.
    pub(super) fn is_told(&self) -> bool {
        matches!(self.clock, Clock::Told(_))
    }

    pub(super) fn failed(&self) -> bool {
        matches!(self.state, AccountState::Failed(_))
    }

    fn take(&mut self, message: Message) {
        match message {
            // In a replay the bars alone are the market: ticks are for looking at.
            Message::Tick { .. } if self.is_told() => {}
            Message::Tick { instrument, price } => {
                let books: Vec<BookId> = self.books_at_work(|setup| setup.instrument == instrument);
                if !books.is_empty() {
                    self.new_day();
                }
                for book in books {
                    self.input(Input::Event(Event::Tick { book, price }));
                }
            }
            Message::Market(event) => {
                self.input(Input::Event(event));
            }
            Message::Bar(bar) => {
                self.new_day();
                self.input(Input::Bar(bar));
            }
            Message::Heard(update) => self.hear(update),
            Message::Stored { through, orders } => {
                self.stored = self.stored.max(through);
                tracing::trace!(target: TIMING, stored = true, place = through);
                for order in orders {
                    self.input(Input::Event(Event::Committed { order }));
                }
                self.answer();
            }
            Message::JournalLost { why } => self.fail(format!("its journal cannot be made durable: {why}")),
            Message::Unstorable { order } => {
                let news = News::Rejected(RejectCause::Other);
                self.input(Input::Event(Event::Report { order, news }));
            }
            Message::Ids { day, first, count } => {
                self.reserving = false;
                self.input(Input::Ids { day, first, count });
                for (wish, reply) in std::mem::take(&mut self.held) {
                    self.wish(wish, reply);
                }
            }
            // Whoever orders is told the ids of the orders: just after a start there are none yet.
            Message::Do { wish: wish @ Wish::Place(_), reply }
                if self.path.ids_left() == 0 && !self.failed() =>
            {
                self.reserve_ids();
                self.held.push((wish, reply));
            }
            Message::Do { wish, reply } => self.wish(wish, reply),
            Message::AddBook { setup, reply } => {
                let book = BookId(self.path.books().count() as u32);
                match self.input(Input::Book(setup)) {
                    Some(place) => {
                        // The day of the other books has begun: told again, they would let go of their orders.
                        if self.day == Some(self.clock.now().day()) {
                            self.begin_day(book);
                        } else {
                            self.new_day();
                        }
                        self.wait(place, Answer::Book(reply, book));
                    }
                    None => drop(reply.send(Err(self.why_failed()))),
                }
            }
            Message::Setup { book, reply } => {
                let setup = self.path.books().find(|(id, _)| *id == book).map(|(_, setup)| setup.clone());
                let _ = reply.send(setup);
            }
            Message::Over { run } => {
                self.over.extend(self.books_at_work(|setup| setup.run == Some(run.0)));
                self.retire();
            }
            Message::Look { reply } => {
                self.publish();
                let _ = reply.send(self.view.borrow().clone());
            }
            Message::Settle { .. } | Message::Stop { .. } => {}
        }
    }

    fn hear(&mut self, update: Update) {
        match &update {
            Update::Connected => self.state = self.unless_failed(AccountState::Connected),
            Update::Disconnected { because } => {
                self.state = self.unless_failed(AccountState::Disconnected(because.clone()));
            }
            // Only a sign that something may have settled.
            Update::Quiet => return,
            _ => {}
        }
        self.input(Input::Heard(update));
    }

    fn unless_failed(&self, state: AccountState) -> AccountState {
        if self.failed() { self.state.clone() } else { state }
    }

    fn wish(&mut self, wish: Wish, reply: oneshot::Sender<Result<Done, DeskError>>) {
        if self.failed() {
            let _ = reply.send(Err(self.why_failed()));
            return;
        }
        let book = if let Wish::Place(asked) = &wish { Some(asked.order.book) } else { None };
        let inputs = match wish {
            Wish::Command(command) => vec![Input::Event(Event::Command(command))],
            Wish::Place(asked) => vec![Input::Order(asked)],
            Wish::Limits(limits, policy, lists) => {
                vec![Input::Limits(limits, policy), Input::Instruments(lists)]
            }
            Wish::Kill { scope, flatten, said } => vec![Input::Kill { scope, flatten, said }],
            Wish::Order { order, command } => {
                let Some(key) = self.path.key_of(order) else {
                    let _ = reply.send(Err(DeskError::NotFound { what: "order" }));
                    return;
                };
                vec![Input::Event(Event::Command(command(key)))]
            }
            Wish::CancelAll => {
                // What waits first: the end of an order would let it go.
                let waits =
                    self.path.own_waiting_books().into_iter().map(|book| Command::DropWaiting { book });
                let own = self.path.own_open_orders().into_iter().map(|order| Command::Cancel { order });
                waits.chain(own).map(|command| Input::Event(Event::Command(command))).collect()
            }
        };
        let mut all = Done { at: self.last, ..Done::default() };
        let mut place = self.passed_on;
        for input in inputs {
            let Some((at, acts)) = self.input_keeping(&input) else {
                let _ = reply.send(Err(self.why_failed()));
                return;
            };
            place = at;
            all.add(done(self.last, &acts));
        }
        all.waits = book.map_or(Qty::ZERO, |book| self.path.engine().book(book).waits());
        self.wait(place, Answer::Wish(reply, all));
    }

    fn wait(&mut self, place: i64, answer: Answer) {
        self.waiting.push_back(Waiting { place, answer });
        self.answer();
    }

    /// Answers whoever waited for what is stored by now.
    fn answer(&mut self) {
        while let Some(first) = self.waiting.front() {
            // What caused no writes has nothing to wait for but what came before it.
            let needed = first.place.min(self.passed_on);
            if self.stored < needed {
                return;
            }
            let Some(Waiting { answer, .. }) = self.waiting.pop_front() else { return };
            match answer {
                Answer::Wish(reply, done) => drop(reply.send(Ok(done))),
                Answer::Book(reply, book) => {
                    // Whoever began it finds it: a kill switch must not miss a run that has just started.
                    self.publish();
                    let _ = reply.send(Ok(book));
                }
            }
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "most callers make it on the spot")]
    pub(super) fn input(&mut self, input: Input) -> Option<i64> {
        self.input_keeping(&input).map(|(place, _)| place)
    }

    /// Writes an input down, acts on it, and gives back what it caused.
    fn input_keeping(&mut self, input: &Input) -> Option<(i64, Vec<Act>)> {
        if self.failed() {
            return None;
        }
        // A told clock goes back and forth between books, as a backtest's does.
        let at = if self.is_told() { self.clock.now() } else { self.clock.now().max(self.last) };
        let place = match self.journal.append(at, input) {
            Ok(place) => place,
            Err(why) => {
                self.fail(why.to_string());
                return None;
            }
        };
        self.last = at;
        let mut acts = std::mem::take(&mut self.acts);
        self.path.handle(at, input, &mut acts);
        self.carry_out(place, at, &acts);
        let wished = matches!(input, Input::Event(Event::Command(_)) | Input::Order(_) | Input::Kill { .. });
        let kept = if wished { acts.clone() } else { Vec::new() };
        acts.clear();
        self.acts = acts;
        if self.path.ids_left() < LOW_IDS {
            self.reserve_ids();
        }
        self.since_snapshot += 1;
        if self.since_snapshot >= SNAPSHOT_EVERY {
            self.snapshot();
        }
        Some((place, kept))
    }

    fn carry_out(&mut self, place: i64, at: Timestamp, acts: &[Act]) {
        let mut writes = Vec::new();
        let mut decides = false;
        for act in acts {
            match act {
                Act::Write(write) => {
                    decides |= matches!(write, Write::NewOrder(..) | Write::Locked(..));
                    writes.push(write.clone());
                }
                Act::Send(request) => self.broker.send(request.clone()),
            }
        }
        if writes.is_empty() {
            return;
        }
        let journal = if decides {
            match self.journal.syncer() {
                Ok(file) => Some(file),
                Err(why) => return self.fail(why.to_string()),
            }
        } else {
            None
        };
        self.passed_on = place;
        tracing::trace!(target: TIMING, stored = false, place);
        let _ = self.batches.send(Batch { place, at, writes, journal });
    }

    /// Keeps how all stands, and begins a new journal. Without it a start takes longer, no more.
    fn snapshot(&mut self) {
        self.since_snapshot = 0;
        let place = self.journal.next() - 1;
        let taken = self.path.snapshot().map_err(|why| why.to_string());
        let begun = taken.and_then(|bytes| {
            self.journal.sync().map_err(|why| why.to_string())?;
            self.journal = Journal::begin(&self.folder, place + 1).map_err(|why| why.to_string())?;
            Ok(bytes)
        });
        let (account, folder, stored) = (self.id, self.folder.clone(), self.stored);
        let write = move |bytes: Vec<u8>| {
            snapshots::write(&folder, place, &bytes)?;
            snapshots::prune(&folder, stored)
        };
        match begun {
            Ok(bytes) => drop(tokio::task::spawn_blocking(move || {
                if let Err(why) = write(bytes) {
                    tracing::warn!(account.id = %account, "a snapshot could not be written: {why}");
                }
            })),
            Err(why) => tracing::warn!(account.id = %account, "no snapshot: {why}"),
        }
    }

    pub(super) fn reserve_ids(&mut self) {
        let today = self.clock.now().day();
        if self.reserving || self.failed() {
            return;
        }
        let Some(myself) = self.myself.upgrade() else { return };
        self.reserving = true;
        let (store, account) = (self.store.clone(), self.id);
        tokio::spawn(async move {
            let mut wait = Duration::from_millis(20);
            loop {
                match store::order_ids::reserve(&store, account, today, BLOCK).await {
                    Ok(block) => {
                        let _ = myself.send(Message::Ids {
                            day: today,
                            first: block.first(),
                            count: block.left(),
                        });
                        return;
                    }
                    Err(why) => tracing::warn!(account.id = %account, "no order ids: {why}"),
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(Duration::from_secs(2));
            }
        });
    }

    /// Nothing more is done: what cannot be written down must not happen.
    fn fail(&mut self, why: String) {
        tracing::error!(account.id = %self.id, folder = %self.folder.display(), "account stopped: {why}");
        self.state = AccountState::Failed(why);
        for Waiting { answer, .. } in std::mem::take(&mut self.waiting) {
            match answer {
                Answer::Wish(reply, _) => drop(reply.send(Err(self.why_failed()))),
                Answer::Book(reply, _) => drop(reply.send(Err(self.why_failed()))),
            }
        }
        for (_, reply) in std::mem::take(&mut self.held) {
            let _ = reply.send(Err(self.why_failed()));
        }
    }

    fn why_failed(&self) -> DeskError {
        match &self.state {
            AccountState::Failed(why) => DeskError::Unavailable(format!("the account has stopped: {why}")),
            _ => gone(),
        }
    }

    fn publish(&mut self) {
        let view = Arc::new(AccountView::of(self.id, &self.path, &self.state, self.clock.now()));
        // First the view: whoever subscribes reads it after the number that it is told.
        let before = self.view.send_replace(view.clone());
        let mut moved = BTreeSet::new();
        for book in &view.books {
            if before.books.iter().find(|b| b.id == book.id) != Some(book) {
                let note = Note::Position(self.id, Box::new(book.clone()));
                self.hub.publish(&Topic::Positions(self.user), note);
                moved.extend(book.run.map(RunId));
            }
        }
        for run in moved {
            self.hub.publish(&Topic::Runs(self.user), Note::RunMoved(run, view.clone()));
        }
        if (before.equity, before.available, &before.state) != (view.equity, view.available, &view.state) {
            self.hub.publish(&Topic::Pnl(self.user), Note::Pnl(Box::new((*view).clone())));
        }
    }
}

fn done(at: Timestamp, acts: &[Act]) -> Done {
    let mut done = Done { at, ..Done::default() };
    for act in acts {
        match act {
            Act::Write(Write::NewOrder(order, _)) => done.orders.push(order.id),
            Act::Write(Write::Refused(refused)) => done.refused.push((**refused).clone()),
            Act::Send(broker::Request::Cancel(cancel)) => done.cancelled.push(cancel.id),
            Act::Send(broker::Request::Change(change)) => done.changed.push(change.id),
            _ => {}
        }
    }
    done
}

async fn sleep_for(due: Option<Duration>) {
    tokio::time::sleep(due.unwrap_or(Duration::MAX)).await;
}
