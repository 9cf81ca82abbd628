//! What an account's task is told.

use std::sync::Arc;

use broker::Update;
use domain::order::{OrderId, OrderKey};
use domain::time::DayNumber;
use domain::trade::BookId;
use domain::{Price, Qty, Timestamp};
use engine::{AccountLimits, Event, LockScope, RiskPolicy};
use store::RunId;
use tokio::sync::oneshot;

use super::view::AccountView;
use crate::DeskError;
use crate::path::{Asked, BarClosed, BookSetup, InstrumentLists, Reason, Refused};

pub(crate) enum Message {
    /// A price of an instrument.
    Tick {
        instrument: domain::instrument::InstrumentId,
        price: Price,
    },
    /// A market event of one book, decided by whoever watches its bars.
    Market(Event),
    Bar(Box<BarClosed>),
    Heard(Update),
    /// Everything up to this place of the journal is stored, these orders with it.
    Stored {
        through: i64,
        orders: Vec<OrderKey>,
    },
    /// The database will not take this order: it must not leave.
    Unstorable {
        order: OrderKey,
    },
    /// The journal may not have what was decided: nothing of it is stored, nothing leaves.
    JournalLost {
        why: String,
    },
    Ids {
        day: DayNumber,
        first: i64,
        count: i64,
    },
    Do {
        wish: Wish,
        reply: oneshot::Sender<Result<Done, DeskError>>,
    },
    AddBook {
        setup: Box<BookSetup>,
        reply: oneshot::Sender<Result<BookId, DeskError>>,
    },
    /// Which book this is.
    Setup {
        book: BookId,
        reply: oneshot::Sender<Option<BookSetup>>,
    },
    /// A run is over: its books are retired once nothing of them may happen any more.
    Over {
        run: RunId,
    },
    /// How it stands now; whoever looks after that sees at least as much.
    Look {
        reply: oneshot::Sender<Arc<AccountView>>,
    },
    /// Answer once nothing is on its way any more.
    Settle {
        reply: oneshot::Sender<()>,
    },
    /// Finish what is being written, then end.
    Stop {
        reply: oneshot::Sender<()>,
    },
}

/// What a caller wants of an account.
pub enum Wish {
    Command(engine::Command),
    Place(Box<Asked>),
    /// Something of one order.
    Order {
        order: OrderId,
        command: Box<dyn FnOnce(OrderKey) -> engine::Command + Send>,
    },
    /// Every order by hand that is open.
    CancelAll,
    Limits(Box<AccountLimits>, Box<RiskPolicy>, Box<InstrumentLists>),
    Kill {
        scope: LockScope,
        flatten: bool,
        said: Box<Reason>,
    },
}

/// What became of a wish; durable when it is told.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Done {
    pub at: Timestamp,
    /// Orders that were decided at once.
    pub orders: Vec<OrderId>,
    /// What rules refused.
    pub refused: Vec<Refused>,
    /// Orders asked to be cancelled.
    pub cancelled: Vec<OrderId>,
    /// Orders asked to be changed.
    pub changed: Vec<OrderId>,
    /// Of an order by hand: units, those of earlier orders among them, that open once what closes before them is done.
    pub waits: Qty,
}

impl Done {
    /// What became of several wishes together.
    pub fn add(&mut self, other: Done) {
        self.at = self.at.max(other.at);
        self.orders.extend(other.orders);
        self.refused.extend(other.refused);
        self.cancelled.extend(other.cancelled);
        self.changed.extend(other.changed);
        self.waits += other.waits;
    }
}
