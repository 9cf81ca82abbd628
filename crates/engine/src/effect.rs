//! What the engine wants done.

use domain::order::{InstrumentKey, OrderKey, Ticket};
use domain::trade::Trade;

use crate::{Incident, Lock, Refusal};

/// One wish of the engine, in the order in which it must be carried out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Effect {
    /// Store the order; answer with [`crate::Event::Committed`]. It has not been sent.
    Persist(Ticket),
    /// Send a stored order.
    Place(Ticket),
    /// Change a resting order to these terms; `qty` is what should be left of it.
    Modify(Ticket),
    Cancel {
        instrument: InstrumentKey,
        order: OrderKey,
    },
    /// Read the broker's book and tell what it shows of this order: its trades, then [`crate::News::Seen`], or
    /// [`crate::News::Missing`]; nothing if the reading failed. Never send it again.
    Ask {
        order: OrderKey,
    },
    /// A person must know.
    Incident(Incident),
    /// Entries are stopped from now on. Store it before anything else is sent: it outlives a restart.
    Locked(Lock),
    Unlocked(Lock),
    /// A position went flat.
    Closed(Trade),
    /// A rule said no; recorded for good.
    Refused(Refusal),
}
