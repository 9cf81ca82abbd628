//! How many units an entry is for.

use std::str::FromStr;

use domain::{Money, Price, Qty};
use thiserror::Error;

/// A sizing rule. Percentages are in 1/10,000 of a percent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sizing {
    Fixed(Qty),
    /// A position worth this share of equity.
    PercentOfEquity(i64),
    /// Units such that being stopped out loses this share of equity.
    Risk(i64),
    /// A position worth this share of equity divided by the instrument's own annual volatility.
    Volatility(i64),
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "size `{0}` is not known; use percent=50 (of equity), risk=1 (percent of equity lost at the stop) or vol=20 (target annual volatility in percent)"
)]
pub struct SizingError(pub String);

/// What a percentage is counted in.
const WHOLE: i64 = 1_000_000;

impl Sizing {
    /// Units before they are cut down to whole lots; zero if the rule cannot say.
    pub(crate) fn units(
        self,
        equity: Money,
        price: Price,
        stop_distance: Option<Price>,
        volatility: f64,
    ) -> Qty {
        let share = |parts| equity.max(Money::ZERO).scale(parts, WHOLE);
        let per = |amount: Money, unit: Price| if unit > Price::ZERO { amount.raw() / unit.raw() } else { 0 };
        match self {
            Sizing::Fixed(qty) => qty,
            Sizing::PercentOfEquity(parts) => Qty::units(per(share(parts), price)),
            Sizing::Risk(parts) => {
                Qty::units(stop_distance.map_or(0, |distance| per(share(parts), distance)))
            }
            Sizing::Volatility(parts) => {
                // An estimate divides: the result is a count of units, cut down, never money.
                let units = share(parts).to_f64() / volatility / price.to_f64();
                Qty::units(if units.is_finite() { units.clamp(0.0, Qty::MAX.raw() as f64) as i64 } else { 0 })
            }
        }
    }

    /// Whether the account's equity must be known at each entry.
    pub fn needs_equity(self) -> bool {
        !matches!(self, Sizing::Fixed(_))
    }
}

impl FromStr for Sizing {
    type Err = SizingError;

    fn from_str(text: &str) -> Result<Sizing, SizingError> {
        let bad = || SizingError(text.to_owned());
        let (kind, number) = text.split_once('=').ok_or_else(bad)?;
        let parts = number.parse::<Price>().map_err(|_| bad())?.raw();
        let within = |max: i64| if (1..=max * 10_000).contains(&parts) { Ok(parts) } else { Err(bad()) };
        match kind {
            "percent" => within(2_000).map(Sizing::PercentOfEquity),
            "risk" => within(100).map(Sizing::Risk),
            "vol" => within(1_000).map(Sizing::Volatility),
            _ => Err(bad()),
        }
    }
}

impl std::fmt::Display for Sizing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = |parts: &i64| *parts as f64 / 10_000.0;
        match self {
            Sizing::Fixed(qty) => write!(f, "{qty}"),
            Sizing::PercentOfEquity(p) => write!(f, "percent={}", percent(p)),
            Sizing::Risk(p) => write!(f, "risk={}", percent(p)),
            Sizing::Volatility(p) => write!(f, "vol={}", percent(p)),
        }
    }
}
