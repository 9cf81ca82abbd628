//! An order as it is handed to an exchange.

use super::Side;
use crate::{Price, Qty};
use serde::{Deserialize, Serialize};

/// An order inside one process: a small integer, text is added at the edge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct OrderKey(pub u32);

/// An instrument inside one process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct InstrumentKey(pub u32);

/// What is really sent. Regulation bars bare market orders through APIs, so there is none here.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Terms {
    /// The engine's MARKET: a limit through the other side of the book, chased within its band until done.
    Marketable {
        limit: Price,
    },
    Limit {
        price: Price,
    },
    /// SL: at `trigger` it becomes a limit order at `limit`, one band beyond, and is chased.
    Stop {
        trigger: Price,
        limit: Price,
    },
}

impl Terms {
    /// Trigger and limit price as an exchange shows them: it does not know which limits are chased.
    #[inline]
    pub fn on_the_wire(self) -> (Option<Price>, Price) {
        match self {
            Terms::Marketable { limit } => (None, limit),
            Terms::Limit { price } => (None, price),
            Terms::Stop { trigger, limit } => (Some(trigger), limit),
        }
    }
}

/// When a marketable order may trade.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Timing {
    /// From the next price on.
    Next,
    /// At the close that is being made: the day's last chance, or `--fill close`.
    ThisClose,
}

/// An order for the exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Ticket {
    pub key: OrderKey,
    pub instrument: InstrumentKey,
    pub side: Side,
    /// Units still to be traded.
    pub qty: Qty,
    /// Units known to have traded. Brokers change an order's whole quantity: `filled + qty`.
    pub filled: Qty,
    pub terms: Terms,
    pub timing: Timing,
    /// 0 for the placing, then the number of the change: an answer names the request that it belongs to.
    pub change: u8,
}

/// The number of a trade: the exchange's own, or one that the shell gives to it. The same trade has the same number
/// however often it is told; two trades of one order never share one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TradeNumber(pub u64);
