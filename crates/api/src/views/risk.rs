//! Limits, what rules refused, locks, incidents.

use desk::Limits;
use desk::path::InstrumentLists;
use domain::instrument::InstrumentId;
use domain::{Money, Qty};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::risk::{IncidentRecord, LockRecord, RiskEvent, RiskEventRecord, Scope};
use utoipa::ToSchema;

use super::{Amount, Moment, instrument};
use crate::Problem;

/// Limits of an account; null: no limit.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(example = json!({
    "maxDailyLoss": 20_000, "maxOpenPositions": 5, "maxOrderValue": 500_000, "blockedInstruments": ["NSE:RELIANCE-EQ"]
}))]
pub struct LimitsView {
    /// Rupees lost in a day after which everything is closed and locked until the next.
    #[serde(default)]
    pub max_daily_loss: Option<Amount>,
    /// Rupees below the highest equity.
    #[serde(default)]
    pub max_drawdown: Option<Amount>,
    /// Units of one position.
    #[serde(default)]
    pub max_position: Option<i64>,
    #[serde(default)]
    pub max_open_positions: Option<u32>,
    #[serde(default)]
    pub max_trades_per_day: Option<u32>,
    #[serde(default)]
    pub max_order_quantity: Option<i64>,
    #[serde(default)]
    pub max_order_value: Option<Amount>,
    /// Rupees of margin in use.
    #[serde(default)]
    pub max_capital: Option<Amount>,
    #[serde(default)]
    pub max_capital_per_run: Option<Amount>,
    /// Whether one book may be long while another is short in the same instrument.
    #[serde(default)]
    pub allow_opposite_books: bool,
    /// Orders sent within any second; 8 unless said, at most 9.
    #[serde(default)]
    pub max_orders_per_second: Option<u32>,
    /// How far a limit price may lie from the last price, in percent of it; at most two decimals.
    #[serde(default)]
    pub price_band_pct: Option<Amount>,
    /// Seconds within which the same entry is not taken again in its book.
    #[serde(default)]
    pub duplicate_seconds: Option<u32>,
    /// Whether entries are taken only while the exchange is open.
    #[serde(default)]
    pub market_hours: bool,
    /// The only instruments that may be entered, by hand or by a run; any unless said. Exits always go.
    #[serde(default)]
    pub allowed_instruments: Option<Vec<String>>,
    /// Instruments that may not be entered, also if they are allowed.
    #[serde(default)]
    pub blocked_instruments: Vec<String>,
}

fn names(list: &[InstrumentId]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn ids(field: &str, list: &[String]) -> Result<Vec<InstrumentId>, Problem> {
    list.iter().enumerate().map(|(i, name)| instrument(&format!("{field}[{i}]"), name)).collect()
}

/// A ten-thousandth of a percent is what [`Amount`] holds, a hundredth what the limit does.
const HUNDREDTH: i64 = 100;

impl From<Limits> for LimitsView {
    fn from(limits: Limits) -> LimitsView {
        let money = |limit: Option<Money>| limit.map(Amount::from);
        LimitsView {
            max_daily_loss: money(limits.max_daily_loss),
            max_drawdown: money(limits.max_drawdown),
            max_position: limits.max_position.map(Qty::raw),
            max_open_positions: limits.max_open_positions,
            max_trades_per_day: limits.max_trades_per_day,
            max_order_quantity: limits.max_order_qty.map(Qty::raw),
            max_order_value: money(limits.max_order_value),
            max_capital: money(limits.max_capital),
            max_capital_per_run: money(limits.max_capital_per_book),
            allow_opposite_books: limits.allow_opposite_books,
            max_orders_per_second: limits.max_orders_per_second,
            price_band_pct: limits.price_band.map(|band| Amount(i64::from(band) * HUNDREDTH)),
            duplicate_seconds: limits.duplicate_seconds,
            market_hours: limits.market_hours,
            allowed_instruments: limits.instruments.allowed.map(|list| names(&list)),
            blocked_instruments: names(&limits.instruments.blocked),
        }
    }
}

impl LimitsView {
    pub fn limits(&self) -> Result<Limits, Problem> {
        let money = |limit: Option<Amount>| limit.map(Amount::money);
        let band = |Amount(parts)| {
            let hundredths = u32::try_from(parts / HUNDREDTH).ok();
            hundredths.filter(|band| *band > 0 && parts % HUNDREDTH == 0).ok_or_else(|| {
                let words =
                    format!("{} is no percentage above 0 of two decimals; send one as 2.5", Amount(parts));
                Problem::validation("priceBandPct", words)
            })
        };
        Ok(Limits {
            max_daily_loss: money(self.max_daily_loss),
            max_drawdown: money(self.max_drawdown),
            max_position: self.max_position.map(Qty::units),
            max_open_positions: self.max_open_positions,
            max_trades_per_day: self.max_trades_per_day,
            max_order_qty: self.max_order_quantity.map(Qty::units),
            max_order_value: money(self.max_order_value),
            max_capital: money(self.max_capital),
            max_capital_per_book: money(self.max_capital_per_run),
            allow_opposite_books: self.allow_opposite_books,
            max_orders_per_second: self.max_orders_per_second,
            price_band: self.price_band_pct.map(band).transpose()?,
            duplicate_seconds: self.duplicate_seconds,
            market_hours: self.market_hours,
            instruments: InstrumentLists {
                allowed: self
                    .allowed_instruments
                    .as_deref()
                    .map(|list| ids("allowedInstruments", list))
                    .transpose()?,
                blocked: ids("blockedInstruments", &self.blocked_instruments)?,
            },
        })
    }
}

/// Something that a rule refused or did.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 17, "at": "2026-11-23T10:00:00+05:30", "accountId": 3, "runId": null, "instrument": "NSE:RELIANCE-EQ",
    "rule": "orderValue", "detail": "the order is worth ₹700750, the limit of one order is ₹500000", "figures": {
        "why": "the order is worth ₹700750, the limit of one order is ₹500000",
        "direction": "long", "quantity": 500, "value": 700750.0, "limit": 500000.0
    }
}))]
pub struct RiskEventView {
    /// Null in what the socket tells as it happens.
    pub id: Option<i64>,
    pub at: Moment,
    pub account_id: i64,
    pub run_id: Option<i64>,
    pub instrument: Option<String>,
    pub rule: String,
    /// In words.
    pub detail: String,
    /// What was asked, what failed and what is allowed, each by its name: rupees, units, seconds.
    pub figures: Value,
}

