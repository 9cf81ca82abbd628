//! How much capital may be at work: of the account, and of one run. Margin of positions and of entries on their way
//! counts. Judges entries only.

use domain::Money;

use super::{Breach, Proposal, View};

#[inline]
pub(super) fn capital(proposal: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    let limits = view.limits;
    if limits.max_capital.is_none() && limits.max_capital_per_book.is_none() {
        return Ok(());
    }
    let book = view.book(proposal.book);
    let value = Money::from_raw(proposal.price.raw() * proposal.qty.raw());
    let more = book.spec.margin(proposal.direction, value, proposal.qty) - proposal.freed;
    let used = view.account.blocked + view.account.reserved + more;
    match limits.max_capital {
        Some(limit) if used > limit => return Err(Breach::MaxCapital { used, limit }),
        _ => {}
    }
    let used = book.blocked + book.pending.map_or(Money::ZERO, |pending| pending.margin) + more;
    match limits.max_capital_per_book {
        Some(limit) if used > limit => Err(Breach::MaxCapitalOfBook { used, limit }),
        _ => Ok(()),
    }
}
