//! The rates of one instrument and product under one plan, resolved to integers for the hot path.

use std::collections::BTreeMap;

use super::episode::{BY_TURNOVER, EpisodeCharges, STT, to_paise};
use super::{ChargedFill, rows::Fee};
use crate::money::div_round;
use crate::time::DayNumber;
use crate::{Money, Side};

/// 1/10,000 of a percent in the whole: the unit of `ChargePlan::Percent`.
const WHOLE_PERCENT: i64 = 1_000_000;

/// The rates of one instrument and product under one plan, ready for the hot path.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub(super) rates: Rates,
    pub(super) warnings: Vec<String>,
    /// The first day of each component's data, where it has any.
    pub(super) first_days: Vec<(&'static str, DayNumber)>,
    /// Components with an unverified rate, and the first day on which it no longer holds.
    pub(super) unverified: Vec<(&'static str, Option<DayNumber>)>,
}

#[derive(Clone, Debug)]
pub(super) enum Rates {
    Zero,
    /// In 1/10,000 of a percent.
    Percent(i64),
    /// By date: the first row also holds for every day before it; the others follow in order.
    Dated {
        first: Box<DatedRates>,
        later: Vec<DatedRates>,
    },
}

/// All rates from one day until the next row's; each rate in paise per crore.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct DatedRates {
    pub from: DayNumber,
    pub buy: [u32; BY_TURNOVER],
    pub sell: [u32; BY_TURNOVER],
    pub gst: u32,
    /// On the intrinsic value of an exercised option, from its holder.
    pub exercise: u32,
    pub brokerage: Fee,
    /// On each day's delivery sale; `None` where nothing is delivered.
    pub dp: Option<Fee>,
}

impl Default for Schedule {
    /// No charges.
    fn default() -> Schedule {
        Schedule::plain(Rates::Zero)
    }
}

impl Schedule {
    pub(super) fn plain(rates: Rates) -> Schedule {
        Schedule { rates, warnings: Vec::new(), first_days: Vec::new(), unverified: Vec::new() }
    }

    /// Books a fill into the episode and returns what it adds to the charges: the cumulative figure after the fill
    /// less the one before, never negative. A share of a rounded sum, so two equal fills may differ by a paisa.
    #[inline]
    pub fn book(&self, episode: &mut EpisodeCharges, fill: &ChargedFill) -> Money {
        match &self.rates {
            Rates::Zero => Money::ZERO,
            Rates::Percent(rate) => {
                let amount = percent_of(fill.value.abs(), *rate);
                episode.add_percent(amount);
                amount
            }
            Rates::Dated { first, later } => in_force(first, later, fill.day).book(episode, fill),
        }
    }

    /// Books an option's exercise at its intrinsic value (intrinsic price × quantity) and returns what it adds. Tax is
    /// the holder's: `held` is `Buy` for a long option. An assigned writer (`Sell`) pays nothing, nor does an option
    /// that expires worthless. `zero` and `pct=` charge fills only.
    pub fn book_exercise(
        &self,
        episode: &mut EpisodeCharges,
        day: DayNumber,
        held: Side,
        intrinsic: Money,
    ) -> Money {
        let (Rates::Dated { first, later }, Side::Buy) = (&self.rates, held) else {
            return Money::ZERO;
        };
        let rates = in_force(first, later, day);
        episode.by_turnover[STT] += turnover(intrinsic) * u128::from(rates.exercise);
        episode.settle(rates.gst)
    }

    /// What the user should know whatever the dates: an index charged as a future, a charge of which nothing is known.
    /// [`Schedule::warnings_for`] adds what depends on them.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// All warnings of a run whose first fill may come on `first_day`: those of [`Schedule::warnings`], one for days
    /// before the first known rates, and one for rates that no primary source confirms.
    pub fn warnings_for(&self, first_day: DayNumber) -> Vec<String> {
        let mut all = self.warnings.clone();
        let mut early: BTreeMap<DayNumber, Vec<&str>> = BTreeMap::new();
        for (name, from) in self.first_days.iter().filter(|(_, from)| first_day < *from) {
            early.entry(*from).or_default().push(name);
        }
        if !early.is_empty() {
            let parts: Vec<String> = early
                .iter()
                .map(|(from, names)| format!("{} before {}", names.join(", "), from.date()))
                .collect();
            all.push(format!(
                "charges: no rates are known for {}; the first known ones are used",
                parts.join(", nor for ")
            ));
        }
        let mut doubtful: Vec<&str> = self
            .unverified
            .iter()
            .filter(|(_, until)| until.is_none_or(|until| first_day < until))
            .map(|(name, _)| *name)
            .collect();
        doubtful.dedup();
        if !doubtful.is_empty() {
            all.push(format!(
                "charges: rates of {} are not confirmed by a primary source",
                doubtful.join(", ")
            ));
        }
        all
    }
}

/// Searched from the end: runs are recent more often than old, and rows are few.
#[inline]
fn in_force<'a>(first: &'a DatedRates, later: &'a [DatedRates], day: DayNumber) -> &'a DatedRates {
    later.iter().rev().find(|rates| rates.from <= day).unwrap_or(first)
}

#[inline]
fn turnover(value: Money) -> u128 {
    u128::from(value.raw().unsigned_abs())
}

/// Half away from zero to 1/10,000 rupee.
#[inline]
fn percent_of(value: Money, rate: i64) -> Money {
    // At 0.03 % the product fits 64 bits up to three lakh crore rupees; dividing 128 bits would cost ten times as much.
    match value.raw().checked_mul(rate) {
        Some(exact) if exact >= 0 => {
            let up = i64::from(exact % WHOLE_PERCENT >= WHOLE_PERCENT / 2);
            Money::from_raw(exact / WHOLE_PERCENT + up)
        }
        _ => {
            let exact = i128::from(value.raw()) * i128::from(rate);
            Money::from_raw(div_round(exact, i128::from(WHOLE_PERCENT)) as i64)
        }
    }
}

impl DatedRates {
    fn book(&self, episode: &mut EpisodeCharges, fill: &ChargedFill) -> Money {
        let value = turnover(fill.value);
        let rates = match fill.side {
            Side::Buy => &self.buy,
            Side::Sell => &self.sell,
        };
        for (sum, rate) in episode.by_turnover.iter_mut().zip(rates) {
            *sum += value * u128::from(*rate);
        }
        let before = turnover(fill.order_value_before);
        episode.brokerage += self.brokerage.of(before + value) - self.brokerage.of(before);
        if let (Some(fee), Side::Sell) = (&self.dp, fill.side) {
            episode.sell_delivery(fill.day, value, |sold| self.with_gst(fee.of(sold)));
        }
        episode.settle(self.gst)
    }

    /// A charge rounded to the paisa, then its GST likewise.
    fn with_gst(&self, exact: u128) -> i64 {
        let charge = to_paise(exact);
        charge + to_paise(charge as u128 * (u128::from(self.gst) * 100))
    }
}
