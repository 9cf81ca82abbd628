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
        // What a reversal sets free first lowers what is needed: what is available is the account's one figure.
        let (needed, available) = (entry.margin - entry.proposal.freed, view.account.available());
        if needed > available { Err(Breach::BuyingPower { needed, available }) } else { Ok(()) }
    }
}
