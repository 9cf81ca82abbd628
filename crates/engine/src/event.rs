//! What the engine is told.

use domain::order::{OrderKey, Terms, Timing, TradeNumber};
use domain::trade::{BookId, ExitReason};
use domain::{Price, Qty, Timestamp};
use strategy::{Distances, SignalBits};

use crate::{Change, Level, LockScope, ManualOrder};

/// One thing that happened. Market events are addressed to a book: its instrument, its timeframe.
///
/// A bar is told as `Open`, `Range`, `Close`. The shell may leave out phases in which nothing can happen (see
/// [`crate::Engine::watch`]): the effects are the same.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Event {
    /// A trading day begins for the book. `square_off` is when it must be flat, if it must.
    DayStart {
        book: BookId,
        square_off: Option<Timestamp>,
        /// When its exchange opens and closes today.
        hours: Option<(Timestamp, Timestamp)>,
        /// The lowest and highest price that its exchange takes today.
        circuit: Option<(Price, Price)>,
    },
    /// The first price of a bar.
    Open {
        book: BookId,
        price: Price,
    },
    /// The bar's range, after its resting orders were filled.
    Range {
        book: BookId,
        high: Price,
        low: Price,
        close: Price,
    },
    /// The bar has closed.
    Close {
        book: BookId,
        bar: ClosedBar,
    },
    /// A trade printed.
    Tick {
        book: BookId,
        price: Price,
    },
    /// The best prices of the order book; a market order is priced from them instead of from the last trade.
    Quote {
        book: BookId,
        bid: Price,
        ask: Price,
    },
    /// The last known price of a book whose bars were left out; before anything that needs the account's equity.
    Mark {
        book: BookId,
        price: Price,
    },
    /// The book must be flat now: at the next price, or at the close that is being made. `reason` is what its trade says.
    SquareOff {
        book: BookId,
        timing: Timing,
        reason: ExitReason,
    },
    /// The shell has stored the order durably: it may be sent.
    Committed {
        order: OrderKey,
    },
    Report {
        order: OrderKey,
        news: News,
    },
    /// The instant that [`crate::Engine::next_due`] named has come.
    Timer,
    /// The shell was killed and has told again all that was stored. What was on its way is in doubt.
    Restarted,
    Command(Command),
    /// The link to the broker is back.
    Connected,
}

/// What the exchange says of an order, or what is known of a request.
///
/// Anything may be told twice, late or out of order: what is known already changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum News {
    Accepted,
    /// A trade. With its number it is counted once however often it is told; without one the shell answers for that.
    Filled {
        qty: Qty,
        price: Price,
        phase: FillPhase,
        trade: Option<TradeNumber>,
    },
    /// The change of that number ([`domain::order::Ticket::change`]) was made.
    Modified {
        change: u8,
    },
    /// The change of that number was refused: what was confirmed before stands.
    ModifyRejected {
        change: u8,
    },
    /// A stop's trigger traded: what is left of it goes on at the market.
    Triggered,
    /// It rests no more, and all that it traded has been told. Where that is not sure, tell [`News::Seen`].
    Cancelled,
    CancelRejected,
    Rejected(RejectCause),
    /// No answer came in time: the request may have been carried out, or may yet be.
    TimedOut,
    /// The exchange's or broker's own row of the order.
    Seen(Seen),
    /// A good reading of the broker's book, begun after [`crate::Effect::Ask`], does not have the order.
    Missing,
}

/// An order as a row of the broker's book shows it. Tell its trades first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Seen {
    pub status: SeenStatus,
    /// The whole quantity, traded and not.
    pub qty: Qty,
    /// Units traded in all.
    pub filled: Qty,
    pub terms: Terms,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum SeenStatus {
    Working,
    Filled,
    Cancelled,
    Rejected,
    Expired,
}

/// Why an order was rejected, as far as it decides what is done about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum RejectCause {
    /// The limit lies outside the exchange's price band or limit-price protection.
    PriceBand,
    /// Too many requests.
    Throttled,
    /// The broker's or exchange's own failure.
    Busy,
    /// The trigger has traded already.
    TriggerCrossed,
    Margin,
    /// Anything else: nothing is known to cure it.
    Other,
    /// It never left: there was no link. What closes or guards is wished anew after [`Event::Connected`].
    NotSent,
}

impl RejectCause {
    /// The table of cures: whether the same wish, priced anew, may be accepted.
    pub const fn is_curable(self) -> bool {
        match self {
            RejectCause::PriceBand | RejectCause::Throttled | RejectCause::Busy => true,
            RejectCause::TriggerCrossed | RejectCause::Margin | RejectCause::NotSent | RejectCause::Other => {
                false
            }
        }
    }
}

/// Where in a bar a fill came: an entry inside the bar cannot know whether the target was touched before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum FillPhase {
    #[default]
    AtOpenOrTick,
    InsideBar,
    AtClose,
}

/// A closed bar and what was computed from it.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ClosedBar {
    /// When it opened: what is decided at its close is known by that.
    pub opened: Timestamp,
    /// High and low; may be left out for a book without a trailing stop, the only one to read them.
    pub range: Option<(Price, Price)>,
    pub close: Price,
    pub signals: SignalBits,
    /// Average true range (14) at this bar in rupees; NaN if unknown or not needed.
    pub atr: f64,
    /// Annualised volatility of returns at this bar, as a fraction; NaN if unknown or not needed.
    pub volatility: f64,
    /// Stop and target of a position entered at this close, if the strategy sets its own.
    pub distances: Distances,
    /// No other bar of the book comes today.
    pub last_of_day: bool,
}

/// What a person or a use-case orders.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Command {
    /// A person's order. Refused with the cure where it cannot be; the rules judge what it opens.
    Order(ManualOrder),
    /// Changes an order of a person, or the trigger of a protective stop.
    Change(Change),
    /// Takes back an entry, a person's own exit, or the stop of a book without strategy. An order that is not known is
    /// an [`crate::Trouble::UnknownOrder`].
    Cancel {
        order: OrderKey,
    },
    /// Sets stop or target of the position that the book holds; what is `None` stays.
    Protect {
        book: BookId,
        stop: Option<Level>,
        target: Option<Level>,
    },
    /// What waits to be opened is not wanted any more.
    DropWaiting {
        book: BookId,
    },
    /// Be flat, at the market.
    Flatten {
        book: BookId,
    },
    /// No new entries until resumed; stops stay.
    Pause {
        book: BookId,
    },
    Resume {
        book: BookId,
    },
    /// The kill switch: entries within the scope are cancelled and refused until it is unlocked. Protective stops stay;
    /// with `flatten` each is changed into an exit.
    Kill {
        scope: LockScope,
        flatten: bool,
    },
    /// Lifts every lock of the scope, whatever made it. Whoever tells this has the permission and records it.
    Unlock {
        scope: LockScope,
    },
}
