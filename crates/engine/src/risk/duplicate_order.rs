//! The same entry twice within seconds: a double click, or a strategy that stutters. Judges entries.

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct DuplicateOrder;

impl Rule for DuplicateOrder {
    fn name(&self) -> &'static str {
        "duplicateOrder"
    }

    fn is_on(&self, _: &AccountLimits, policy: &RiskPolicy) -> bool {
        policy.duplicate_within.is_some()
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let wish = entry.proposal;
        let (Some(last), Some(within)) = (&entry.book.last_entry, view.policy.duplicate_within) else {
            return Ok(());
        };
        let same = (last.direction, last.qty, last.limit) == (wish.direction, wish.qty, wish.limit);
        if same && wish.at < last.at + within { Err(Breach::Duplicate { within }) } else { Ok(()) }
    }
}
