//! What an account is told, and what comes of it.

use broker::{Request, Update};
use domain::Timestamp;
use domain::order::{OrderId, OrderKey};
use domain::time::DayNumber;
use domain::trade::BookId;
use engine::{AccountLimits, ClosedBar, Event, Lock, LockScope, Refusal, RiskPolicy};
use serde::{Deserialize, Serialize};
use store::RunId;
use store::books::{ClosedTrade, Position};
use store::orders::{Fill, NewOrder, OrderUpdate};
use store::risk::{NewIncident, RiskEvent};
use strategy::SignalBits;

use super::{Asked, BookSetup, InstrumentLists};

/// One thing an account is told; the journal holds them in order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Input {
    /// A block of order ids was reserved.
    Ids { day: DayNumber, first: i64, count: i64 },
    /// The account's limits and rules, from now on.
    Limits(Box<AccountLimits>, Box<RiskPolicy>),
    /// A run, or a person, begins to trade an instrument.
    Book(Box<BookSetup>),
    /// A bar of a run's instrument has closed. A bar that was told before, or is older than one that was, is not
    /// judged again.
    Bar(Box<BarClosed>),
    /// Market, command, timer, commit.
    Event(Event),
    /// The broker.
    Heard(Update),
    /// A person's order.
    Order(Box<Asked>),
    /// A person throws the kill switch, and says why.
    Kill { scope: LockScope, flatten: bool, said: Box<Reason> },
    /// What may be entered, from now on.
    Instruments(Box<InstrumentLists>),
    /// Its run is over and nothing of the book may happen any more: it is told no price again.
    Retire { book: BookId },
}

/// Why a person locked something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reason {
    pub because: String,
    /// The user's id.
    pub by: i64,
}

/// What a strategy decided at a bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decided {
    /// When the bar opened.
    pub bar: Timestamp,
    /// When it was judged.
    pub at: Timestamp,
    pub signals: SignalBits,
}

/// A closed bar, and where it comes from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BarClosed {
    pub book: BookId,
    pub source: BarSource,
    pub bar: ClosedBar,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum BarSource {
    /// Fetched after it had closed.
    History,
    /// Built from the ticks heard: the history came late or lacked it.
    Ticks,
    /// A day that is replayed.
    Replay,
}

/// What must be done, in order.
#[derive(Clone, PartialEq, Debug)]
pub enum Act {
    Write(Write),
    /// Hand this to the broker. Never repeated.
    Send(Request),
}

/// What must be stored.
#[derive(Clone, PartialEq, Debug)]
pub enum Write {
    /// A decided order: once it is durable tell the path [`Event::Committed`] of its key.
    NewOrder(Box<NewOrder>, OrderKey),
    Moved(Box<Moved>),
    Fill(OrderId, Fill),
    Position(Box<Position>),
    Trade(Box<ClosedTrade>),
    Refused(Box<Refused>),
    Incident(NewIncident),
    /// With the reason where a person did it.
    Locked(Lock, Option<RunId>, Option<Box<Reason>>),
    Unlocked(Lock, Option<RunId>),
}

/// An order moved on.
#[derive(Clone, PartialEq, Debug)]
pub struct Moved {
    pub id: OrderId,
    pub update: OrderUpdate,
}

/// A rule said no.
#[derive(Clone, PartialEq, Debug)]
pub struct Refused {
    pub refusal: Refusal,
    /// In words, with the cure.
    pub why: String,
    pub event: RiskEvent,
}
