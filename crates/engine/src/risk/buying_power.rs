//! Margin: what does not fit is refused. Judges entries.

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct BuyingPower;

impl Rule for BuyingPower {
    fn name(&self) -> &'static str {
        "buyingPower"
    }

    fn is_on(&self, _: &AccountLimits, _: &RiskPolicy) -> bool {
        true
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let (needed, available) = (entry.margin, view.account.available() + entry.proposal.freed);
        if needed > available { Err(Breach::BuyingPower { needed, available }) } else { Ok(()) }
    }
}
