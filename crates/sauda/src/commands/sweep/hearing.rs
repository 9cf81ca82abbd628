//! What the overfit court is told of a sweep, and what it finds.

use ::backtest::Outcome;
use ::backtest::court::{Case, Court, Verdict};
use ::backtest::metrics::session_returns;
use ::backtest::search::Candidate;
use ::backtest::sweep::Row;
use domain::{Money, Timestamp, trade::Trade};

use super::ranges::Grid;

/// The court of one sweep.
pub struct Hearing {
    cash: Money,
    seed: u64,
    court: Option<Court>,
}

impl Hearing {
    /// Goes on with a court that has heard the earlier rows, if there are any.
    pub fn new(cash: Money, seed: u64, court: Option<Court>) -> Hearing {
        Hearing { cash, seed, court }
    }

    /// Tells the equity of one set at each session close.
    pub fn hear(&mut self, one: Candidate, equity: &[(Timestamp, Money)]) {
        let court = self.court.get_or_insert_with(|| Court::new(equity.len(), self.seed));
        let heard = returns(self.cash, equity).map(|returns| {
            if one.steered { court.hear_steered(one.set, &returns) } else { court.hear(one.set, &returns) }
        });
        // A ruined account has no returns, but it was tried.
        if !matches!(heard, Some(Ok(_))) {
            court.hear_ruined();
        }
    }

    /// What is kept of an unfinished sweep; `None` if nothing was heard.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        self.court.as_ref().map(Court::to_bytes)
    }

    /// Judges the set that ranked first, whose single run is `outcome`, with those of its neighbours that were tried.
    pub fn judge(
        &self,
        (best, outcome): (&Row, &Outcome),
        (grid, rows): (&Grid, &[Row]),
        reachable: Option<u64>,
        threads: usize,
    ) -> Option<Verdict> {
        let returns = returns(self.cash, &outcome.equity).unwrap_or_default();
        let trades: Vec<Money> = outcome.trades.iter().map(Trade::pnl).collect();
        let around = grid.space().neighbours(best.set);
        let around: Vec<_> =
            around.into_iter().filter_map(|set| find(rows, set)).map(|row| row.sharpe).collect();
        let case = Case { returns: &returns, neighbours: &around, trades: Some(&trades), threads, reachable };
        self.court.as_ref().map(|court| court.judge(&case))
    }
}

/// Rows are in the order of their sets.
pub fn find(rows: &[Row], set: u64) -> Option<&Row> {
    rows.binary_search_by_key(&set, |row| row.set).ok().map(|i| &rows[i])
}

/// `None` once equity is gone.
fn returns(cash: Money, equity: &[(Timestamp, Money)]) -> Option<Vec<f64>> {
    session_returns(cash, equity).into_iter().collect()
}
