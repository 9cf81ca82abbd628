//! What can be traded: identity, kind, and the dated facts of a contract.
//!
//! An [`InstrumentId`] is only a name that could exist. [`InstrumentTables::resolve`] says what it was on a day:
//! its kind, the clock it follows, its lot, its freeze quantity and its tick. The tables are dated rows compiled
//! in from `data/instruments`; a user's rows go on top with [`InstrumentTables::extended`]. Expiry days come from
//! [`ExpiryRules`](crate::expiry::ExpiryRules) and the calendar. The day's instrument master of the broker outranks
//! all of this wherever one is at hand.
//!
//! Promises: no text panics, printing an id and reading it back gives the same id, and a number that is not known
//! is `None` or named by [`InstrumentTables::doubts`], never a silent guess.

mod checks;
mod doubts;
mod id;
mod reading;
mod rows;
mod symbol;
mod tables;
#[cfg(test)]
mod tests;
mod tick_rows;

use thiserror::Error;

pub use crate::exchange::Exchange;
pub use id::InstrumentId;
pub use symbol::{Contract, ContractExpiry};
pub use tables::{InstrumentTables, LotFact};

use crate::calendar::TradingClass;
use crate::{Date, Price, Qty, Tick};

/// The exchange's division; brokers and charges tell them apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Segment {
    Cash,
    /// Equity and index futures and options.
    Derivatives,
    Currency,
    Commodity,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OptionSide {
    Call,
    Put,
}

/// What the symbol names.
///
/// The expiry of a contract named by day (`NIFTY2640723000CE`) is that day. Of one named by month
/// (`NIFTY26MAR23000CE`) it is the day of the rule, moved before a holiday, or the latest it can be where no rule is
/// known ([`InstrumentTables::doubts`] tells which): the instrument master decides.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    Equity,
    Index,
    Future { expiry: Date },
    Option { expiry: Date, strike: Price, side: OptionSide },
}

/// Why a name or a quantity cannot be used; the text says what would work.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct InstrumentError(pub String);

/// An instrument with the facts in force on one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instrument {
    pub id: InstrumentId,
    pub exchange: Exchange,
    pub segment: Segment,
    pub kind: Kind,
    /// `NIFTY`, `RELIANCE`, `CRUDEOIL`; the symbol without its series for a share.
    pub underlying: String,
    pub class: TradingClass,
    /// `None` where no data gives it: the caller decides (`--tick`, else 0.05).
    pub tick: Option<Tick>,
    /// Units in a lot; 1 in the cash market, and 1 where it is not known (see [`InstrumentTables::doubts`]).
    /// On MCX a unit is what the price is quoted for: a lot of GOLD (1 kg, quoted per 10 g) is 100 units.
    pub lot: Qty,
    /// The largest quantity of one order, where known.
    pub freeze: Option<Qty>,
}

impl OptionSide {
    /// `CE` or `PE`.
    pub const fn code(self) -> &'static str {
        match self {
            OptionSide::Call => "CE",
            OptionSide::Put => "PE",
        }
    }
}

impl Kind {
    /// The last day a contract trades; `None` for what does not expire.
    pub const fn expiry(self) -> Option<Date> {
        match self {
            Kind::Equity | Kind::Index => None,
            Kind::Future { expiry } | Kind::Option { expiry, .. } => Some(expiry),
        }
    }
}
