//! What a strategy wants, and what it is shown when asked.

use domain::trade::Direction;
use domain::{Price, Qty, Timestamp};

use crate::SignalBits;

/// The close of a bar, as a strategy sees it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moment {
    /// The bar's end: the moment of decision.
    pub time: Timestamp,
    pub close: Price,
    pub signals: SignalBits,
    /// Signed units held by the strategy's own book.
    pub position: Qty,
    /// Average entry of the position.
    pub entry_price: Option<Price>,
    /// Times the book went from flat to a position so far.
    pub entries: u32,
}

/// A wish. The engine sizes it, judges it, and makes orders of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Intent {
    Hold,
    /// Be on this side: opens, or reverses; nothing if the book is there already.
    Enter(Entry),
    /// Be flat.
    Exit,
}

/// How to get in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Entry {
    pub direction: Direction,
    pub at: EntryPrice,
    /// Units; `None` uses the run's sizing.
    pub quantity: Option<Qty>,
}

/// The order that opens a position.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum EntryPrice {
    Market,
    /// Rests until the price comes to it; good for the day.
    Limit(Price),
    /// Triggers when the price breaks through it; good for the day.
    Stop(Price),
}

impl Entry {
    pub const fn market(direction: Direction) -> Entry {
        Entry { direction, at: EntryPrice::Market, quantity: None }
    }
}

impl Moment {
    /// The plain reading of the marks: leave what should be left, enter what should be entered, and an entry on the
    /// other side reverses.
    #[inline]
    pub fn default_intent(&self) -> Intent {
        let s = self.signals;
        match self.position.signum() {
            1 if s.enter_short => Intent::Enter(Entry::market(Direction::Short)),
            1 if s.exit_long => Intent::Exit,
            -1 if s.enter_long => Intent::Enter(Entry::market(Direction::Long)),
            -1 if s.exit_short => Intent::Exit,
            0 if s.enter_long && !s.enter_short => Intent::Enter(Entry::market(Direction::Long)),
            0 if s.enter_short && !s.enter_long => Intent::Enter(Entry::market(Direction::Short)),
            _ => Intent::Hold,
        }
    }
}
