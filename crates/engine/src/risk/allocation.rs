//! How much capital may be at work: of the account, and of one run. Margin of positions and of entries on their way
//! counts. Judges entries.

use domain::Money;

use super::{Breach, Judged, Rule, View};
use crate::portfolio::{Account, Book};
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
        at_work(entry.margin - entry.proposal.freed, entry.book, view.account, view.limits)
    }
}

/// Judges `more` margin for a book.
pub(crate) fn at_work(
    more: Money,
    book: &Book,
    account: &Account,
    limits: &AccountLimits,
) -> Result<(), Breach> {
    let used = account.blocked + account.reserved + more;
    match limits.max_capital {
        Some(limit) if used > limit => return Err(Breach::MaxCapital { used, limit }),
        _ => {}
    }
    let used = book.blocked + book.pending.map_or(Money::ZERO, |pending| pending.margin) + more;
    match [limits.max_capital_per_book, book.limits.max_capital].into_iter().flatten().min() {
        Some(limit) if used > limit => Err(Breach::MaxCapitalOfBook { used, limit }),
        _ => Ok(()),
    }
}
