//! The contract between the desk and whatever carries orders out: a broker, or the paper exchange.
//!
//! Requests go in ([`Broker::send`]) and never block; what became of them, and all that happens by itself, comes out as
//! [`Update`]s through the sink that the adapter was given, in the order in which it was heard. So an answer cannot
//! overtake the trade that came before it, and a lost answer is an update like any other.
//!
//! Orders are named by our own [`OrderId`]: it travels as the broker's tag. Brokers do not recognise an order that is
//! sent twice, so an adapter never sends anything again of itself.

mod market;
mod reading;
mod request;
mod update;

pub use market::{Fetched, History, MarketSink, MarketUpdate, Quote};
pub use reading::{BookReading, BrokerPosition, BrokerTrade, Funds, OrderRow, RowStatus, TradePhase};
pub use request::{CancelOrder, ChangeOrder, PlaceOrder, Request};
pub use update::{Failure, Outcome, RefusedCause, RequestKind, Update};

use std::sync::Arc;

/// Takes updates in order; called from the adapter's own task and must not block.
pub type Sink = Arc<dyn Fn(Update) + Send + Sync>;

/// One account at one broker.
pub trait Broker: Send + Sync {
    /// Hands a request over. Each [`Request`] that names an order is answered by exactly one [`Update::Answer`], at the
    /// latest when the adapter's own time limit has passed; each reading by its own update.
    fn send(&self, request: Request);

    /// Requests that were handed over and have not been answered through the sink.
    fn outstanding(&self) -> usize;
}
