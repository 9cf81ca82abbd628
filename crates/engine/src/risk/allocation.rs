//! How much capital may be at work: of the account, and of one run. Margin of positions and of entries on their way
//! counts. Judges entries.

use domain::Money;

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct Capital;

impl Rule for Capital {
    fn name(&self) -> &'static str {
        "capitalAllocation"
    }

    fn is_on(&self, limits: &AccountLimits, policy: &RiskPolicy) -> bool {
        limits.max_capital.is_some() || limits.max_capital_per_book.is_some() || policy.limits_books
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let more = entry.margin - entry.proposal.freed;
        let used = view.account.blocked + view.account.reserved + more;
        match view.limits.max_capital {
            Some(limit) if used > limit => return Err(Breach::MaxCapital { used, limit }),
            _ => {}
        }
        let book = entry.book;
        let used = book.blocked + book.pending.map_or(Money::ZERO, |pending| pending.margin) + more;
        match [view.limits.max_capital_per_book, book.limits.max_capital].into_iter().flatten().min() {
            Some(limit) if used > limit => Err(Breach::MaxCapitalOfBook { used, limit }),
            _ => Ok(()),
        }
    }
}
