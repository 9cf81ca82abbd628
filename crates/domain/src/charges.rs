//! What a trade costs, to the paisa, by broker, segment, product and date.
//!
//! Charges belong to an **episode**: a book's way from flat to flat in one instrument and product. Inside it every
//! component's turnover is summed exactly, and only the sum is rounded, half up, to the paisa; GST is taken of the
//! rounded components. A fill books what it adds to that cumulative figure, so that a closed round trip costs what
//! a broker's calculator says, however many fills it took.
//!
//! Promises: integers only; nothing is rounded before its component; a fill is charged at the rates of its own day,
//! also when the rates change inside an episode; what is guessed, unverified or unknown is told in a warning.
//! Never: reads a clock or a file (the table is compiled in; operators hand theirs over as text).
//!
//! Not covered: shares bought and sold on one day under CNC settle as intraday at the exchange, but are charged as
//! delivery here; two episodes that sell one share on the same day each pay the DP charge; physical settlement of
//! stock derivatives.

mod episode;
mod plan;
mod read;
mod rows;
mod schedule;
mod table;
#[cfg(test)]
mod tests;

use std::ops::AddAssign;

use thiserror::Error;

pub use episode::EpisodeCharges;
pub use plan::{Broker, ChargePlan};
pub use schedule::Schedule;
pub use table::ChargesTable;

use crate::time::DayNumber;
use crate::{Money, Side};

/// Why a text is not a plan; the text names the value, the rule and a way out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ChargesError(pub String);

/// A fill as the charges see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChargedFill {
    /// The trade date, which picks the rates.
    pub day: DayNumber,
    pub side: Side,
    /// Price × quantity (of an option: premium × quantity). Turnover has no sign: a negative value is charged as its
    /// absolute (crude oil has traded below zero).
    pub value: Money,
    /// What the same order has executed before this fill: brokerage is per executed order. When a reversal is one
    /// order in two episodes, the second episode's fill carries what the first one took.
    pub order_value_before: Money,
}

/// Charges by kind, rounded as booked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChargesByKind {
    pub brokerage: Money,
    /// STT, or CTT for commodities.
    pub stt: Money,
    /// The exchange's transaction charge.
    pub exchange: Money,
    /// The exchange's investor protection fund.
    pub ipft: Money,
    /// SEBI's turnover fee.
    pub sebi: Money,
    pub stamp: Money,
    /// On brokerage, exchange, IPFT and SEBI fee.
    pub gst: Money,
    /// The depository participant's charge on delivery sales, its own GST included.
    pub dp: Money,
    /// The flat percentage of `pct=`.
    pub percent: Money,
}

impl ChargesByKind {
    /// Every kind with its name in JSON, in the order of a contract note.
    pub const fn entries(&self) -> [(&'static str, Money); 9] {
        [
            ("brokerage", self.brokerage),
            ("stt", self.stt),
            ("exchange", self.exchange),
            ("ipft", self.ipft),
            ("sebi", self.sebi),
            ("stamp", self.stamp),
            ("gst", self.gst),
            ("dp", self.dp),
            ("percent", self.percent),
        ]
    }

    pub fn total(&self) -> Money {
        self.entries().into_iter().map(|(_, amount)| amount).sum()
    }
}

impl AddAssign for ChargesByKind {
    fn add_assign(&mut self, other: ChargesByKind) {
        self.brokerage += other.brokerage;
        self.stt += other.stt;
        self.exchange += other.exchange;
        self.ipft += other.ipft;
        self.sebi += other.sebi;
        self.stamp += other.stamp;
        self.gst += other.gst;
        self.dp += other.dp;
        self.percent += other.percent;
    }
}
