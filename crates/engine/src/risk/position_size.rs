//! Units held by one book. What it holds on the other side goes first, so a reversal frees its place.

use domain::Qty;

use super::{Breach, Judged, Rule, View};
use crate::AccountLimits;

pub(super) struct PositionSize;

impl Rule for PositionSize {
    fn is_on(&self, limits: &AccountLimits) -> bool {
        limits.max_position.is_some()
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let Some(limit) = view.limits.max_position else { return Ok(()) };
        let (held, direction) = (entry.book.position(), entry.proposal.direction);
        let kept = if held.signum() * direction.sign() > 0 { held.abs() } else { Qty::ZERO };
        let pending = entry.book.pending.filter(|p| p.direction == direction);
        let qty = kept + pending.map_or(Qty::ZERO, |p| p.qty) + entry.proposal.qty;
        if qty > limit { Err(Breach::MaxPosition { qty, limit }) } else { Ok(()) }
    }
}
