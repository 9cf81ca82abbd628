//! The size and value of one order: a slip of the finger, or a strategy gone wild. What closes is never larger than what
//! is held. Judges entries.

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct OrderSize;

impl Rule for OrderSize {
    fn name(&self) -> &'static str {
        "orderSize"
    }

    fn is_on(&self, limits: &AccountLimits, _: &RiskPolicy) -> bool {
        limits.max_order_qty.is_some()
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let qty = entry.proposal.qty;
        match view.limits.max_order_qty {
            Some(limit) if qty > limit => Err(Breach::MaxOrderQty { qty, limit }),
            _ => Ok(()),
        }
    }
}

pub(super) struct OrderValue;

impl Rule for OrderValue {
    fn name(&self) -> &'static str {
        "orderValue"
    }

    fn is_on(&self, limits: &AccountLimits, _: &RiskPolicy) -> bool {
        limits.max_order_value.is_some()
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let value = entry.value;
        match view.limits.max_order_value {
            Some(limit) if value > limit => Err(Breach::MaxOrderValue { value, limit }),
            _ => Ok(()),
        }
    }
}
