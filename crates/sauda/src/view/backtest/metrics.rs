//! The figures. Undefined ones are null.

use ::backtest::metrics::{BuyAndHold, Metrics, MonthFigures, TradeFigures};
use domain::Money;
use domain::charges::ChargesByKind;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::view::{money, money_or_null};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricsView {
    #[serde(serialize_with = "money")]
    pub initial_cash: Money,
    #[serde(serialize_with = "money")]
    pub final_equity: Money,
    #[serde(serialize_with = "money")]
    pub net_pnl: Money,
    #[serde(serialize_with = "money")]
    pub gross_pnl: Money,
    #[serde(serialize_with = "money")]
    pub charges: Money,
    pub charges_by_kind: Map<String, Json>,
    pub trades: u64,
    pub wins: u64,
    pub losses: u64,
    pub win_rate: Option<f64>,
    pub profit_factor: Option<f64>,
    #[serde(serialize_with = "money_or_null")]
    pub expectancy: Option<Money>,
    pub avg_holding_seconds: Option<f64>,
    pub exposure_pct: Option<f64>,
    #[serde(serialize_with = "money")]
    pub turnover: Money,
    #[serde(serialize_with = "money")]
    pub max_drawdown: Money,
    pub max_drawdown_pct: Option<f64>,
    pub max_drawdown_days: u32,
    pub cagr: Option<f64>,
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub calmar: Option<f64>,
    pub longest_losing_streak: u64,
    pub refused_orders: u64,
    pub by_month: Vec<GroupView>,
    pub by_weekday: Vec<GroupView>,
    pub by_hour: Vec<GroupView>,
    pub buy_and_hold: Option<BuyAndHoldView>,
}

/// The trades of one month, weekday or hour.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    key: String,
    trades: u64,
    wins: u64,
    #[serde(serialize_with = "money")]
    net_pnl: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_pct: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BuyAndHoldView {
    #[serde(serialize_with = "money")]
    invested: Money,
    #[serde(serialize_with = "money")]
    pub final_equity: Money,
    #[serde(serialize_with = "money")]
    pub net_pnl: Money,
    pub return_pct: f64,
    cagr: Option<f64>,
    max_drawdown_pct: f64,
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl From<Metrics> for MetricsView {
    fn from(m: Metrics) -> MetricsView {
        let weekdays = m.by_weekday.iter().zip(WEEKDAYS);
        let hours = m.by_hour.iter().enumerate();
        MetricsView {
            initial_cash: m.initial_cash,
            final_equity: m.final_equity,
            net_pnl: m.net_pnl,
            gross_pnl: m.gross_pnl,
            charges: m.charges,
            charges_by_kind: kinds(&m.charges_by_kind),
            trades: m.trades,
            wins: m.wins,
            losses: m.losses,
            win_rate: m.win_rate,
            profit_factor: m.profit_factor,
            expectancy: m.expectancy,
            avg_holding_seconds: m.avg_holding_seconds,
            exposure_pct: m.exposure_pct,
            turnover: m.turnover,
            max_drawdown: m.max_drawdown,
            max_drawdown_pct: m.max_drawdown_pct,
            max_drawdown_days: m.max_drawdown_days,
            cagr: m.cagr,
            sharpe: m.sharpe,
            sortino: m.sortino,
            calmar: m.calmar,
            longest_losing_streak: m.longest_losing_streak,
            refused_orders: m.refused_orders,
            by_month: m.by_month.iter().map(GroupView::month).collect(),
            by_weekday: weekdays
                .filter(|(f, _)| f.trades > 0)
                .map(|(f, day)| GroupView::of(day.to_owned(), f))
                .collect(),
            by_hour: hours
                .filter(|(_, f)| f.trades > 0)
                .map(|(hour, f)| GroupView::of(format!("{hour:02}"), f))
                .collect(),
            buy_and_hold: m.buy_and_hold.map(BuyAndHoldView::from),
        }
    }
}

impl GroupView {
    fn of(key: String, figures: &TradeFigures) -> GroupView {
        GroupView {
            key,
            trades: figures.trades,
            wins: figures.wins,
            net_pnl: figures.net_pnl,
            return_pct: None,
        }
    }

    fn month(m: &MonthFigures) -> GroupView {
        let key = format!("{:04}-{:02}", m.month.year, m.month.month);
        GroupView { return_pct: m.return_pct, ..GroupView::of(key, &m.closed) }
    }
}

impl From<BuyAndHold> for BuyAndHoldView {
    fn from(b: BuyAndHold) -> BuyAndHoldView {
        BuyAndHoldView {
            invested: b.invested,
            final_equity: b.final_equity,
            net_pnl: b.net_pnl,
            return_pct: b.return_pct,
            cagr: b.cagr,
            max_drawdown_pct: b.max_drawdown_pct,
        }
    }
}

fn kinds(charges: &ChargesByKind) -> Map<String, Json> {
    charges
        .entries()
        .into_iter()
        .map(|(kind, amount)| (kind.to_owned(), Json::from(amount.to_f64())))
        .collect()
}
