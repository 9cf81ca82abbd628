//! What a backtest was worth: every figure of the report, from an [`Outcome`] and the bars it ran on.
//!
//! Promises: sums of money are integers and exact; floats appear in ratios only. No figure is NaN or infinite: where a
//! formula has no answer the field is `None`, and its documentation says when. The same outcome gives the same figures.
//! Never: rounds a sum, reads a clock, knows JSON.
//!
//! # Units
//! A field that ends in `_pct` is in percent (12.5 means 12.5 %). Every other ratio is a plain number: a win rate of
//! 0.4 is four trades in ten, a CAGR of 0.12 is 12 % a year. Drawdowns are distances below a peak: not negative.
//!
//! # Conventions
//! - **Session close**: the last equity sample of an IST date. A sample at midnight belongs to the date that ends.
//!   Ratios and drawdowns see session closes only, however often equity was sampled, so what happened between two
//!   closes does not show in them.
//! - **Session return**: close ÷ close before − 1; the first is measured from the initial cash. 252 sessions count as a
//!   year, the risk-free rate is 0.
//! - **Eve**: the initial cash is dated to the calendar day before the first session. So a run of one session spans one
//!   day, and a loss in the first session is under water from the eve on.
//! - **Open positions** count in everything about the account (`final_equity`, `net_pnl`, `gross_pnl`, `charges`,
//!   `turnover`, the ratios, the returns of months) as valued at the last close, without exit charges. They count in
//!   nothing about trades (`trades`, `win_rate`, `profit_factor`, `expectancy`, the P&L of months, weekdays, hours):
//!   the P&L of months sums to the P&L of trades, which is `net_pnl` only when nothing is open.

mod buy_and_hold;
mod curve;
mod periods;
mod summary;
mod tally;
#[cfg(test)]
mod tests;

use domain::charges::ChargesByKind;
use domain::{Money, Timestamp};

use crate::outcome::Outcome;
use tally::Tally;

pub(crate) use curve::Curve;
pub(crate) use summary::Summary;
pub(crate) use tally::Sums;

pub use buy_and_hold::{BuyAndHold, Held, buy_and_hold_curve};
pub use periods::{Month, MonthFigures, TradeFigures};

/// Sessions in a year, by convention.
pub const SESSIONS_A_YEAR: f64 = 252.0;
/// Calendar days in a year for CAGR (actual/365, as Excel's XIRR counts).
pub const DAYS_A_YEAR: f64 = 365.0;

/// Every figure of a report. Units and conventions: [the module](self).
#[derive(Clone, PartialEq, Debug)]
pub struct Metrics {
    pub initial_cash: Money,
    /// `CASH-1`: initial cash + Σ trades' P&L + Σ open (unrealised − charges so far), exactly.
    pub final_equity: Money,
    /// Final equity − initial cash = `gross_pnl` − `charges`.
    pub net_pnl: Money,
    /// Before charges, of trades and open positions.
    pub gross_pnl: Money,
    /// Booked on trades and on positions still open.
    pub charges: Money,
    /// The same by kind.
    pub charges_by_kind: ChargesByKind,
    /// Closed trades.
    pub trades: u64,
    /// Trades with P&L above zero, after charges.
    pub wins: u64,
    /// Trades with P&L below zero, after charges. Trades that broke even are neither.
    pub losses: u64,
    /// Wins ÷ trades. `None` without trades.
    pub win_rate: Option<f64>,
    /// Σ P&L of wins ÷ |Σ P&L of losses|, after charges. `None` without losses (so too without trades); 0 without wins.
    pub profit_factor: Option<f64>,
    /// Σ trades' P&L ÷ trades, rounded to 1/10,000 rupee, half away from zero. `None` without trades.
    pub expectancy: Option<Money>,
    /// Mean time from first entry to last exit, nights and holidays included. `None` without trades.
    pub avg_holding_seconds: Option<f64>,
    /// Bars held ÷ bars that could be traded, both summed over books. `None` without bars.
    pub exposure_pct: Option<f64>,
    /// Σ value of all fills, both sides, those of open positions included.
    pub turnover: Money,
    /// The greatest fall in rupees from a peak to a later session close. The initial cash is the first peak. Zero if
    /// there never was one.
    pub max_drawdown: Money,
    /// The greatest fall in percent of its peak: not always the same fall as `max_drawdown`, and above 100 when equity
    /// went below zero. `None` if the initial cash is not positive.
    pub max_drawdown_pct: Option<f64>,
    /// The longest time under water, in calendar days: from the last session at a peak to the first that is at it again
    /// or above, or to the last session if none is. 0 if never under water.
    pub max_drawdown_days: u32,
    /// (Final equity ÷ initial cash)^(365 ÷ days) − 1, days from the eve to the last session: actual/365. Spans under a
    /// year are annualised all the same, which makes large numbers of small ones. `None` without sessions, if the
    /// initial cash is not positive, if equity ends below zero, or if the result is too large for a float.
    pub cagr: Option<f64>,
    /// Mean ÷ sample standard deviation (n − 1) of session returns × √252, risk-free 0 (Sharpe 1994, "The Sharpe
    /// Ratio", ex post, annualised). `None` with fewer than two sessions, if all returns are equal (so too without
    /// trades), or if equity was at or below zero before the last close.
    pub sharpe: Option<f64>,
    /// Mean ÷ downside deviation of session returns × √252, where the downside deviation is √(Σ min(r, 0)² ÷ n) over
    /// all n sessions against a target of 0 (Sortino and Price 1994, "Performance Measurement in a Downside Risk
    /// Framework"). `None` where no session lost, with fewer than two, or if equity was at or below zero before the last.
    pub sortino: Option<f64>,
    /// CAGR ÷ greatest drawdown as a fraction (Young 1991), over the whole run rather than its last 36 months. `None`
    /// without a CAGR or without a drawdown.
    pub calmar: Option<f64>,
    /// The most losses in a row, by exit time (of one instant: in the order of closing). A trade that broke even ends a
    /// streak.
    pub longest_losing_streak: u64,
    /// Orders that risk or buying power refused.
    pub refused_orders: u64,
    /// Every month that had a session or an exit, in order; trades by the IST date of their exit.
    pub by_month: Vec<MonthFigures>,
    /// Monday to Sunday, by the IST date of entry.
    pub by_weekday: [TradeFigures; 7],
    /// By the IST hour of entry: `[9]` is 09:00 to 09:59.
    pub by_hour: [TradeFigures; 24],
    /// The same cash put into the same instruments and left there. `None` without tradable bars, or if not one unit could
    /// be bought.
    pub buy_and_hold: Option<BuyAndHold>,
}

