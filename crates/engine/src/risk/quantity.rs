//! Whole lots, and an order that can be counted.

use domain::{Money, Qty};

use super::{Breach, Proposal, View};

/// Above this an account's sums could overflow: a lakh crore rupees.
const MAX_ORDER_VALUE: Money = Money::rupees(1_000_000_000_000);

#[inline]
pub(super) fn whole_lots(proposal: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    let lot = view.book(proposal.book).spec.contract.lot;
    let (qty, price) = (proposal.qty, proposal.price);
    if qty <= Qty::ZERO {
        return Err(Breach::BelowOneLot { lot });
    }
    if lot.raw() > 1 && qty.raw() % lot.raw() != 0 {
        return Err(Breach::NotALotMultiple { qty, lot });
    }
    match price.value(qty) {
        Some(value) if value <= MAX_ORDER_VALUE => Ok(()),
        _ => Err(Breach::ValueTooLarge { qty, price }),
    }
}
