//! Stays under the regulator's threshold of orders a second. Judges entries; everything that was sent counts.

use domain::Qty;
use domain::time::Span;

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

/// The window, in microseconds.
pub(crate) const SECOND: Span = Span::micros(1_000_000);

pub(super) struct OrdersPerSecond;

impl Rule for OrdersPerSecond {
    fn name(&self) -> &'static str {
        "ordersPerSecond"
    }

    fn is_on(&self, _: &AccountLimits, policy: &RiskPolicy) -> bool {
        policy.orders_per_second.is_some()
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let Some(limit) = view.policy.orders_per_second else { return Ok(()) };
        let recent = view.sent.iter().filter(|at| **at + SECOND > entry.proposal.at).count();
        let (qty, slice) = (entry.proposal.qty, entry.book.spec.slice(entry.proposal.qty));
        let orders = if slice > Qty::ZERO { (qty.raw() + slice.raw() - 1) / slice.raw() } else { 1 };
        let sent = recent as i64 + orders;
        if sent > i64::from(limit) { Err(Breach::TooManyOrders { sent, limit }) } else { Ok(()) }
    }
}
