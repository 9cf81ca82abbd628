//! The figures that rank one run among others: all that a sweep asks of each of its sets.

use domain::Money;

use super::curve::{Curve, Drawdown};
use super::ratio;
use super::tally::Sums;
use crate::outcome::Outcome;

/// As in [`Metrics`](super::Metrics), field by field.
pub(crate) struct Summary {
    pub final_equity: Money,
    pub net_pnl: Money,
    pub gross_pnl: Money,
    pub charges: Money,
    pub drawdown: Drawdown,
    pub cagr: Option<f64>,
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub calmar: Option<f64>,
}

impl Summary {
    /// `sums` are of all trades of the outcome, whether it has kept them or not.
    pub fn of(outcome: &Outcome, sums: &Sums, curve: &Curve) -> Summary {
        let (mut gross_pnl, mut charges) = (sums.gross_pnl, sums.charges);
        for position in &outcome.open {
            gross_pnl += position.unrealised;
            charges += position.total_charges;
        }
        let net_pnl = gross_pnl - charges;
        let final_equity = outcome.initial_cash + net_pnl;
        debug_assert!(
            outcome.equity.last().is_none_or(|&(_, last)| last == final_equity),
            "CASH-1: equity was last sampled as {:?}, trades and open positions give {final_equity:?}",
            outcome.equity.last(),
        );
        let drawdown = curve.drawdown();
        let cagr = curve.cagr();
        let returns: Option<Vec<f64>> = curve.returns().collect();
        Summary {
            final_equity,
            net_pnl,
            gross_pnl,
            charges,
            cagr,
            sharpe: returns.as_deref().and_then(Curve::sharpe),
            sortino: returns.as_deref().and_then(Curve::sortino),
            calmar: cagr.zip(drawdown.percent).and_then(|(cagr, percent)| ratio(cagr, percent / 100.0)),
            drawdown,
        }
    }
}
