//! When derivatives expired and will expire, by underlying, from dated rules.
//!
//! **The contract master decides.** Exchanges move single expiries, and the weekday itself changed four times in three
//! years; an order is never placed on the word of this table. It serves history and symbols: which weekly existed on a
//! day of 2023, which day a symbol named by month ends on. The rules are rows of `data/expiries.toml`; holidays come
//! from the [`Calendar`] that the caller brings.

mod monthly_rule;
mod rows;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use jiff::civil::Weekday;
use thiserror::Error;

use crate::calendar::{Calendar, DayStatus, TradingClass};
use crate::dated_table::TableError;
use crate::exchange::Exchange;
use crate::time::Date;
use monthly_rule::{MonthlyRule, business_day_back, days};
use rows::{Rule, Underlying};

/// Whether a contract runs for a week or for a month and longer (quarterly and half-yearly contracts expire on the
/// monthly day of their month).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cycle {
    Weekly,
    Monthly,
}

/// An expiry according to the rules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Expiry {
    /// The last trading day of the contract.
    pub date: Date,
    pub cycle: Cycle,
    /// The day that the rule gives; `date` lies before it where it was a holiday.
    pub scheduled: Date,
    /// Whether both the rule and the calendar around the day are verified. If not, a holiday may have moved the expiry.
    pub certain: bool,
}

/// The last day of a contract that is named by its month alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MonthExpiry {
    Ruled(Expiry),
    /// No rule is known: the month's last business day, the latest it can be.
    AtMost(Date),
}

/// The expiry rules of all underlyings.
#[derive(Clone, Debug)]
pub struct ExpiryRules {
    underlyings: Vec<Underlying>,
}

/// A question that the table cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExpiryError {
    #[error("{exchange} {underlying} has no expiry rules; take its expiries from the contract master")]
    NoRules { exchange: Exchange, underlying: String },
    #[error(
        "expiries of {exchange} {underlying} are known from {from}, not from {asked}; ask for later days or take them from the contract master"
    )]
    TooEarly { exchange: Exchange, underlying: String, from: Date, asked: Date },
}

static BUILTIN: LazyLock<ExpiryRules> = LazyLock::new(|| {
    ExpiryRules { underlyings: Vec::new() }
        .extended(include_str!("../../../data/expiries.toml"))
        .expect("the rules that are compiled in are sound: a test reads them")
});

/// A weekly lies at most this many days after the last one; a monthly at most six weeks, where its rule changed.
const LONGEST_CYCLE_DAYS: i8 = 45;

/// An expiry moves back by a holiday or a few, so those scheduled a little after a range may lie in it.
const LONGEST_SHIFT_DAYS: i8 = 10;

