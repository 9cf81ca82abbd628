//! What a broker's own books show.

use domain::instrument::InstrumentId;
use domain::order::{OrderId, Terms};
use domain::{Money, Price, Product, Qty, Side, Timestamp};

/// One good reading: every order of today and every trade of it.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct BookReading {
    pub orders: Vec<OrderRow>,
    pub trades: Vec<BrokerTrade>,
}

#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct OrderRow {
    /// `None`: not one of ours.
    pub id: Option<OrderId>,
    pub broker_id: String,
    pub instrument: InstrumentId,
    pub product: Product,
    pub side: Side,
    /// The whole quantity, traded and not.
    pub qty: Qty,
    pub filled: Qty,
    pub terms: Terms,
    /// A stop whose trigger has traded: it works as a limit now. False where the broker does not say.
    pub triggered: bool,
    pub status: RowStatus,
    pub because: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum RowStatus {
    Working,
    Filled,
    Cancelled,
    Rejected,
    Expired,
}

#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct BrokerTrade {
    /// `None`: of an order that is not one of ours.
    pub order: Option<OrderId>,
    /// The exchange's number: the same however often the trade is told, never shared by two trades of one order.
    pub number: u64,
    pub instrument: InstrumentId,
    pub side: Side,
    pub qty: Qty,
    pub price: Price,
    pub at: Timestamp,
    /// Of the simulated exchange alone, where in a bar it traded.
    pub phase: TradePhase,
}

/// Where in a bar a simulated trade came; a real one is `AtOpenOrTick`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum TradePhase {
    #[default]
    AtOpenOrTick,
    InsideBar,
    AtClose,
}

#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct BrokerPosition {
    pub instrument: InstrumentId,
    pub product: Product,
    /// Signed.
    pub qty: Qty,
    pub average_price: Price,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Funds {
    pub cash: Money,
    pub margin_used: Money,
}
