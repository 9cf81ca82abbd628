//! What comes back from a broker.

use domain::Timestamp;
use domain::order::OrderId;
use thiserror::Error;

use crate::{BookReading, BrokerPosition, BrokerTrade, Funds, OrderRow};

#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Update {
    /// What became of a request that named an order.
    Answer {
        order: OrderId,
        request: RequestKind,
        outcome: Outcome,
    },
    /// A trade, pushed. It may be told again, late, or before the answer to its order.
    Trade(BrokerTrade),
    /// The stop's trigger traded.
    Triggered {
        order: OrderId,
    },
    /// An order's row, pushed because it changed.
    Row(OrderRow),
    Book {
        number: u64,
        reading: Result<BookReading, Failure>,
    },
    Positions {
        number: u64,
        reading: Result<Vec<BrokerPosition>, Failure>,
    },
    Funds {
        number: u64,
        reading: Result<Funds, Failure>,
    },
    /// Nothing is outstanding: all that the requests so far caused at once has been told. The paper exchange alone.
    Quiet,
    /// The link is up (again): what was missed must be read.
    Connected,
    /// The link is down; why, without secrets.
    Disconnected {
        because: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum RequestKind {
    Place,
    Change { change: u8 },
    Cancel,
}

#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Outcome {
    /// Taken: a placed order rests or trades, a change holds, a cancelled order is out of the book and every trade of
    /// it has been told. `broker_id` with the answer to a placing.
    Done {
        broker_id: Option<String>,
    },
    Failed(Failure),
}

/// Why a request did not succeed, by what the caller does next.
#[derive(Clone, PartialEq, Debug, Error, serde::Serialize, serde::Deserialize)]
pub enum Failure {
    /// A business no of broker or exchange: final for this request.
    #[error("refused: {words} ({code})")]
    Refused { cause: RefusedCause, code: String, words: String },
    /// It did not leave, as there is no connection: safe to decide anew once [`Update::Connected`] has come.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It may have arrived: ask, never send again.
    #[error("no answer: {0}")]
    Unknown(String),
    #[error("too many requests, until {until}")]
    Throttled { until: Timestamp },
    #[error("the session has ended")]
    SessionExpired,
    /// An answer that could not be read; what there was of it, without secrets. The request may have been carried out.
    #[error("the answer could not be read: {0}")]
    Garbled(String),
}

/// Why an order or a change was refused, as far as it decides what is done about it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum RefusedCause {
    PriceBand,
    Throttled,
    Busy,
    TriggerCrossed,
    Margin,
    /// The order is not in the book any more: filled, cancelled or never there.
    NotWorking,
    Other,
}
