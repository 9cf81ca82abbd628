//! Which rules an account has beside its limits, and in what order all of them are judged.

use domain::Money;
use domain::order::InstrumentKey;
use domain::time::Span;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{RULES, Rule};

/// Settings of the rules; the default has them off, as for a backtest.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RiskPolicy {
    /// Names of [`RiskPolicy::rules`] to be judged first, in this order; the others follow in theirs.
    first: Vec<String>,
    /// A book has limits of its own.
    #[serde(default)]
    pub(crate) limits_books: bool,
    /// Entries only within the hours that [`crate::Event::DayStart`] told.
    pub market_hours: bool,
    /// Only these instruments may be entered.
    pub allowed: Option<Vec<InstrumentKey>>,
    /// How far a limit may lie from the last price, in hundredths of a percent of it.
    pub price_band: Option<u32>,
    /// The same entry (side, quantity, price) is not taken again in its book within this.
    pub duplicate_within: Option<Span>,
    /// Orders sent within any 1,000 ms; what closes is counted and not held back.
    pub orders_per_second: Option<u32>,
}

/// Limits of one book beside those of the account; the tighter holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BookLimits {
    /// Rupees lost by the book since its day began, realised and not, after charges: it is locked for the day, and
    /// flattened unless it holds delivery.
    pub max_daily_loss: Option<Money>,
    pub max_trades_per_day: Option<u32>,
    /// Margin of its position and entries, in rupees.
    pub max_capital: Option<Money>,
    /// Units held.
    pub max_position: Option<domain::Qty>,
}

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum PolicyError {
    #[error("`{0}` is not a rule; use {rules}", rules = RiskPolicy::rules().join(", "))]
    UnknownRule(String),
    #[error("rule `{0}` is named twice; name it once")]
    Twice(String),
}

impl RiskPolicy {
    /// What a live account starts with: hours, no order twice within two seconds, at most 8 orders in any 1,000 ms (the
    /// regulator's threshold is 10 a second and exchange).
    pub fn live() -> RiskPolicy {
        RiskPolicy {
            market_hours: true,
            duplicate_within: Some(Span::micros(2_000_000)),
            orders_per_second: Some(8),
            ..RiskPolicy::default()
        }
    }

    /// Every rule's name, in the usual order.
    pub fn rules() -> Vec<&'static str> {
        RULES.iter().map(|rule| rule.name()).collect()
    }

    /// Judges these rules first. None is left out by not being named.
    pub fn in_order(mut self, names: &[&str]) -> Result<RiskPolicy, PolicyError> {
        for (i, name) in names.iter().enumerate() {
            if !RULES.iter().any(|rule| rule.name() == *name) {
                return Err(PolicyError::UnknownRule((*name).to_owned()));
            }
            if names[..i].contains(name) {
                return Err(PolicyError::Twice((*name).to_owned()));
            }
        }
        self.first = names.iter().map(|name| (*name).to_owned()).collect();
        Ok(self)
    }

    pub(super) fn ordered(&self) -> Vec<&'static dyn Rule> {
        let mut rules = RULES.to_vec();
        let place = |rule: &&dyn Rule| self.first.iter().position(|name| name == rule.name());
        rules.sort_by_key(|rule| place(rule).unwrap_or(usize::MAX));
        rules
    }
}
