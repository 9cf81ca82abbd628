//! Limits that hold for a day, and the switch that holds until it is lifted.

use super::{Breach, Proposal, View};

#[inline]
pub(super) fn kill_switch(_: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    if view.account.killed { Err(Breach::KillSwitch) } else { Ok(()) }
}

#[inline]
pub(super) fn daily_lock(_: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    if view.account.locked { Err(Breach::LockedForTheDay) } else { Ok(()) }
}

#[inline]
pub(super) fn trades_per_day(proposal: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    match view.limits.max_trades_per_day {
        Some(limit) if view.book(proposal.book).trades_today >= limit => {
            Err(Breach::MaxTradesPerDay { limit })
        }
        _ => Ok(()),
    }
}
