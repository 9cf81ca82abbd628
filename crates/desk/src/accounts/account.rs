//! The handle by which others speak to an account's task.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::Price;
use domain::instrument::InstrumentId;
use domain::trade::BookId;
use engine::Event;
use store::{AccountId, RunId, UserId};
use tokio::sync::{mpsc, oneshot, watch};

use super::message::{Done, Message, Wish};
use super::view::AccountView;
use crate::DeskError;
use crate::path::{BarClosed, BookSetup};

/// A handle on an account's task. Cloned, it is the same account.
#[derive(Clone)]
pub struct Account {
    pub id: AccountId,
    pub user: UserId,
    pub(super) tell: mpsc::UnboundedSender<Message>,
    pub(super) view: watch::Receiver<Arc<AccountView>>,
    pub(super) queues: Arc<Queues>,
}

/// What waits for an account's task and its writer, as of its last step.
#[derive(Default)]
pub(super) struct Queues {
    pub inbox: AtomicUsize,
    pub unwritten: AtomicUsize,
}

impl Account {
    /// How it stands, as of a moment ago.
    pub fn view(&self) -> Arc<AccountView> {
        self.view.borrow().clone()
    }

    /// What it was told and has not taken up yet.
    pub fn inbox(&self) -> usize {
        self.queues.inbox.load(Ordering::Relaxed)
    }

    /// What it decided that is not stored yet.
    pub fn unwritten(&self) -> usize {
        self.queues.unwritten.load(Ordering::Relaxed)
    }

    /// Waits until how it stands satisfies `holds`; `false`: its task has ended before.
    pub async fn wait_until(&self, holds: impl FnMut(&Arc<AccountView>) -> bool) -> bool {
        self.view.clone().wait_for(holds).await.is_ok()
    }

    /// Carries out a wish. What it decided is durable when this returns; what the exchange makes of it comes later.
    pub async fn wish(&self, wish: Wish) -> Result<Done, DeskError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Do { wish, reply })?;
        answer.await.map_err(|_| gone())?
    }

    pub async fn add_book(&self, setup: BookSetup) -> Result<BookId, DeskError> {
        // Checked here: what is in the journal must build.
        setup.build(domain::order::InstrumentKey(0))?;
        let (reply, answer) = oneshot::channel();
        self.send(Message::AddBook { setup: Box::new(setup), reply })?;
        answer.await.map_err(|_| gone())?
    }

    /// How a book was set up.
    pub async fn setup(&self, book: BookId) -> Result<BookSetup, DeskError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Setup { book, reply })?;
        answer.await.map_err(|_| gone())?.ok_or(DeskError::NotFound { what: "book" })
    }

    /// How it stands after all that it was told so far; `None`: its task has ended.
    pub(crate) async fn look(&self) -> Option<Arc<AccountView>> {
        let (reply, answer) = oneshot::channel();
        self.tell.send(Message::Look { reply }).ok()?;
        answer.await.ok()
    }

    pub fn tick(&self, instrument: &InstrumentId, price: Price) {
        let _ = self.tell.send(Message::Tick { instrument: instrument.clone(), price });
    }

    /// Tells a market event of one book.
    pub fn market(&self, event: Event) {
        let _ = self.tell.send(Message::Market(event));
    }

    /// Tells a closed bar of a run's book.
    pub fn bar(&self, bar: BarClosed) {
        let _ = self.tell.send(Message::Bar(Box::new(bar)));
    }

    /// Tells that a run is over: its books are told no more prices once nothing of them may happen.
    pub(crate) fn over(&self, run: RunId) {
        let _ = self.tell.send(Message::Over { run });
    }

    /// Returns once everything told so far has had all its consequences.
    pub async fn settle(&self) {
        let (reply, answer) = oneshot::channel();
        if self.tell.send(Message::Settle { reply }).is_ok() {
            let _ = answer.await;
        }
    }

    /// Ends the task once everything is stored.
    pub async fn stop(&self) {
        let (reply, answer) = oneshot::channel();
        if self.tell.send(Message::Stop { reply }).is_ok() {
            let _ = answer.await;
        }
    }

    /// Whether its task was stopped: nothing reaches it any more.
    pub(crate) fn has_ended(&self) -> bool {
        self.tell.is_closed()
    }

    fn send(&self, message: Message) -> Result<(), DeskError> {
        self.tell.send(message).map_err(|_| gone())
    }
}

pub(super) fn gone() -> DeskError {
    DeskError::Unavailable("the account's task has ended; restart the server".to_owned())
}
