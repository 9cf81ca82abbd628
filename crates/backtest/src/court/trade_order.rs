//! How deep the drawdown could have been, had the same trades come in another order.

use domain::Money;

use super::bootstrap::quantile;
use crate::random::Random;

/// Greatest drawdowns over shuffled orders of the same trades, one after another; open profit is not seen.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DrawdownOdds {
    pub orders: usize,
    /// Greatest fall of the sum of closed trades in the order in which they came.
    pub actual: Money,
    pub median: Money,
    /// One order in twenty is worse.
    pub p95: Money,
    /// One order in a hundred is worse.
    pub p99: Money,
    /// Share of orders (0 to 1) with a smaller fall than the actual one: near 0, the backtest's path was a lucky one.
    pub actual_rank: f64,
}

/// Orders tried, unless the trades are very many.
const ORDERS: usize = 1_000;
/// Trades shuffled at most, over all orders.
const BUDGET: usize = 20_000_000;

/// Shuffles the P&L of trades (Fisher and Yates; without replacement, so every order ends at the same equity) and takes
/// quantiles of the greatest drawdown. `None` with fewer than two trades.
pub fn drawdown_odds(pnl: &[Money], seed: u64) -> Option<DrawdownOdds> {
    if pnl.len() < 2 {
        return None;
    }
    let orders = (BUDGET / pnl.len()).clamp(100, ORDERS);
    let mut random = Random::new(seed, 3);
    let mut shuffled = pnl.to_vec();
    let mut falls: Vec<Money> = (0..orders)
        .map(|_| {
            for last in (1..shuffled.len()).rev() {
                shuffled.swap(last, random.below(last + 1));
            }
            greatest_fall(&shuffled)
        })
        .collect();
    falls.sort_unstable();
    let actual = greatest_fall(pnl);
    Some(DrawdownOdds {
        orders,
        actual,
        median: quantile(&falls, 0.5),
        p95: quantile(&falls, 0.95),
        p99: quantile(&falls, 0.99),
        actual_rank: falls.partition_point(|fall| *fall < actual) as f64 / orders as f64,
    })
}

fn greatest_fall(pnl: &[Money]) -> Money {
    let (mut equity, mut peak, mut worst) = (Money::ZERO, Money::ZERO, Money::ZERO);
    for &trade in pnl {
        equity += trade;
        peak = peak.max(equity);
        worst = worst.max(peak - equity);
    }
    worst
}
