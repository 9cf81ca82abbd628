//! How much of the in-sample result survived out of sample.

use crate::metrics::SESSIONS_A_YEAR;

/// One step of a walk-forward: session returns of the set that was chosen, where it was chosen and after.
#[derive(Clone, Copy, Debug)]
pub struct Fold<'a> {
    pub in_sample: &'a [f64],
    pub out_of_sample: &'a [f64],
}

/// Figures of all steps together.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct WalkForward {
    pub folds: usize,
    /// Folds whose out-of-sample returns sum to more than 0.
    pub profitable_folds: usize,
    /// Mean session return in sample × 252: what optimisation promised.
    pub in_sample_annual: f64,
    /// Mean session return out of sample × 252: what came.
    pub out_of_sample_annual: f64,
    /// Out of sample ÷ in sample, both annualised (Pardo 1992, "Design, Testing, and Optimization of Trading Systems").
    /// `None` if nothing was gained in sample.
    pub efficiency: Option<f64>,
}

impl WalkForward {
    /// `None` without sessions on one of the sides. Sessions count alike, whichever fold they are in.
    pub fn of(folds: &[Fold<'_>]) -> Option<WalkForward> {
        let annual = |side: &dyn Fn(&Fold<'_>) -> (f64, usize)| {
            let (sum, sessions) = folds
                .iter()
                .map(side)
                .fold((0.0, 0), |(sum, n), (more, sessions)| (sum + more, n + sessions));
            (sessions > 0).then(|| sum / sessions as f64 * SESSIONS_A_YEAR).filter(|rate| rate.is_finite())
        };
        let sum = |returns: &[f64]| (returns.iter().sum::<f64>(), returns.len());
        let in_sample = annual(&|fold| sum(fold.in_sample))?;
        let out_of_sample = annual(&|fold| sum(fold.out_of_sample))?;
        Some(WalkForward {
            folds: folds.len(),
            profitable_folds: folds.iter().filter(|fold| sum(fold.out_of_sample).0 > 0.0).count(),
            in_sample_annual: in_sample,
            out_of_sample_annual: out_of_sample,
            efficiency: Some(out_of_sample / in_sample).filter(|e| in_sample > 0.0 && e.is_finite()),
        })
    }
}
