//! Mean, deviation, skewness and kurtosis of session returns.

use crate::metrics::SESSIONS_A_YEAR;

/// The shape of a set's session returns. All fields are finite.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moments {
    pub sessions: usize,
    /// Per session.
    pub mean: f64,
    /// Sample standard deviation (n − 1), per session; positive.
    pub deviation: f64,
    /// m₃ ÷ m₂^1.5 with central moments over n; 0 for a normal distribution.
    pub skewness: f64,
    /// m₄ ÷ m₂² with central moments over n: not in excess, 3 for a normal distribution.
    pub kurtosis: f64,
}

/// Independent accumulators, so that the sums can be vectorised; their order is fixed, so the result is too.
const LANES: usize = 4;

impl Moments {
    /// `None` with fewer than two sessions, if all returns are equal, or if a moment is not finite.
    pub fn of(returns: &[f64]) -> Option<Moments> {
        let n = returns.len() as f64;
        let (first, rest) = returns.split_first()?;
        // The mean of equal floats may differ from them in its last digit: their deviation must not become a divisor.
        if rest.iter().all(|r| r == first) {
            return None;
        }
        let [sum] = sums(returns, |r| [r]);
        let mean = sum / n;
        let [squares, cubes, fourths] = sums(returns, |r| {
            let d = r - mean;
            let d2 = d * d;
            [d2, d2 * d, d2 * d2]
        });
        let variance = squares / n;
        let moments = Moments {
            sessions: returns.len(),
            mean,
            deviation: (squares / (n - 1.0)).sqrt(),
            skewness: cubes / n / (variance * variance.sqrt()),
            kurtosis: fourths / n / (variance * variance),
        };
        moments.is_usable().then_some(moments)
    }

    fn is_usable(&self) -> bool {
        let sharpe = self.mean / self.deviation;
        self.deviation > 0.0
            && [self.mean, self.deviation, self.skewness, self.kurtosis, sharpe].iter().all(|x| x.is_finite())
    }

    /// Mean ÷ deviation: per session, not annualised.
    pub fn sharpe(&self) -> f64 {
        self.mean / self.deviation
    }

    /// The Sharpe ratio × √252, as the report shows it.
    pub fn annual_sharpe(&self) -> f64 {
        self.sharpe() * SESSIONS_A_YEAR.sqrt()
    }

    /// The factor 1 − γ₃·SR + (γ₄ − 1)/4·SR² by which skewness and kurtosis stretch the variance of a Sharpe ratio
    /// (Mertens 2002; Bailey and López de Prado 2012). Not negative, as γ₄ ≥ 1 + γ₃².
    pub fn variance_factor(&self) -> f64 {
        let sharpe = self.sharpe();
        (1.0 - self.skewness * sharpe + (self.kurtosis - 1.0) / 4.0 * sharpe * sharpe).max(0.0)
    }
}

/// Σ over all values of each of the terms.
fn sums<const N: usize>(values: &[f64], terms: impl Fn(f64) -> [f64; N]) -> [f64; N] {
    let mut totals = [[0.0; LANES]; N];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, &value) in chunk.iter().enumerate() {
            for (total, term) in totals.iter_mut().zip(terms(value)) {
                total[lane] += term;
            }
        }
    }
    for &value in chunks.remainder() {
        for (total, term) in totals.iter_mut().zip(terms(value)) {
            total[0] += term;
        }
    }
    totals.map(|lanes| (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
}
