//! The expiry file: its rows, checked.

use jiff::civil::Weekday;
use serde::Deserialize;
use toml::Spanned;

use super::ExpiryRules;
use super::monthly_rule::{MonthlyRule, WEEKDAYS, weekday};
use crate::calendar::TradingClass;
use crate::dated_table::{Day, Exchanges, TableError, TableText, yes};
use crate::exchange::Exchange;
use crate::time::Date;

/// The rules of one underlying, or of all that have none of their own.
#[derive(Clone, Debug)]
pub(super) struct Underlying {
    pub exchange: Exchange,
    /// `None` for every other underlying of the exchange.
    pub name: Option<String>,
    /// Whose holidays move an expiry.
    pub class: TradingClass,
    /// Sorted by first day, never empty.
    pub rules: Vec<Rule>,
}

/// What holds for expiries scheduled from `from` until the next rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub from: Date,
    pub weekly: Option<Weekday>,
    pub monthly: Option<MonthlyRule>,
    pub verified: bool,
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    underlying: Vec<Spanned<UnderlyingRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnderlyingRow {
    exchange: Exchanges,
    names: Option<Vec<String>>,
    class: Option<Spanned<String>>,
    rules: Vec<RuleRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleRow {
    from: Spanned<Day>,
    weekly: Option<Spanned<String>>,
    monthly: Option<Spanned<String>>,
    #[serde(default = "yes")]
    verified: bool,
    source: String,
}

impl ExpiryRules {
    pub(super) fn add(&mut self, toml: &str) -> Result<(), TableError> {
        let text = TableText::new("expiry data", toml);
        let file: File = text.parse()?;
        for spanned in &file.underlying {
            let row = spanned.get_ref();
            let class = row.class.as_ref().map(|name| class(text, name)).transpose()?;
            let rules = rules(text, spanned)?;
            let names = match &row.names {
                None => vec![None],
                Some(names) => names.iter().map(|name| Some(name.to_ascii_uppercase())).collect(),
            };
            if names.is_empty() || row.exchange.0.is_empty() {
                let what = "an empty list is about nothing; fill it, or leave `names` out for every other underlying";
                return Err(text.error(spanned.span(), what));
            }
            for exchange in &row.exchange.0 {
                for name in &names {
                    self.lay(*exchange, name.as_deref(), class, &rules);
                }
            }
        }
        Ok(())
    }

    fn lay(&mut self, exchange: Exchange, name: Option<&str>, class: Option<TradingClass>, rules: &[Rule]) {
        let known = self.underlyings.iter().position(|u| u.exchange == exchange && u.name.as_deref() == name);
        let i = known.unwrap_or_else(|| {
            self.underlyings.push(Underlying {
                exchange,
                name: name.map(str::to_owned),
                class: TradingClass::EquityDerivative,
                rules: Vec::new(),
            });
            self.underlyings.len() - 1
        });
        let underlying = &mut self.underlyings[i];
        underlying.class = class.unwrap_or(underlying.class);
        for rule in rules {
            match underlying.rules.binary_search_by_key(&rule.from, |r| r.from) {
                Ok(i) => underlying.rules[i] = rule.clone(),
                Err(i) => underlying.rules.insert(i, rule.clone()),
            }
        }
    }
}

fn rules(text: TableText<'_>, spanned: &Spanned<UnderlyingRow>) -> Result<Vec<Rule>, TableError> {
    let mut rules: Vec<Rule> = Vec::new();
    for row in &spanned.get_ref().rules {
        let from = row.from.get_ref().0;
        if let Some(before) = rules.last().filter(|before| from <= before.from) {
            let what = format!(
                "the rule from {from} follows the one from {}; list rules by their first day, each once",
                before.from
            );
            return Err(text.error(row.from.span(), what));
        }
        let weekly = row.weekly.as_ref().map(|day| text.word("weekly", day, WEEKDAYS, weekday));
        let monthly = row
            .monthly
            .as_ref()
            .map(|rule| text.word("monthly", rule, MonthlyRule::CHOICES, MonthlyRule::from_text));
        rules.push(Rule {
            from,
            weekly: weekly.transpose()?,
            monthly: monthly.transpose()?,
            verified: row.verified,
            source: row.source.clone(),
        });
    }
    if rules.is_empty() {
        let what = "`rules` is empty; add a row such as { from = 2026-09-01, monthly = \"last tuesday\", source = \"...\" }";
        return Err(text.error(spanned.span(), what));
    }
    Ok(rules)
}

fn class(text: TableText<'_>, name: &Spanned<String>) -> Result<TradingClass, TableError> {
    let choices = TradingClass::ALL.map(TradingClass::name).join(", ");
    text.word("class", name, format_args!("one of {choices}"), TradingClass::from_name)
}
