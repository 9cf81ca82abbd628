//! The size and value of one order: a slip of the finger, or a strategy gone wild. Judges entries only: what closes is
//! never larger than what is held.

use domain::{Money, Qty};

use super::{Breach, Proposal, View};

#[inline]
pub(super) fn order_size(proposal: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    let (qty, price) = (proposal.qty, proposal.price);
    match view.limits.max_order_qty {
        Some(limit) if qty > limit => return Err(Breach::MaxOrderQty { qty, limit }),
        _ => {}
    }
    let Some(limit) = view.limits.max_order_value else { return Ok(()) };
    // Too large to be counted is refused by the rule of whole lots, before this one.
    let value = price.value(qty.max(Qty::ZERO)).unwrap_or(Money::ZERO);
    if value > limit { Err(Breach::MaxOrderValue { value, limit }) } else { Ok(()) }
}
