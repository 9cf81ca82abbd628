//! Risk as stored: limits, what a rule refused (append-only, chained), locks, incidents.

mod events;
mod incidents;
mod limits;
mod locks;

pub use events::{RiskEvent, RiskEventRecord, record_risk_event, risk_events};
pub use incidents::{
    IncidentRecord, NewIncident, incidents, open_incident, open_incidents, resolve_incident,
};
pub use limits::{Limit, limits, set_limit};
pub use locks::{LockRecord, NewLock, lock, locks, locks_in_force, release};

use crate::words::{Word as _, damaged, words};
use crate::{AccountId, RunId, StoreError, UserId};

/// What a limit or a lock holds for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    Everybody,
    User(UserId),
    Account(AccountId),
    Run(RunId),
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Everybody,
    User,
    Account,
    Run,
}

words! {
    Kind { Kind::Everybody => "all", Kind::User => "user", Kind::Account => "account", Kind::Run => "run", }
}

impl Scope {
    fn columns(self) -> (&'static str, i64) {
        match self {
            Scope::Everybody => (Kind::Everybody.word(), 0),
            Scope::User(id) => (Kind::User.word(), id.0),
            Scope::Account(id) => (Kind::Account.word(), id.0),
            Scope::Run(id) => (Kind::Run.word(), id.0),
        }
    }

    fn read(table: &'static str, kind: &str, id: i64) -> Result<Scope, StoreError> {
        Ok(match Kind::read(table, "scope", kind)? {
            Kind::Everybody if id != 0 => return Err(damaged(table, "scope_id", &id.to_string())),
            Kind::Everybody => Scope::Everybody,
            Kind::User => Scope::User(UserId(id)),
            Kind::Account => Scope::Account(AccountId(id)),
            Kind::Run => Scope::Run(RunId(id)),
        })
    }

    /// Refuses what is not this user's to limit or lock.
    async fn owned_by(self, on: &impl crate::Read, user: UserId) -> Result<(), StoreError> {
        match self {
            Scope::User(id) if id == user => Ok(()),
            Scope::Everybody | Scope::User(_) => Err(StoreError::NotFound { what: "scope" }),
            Scope::Account(id) => crate::accounts::get(on, user, id).await.map(drop),
            Scope::Run(id) => crate::runs::get(on, user, id).await.map(drop),
        }
    }
}
