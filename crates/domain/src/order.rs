//! What an order says, apart from what becomes of it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

mod id;
mod state;
mod ticket;

pub use id::{NotAnOrderId, OrderId};
pub use state::{IllegalMove, OrderEvent, OrderState, Step};
pub use ticket::{InstrumentKey, OrderKey, Terms, Ticket, Timing, TradeNumber};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Side {
    Buy,
    Sell,
}

/// The four types of the exchanges. `Market` and `StopMarket` are intents: regulation bars bare market orders
/// through APIs, so the engine sends a marketable limit, and a stop with a limit, in their place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum OrderType {
    Market,
    Limit,
    /// `SL`: becomes a limit order at its limit price when the trigger price trades.
    StopLimit,
    /// `SL-M`
    StopMarket,
}

/// How the position is carried and margined.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Product {
    /// Delivery: full payment, nothing sold that is not held.
    Cnc,
    /// Intraday: squared off before the close.
    Mis,
    /// Carried-forward derivatives.
    Nrml,
    /// Delivery financed by the broker.
    Mtf,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Validity {
    Day,
    /// Immediate or cancel.
    Ioc,
    /// Good till triggered, kept by the broker.
    Gtt,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{value}` is not a {what}; use {choices}")]
pub struct UnknownWord {
    pub what: &'static str,
    pub value: String,
    pub choices: &'static str,
}

impl Side {
    /// +1 for a buy, −1 for a sell.
    #[inline]
    pub const fn sign(self) -> i64 {
        match self {
            Side::Buy => 1,
            Side::Sell => -1,
        }
    }

    #[must_use]
    #[inline]
    pub const fn opposite(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }

    /// The side that adds a signed quantity; `None` for nothing.
    #[inline]
    pub const fn of(signed: crate::Qty) -> Option<Side> {
        match signed.signum() {
            1 => Some(Side::Buy),
            -1 => Some(Side::Sell),
            _ => None,
        }
    }
}

impl Product {
    pub const fn name(self) -> &'static str {
        match self {
            Product::Cnc => "CNC",
            Product::Mis => "MIS",
            Product::Nrml => "NRML",
            Product::Mtf => "MTF",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Buy => "BUY",
            Side::Sell => "SELL",
        })
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for OrderType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OrderType::Market => "MARKET",
            OrderType::Limit => "LIMIT",
            OrderType::StopLimit => "SL",
            OrderType::StopMarket => "SL-M",
        })
    }
}

impl FromStr for Product {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Product, UnknownWord> {
        [Product::Cnc, Product::Mis, Product::Nrml, Product::Mtf]
            .into_iter()
            .find(|p| p.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownWord {
                what: "product",
                value: text.to_owned(),
                choices: "CNC, MIS, NRML or MTF",
            })
    }
}
