//! Books that hold something, or are about to, at one time.

use super::{Breach, Judged, Rule, View};
use crate::AccountLimits;

pub(super) struct OpenPositions;

impl Rule for OpenPositions {
    fn is_on(&self, limits: &AccountLimits) -> bool {
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
