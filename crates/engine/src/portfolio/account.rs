//! The cash account that all books share.

use domain::time::DayNumber;
use domain::{Money, Qty};
use serde::{Deserialize, Serialize};

/// Cash, the marked value of all positions, and what is blocked as margin.
///
/// `CASH-1`: equity = initial cash + Σ closed trades' P&L + Σ open episodes' (gross at the mark − charges).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub(crate) initial: Money,
    /// Initial cash less everything bought plus everything sold, less charges.
    pub(crate) cash: Money,
    /// Σ position × mark.
    pub(crate) marked: Money,
    /// Initial cash plus realised P&L less charges.
    pub(crate) settled: Money,
    /// Σ margin of the books' positions.
    pub(crate) blocked: Money,
    /// Σ margin of the entries on their way.
    pub(crate) reserved: Money,
    pub(crate) open_positions: u32,
    /// Books whose entries on their way will make one more open position.
    pub(crate) opening: u32,
    pub(crate) day: DayNumber,
    /// Equity when the day began.
    pub(crate) day_base: Money,
    /// The highest equity at which drawdown was judged.
    pub(crate) peak: Money,
}

impl Account {
    pub(crate) fn new(initial: Money) -> Account {
        Account {
            initial,
            cash: initial,
            marked: Money::ZERO,
            settled: initial,
            blocked: Money::ZERO,
            reserved: Money::ZERO,
            open_positions: 0,
            opening: 0,
            day: DayNumber::from_days(i32::MIN),
            day_base: initial,
            peak: initial,
        }
    }

    pub fn initial(&self) -> Money {
        self.initial
    }

    /// Initial cash less everything bought plus everything sold, less charges.
    pub fn cash(&self) -> Money {
        self.cash
    }

    /// Initial cash plus realised P&L less charges: equity without what is open.
    pub fn settled(&self) -> Money {
        self.settled
    }

    /// Worth at the last marks.
    #[inline]
    pub fn equity(&self) -> Money {
        self.cash + self.marked
    }

    /// What new positions may be margined with: initial cash plus realised P&L less charges, less the margin of positions and of
    /// entries on their way. Unrealised P&L does not count, either way.
    #[inline]
    pub fn available(&self) -> Money {
        self.settled - self.blocked - self.reserved
    }

    /// Margin of the positions.
    pub fn margin_used(&self) -> Money {
        self.blocked
    }

    pub fn open_positions(&self) -> u32 {
        self.open_positions
    }

    /// Gain since the day began, realised and not.
    pub fn day_pnl(&self) -> Money {
        self.equity() - self.day_base
    }

    #[inline]
    pub(crate) fn mark(&mut self, position: Qty, change: domain::Price) {
        self.marked += Money::from_raw(position.raw() * change.raw());
    }
}
