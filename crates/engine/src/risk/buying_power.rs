//! Margin: what does not fit is refused.

use super::{Breach, Judged, Rule, View};
use crate::AccountLimits;

pub(super) struct BuyingPower;

impl Rule for BuyingPower {
    fn is_on(&self, _: &AccountLimits) -> bool {
        true
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let (needed, available) = (entry.margin, view.account.available() + entry.proposal.freed);
        if needed > available { Err(Breach::BuyingPower { needed, available }) } else { Ok(()) }
    }
}
