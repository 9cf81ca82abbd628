//! How a run trades: as it is asked for, and as it is.

use std::collections::BTreeMap;

use desk::path::Size;
use desk::runs::{RunLimits, RunSettings};
use domain::Qty;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Amount, quantity};
use crate::Problem;

/// The sides that a run may enter.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SidesWord {
    Both,
    Long,
    Short,
}

/// How large an entry is: one of these.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SizingBody {
    /// Units, a multiple of the lot.
    quantity: Option<i64>,
    /// Percent of the equity, by value.
    equity_pct: Option<Amount>,
    /// Percent of the equity that is lost if the stop is hit; needs a stop.
    risk_pct: Option<Amount>,
    /// Percent a year that the position may vary by.
    volatility_pct: Option<Amount>,
}

#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the words of the wire")]
pub struct RunLimitsBody {
    max_daily_loss: Option<Amount>,
    /// Units of one position.
    max_position: Option<i64>,
    max_trades_per_day: Option<u32>,
    /// Rupees of margin in use.
    max_capital: Option<Amount>,
}

/// What a run trades by: what was asked for, completed by the strategy's own rules.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunSettingsView {
    /// both, long or short.
    side: String,
    /// All null: one lot.
    sizing: SizingBody,
    /// As they were given; the others have their defaults.
    parameters: BTreeMap<String, String>,
    /// `pct=1`, `points=20` or `atr=3` from the entry; null also where the rules find it anew at each entry.
    stop: Option<String>,
    target: Option<String>,
    trail: Option<String>,
    limits: RunLimitsBody,
}

impl From<RunSettings> for RunSettingsView {
    fn from(settings: RunSettings) -> RunSettingsView {
        let limits = settings.limits;
        RunSettingsView {
            side: settings.sides.unwrap_or_else(|| "both".to_owned()),
            sizing: settings.size.map(SizingBody::of).unwrap_or_default(),
            parameters: settings.parameters.into_iter().collect(),
            stop: settings.stop,
            target: settings.target,
            trail: settings.trail,
            limits: RunLimitsBody {
                max_daily_loss: limits.max_daily_loss.map(Amount::from),
                max_position: limits.max_position.map(Qty::raw),
                max_trades_per_day: limits.max_trades_per_day,
                max_capital: limits.max_capital.map(Amount::from),
            },
        }
    }
}

impl SidesWord {
    pub fn name(self) -> &'static str {
        match self {
            SidesWord::Both => "both",
            SidesWord::Long => "long",
            SidesWord::Short => "short",
        }
    }
}

impl SizingBody {
    fn of(size: Size) -> SizingBody {
        let none = SizingBody::default();
        let rule = match size {
            Size::Units(units) => return SizingBody { quantity: Some(units.raw()), ..none },
            Size::Rule(rule) => rule,
        };
        let percent = |text: &str| text.parse::<domain::Money>().ok().map(Amount::from);
        match rule.split_once('=') {
            Some(("percent", value)) => SizingBody { equity_pct: percent(value), ..none },
            Some(("risk", value)) => SizingBody { risk_pct: percent(value), ..none },
            Some(("vol", value)) => SizingBody { volatility_pct: percent(value), ..none },
            _ => none,
        }
    }

    pub fn size(self) -> Result<Size, Problem> {
        let rule = |word: &str, percent: Amount| Size::Rule(format!("{word}={percent}"));
        match (self.quantity, self.equity_pct, self.risk_pct, self.volatility_pct) {
            (Some(units), None, None, None) => quantity("sizing.quantity", units).map(Size::Units),
            (None, Some(percent), None, None) => Ok(rule("percent", percent)),
            (None, None, Some(percent), None) => Ok(rule("risk", percent)),
            (None, None, None, Some(percent)) => Ok(rule("vol", percent)),
            _ => Err(Problem::validation(
                "sizing",
                "`sizing` holds none or several; send one of quantity, equityPct, riskPct and volatilityPct",
            )),
        }
    }
}

impl RunLimitsBody {
    pub fn limits(self) -> Result<RunLimits, Problem> {
        let money = |field: &str, limit: Option<Amount>| match limit {
            Some(limit) if limit.0 <= 0 => Err(Problem::validation(
                format!("limits.{field}"),
                format!("{limit} is not above 0; leave it out for no limit"),
            )),
            other => Ok(other.map(Amount::money)),
        };
        Ok(RunLimits {
            max_daily_loss: money("maxDailyLoss", self.max_daily_loss)?,
            max_trades_per_day: self.max_trades_per_day,
            max_position: self.max_position.map(|units| quantity("limits.maxPosition", units)).transpose()?,
            max_capital: money("maxCapital", self.max_capital)?,
        })
    }
}
