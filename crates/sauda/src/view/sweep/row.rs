//! One row of a sweep.

use ::backtest::sweep::Row;
use domain::Money;
use serde::{Deserialize, Serialize, Serializer};

/// One set's figures, as in the `metrics` of a backtest.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowView {
    pub set: u64,
    pub final_equity: f64,
    pub net_pnl: f64,
    pub charges: f64,
    pub trades: u32,
    pub wins: u32,
    pub profit_factor: Option<f64>,
    pub max_drawdown: f64,
    pub max_drawdown_pct: Option<f64>,
    pub cagr: Option<f64>,
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub calmar: Option<f64>,
    pub refused_orders: u64,
}

impl RowView {
    pub fn of(row: &Row) -> RowView {
        RowView {
            set: row.set,
            final_equity: row.final_equity.to_f64(),
            net_pnl: row.net_pnl.to_f64(),
            charges: row.charges.to_f64(),
            trades: row.trades,
            wins: row.wins,
            profit_factor: row.profit_factor,
            max_drawdown: row.max_drawdown.to_f64(),
            max_drawdown_pct: row.max_drawdown_pct,
            cagr: row.cagr,
            sharpe: row.sharpe,
            sortino: row.sortino,
            calmar: row.calmar,
            refused_orders: row.refused_orders,
        }
    }

    /// `None` if an amount is out of range.
    pub fn row(&self) -> Option<Row> {
        let money = |x: f64| Money::from_f64(x).ok();
        Some(Row {
            set: self.set,
            final_equity: money(self.final_equity)?,
            net_pnl: money(self.net_pnl)?,
            charges: money(self.charges)?,
            trades: self.trades,
            wins: self.wins,
            profit_factor: self.profit_factor,
            max_drawdown: money(self.max_drawdown)?,
            max_drawdown_pct: self.max_drawdown_pct,
            cagr: self.cagr,
            sharpe: self.sharpe,
            sortino: self.sortino,
            calmar: self.calmar,
            refused_orders: self.refused_orders,
        })
    }
}

/// Every row, one after another.
pub fn rows<S: Serializer>(rows: &&[Row], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(rows.iter().map(RowView::of))
}
