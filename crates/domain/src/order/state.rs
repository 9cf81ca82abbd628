//! How an order moves: every legal move is one line of [`OrderState::apply`].

use serde::{Deserialize, Serialize};
use std::fmt;

use thiserror::Error;

use crate::Qty;

/// Where an order stands. `filled` is what has executed so far.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum OrderState {
    /// Decided and to be committed; not sent.
    Pending,
    /// Sent; no answer yet.
    Submitted,
    /// Resting at the exchange.
    Open,
    /// An SL order whose trigger price has traded.
    Triggered {
        filled: Qty,
    },
    PartiallyFilled {
        filled: Qty,
    },
    /// A change was asked for and not yet confirmed: the last confirmed terms hold until then. A trigger meanwhile
    /// changes no state; the order's terms say that it is a stop no more.
    PendingModify {
        filled: Qty,
    },
    PendingCancel {
        filled: Qty,
    },
    /// A send timed out: it may exist. Resolved by asking, never by sending again; counts as exposed.
    Unknown {
        filled: Qty,
    },
    Filled,
    Rejected,
    Cancelled {
        filled: Qty,
    },
    Expired {
        filled: Qty,
    },
    /// The book was read twice and the order was in neither reading.
    NeverArrived,
}

/// What happens to an order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrderEvent {
    Sent,
    /// The exchange (or a reading of its book) shows the order resting.
    Accepted,
    NoAnswer,
    Rejected,
    Triggered,
    Filled(Qty),
    ModifyAsked,
    /// The change was confirmed or refused: either way the order rests again, on the new or the old terms.
    ModifySettled,
    CancelAsked,
    CancelRefused,
    Cancelled,
    Expired,
    /// Two good readings of the book, ten seconds apart, did not show it.
    NotFound,
}

/// What an event did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Moved(OrderState),
    /// The event repeats what is known: feeds do that.
    Duplicate,
}

/// An event that cannot happen in that state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("an order that is {from} cannot take {event:?}")]
pub struct IllegalMove {
    pub from: OrderState,
    pub event: OrderEvent,
}

impl OrderState {
    /// The state after `event` for an order of `ordered` units.
    #[expect(clippy::match_same_arms, reason = "every legal move is a line of its own, with its own reason")]
    #[inline]
    pub fn apply(self, ordered: Qty, event: OrderEvent) -> Result<Step, IllegalMove> {
        use OrderEvent as E;
        use OrderState as S;
        let filled = self.filled(ordered);
        let to = |state| Ok(Step::Moved(state));
        match (self, event) {
            (S::Pending, E::Sent) => to(S::Submitted),
            // Cancelled, or refused by our own last check, before it left.
            (S::Pending, E::Cancelled) => to(S::Cancelled { filled }),
            (S::Pending, E::Rejected) => to(S::Rejected),

            (S::Submitted | S::Unknown { .. }, E::Accepted) => to(resting(filled)),
            (S::Submitted | S::Unknown { .. } | S::Open, E::Rejected) => to(S::Rejected),
            // Pending: a restart cannot know whether what was stored was sent.
            (S::Pending | S::Submitted, E::NoAnswer) => to(S::Unknown { filled }),
            (S::Unknown { .. }, E::NotFound) if filled.is_zero() => to(S::NeverArrived),
            // The cancel overtook its own refusal to be placed.
            (S::PendingCancel { .. }, E::Rejected) if filled.is_zero() => to(S::Rejected),
            // It came after all: it is real, whatever was done meanwhile.
            (S::NeverArrived, E::Accepted) => to(S::Open),
            (S::NeverArrived, E::Rejected) => to(S::Rejected),
            (S::NeverArrived, E::Cancelled) => to(S::Cancelled { filled }),
            (S::NeverArrived, E::Expired) => to(S::Expired { filled }),

            // A change or cancel that timed out leaves the order in doubt too.
            (S::PendingModify { .. } | S::PendingCancel { .. }, E::NoAnswer) => to(S::Unknown { filled }),
            (S::Open | S::PartiallyFilled { .. } | S::Triggered { .. }, E::ModifyAsked) => {
                to(S::PendingModify { filled })
            }
            // Unknown: the answer came late, and settles it. An acceptance says nothing of a change asked since.
            (S::PendingModify { .. } | S::Unknown { .. }, E::ModifySettled) => to(resting(filled)),
            (
                S::Submitted
                | S::Open
                | S::PartiallyFilled { .. }
                | S::Triggered { .. }
                | S::PendingModify { .. },
                E::CancelAsked,
            ) => to(S::PendingCancel { filled }),
            (S::PendingCancel { .. } | S::Unknown { .. }, E::CancelRefused) => to(resting(filled)),
            (S::Open | S::Submitted, E::Triggered) => to(S::Triggered { filled }),

            // Fills are real whenever they come: before the acknowledgement, during a change, after a cancel.
            (
                S::Submitted
                | S::Open
                | S::Triggered { .. }
                | S::PartiallyFilled { .. }
                | S::PendingModify { .. }
                | S::PendingCancel { .. }
                | S::Unknown { .. }
                | S::Cancelled { .. }
                | S::Expired { .. }
                | S::NeverArrived,
                E::Filled(more),
            ) if more > Qty::ZERO && filled + more <= ordered => to(self.with_fill(filled + more, ordered)),

            // The exchange may cancel or expire what rests without being asked.
            (
                S::Submitted
                | S::Open
                | S::Triggered { .. }
                | S::PartiallyFilled { .. }
                | S::PendingModify { .. }
                | S::PendingCancel { .. }
                | S::Unknown { .. },
                E::Cancelled,
            ) => to(S::Cancelled { filled }),
            (
                S::Submitted
                | S::Open
                | S::Triggered { .. }
                | S::PartiallyFilled { .. }
                | S::PendingModify { .. }
                | S::PendingCancel { .. }
                | S::Unknown { .. },
                E::Expired,
            ) => to(S::Expired { filled }),

            // What was said is said again, or comes after what followed it.
            (
                S::Open
                | S::Triggered { .. }
                | S::PartiallyFilled { .. }
                | S::PendingModify { .. }
                | S::PendingCancel { .. },
                E::Accepted | E::NotFound,
            )
            | (
                S::Triggered { .. }
                | S::PartiallyFilled { .. }
                | S::PendingModify { .. }
                | S::PendingCancel { .. }
                | S::Unknown { .. },
                E::Triggered,
            )
            | (
                S::Open | S::Triggered { .. } | S::PartiallyFilled { .. },
                E::NoAnswer | E::ModifySettled | E::CancelRefused,
            )
            | (S::PendingModify { .. }, E::CancelRefused)
            | (S::PendingCancel { .. }, E::ModifySettled | E::CancelAsked)
            | (S::Unknown { .. }, E::NoAnswer)
            | (
                S::Filled | S::Cancelled { .. } | S::Expired { .. } | S::Rejected,
                E::Accepted | E::Triggered | E::NoAnswer | E::ModifySettled | E::CancelRefused | E::NotFound,
            )
            | (S::Rejected, E::Rejected | E::Cancelled)
            | (S::Cancelled { .. } | S::Filled | S::Expired { .. }, E::Cancelled | E::Expired)
            | (S::NeverArrived, E::NotFound | E::NoAnswer) => Ok(Step::Duplicate),

            (from, event) => Err(IllegalMove { from, event }),
        }
    }

