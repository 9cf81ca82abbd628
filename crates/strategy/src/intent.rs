//! What a strategy wants, and what it is shown when asked.

use domain::trade::Direction;
use domain::{Price, Qty, Timestamp};
use serde::{Deserialize, Serialize};

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
    /// When the book's last trade that lost money, charges included, was closed.
    pub last_loss: Option<Timestamp>,
    /// How far from its entry price a position entered now is stopped, and has its target, by the strategy's own
    /// reckoning at this close.
    pub distances: Distances,
}

/// Rupees away from the average entry; `None` leaves it to the run's settings.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Distances {
    pub stop: Option<Price>,
    pub target: Option<Price>,
    /// Of a trailing stop: from the entry at first, then from each closed bar's extreme by what is reckoned at that close.
    pub trail: Option<Price>,
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
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub direction: Direction,
    pub at: EntryPrice,
    /// Units; `None` uses the run's sizing.
    pub quantity: Option<Qty>,
    /// Where stop and target stand; the run's own settings go before these.
    pub distances: Distances,
}

/// The order that opens a position.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub enum EntryPrice {
    Market,
    /// Rests until the price comes to it; good for the day.
    Limit(Price),
    /// Triggers when the price breaks through it; good for the day.
    Stop(Price),
}

impl Entry {
    pub const fn market(direction: Direction) -> Entry {
        Entry {
            direction,
            at: EntryPrice::Market,
            quantity: None,
            distances: Distances { stop: None, target: None, trail: None },
        }
    }
}

impl Moment {
    /// The plain reading of the marks: leave what should be left, enter what should be entered, and an entry on the
    /// other side reverses.
    #[inline]
    pub fn default_intent(&self) -> Intent {
        let s = self.signals;
        let enter =
            |direction| Intent::Enter(Entry { distances: self.distances, ..Entry::market(direction) });
        match self.position.signum() {
            1 if s.enter_short => enter(Direction::Short),
            1 if s.exit_long => Intent::Exit,
            -1 if s.enter_long => enter(Direction::Long),
            -1 if s.exit_short => Intent::Exit,
            0 if s.enter_long && !s.enter_short => enter(Direction::Long),
            0 if s.enter_short && !s.enter_long => enter(Direction::Short),
            _ => Intent::Hold,
        }
    }
}
