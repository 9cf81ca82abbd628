//! Whole lots, and an order that can be counted: judged of every order, before the rules.

use domain::{Money, Price, Qty};

use super::Breach;

/// Above this an account's sums could overflow: a lakh crore rupees.
const MAX_ORDER_VALUE: Money = Money::rupees(1_000_000_000_000);

/// What the order is worth.
#[inline]
pub(super) fn value_of(qty: Qty, price: Price, lot: Qty) -> Result<Money, Breach> {
    if qty <= Qty::ZERO {
        return Err(Breach::BelowOneLot { lot });
    }
    if lot.raw() > 1 && qty.raw() % lot.raw() != 0 {
        return Err(Breach::NotALotMultiple { qty, lot });
    }
    match price.value(qty) {
        Some(value) if value <= MAX_ORDER_VALUE => Ok(value),
        _ => Err(Breach::ValueTooLarge { qty, price }),
    }
}
