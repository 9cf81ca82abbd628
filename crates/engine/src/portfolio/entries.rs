//! Entries that wait, are on their way, or were made last.

use domain::trade::Direction;
use domain::{Money, Price, Qty, Timestamp};
use serde::{Deserialize, Serialize};
use strategy::Entry;

use crate::ManualKind;
use crate::protect::Bracket;

/// Entries on their way, as the other books must see them.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub direction: Direction,
    /// Units still to be opened.
    pub qty: Qty,
    /// Margin that they will need beyond what the book's position has blocked.
    pub margin: Money,
    /// They will make one more open position.
    pub opens: bool,
}

/// An entry that was wished while an order's fate was not known, or before the exit that it follows was done.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Waiting {
    pub entry: Entry,
    /// No bar comes after the one that decided it today.
    pub last_of_day: bool,
    /// A person's: the terms that it will have.
    pub by_hand: Option<Manual>,
}

/// An entry as the rule of duplicates compares it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct LastEntry {
    pub at: Timestamp,
    pub direction: Direction,
    pub qty: Qty,
    pub limit: Option<Price>,
}

/// What of a person's order its orders keep.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Manual {
    pub kind: ManualKind,
    pub bracket: Bracket,
    pub chase: bool,
}
