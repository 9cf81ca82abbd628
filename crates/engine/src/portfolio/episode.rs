//! A position from flat to flat, and what it is while it is open.

use domain::charges::{ChargesByKind, EpisodeCharges};
use domain::trade::{BookId, Direction, ExitReason};
use domain::{Money, Price, Product, Qty, Side, Timestamp};
use serde::{Deserialize, Serialize};

/// From flat to flat.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Episode {
    pub(super) opened: Timestamp,
    pub(super) entry_qty: Qty,
    pub(super) entry_value: Money,
    pub(super) exit_qty: Qty,
    pub(super) exit_value: Money,
    /// What the lots still open cost.
    pub(super) open_cost: Money,
    pub(super) charges: EpisodeCharges,
    pub(super) total_charges: Money,
    pub(super) realised: Money,
    pub(crate) stop_loss: Option<Price>,
    pub(crate) target_price: Option<Price>,
}

/// A position that is still open.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OpenPosition {
    pub book: BookId,
    pub product: Product,
    pub direction: Direction,
    pub entry_time: Timestamp,
    pub entry_price: Price,
    /// Units held, not negative.
    pub quantity: Qty,
    pub mark: Price,
    /// What the part already closed has made, before charges.
    pub realised: Money,
    /// What the whole episode would make if the rest were closed at the mark, before charges: with the charges so far
    /// it is what the open position adds to equity.
    pub unrealised: Money,
    pub charges: ChargesByKind,
    pub total_charges: Money,
    pub stop_loss: Option<Price>,
    pub target_price: Option<Price>,
}

/// A fill as a book takes it.
#[derive(Clone, Copy)]
pub(crate) struct BookFill {
    pub at: Timestamp,
    pub side: Side,
    pub qty: Qty,
    pub price: Price,
    /// What the same order executed before.
    pub executed_before: Money,
    pub reason: ExitReason,
}