impl Metrics {
    /// Measures an outcome. `held` are the series it ran on, for buy-and-hold: one for each lane ([`Held::of`]); of
    /// several with one instrument the first counts.
    pub fn of(outcome: &Outcome, held: &[Held<'_>]) -> Metrics {
        let tally = Tally::of(&outcome.trades);
        let curve = Curve::of_samples(outcome.initial_cash, &outcome.equity);
        let sums = &tally.sums;
        let summary = Summary::of(outcome, sums, &curve);
        debug_assert_eq!(summary.final_equity, outcome.final_equity(), "CASH-1: gross less charges is net");
        let charges_by_kind = outcome.open.iter().fold(tally.charges_by_kind, |mut kinds, position| {
            kinds += position.charges;
            kinds
        });
        Metrics {
            initial_cash: outcome.initial_cash,
            final_equity: summary.final_equity,
            net_pnl: summary.net_pnl,
            gross_pnl: summary.gross_pnl,
            charges: summary.charges,
            charges_by_kind,
            trades: sums.trades,
            wins: sums.wins,
            losses: sums.losses,
            win_rate: ratio(sums.wins as f64, sums.trades as f64),
            profit_factor: sums.profit_factor(),
            expectancy: tally.expectancy(),
            avg_holding_seconds: tally.average_holding_seconds(),
            exposure_pct: ratio(100.0 * outcome.bars_held as f64, outcome.bars as f64),
            turnover: outcome.turnover,
            max_drawdown: summary.drawdown.amount,
            max_drawdown_pct: summary.drawdown.percent,
            max_drawdown_days: summary.drawdown.days,
            cagr: summary.cagr,
            sharpe: summary.sharpe,
            sortino: summary.sortino,
            calmar: summary.calmar,
            longest_losing_streak: tally.longest_losing_streak(),
            refused_orders: outcome.refusals.count,
            by_month: periods::months(&tally.exits, &curve),
            by_weekday: tally.by_weekday,
            by_hour: tally.by_hour,
            buy_and_hold: buy_and_hold::buy_and_hold(outcome.initial_cash, held),
        }
    }
}

/// Session returns as [the module](self) defines them; `None` where one would be measured from zero or less.
pub fn session_returns(initial: Money, equity: &[(Timestamp, Money)]) -> Vec<Option<f64>> {
    Curve::of_samples(initial, equity).returns().collect()
}

/// `None` where the denominator is zero or the quotient is not finite.
fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    let quotient = numerator / denominator;
    (denominator != 0.0 && quotient.is_finite()).then_some(quotient)
}
