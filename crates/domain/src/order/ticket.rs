//! An order as it is handed to an exchange.

use super::Side;
use crate::{Price, Qty};

/// An order inside one process: a small integer, text is added at the edge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OrderKey(pub u32);

/// An instrument inside one process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct InstrumentKey(pub u32);

/// What is really sent. Regulation bars bare market orders through APIs, so there is none here.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
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

/// When a marketable order may trade.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Timing {
    /// From the next price on.
    Next,
    /// At the close that is being made: the day's last chance, or `--fill close`.
    ThisClose,
}

/// An order for the exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ticket {
    pub key: OrderKey,
    pub instrument: InstrumentKey,
    pub side: Side,
    pub qty: Qty,
    pub terms: Terms,
    pub timing: Timing,
}
