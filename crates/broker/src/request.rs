//! What a broker is asked to do.

use domain::instrument::InstrumentId;
use domain::order::{OrderId, Terms, Timing};
use domain::{Product, Qty, Side, Validity};

#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Request {
    Place(PlaceOrder),
    Change(ChangeOrder),
    Cancel(CancelOrder),
    /// The whole book of today: orders and trades in one reading. `number` comes back with it.
    ReadBook {
        number: u64,
    },
    ReadPositions {
        number: u64,
    },
    ReadFunds {
        number: u64,
    },
}

#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct PlaceOrder {
    pub id: OrderId,
    pub instrument: InstrumentId,
    pub product: Product,
    pub side: Side,
    pub qty: Qty,
    /// Never a bare market order; [`Terms::on_the_wire`] is what a real broker is told.
    pub terms: Terms,
    /// Of the simulated exchange alone: whether it may trade at the close that is being made.
    pub timing: Timing,
    pub validity: Validity,
    /// Units shown to the market; zero shows all.
    pub disclosed: Qty,
    /// Of the paper exchange in a replay alone: the venue of its own whose bars fill the order. `None` everywhere else.
    pub lane: Option<u32>,
}

#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ChangeOrder {
    pub id: OrderId,
    pub instrument: InstrumentId,
    /// The broker's own number of the order, where it is known.
    pub broker_id: Option<String>,
    /// Which change of the order this is, from 1: it comes back with the answer.
    pub change: u8,
    /// The whole quantity, traded units included.
    pub qty: Qty,
    pub terms: Terms,
    pub timing: Timing,
}

#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CancelOrder {
    pub id: OrderId,
    pub instrument: InstrumentId,
    pub broker_id: Option<String>,
}
