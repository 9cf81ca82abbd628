//! What rules refused and what went wrong, in words that name runs, orders and instruments as a person knows them.

use domain::order::OrderKey;
use domain::trade::BookId;
use engine::{Breach, Incident, Lock, LockScope, Refusal, Trouble};
use serde_json::Value;
use store::RunId;
use store::risk::{NewIncident, RiskEvent};

use super::{OrderPath, Refused, StrategySource, Write, figures};

impl OrderPath {
    pub(super) fn refused(&self, refusal: &Refusal) -> Write {
        let setup = self.setup(refusal.book);
        let why = self.why_refused(refusal);
        let mut detail = figures(&refusal.breach, &why);
        detail.insert("direction".to_owned(), format!("{:?}", refusal.direction).to_lowercase().into());
        detail.insert("quantity".to_owned(), refusal.qty.raw().into());
        let event = RiskEvent {
            account: self.account,
            run: setup.run.map(RunId),
            order: None,
            rule: refusal.breach.rule().to_owned(),
            instrument: Some(setup.instrument.clone()),
            detail: Value::Object(detail).to_string(),
            at: refusal.at,
        };
        Write::Refused(Box::new(Refused { refusal: *refusal, why, event }))
    }

    /// The engine knows books and instruments by numbers that mean nothing outside.
    fn why_refused(&self, refusal: &Refusal) -> String {
        let instrument = &self.setup(refusal.book).instrument;
        match refusal.breach {
            Breach::OppositeBook { other } => format!(
                "{} holds or enters the other side of {instrument}; close that first, or set allowOppositeBooks in the \
                 account's limits",
                self.owner(other)
            ),
            Breach::InstrumentNotAllowed { .. } if self.lists.blocked.contains(instrument) => format!(
                "{instrument} is blocked in this account; take it off blockedInstruments in the account's limits first"
            ),
            Breach::InstrumentNotAllowed { .. } => format!(
                "{instrument} is not among the instruments that this account may enter; add it to allowedInstruments in \
                 the account's limits first"
            ),
            other => other.to_string(),
        }
    }

    /// Whose book it is.
    fn owner(&self, book: BookId) -> String {
        let setup = self.setup(book);
        let Some(run) = setup.run else { return "manual trading".to_owned() };
        match setup.strategy.as_ref().map(|choice| &choice.source) {
            Some(StrategySource::BuiltIn(name) | StrategySource::Rules { name, .. }) => {
                format!("run {run} ({name})")
            }
            None => format!("run {run}"),
        }
    }

    pub(super) fn incident(&self, incident: &Incident) -> Write {
        let order =
            |key: OrderKey| self.ids.id(key).map_or_else(|| format!("order {}", key.0), |id| id.to_string());
        let book = |id: BookId| {
            let setup = self.setup(id);
            setup.run.map_or_else(|| format!("manual {}", setup.instrument), |run| format!("run {run}"))
        };
        let subject = match incident.what {
            Trouble::UnknownOrder { order: key }
            | Trouble::IllegalMove { order: key, .. }
            | Trouble::Overfilled { order: key, .. }
            | Trouble::InDoubt { order: key }
            | Trouble::Vanished { order: key }
            | Trouble::CameAfterAll { order: key }
            | Trouble::CancelRefused { order: key }
            | Trouble::NotFilling { order: key } => order(key),
            Trouble::Unguarded { book: id } | Trouble::Naked { book: id, .. } => book(id),
        };
        Write::Incident(NewIncident {
            account: self.account,
            kind: incident.what.name().to_owned(),
            detail: format!("{subject}: {}", incident.what),
            subject,
        })
    }

    pub(super) fn run_of_lock(&self, lock: &Lock) -> Option<RunId> {
        match lock.scope {
            LockScope::Book(book) => self.setup(book).run.map(RunId),
            LockScope::Account | LockScope::User | LockScope::Everyone => None,
        }
    }
}
