//! What a Sharpe ratio is worth after so many tries.
//!
//! Every ratio here is per session, not annualised.

use std::f64::consts::E;

use super::moments::Moments;
use super::normal::{cdf, upper_quantile, upper_tail};

/// γ of Euler and Mascheroni.
const EULER_MASCHERONI: f64 = 0.577_215_664_901_532_9;

/// Probability that the true Sharpe ratio is above `benchmark`: Φ((SR − SR*)·√(T − 1) ÷ √(1 − γ₃·SR + (γ₄ − 1)/4·SR²))
/// (Bailey and López de Prado 2012, "The Sharpe Ratio Efficient Frontier", eq. 11).
pub fn probabilistic_sharpe(moments: &Moments, benchmark: f64) -> f64 {
    let excess = moments.sharpe() - benchmark;
    // Only returns of two values have no spread in their Sharpe ratio.
    let deviation = moments.variance_factor().max(f64::EPSILON).sqrt();
    cdf(excess * ((moments.sessions - 1) as f64).sqrt() / deviation)
}

/// The best Sharpe ratio to be expected of `trials` independent tries without skill, whose ratios have this variance:
/// √V·((1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e))) (Bailey and López de Prado 2014, "The Deflated Sharpe Ratio", eq. 1).
/// 0 for a single try; the formula, made for large N, is never below.
pub fn expected_best_sharpe(variance: f64, trials: f64) -> f64 {
    if trials <= 1.0 {
        return 0.0;
    }
    let factor = (1.0 - EULER_MASCHERONI) * upper_quantile(1.0 / trials)
        + EULER_MASCHERONI * upper_quantile(1.0 / (trials * E));
    variance.max(0.0).sqrt() * factor.max(0.0)
}

/// The probabilistic Sharpe ratio against the best that luck is expected to bring (same paper, eq. 2).
pub fn deflated_sharpe(moments: &Moments, variance: f64, trials: f64) -> f64 {
    probabilistic_sharpe(moments, expected_best_sharpe(variance, trials))
}

/// Probability that the best of `trials` independent tries without skill shows a Sharpe ratio at least this high:
/// 1 − (1 − p)^N with p = P(Z > SR·√(T − 1) ÷ √v) (Šidák 1967), v the variance factor but at least 1: one lucky session
/// raises the ratio and the skewness together, so skewness must not speak for a set.
pub fn luck_probability(moments: &Moments, trials: f64) -> f64 {
    let deviation = moments.variance_factor().max(1.0).sqrt();
    let one = upper_tail(moments.sharpe() * ((moments.sessions - 1) as f64).sqrt() / deviation);
    -(trials.max(1.0) * (-one).ln_1p()).exp_m1()
}
