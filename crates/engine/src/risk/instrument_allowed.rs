//! The list of what an account may enter. Judges entries.

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct InstrumentAllowed;

impl Rule for InstrumentAllowed {
    fn name(&self) -> &'static str {
        "instrumentAllowed"
    }

    fn is_on(&self, _: &AccountLimits, policy: &RiskPolicy) -> bool {
        policy.allowed.is_some()
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let instrument = entry.book.spec.instrument;
        match &view.policy.allowed {
            Some(list) if !list.contains(&instrument) => Err(Breach::InstrumentNotAllowed { instrument }),
            _ => Ok(()),
        }
    }
}
