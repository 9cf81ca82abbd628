//! What a feed tells of the market.

use domain::instrument::InstrumentId;
use domain::{Bars, Price, Qty, Timestamp};

use crate::Failure;

#[derive(Clone, PartialEq, Debug)]
pub enum MarketUpdate {
    /// A trade printed; `volume` are its units.
    Tick {
        instrument: InstrumentId,
        at: Timestamp,
        price: Price,
        volume: Qty,
    },
    Quote {
        instrument: InstrumentId,
        at: Timestamp,
        quote: Quote,
    },
    Connected,
    Disconnected {
        because: String,
    },
}

/// The best of the book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quote {
    pub bid: Price,
    pub bid_qty: Qty,
    pub ask: Price,
    pub ask_qty: Qty,
}

/// Takes what a feed tells, in order; must not block.
pub type MarketSink = std::sync::Arc<dyn Fn(MarketUpdate) + Send + Sync>;

/// Closed one-minute bars with `from` ≤ open time < `to`, oldest first.
pub trait History: Send + Sync {
    fn minutes(&self, instrument: &InstrumentId, from: Timestamp, to: Timestamp) -> Fetched;
}

/// Bars on their way.
pub type Fetched = std::pin::Pin<Box<dyn Future<Output = Result<Bars, Failure>> + Send>>;