impl ExpiryRules {
    /// The rules that ship with the platform.
    pub fn builtin() -> &'static ExpiryRules {
        &BUILTIN
    }

    /// These rules with a user's rows on top, in the format that `data/expiries.toml` describes: a row replaces that of
    /// the same underlying and first day. An error names the line and what would be right; nothing is taken then.
    pub fn extended(&self, toml: &str) -> Result<ExpiryRules, TableError> {
        let mut rules = self.clone();
        rules.add(toml)?;
        Ok(rules)
    }

    /// All expiries of an underlying (`NIFTY`, `SENSEX`, `RELIANCE`, `USDINR`) from one day to another, both included,
    /// in order.
    ///
    /// A name without rules of its own is taken for a share of that exchange. Errors before the first rule, and where
    /// the exchange names each day by itself (commodities).
    pub fn between(
        &self,
        exchange: Exchange,
        underlying: &str,
        range: RangeInclusive<Date>,
        calendar: &Calendar,
    ) -> Result<Vec<Expiry>, ExpiryError> {
        let found = self.find(exchange, underlying).filter(|u| !u.is_announced(&range));
        let Some(found) = found else {
            return Err(ExpiryError::NoRules { exchange, underlying: underlying.to_owned() });
        };
        let asked = *range.start();
        if let Some(first) = found.rules.first().filter(|first| asked < first.from) {
            return Err(ExpiryError::TooEarly {
                exchange,
                underlying: underlying.to_owned(),
                from: first.from,
                asked,
            });
        }
        let until = range.end().saturating_add(days(LONGEST_SHIFT_DAYS));
        let mut expiries: Vec<Expiry> = found
            .monthlies(asked, until)
            .chain(found.weeklies(asked, until))
            .filter_map(|scheduled| scheduled.moved(found.class, calendar))
            .filter(|expiry| range.contains(&expiry.date))
            .collect();
        expiries.sort_unstable_by_key(|e| (e.date, std::cmp::Reverse(e.cycle)));
        expiries.dedup_by_key(|e| e.date);
        Ok(expiries)
    }

    /// The first expiry on or after `day`; `None` where the underlying has no contracts any more.
    pub fn next(
        &self,
        exchange: Exchange,
        underlying: &str,
        day: Date,
        calendar: &Calendar,
    ) -> Result<Option<Expiry>, ExpiryError> {
        self.first(exchange, underlying, day, calendar, |_| true)
    }

    /// The first weekly expiry on or after `day`, the monthly of its week included (it is that week's contract); `None`
    /// where the underlying has no weekly contracts then.
    pub fn next_weekly(
        &self,
        exchange: Exchange,
        underlying: &str,
        day: Date,
        calendar: &Calendar,
    ) -> Result<Option<Expiry>, ExpiryError> {
        let found = self.find(exchange, underlying);
        self.first(exchange, underlying, day, calendar, |expiry| {
            found.and_then(|u| u.rule_on(expiry.scheduled)).is_some_and(|rule| rule.weekly.is_some())
        })
    }

    /// The first monthly expiry on or after `day`.
    pub fn next_monthly(
        &self,
        exchange: Exchange,
        underlying: &str,
        day: Date,
        calendar: &Calendar,
    ) -> Result<Option<Expiry>, ExpiryError> {
        self.first(exchange, underlying, day, calendar, |expiry| expiry.cycle == Cycle::Monthly)
    }

    /// The last day of the contract that carries a month's name; `None` when there is no such month.
    pub fn of_month(
        &self,
        exchange: Exchange,
        underlying: &str,
        (year, month): (i16, i8),
        calendar: &Calendar,
    ) -> Option<MonthExpiry> {
        let first = Date::new(year, month, 1).ok()?;
        let found = self.find(exchange, underlying);
        let ruled = found
            .and_then(|u| u.monthlies(first, first.last_of_month()).find_map(|s| s.moved(u.class, calendar)));
        let class = found.map_or(TradingClass::EquityDerivative, |u| u.class);
        ruled.map(MonthExpiry::Ruled).or_else(|| {
            let can_expire = |day| calendar.can_expire(class, day);
            business_day_back(first.last_of_month(), 0, can_expire).map(MonthExpiry::AtMost)
        })
    }

    /// Whether anything expires on the day, as far as the rules know.
    pub(crate) fn expires_on(
        &self,
        exchange: Exchange,
        underlying: &str,
        day: Date,
        calendar: &Calendar,
    ) -> bool {
        self.between(exchange, underlying, day..=day, calendar).is_ok_and(|expiries| !expiries.is_empty())
    }

    /// Where the rule comes from that scheduled an expiry, if nobody verified it.
    pub(crate) fn unverified_source(
        &self,
        exchange: Exchange,
        underlying: &str,
        scheduled: Date,
    ) -> Option<&str> {
        let rule = self.find(exchange, underlying)?.rule_on(scheduled)?;
        (!rule.verified).then_some(rule.source.as_str())
    }

    fn first(
        &self,
        exchange: Exchange,
        underlying: &str,
        day: Date,
        calendar: &Calendar,
        wanted: impl Fn(&Expiry) -> bool,
    ) -> Result<Option<Expiry>, ExpiryError> {
        let until = day.saturating_add(days(LONGEST_CYCLE_DAYS));
        Ok(self.between(exchange, underlying, day..=until, calendar)?.into_iter().find(wanted))
    }

    fn find(&self, exchange: Exchange, underlying: &str) -> Option<&Underlying> {
        let of_exchange = || self.underlyings.iter().filter(|u| u.exchange == exchange);
        of_exchange()
            .find(|u| u.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(underlying)))
            .or_else(|| of_exchange().find(|u| u.name.is_none()))
    }
}

