//! Limits that hold for a day, and the switch that holds until it is lifted.

use super::{Breach, Proposal, View};
use crate::LockCause;

/// The kill switch of the run, the account, the user or everyone, the daily loss and the drawdown.
#[inline]
pub(super) fn locks(proposal: &Proposal, view: &View<'_>) -> Result<(), Breach> {
    match view.locks.on(proposal.book).map(|lock| (lock.scope, lock.cause)) {
        None => Ok(()),
        Some((scope, LockCause::KillSwitch)) => Err(Breach::KillSwitch { scope }),
        Some((_, LockCause::DailyLoss { lost, limit })) => Err(Breach::LockedForTheDay { lost, limit }),
        Some((_, LockCause::Drawdown { lost, limit })) => Err(Breach::Drawdown { lost, limit }),
    }
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
