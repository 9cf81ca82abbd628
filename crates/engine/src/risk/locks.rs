//! What stops entries until it is lifted: the kill switch of the run, the account, the user or everyone, the daily loss,
//! the drawdown. Judges entries.

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, LockCause, RiskPolicy};

pub(super) struct Locked;

impl Rule for Locked {
    fn name(&self) -> &'static str {
        "killSwitch"
    }

    fn is_on(&self, _: &AccountLimits, _: &RiskPolicy) -> bool {
        true
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        match view.locks.on(entry.proposal.book).map(|lock| (lock.scope, lock.cause)) {
            None => Ok(()),
            Some((scope, LockCause::KillSwitch)) => Err(Breach::KillSwitch { scope }),
            Some((_, LockCause::DailyLoss { lost, limit })) => Err(Breach::LockedForTheDay { lost, limit }),
            Some((_, LockCause::Drawdown { lost, limit })) => Err(Breach::Drawdown { lost, limit }),
        }
    }
}
