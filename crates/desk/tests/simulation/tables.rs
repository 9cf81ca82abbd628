//! What the database would hold.

use std::collections::{BTreeMap, BTreeSet};

use desk::path::Write;
use domain::order::{OrderId, OrderState};
use domain::{Money, Qty};

#[derive(Default)]
pub struct Tables {
    pub cursor: i64,
    pub orders: BTreeMap<OrderId, (OrderState, Qty, Money)>,
    decisions: BTreeSet<(i64, i64, i64, String)>,
    pub fills: BTreeSet<(OrderId, String)>,
    pub positions: BTreeMap<(String, String), Qty>,
    pub incidents: u64,
    /// The kinds of those incidents.
    pub troubles: BTreeSet<String>,
    /// The orders that closed a trade.
    closers: BTreeSet<OrderId>,
}

impl Tables {
    /// As the database's keys would have it.
    pub fn take(&mut self, write: &Write) {
        match write {
            Write::NewOrder(order, _) => {
                let new = (OrderState::Pending, Qty::ZERO, Money::ZERO);
                assert!(self.orders.insert(order.id, new).is_none(), "{} is stored twice", order.id);
                if let (Some(decision), Some(run)) = (&order.decision, order.book.run()) {
                    let key = (run.0, decision.bar_open.as_micros(), decision.leg, decision.action.clone());
                    assert!(self.decisions.insert(key.clone()), "decided twice: {key:?}");
                }
            }
            Write::Moved(moved) => {
                let row = self.orders.get_mut(&moved.id).expect("an order moves after it was stored");
                *row = (moved.update.state, moved.update.filled_quantity, moved.update.filled_value);
            }
            Write::Fill(order, fill) => {
                assert!(self.orders.contains_key(order), "a fill of an order that is not stored");
                assert!(self.fills.insert((*order, fill.broker_fill_id.clone())), "a fill is stored twice");
            }
            Write::Position(position) => {
                let key = (format!("{:?}", position.book), position.instrument.as_str().to_owned());
                self.positions.insert(key, position.quantity);
            }
            Write::Trade(trade) => {
                let (_, filled, _) = self.orders[&trade.closing_order];
                assert!(filled > Qty::ZERO, "{} closed a trade and did not trade", trade.closing_order);
                assert!(self.closers.insert(trade.closing_order), "{} closed twice", trade.closing_order);
            }
            Write::Incident(incident) => {
                assert_ne!(incident.kind, "positionDiffers", "nobody else trades here: {}", incident.detail);
                assert_ne!(incident.kind, "naked", "NAKED-2: {}", incident.detail);
                self.incidents += 1;
                self.troubles.insert(incident.kind.clone());
            }
            Write::Refused(_) | Write::Locked(..) | Write::Unlocked(..) => {}
        }
    }
}
