//! Margin: what does not fit is refused.

use domain::Money;

use super::{Breach, Proposal, View};

#[inline]
pub(super) fn margin(proposal: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    let value = Money::from_raw(proposal.price.raw() * proposal.qty.raw());
    let needed = view.book(proposal.book).spec.margin(proposal.direction, value, proposal.qty);
    let available = view.account.available() + proposal.freed;
    if needed > available { Err(Breach::BuyingPower { needed, available }) } else { Ok(()) }
}
