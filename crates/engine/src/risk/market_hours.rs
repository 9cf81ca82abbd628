//! Entries only while the exchange is open for the book. Judges entries.

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct MarketHours;

impl Rule for MarketHours {
    fn name(&self) -> &'static str {
        "marketHours"
    }

    fn is_on(&self, _: &AccountLimits, policy: &RiskPolicy) -> bool {
        policy.market_hours
    }

    fn judge(&self, entry: &Judged<'_>, _: &View<'_>) -> Result<(), Breach> {
        match entry.book.hours {
            Some((open, close)) if (open..close).contains(&entry.proposal.at) => Ok(()),
            hours => Err(Breach::MarketClosed { hours }),
        }
    }
}
