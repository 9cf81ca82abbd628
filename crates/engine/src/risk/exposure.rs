//! How much may be held.

use domain::trade::BookId;

use super::{Breach, Proposal, View};

/// Two books on opposite sides of one instrument would each rest a stop that is a naked new position at the broker.
#[inline]
pub(super) fn opposite_books(proposal: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    if view.limits.allow_opposite_books {
        return Ok(());
    }
    let siblings = &view.book(proposal.book).siblings;
    let against = |id: &&BookId| {
        let book = view.book(**id);
        let pending = book.pending.map_or(0, |p| p.direction.sign());
        (book.position().signum() * proposal.direction.sign()).min(pending * proposal.direction.sign()) < 0
    };
    match siblings.iter().find(against) {
        Some(&other) => Err(Breach::OppositeBook { other }),
        None => Ok(()),
    }
}

#[inline]
pub(super) fn position_size(proposal: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    let book = view.book(proposal.book);
    let held = book.position();
    // A reversal frees its place first.
    let kept = if held.signum() * proposal.direction.sign() > 0 { held.abs() } else { domain::Qty::ZERO };
    if let Some(limit) = view.limits.max_position {
        let pending = book.pending.filter(|p| p.direction == proposal.direction);
        let qty = kept + pending.map_or(domain::Qty::ZERO, |p| p.qty) + proposal.qty;
        if qty > limit {
            return Err(Breach::MaxPosition { qty, limit });
        }
    }
    let others =
        view.account.open_positions + view.account.opening - u32::from(book.pending.is_some_and(|p| p.opens));
    match view.limits.max_open_positions {
        Some(limit) if held.is_zero() && others >= limit => Err(Breach::MaxOpenPositions { limit }),
        _ => Ok(()),
    }
}
