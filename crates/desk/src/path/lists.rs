//! Which instruments an account may enter: the lists of a person, and what the engine makes of them.

use domain::instrument::InstrumentId;
use domain::order::InstrumentKey;
use serde::{Deserialize, Serialize};

use super::OrderPath;

/// What may be entered. Exits are never held back by it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct InstrumentLists {
    /// Only these; `None`: any.
    pub allowed: Option<Vec<InstrumentId>>,
    /// None of these, whatever is allowed.
    pub blocked: Vec<InstrumentId>,
}

impl InstrumentLists {
    pub fn permit(&self, id: &InstrumentId) -> bool {
        !self.blocked.contains(id) && self.allowed.as_ref().is_none_or(|list| list.contains(id))
    }
}

impl OrderPath {
    pub fn instrument_lists(&self) -> &InstrumentLists {
        &self.lists
    }

    /// Tells the engine its rules. It knows instruments by keys, and only those that some book trades.
    pub(super) fn apply_policy(&mut self) {
        let mut policy = self.policy.clone();
        if self.lists != InstrumentLists::default() {
            let permitted = self.instruments.iter().enumerate().filter(|(_, id)| self.lists.permit(id));
            policy.allowed = Some(permitted.map(|(place, _)| InstrumentKey(place as u32)).collect());
        }
        self.engine.set_policy(policy);
    }
}