impl RiskEventView {
    pub fn of(id: Option<i64>, event: RiskEvent) -> RiskEventView {
        let figures: Value = serde_json::from_str(&event.detail).unwrap_or(Value::Null);
        let words = figures["why"].as_str();
        RiskEventView {
            id,
            at: event.at.into(),
            account_id: event.account.0,
            run_id: event.run.map(|run| run.0),
            instrument: event.instrument.map(|id| id.to_string()),
            detail: words.map_or_else(|| event.rule.clone(), str::to_owned),
            rule: event.rule,
            figures,
        }
    }
}

impl From<RiskEventRecord> for RiskEventView {
    fn from(record: RiskEventRecord) -> RiskEventView {
        RiskEventView::of(Some(record.id), record.event)
    }
}

/// A lock: no new entries until it is lifted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 5, "scope": "account", "scopeId": 3, "kind": "kill-switch", "because": "a person threw the switch",
    "lockedAt": "2026-11-23T10:00:00+05:30", "until": null
}))]
pub struct LockView {
    pub id: i64,
    /// run, account, user or everyone.
    pub scope: &'static str,
    /// Of the run, account or user.
    pub scope_id: Option<i64>,
    /// kill-switch, daily-loss and the like.
    pub kind: String,
    /// The reason that the person gave who threw the switch, else what happened.
    pub because: String,
    pub locked_at: Moment,
    /// When it ends by itself.
    pub until: Option<Moment>,
}

impl From<LockRecord> for LockView {
    fn from(record: LockRecord) -> LockView {
        let (scope, scope_id) = match record.lock.scope {
            Scope::Run(id) => ("run", Some(id.0)),
            Scope::Account(id) => ("account", Some(id.0)),
            Scope::User(id) => ("user", Some(id.0)),
            Scope::Everybody => ("everyone", None),
        };
        LockView {
            id: record.id.0,
            scope,
            scope_id,
            kind: record.lock.kind,
            because: record.lock.because,
            locked_at: record.locked_at.into(),
            until: record.lock.until.map(Moment),
        }
    }
}

/// Something that a person must look at: what the desk and the broker do not agree on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 2, "accountId": 3, "kind": "position-differs", "subject": "NSE:RELIANCE-EQ", "detail": "the broker has 10, we 0",
    "openedAt": "2026-11-23T10:00:00+05:30", "resolvedAt": null, "resolvedBy": null, "resolution": null
}))]
pub struct IncidentView {
    pub id: i64,
    pub account_id: i64,
    pub kind: String,
    /// The order, position or run that it is about.
    pub subject: String,
    pub detail: String,
    pub opened_at: Moment,
    pub resolved_at: Option<Moment>,
    pub resolved_by: Option<String>,
    pub resolution: Option<String>,
}

impl From<IncidentRecord> for IncidentView {
    fn from(record: IncidentRecord) -> IncidentView {
        IncidentView {
            id: record.id.0,
            account_id: record.incident.account.0,
            kind: record.incident.kind,
            subject: record.incident.subject,
            detail: record.incident.detail,
            opened_at: record.opened_at.into(),
            resolved_at: record.resolved_at.map(Moment),
            resolved_by: record.resolved_by.map(|user| user.to_string()),
            resolution: record.resolution,
        }
    }
}
