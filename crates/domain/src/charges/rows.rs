//! Rows of the dated table: what a rate is for, from when, and how much.

use super::Broker;
use crate::time::DayNumber;
use crate::{Exchange, Side};

/// A column of the contract note; `Exercise` is the tax of an exercised option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Component {
    Stt,
    Exercise,
    Exchange,
    Ipft,
    Sebi,
    Stamp,
    Gst,
    Brokerage,
    Dp,
}

/// What is dealt in, as far as charges tell it apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dealing {
    Delivery,
    Mtf,
    Intraday,
    Futures,
    Options,
    CurrencyFutures,
    CurrencyOptions,
    CommodityFutures,
    CommodityOptions,
}

/// A share of a value within bounds, in 1/10^13 rupee; a flat fee has both bounds equal.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Fee {
    /// Paise per crore.
    pub rate: u32,
    pub min: u128,
    pub max: u128,
}

/// One rate of one component for one kind of dealing, from a day on.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub component: Component,
    pub dealing: Dealing,
    pub exchange: Option<Exchange>,
    pub underlying: Option<String>,
    pub broker: Option<Broker>,
    pub from: DayNumber,
    /// `None`: both.
    pub side: Option<Side>,
    pub fee: Fee,
    pub verified: bool,
}

impl Component {
    pub const ALL: [Component; 9] = [
        Component::Brokerage,
        Component::Stt,
        Component::Exercise,
        Component::Exchange,
        Component::Ipft,
        Component::Sebi,
        Component::Stamp,
        Component::Gst,
        Component::Dp,
    ];

    /// In the file, and in warnings.
    pub const fn name(self) -> &'static str {
        match self {
            Component::Stt => "stt",
            Component::Exercise => "exercise",
            Component::Exchange => "exchange",
            Component::Ipft => "ipft",
            Component::Sebi => "sebi",
            Component::Stamp => "stamp",
            Component::Gst => "gst",
            Component::Brokerage => "brokerage",
            Component::Dp => "dp",
        }
    }
}

impl Dealing {
    pub const ALL: [Dealing; 9] = [
        Dealing::Delivery,
        Dealing::Mtf,
        Dealing::Intraday,
        Dealing::Futures,
        Dealing::Options,
        Dealing::CurrencyFutures,
        Dealing::CurrencyOptions,
        Dealing::CommodityFutures,
        Dealing::CommodityOptions,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Dealing::Delivery => "delivery",
            Dealing::Mtf => "mtf",
            Dealing::Intraday => "intraday",
            Dealing::Futures => "futures",
            Dealing::Options => "options",
            Dealing::CurrencyFutures => "currency-futures",
            Dealing::CurrencyOptions => "currency-options",
            Dealing::CommodityFutures => "commodity-futures",
            Dealing::CommodityOptions => "commodity-options",
        }
    }

    pub const fn delivers(self) -> bool {
        matches!(self, Dealing::Delivery | Dealing::Mtf)
    }

    pub const fn is_option(self) -> bool {
        matches!(self, Dealing::Options | Dealing::CurrencyOptions | Dealing::CommodityOptions)
    }
}

impl Fee {
    /// Of a value in 1/10,000 rupee. Nothing costs nothing, so that a flat fee falls on what trades first.
    #[inline]
    pub fn of(&self, value: u128) -> u128 {
        if value == 0 { 0 } else { (value * u128::from(self.rate)).max(self.min).min(self.max) }
    }
}

impl Row {
    /// Whether both say something about the same thing and day, so that only one can hold.
    pub fn rivals(&self, other: &Row) -> bool {
        (self.component, self.dealing, self.exchange, self.broker, self.from)
            == (other.component, other.dealing, other.exchange, other.broker, other.from)
            && self.underlying == other.underlying
    }
}
