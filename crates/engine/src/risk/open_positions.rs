//! Books that hold something, or are about to, at one time. Judges entries.

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct OpenPositions;

impl Rule for OpenPositions {
    fn name(&self) -> &'static str {
        "maxOpenPositions"
    }

    fn is_on(&self, limits: &AccountLimits, _: &RiskPolicy) -> bool {
        limits.max_open_positions.is_some()
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let own = u32::from(entry.book.pending.is_some_and(|p| p.opens));
        let others = view.account.open_positions + view.account.opening - own;
        match view.limits.max_open_positions {
            Some(limit) if entry.book.position().is_zero() && others >= limit => {
                Err(Breach::MaxOpenPositions { limit })
            }
            _ => Ok(()),
        }
    }
}
