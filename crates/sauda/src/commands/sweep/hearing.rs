//! What the overfit court is told of a sweep, and what it finds.

use ::backtest::court::{Case, Court, Verdict, neighbours};
use ::backtest::metrics::session_returns;
use ::backtest::sweep::Row;
use domain::{Money, Timestamp};

use super::ranges::Grid;

/// The court of one sweep.
pub struct Hearing {
    cash: Money,
    seed: u64,
    court: Option<Court>,
}

impl Hearing {
    pub fn new(cash: Money, seed: u64) -> Hearing {
        Hearing { cash, seed, court: None }
    }

    /// Tells the equity of one set at each session close.
    pub fn hear(&mut self, set: u64, equity: &[(Timestamp, Money)]) {
        let court = self.court.get_or_insert_with(|| Court::new(equity.len(), self.seed));
        let heard = returns(self.cash, equity).map(|returns| court.hear(set, &returns));
        // A ruined account has no returns, but it was tried.
        if !matches!(heard, Some(Ok(_))) {
            court.hear_ruined();
        }
    }

    /// Judges the set that ranked first: its equity, its trades, and its neighbours in the grid if all of it was tried.
    pub fn judge(
        &self,
        best: &Row,
        equity: &[(Timestamp, Money)],
        trades: &[Money],
        grid: Option<(&Grid, &[Row])>,
        threads: usize,
    ) -> Option<Verdict> {
        let returns = returns(self.cash, equity).unwrap_or_default();
        let around: Vec<Option<f64>> = grid.map_or_else(Vec::new, |(grid, rows)| {
            let lengths: Vec<usize> = grid.axes.iter().map(|axis| axis.values.len()).collect();
            let places = neighbours(&lengths, best.set as usize).into_iter();
            places.filter_map(|place| find(rows, place as u64)).map(|row| row.sharpe).collect()
        });
        let case = Case { returns: &returns, neighbours: &around, trades: Some(trades), threads };
        self.court.as_ref().map(|court| court.judge(&case))
    }
}

/// Rows are in the order of their sets.
fn find(rows: &[Row], set: u64) -> Option<&Row> {
    rows.binary_search_by_key(&set, |row| row.set).ok().map(|i| &rows[i])
}

/// `None` once equity is gone.
fn returns(cash: Money, equity: &[(Timestamp, Money)]) -> Option<Vec<f64>> {
    session_returns(cash, equity).into_iter().collect()
}
