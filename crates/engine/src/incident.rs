//! What a person must know: the machine has met something that it cannot put right alone, or that must not happen.

use domain::order::{OrderEvent, OrderKey, OrderState};
use domain::trade::BookId;
use domain::{Qty, Timestamp};

/// One such thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Incident {
    pub at: Timestamp,
    pub what: Trouble,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// A report of an order that is not ours, or long forgotten.
    UnknownOrder { order: OrderKey },
    /// What was told cannot happen to the order as it stands; nothing was changed.
    IllegalMove { order: OrderKey, from: OrderState, event: OrderEvent },
    /// A trade beyond what was ever ordered; it is in no book.
    Overfilled { order: OrderKey, ordered: Qty, filled: Qty },
    /// What became of the order is not known for half a minute now; it is asked for on and on.
    InDoubt { order: OrderKey },
    /// The broker had the order, and its book does not show it any more.
    Vanished { order: OrderKey },
    /// Two good readings did not have the order, and now it is there. It is taken back; what it trades is real.
    CameAfterAll { order: OrderKey },
    /// The broker does not take the order back.
    CancelRefused { order: OrderKey },
    /// The order was to trade at the market, and the price has run away from the worst limit that it may get.
    NotFilling { order: OrderKey },
    /// The position stands without a stop that works, or with one that does not fit: the broker refuses every one.
    Unguarded { book: BookId },
    /// An order that should only close has opened a position; it is closed at once.
    Naked { book: BookId, position: Qty },
}

impl Trouble {
    /// A short stable name, for records and scripts.
    pub const fn name(self) -> &'static str {
        match self {
            Trouble::UnknownOrder { .. } => "unknownOrder",
            Trouble::IllegalMove { .. } => "illegalMove",
            Trouble::Overfilled { .. } => "overfilled",
            Trouble::InDoubt { .. } => "inDoubt",
            Trouble::Vanished { .. } => "vanished",
            Trouble::CameAfterAll { .. } => "cameAfterAll",
            Trouble::CancelRefused { .. } => "cancelRefused",
            Trouble::NotFilling { .. } => "notFilling",
            Trouble::Unguarded { .. } => "unguarded",
            Trouble::Naked { .. } => "naked",
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Trouble::UnknownOrder { order } => {
                write!(f, "a report of order {} that is not known here", order.0)
            }
            Trouble::IllegalMove { order, from, event } => {
                write!(f, "order {} is {from} and was told {event:?}, which cannot be", order.0)
            }
            Trouble::Overfilled { order, ordered, filled } => {
                write!(f, "order {} of {ordered} is said to have traded {filled}", order.0)
            }
            Trouble::InDoubt { order } => {
                write!(f, "the broker does not say what became of order {}", order.0)
            }
            Trouble::Vanished { order } => {
                write!(f, "order {} was at the broker and is in its book no more", order.0)
            }
            Trouble::CameAfterAll { order } => {
                write!(
                    f,
                    "order {} was missing from two readings and came after all; it is taken back",
                    order.0
                )
            }
            Trouble::CancelRefused { order } => write!(f, "the broker does not take back order {}", order.0),
            Trouble::NotFilling { order } => {
                write!(
                    f,
                    "order {} does not trade and is not re-priced any further; cancel it or change its price, or close the position \
                     once more to go on from the price of then",
                    order.0
                )
            }
            Trouble::Unguarded { book } => {
                write!(f, "book {} has a position that no stop guards: every one was refused", book.0)
            }
            Trouble::Naked { book, position } => {
                write!(f, "an exit of book {} opened {position} instead; it is closed at once", book.0)
            }
        }
    }
}
