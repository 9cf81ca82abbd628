//! Entries of one book in a day.

use super::{Breach, Judged, Rule, View};
use crate::AccountLimits;

pub(super) struct TradesPerDay;

impl Rule for TradesPerDay {
    fn is_on(&self, limits: &AccountLimits) -> bool {
        limits.max_trades_per_day.is_some()
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        match view.limits.max_trades_per_day {
            Some(limit) if entry.book.trades_today >= limit => Err(Breach::MaxTradesPerDay { limit }),
            _ => Ok(()),
        }
    }
}
