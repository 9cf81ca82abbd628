//! Units held by one book. What it holds on the other side goes first, so a reversal frees its place. Judges entries.

use domain::Qty;

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct PositionSize;

impl Rule for PositionSize {
    fn name(&self) -> &'static str {
        "maxPosition"
    }

    fn is_on(&self, limits: &AccountLimits, policy: &RiskPolicy) -> bool {
        limits.max_position.is_some() || policy.limits_books
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let limits = [view.limits.max_position, entry.book.limits.max_position];
        let Some(limit) = limits.into_iter().flatten().min() else { return Ok(()) };
        let (held, direction) = (entry.book.position(), entry.proposal.direction);
        let kept = if held.signum() * direction.sign() > 0 { held.abs() } else { Qty::ZERO };
        let pending = entry.book.pending.filter(|p| p.direction == direction);
        let qty = kept + pending.map_or(Qty::ZERO, |p| p.qty) + entry.proposal.qty;
        if qty > limit { Err(Breach::MaxPosition { qty, limit }) } else { Ok(()) }
    }
}
