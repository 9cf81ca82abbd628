//! Entries of one book in a day. Judges entries.

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct TradesPerDay;

impl Rule for TradesPerDay {
    fn name(&self) -> &'static str {
        "maxTradesPerDay"
    }

    fn is_on(&self, limits: &AccountLimits, policy: &RiskPolicy) -> bool {
        limits.max_trades_per_day.is_some() || policy.limits_books
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let limits = [view.limits.max_trades_per_day, entry.book.limits.max_trades_per_day];
        match limits.into_iter().flatten().min() {
            Some(limit) if entry.book.trades_today >= limit => Err(Breach::MaxTradesPerDay { limit }),
            _ => Ok(()),
        }
    }
}