/// An expiry as the rules give it, before holidays move it.
struct Scheduled<'a> {
    day: Date,
    cycle: Cycle,
    rule: &'a Rule,
}

impl Underlying {
    fn rule_on(&self, day: Date) -> Option<&Rule> {
        self.rules.iter().rfind(|rule| rule.from <= day)
    }

    /// Whether some day of the range has no rule but the exchange's announcements.
    fn is_announced(&self, range: &RangeInclusive<Date>) -> bool {
        let begins = self.rules.iter().map(|rule| rule.from).filter(|from| range.contains(from));
        begins
            .chain([*range.start()])
            .filter_map(|day| self.rule_on(day))
            .any(|rule| rule.monthly == Some(MonthlyRule::Announced))
    }

    /// Each rule with the part of the days from `from` to `to` on which it holds.
    fn rules_within(&self, from: Date, to: Date) -> impl Iterator<Item = (&Rule, RangeInclusive<Date>)> {
        self.rules.iter().enumerate().map(move |(i, rule)| {
            let ends = self.rules.get(i + 1).and_then(|next| next.from.yesterday().ok()).unwrap_or(Date::MAX);
            (rule, rule.from.max(from)..=ends.min(to))
        })
    }

    fn monthlies(&self, from: Date, to: Date) -> impl Iterator<Item = Scheduled<'_>> {
        self.rules_within(from, to).flat_map(|(rule, range)| {
            let months = every(range.start().first_of_month(), jiff::Span::new().months(1), *range.end());
            let days = months.filter_map(|month| rule.monthly?.scheduled(month));
            days.filter(move |day| range.contains(day)).map(move |day| Scheduled {
                day,
                cycle: Cycle::Monthly,
                rule,
            })
        })
    }

    fn weeklies(&self, from: Date, to: Date) -> impl Iterator<Item = Scheduled<'_>> {
        self.rules_within(from, to).flat_map(move |(rule, range)| {
            let first = rule.weekly.and_then(|weekday| on_or_after(*range.start(), weekday));
            let days = first.into_iter().flat_map(move |first| every(first, days(7), *range.end()));
            days.filter(|day| !self.has_monthly(*day)).map(move |day| Scheduled {
                day,
                cycle: Cycle::Weekly,
                rule,
            })
        })
    }

    /// Whether a monthly contract is scheduled in the week (Monday to Sunday) of `day`: no weekly expires in it.
    fn has_monthly(&self, day: Date) -> bool {
        let monday = day.saturating_sub(days(day.weekday().to_monday_zero_offset()));
        every(monday, days(1), monday.saturating_add(days(6))).any(|d| {
            self.rule_on(d).and_then(|rule| rule.monthly).and_then(|monthly| monthly.scheduled(d)) == Some(d)
        })
    }
}

impl Scheduled<'_> {
    /// The expiry that it becomes: on the day itself, or on the last day before on which contracts can expire.
    fn moved(&self, class: TradingClass, calendar: &Calendar) -> Option<Expiry> {
        let can_expire = |day| calendar.can_expire(class, day);
        // Business days are counted back from the month's end, so a holiday behind the scheduled day counts too.
        let (date, last) = match (self.cycle, self.rule.monthly) {
            (Cycle::Monthly, Some(MonthlyRule::ThirdLastBusinessDay)) => {
                let last = self.day.last_of_month();
                (business_day_back(last, 2, can_expire)?, last)
            }
            _ => (every_back(self.day).find(|day| can_expire(*day))?, self.day),
        };
        let known = |day| calendar.day(class, day).status != DayStatus::Unknown;
        let certain = self.rule.verified && every_back(last).take_while(|day| *day >= date).all(known);
        Some(Expiry { date, cycle: self.cycle, scheduled: self.day, certain })
    }
}

/// Days from `first` at one distance, as far as `last`.
fn every(first: Date, step: jiff::Span, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), move |day| day.checked_add(step).ok())
        .take_while(move |day| *day <= last)
}

fn every_back(last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(last), |day| day.yesterday().ok())
}

fn on_or_after(day: Date, weekday: Weekday) -> Option<Date> {
    day.checked_add(days(day.weekday().until(weekday))).ok()
}