    /// Units executed so far.
    #[inline]
    pub fn filled(self, ordered: Qty) -> Qty {
        match self {
            OrderState::Filled => ordered,
            OrderState::Triggered { filled }
            | OrderState::PartiallyFilled { filled }
            | OrderState::PendingModify { filled }
            | OrderState::PendingCancel { filled }
            | OrderState::Unknown { filled }
            | OrderState::Cancelled { filled }
            | OrderState::Expired { filled } => filled,
            OrderState::Pending
            | OrderState::Submitted
            | OrderState::Open
            | OrderState::Rejected
            | OrderState::NeverArrived => Qty::ZERO,
        }
    }

    /// Whether nothing more is expected (a late fill can still come).
    #[inline]
    pub fn is_final(self) -> bool {
        matches!(
            self,
            OrderState::Filled
                | OrderState::Rejected
                | OrderState::Cancelled { .. }
                | OrderState::Expired { .. }
                | OrderState::NeverArrived
        )
    }

    fn with_fill(self, filled: Qty, ordered: Qty) -> OrderState {
        if filled == ordered {
            return OrderState::Filled;
        }
        match self {
            OrderState::PendingModify { .. } => OrderState::PendingModify { filled },
            OrderState::PendingCancel { .. } => OrderState::PendingCancel { filled },
            OrderState::Cancelled { .. } => OrderState::Cancelled { filled },
            OrderState::Expired { .. } => OrderState::Expired { filled },
            OrderState::Unknown { .. } => OrderState::Unknown { filled },
            _ => OrderState::PartiallyFilled { filled },
        }
    }
}

fn resting(filled: Qty) -> OrderState {
    if filled.is_zero() { OrderState::Open } else { OrderState::PartiallyFilled { filled } }
}

impl fmt::Display for OrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            OrderState::Pending => "pending",
            OrderState::Submitted => "submitted",
            OrderState::Open => "open",
            OrderState::Triggered { .. } => "triggered",
            OrderState::PartiallyFilled { .. } => "partially filled",
            OrderState::PendingModify { .. } => "pending a change",
            OrderState::PendingCancel { .. } => "pending a cancel",
            OrderState::Unknown { .. } => "unknown",
            OrderState::Filled => "filled",
            OrderState::Rejected => "rejected",
            OrderState::Cancelled { .. } => "cancelled",
            OrderState::Expired { .. } => "expired",
            OrderState::NeverArrived => "never arrived",
        };
        f.write_str(name)
    }
}

#[cfg(test)]
mod tests;
