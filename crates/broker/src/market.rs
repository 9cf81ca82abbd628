//! What a feed tells of the market.

use domain::instrument::InstrumentId;
use domain::{Price, Qty, Timestamp};

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
