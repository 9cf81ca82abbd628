//! Two books on opposite sides of one instrument would each rest a stop that is a naked new position at the broker. Judges entries.

use domain::trade::BookId;

use super::{Breach, Judged, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct OppositeBooks;

impl Rule for OppositeBooks {
    fn name(&self) -> &'static str {
        "oppositeBooks"
    }

    fn is_on(&self, limits: &AccountLimits, _: &RiskPolicy) -> bool {
        !limits.allow_opposite_books
    }

    fn judge(&self, entry: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let sign = entry.proposal.direction.sign();
        let against = |id: &&BookId| {
            let book = &view.books[id.0 as usize];
            let pending = book.pending.map_or(0, |p| p.direction.sign());
            (book.position().signum() * sign).min(pending * sign) < 0
        };
        match entry.book.siblings.iter().find(against) {
            Some(&other) => Err(Breach::OppositeBook { other }),
            None => Ok(()),
        }
    }
}
