//! Closed round trips.

use crate::charges::ChargesByKind;
use crate::time::Span;
use crate::{Money, Price, Product, Qty, Timestamp};
use serde::{Deserialize, Serialize};

/// A virtual book: one run (or a person) in one instrument and product.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct BookId(pub u32);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Direction {
    Long,
    Short,
}

/// How a trade ended, after charges.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TradeStatus {
    Win,
    Loss,
    Breakeven,
}

/// What closed the position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ExitReason {
    /// The strategy wanted out, or the other side.
    Signal,
    Stop,
    Target,
    TrailingStop,
    /// The time exit or the intraday square-off.
    SquareOff,
    /// The days that the book was to trade in were over.
    SpanEnd,
    /// A limit of risk flattened the book.
    Risk,
    /// A person did.
    Manual,
}

/// One flat-to-flat episode of a book in an instrument and product: average entry, average exit.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Trade {
    /// Whose trade it is; text is added at the edge.
    pub book: BookId,
    pub product: Product,
    pub direction: Direction,
    pub entry_time: Timestamp,
    /// Average over the entry fills.
    pub entry_price: Price,
    pub exit_time: Timestamp,
    /// Average over the exit fills.
    pub exit_price: Price,
    /// The protective stop as first placed.
    pub stop_loss: Option<Price>,
    pub target_price: Option<Price>,
    /// Units closed.
    pub quantity: Qty,
    /// From exact fill values, not from the rounded averages.
    pub gross_pnl: Money,
    pub charges: ChargesByKind,
    pub total_charges: Money,
    pub exit_reason: ExitReason,
}

impl Trade {
    /// After charges.
    pub fn pnl(&self) -> Money {
        self.gross_pnl - self.total_charges
    }

    pub fn status(&self) -> TradeStatus {
        match self.pnl().signum() {
            1 => TradeStatus::Win,
            -1 => TradeStatus::Loss,
            _ => TradeStatus::Breakeven,
        }
    }

    pub fn holding(&self) -> Span {
        self.exit_time - self.entry_time
    }
}

impl Direction {
    /// The direction of a signed position; `None` when flat.
    pub const fn of(position: Qty) -> Option<Direction> {
        match position.signum() {
            1 => Some(Direction::Long),
            -1 => Some(Direction::Short),
            _ => None,
        }
    }

    pub const fn sign(self) -> i64 {
        match self {
            Direction::Long => 1,
            Direction::Short => -1,
        }
    }

    #[must_use]
    pub const fn opposite(self) -> Direction {
        match self {
            Direction::Long => Direction::Short,
            Direction::Short => Direction::Long,
        }
    }
}
