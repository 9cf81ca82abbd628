//! Confidence of the Sharpe ratio without assuming a distribution.

use super::moments::Moments;
use crate::metrics::SESSIONS_A_YEAR;
use crate::random::Random;

/// Where the middle 95 % of resampled ratios lie.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// Resamples at most.
const DRAWS: usize = 2_000;
/// Session returns drawn at most, over all resamples.
const BUDGET: usize = 20_000_000;
/// Below this part of the original variance, all returns drawn are equal but for rounding.
const LEAST_VARIANCE: f64 = 1e-9;

/// 95 % percentile interval of the annualised Sharpe ratio by the stationary bootstrap (Politis and Romano 1994, "The
/// Stationary Bootstrap"): blocks of geometric length, mean T^(1/3) sessions (the rate that is optimal for a variance;
/// Künsch 1989), wrap around the end. It knows nothing of how the set was chosen.
///
/// `None` without a Sharpe ratio. A resample without one counts as 0.
pub fn sharpe_interval(returns: &[f64], seed: u64) -> Option<Interval> {
    let moments = Moments::of(returns)?;
    let n = returns.len();
    let draws = (BUDGET / n).clamp(200, DRAWS);
    let restart = ((n as f64).cbrt().recip() * u64::MAX as f64) as u64;
    // In deviations from the mean of all: sums of squares then lose no digits to the mean.
    let scores: Vec<f64> = returns.iter().map(|r| (r - moments.mean) / moments.deviation).collect();
    let mut random = Random::new(seed, 2);
    let mut ratios: Vec<f64> = (0..draws)
        .map(|_| {
            let (mut sum, mut squares) = (0.0, 0.0);
            let mut at = random.below(n);
            for _ in 0..n {
                let score = scores[at];
                sum += score;
                squares += score * score;
                at += 1;
                if random.bits() < restart {
                    at = random.below(n);
                } else if at == n {
                    at = 0;
                }
            }
            let mean = sum / n as f64;
            let variance = (squares - sum * mean) / (n - 1) as f64;
            if variance <= LEAST_VARIANCE {
                return 0.0;
            }
            (moments.sharpe() + mean) / variance.sqrt() * SESSIONS_A_YEAR.sqrt()
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    Some(Interval { low: quantile(&ratios, 0.025), high: quantile(&ratios, 0.975) })
}

/// Nearest rank in sorted, non-empty values.
pub(super) fn quantile<T: Copy>(sorted: &[T], level: f64) -> T {
    let rank = (level * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}
