//! Whether the best set stands on a plateau or on a spike.

/// Sharpe ratios around the best set.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plateau {
    /// Neighbours in the grid that were run.
    pub neighbours: usize,
    /// Median annualised Sharpe ratio of the neighbours; one that never traded counts as 0.
    pub median: f64,
    /// The median ÷ the best's: 1 on a plateau, near 0 on a spike, negative if the neighbours lose.
    pub median_ratio: f64,
    /// Neighbours whose ratio reaches half of the best's: what decides. At the corner of a plateau most neighbours are
    /// outside it, so their median would call it a spike.
    pub holding: usize,
    /// The worst neighbour's Sharpe ratio ÷ the best's.
    pub worst_ratio: f64,
    /// Share of the sampled sets (0 to 1) whose Sharpe ratio is below the neighbours' median: the rank of the region, not
    /// of the peak.
    pub median_rank: f64,
}

impl Plateau {
    /// `neighbours` are annualised Sharpe ratios, `None` for a set without one. `None` without neighbours, or if the best
    /// is not above 0. `all` are ratios of all (sampled) sets, annualised.
    pub fn of(best: f64, neighbours: &[Option<f64>], all: &[f64]) -> Option<Plateau> {
        let mut sorted: Vec<f64> =
            neighbours.iter().map(|n| n.filter(|x| x.is_finite()).unwrap_or(0.0)).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let worst = *sorted.first()?;
        if best.is_nan() || best <= 0.0 {
            return None;
        }
        let median = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        let below = all.iter().filter(|&&x| x < median).count();
        Some(Plateau {
            neighbours: sorted.len(),
            median,
            median_ratio: median / best,
            holding: sorted.iter().filter(|&&x| x >= 0.5 * best).count(),
            worst_ratio: worst / best,
            median_rank: below as f64 / all.len().max(1) as f64,
        })
    }

    /// Share of the neighbours that hold.
    pub fn holding_share(&self) -> f64 {
        self.holding as f64 / self.neighbours.max(1) as f64
    }
}

/// Up to this many axes, diagonal steps count as neighbours: 26 sets for three. Beyond, only steps along one axis.
const DIAGONAL_AXES: usize = 3;

/// Places next to `at` in a grid of these lengths, the last axis running fastest; steps of one value, none past an edge.
/// Empty if `at` is not in the grid.
pub fn neighbours(lengths: &[usize], at: usize) -> Vec<usize> {
    let mut found = vec![(0, 0)];
    // From the last axis to the first: each place so far, stepped back, not at all, and forward.
    let (mut stride, mut rest) = (1usize, at);
    for &length in lengths.iter().rev() {
        if length == 0 {
            return Vec::new();
        }
        let here = rest % length;
        let mut next = Vec::with_capacity(3 * found.len());
        for &(place, steps) in &found {
            let may_step = steps == 0 || lengths.len() <= DIAGONAL_AXES;
            if here > 0 && may_step {
                next.push((place + (here - 1) * stride, steps + 1));
            }
            next.push((place + here * stride, steps));
            if here + 1 < length && may_step {
                next.push((place + (here + 1) * stride, steps + 1));
            }
        }
        found = next;
        rest /= length;
        stride = stride.saturating_mul(length);
    }
    if rest > 0 {
        return Vec::new();
    }
    let mut places: Vec<usize> =
        found.into_iter().filter(|&(_, steps)| steps > 0).map(|(place, _)| place).collect();
    places.sort_unstable();
    places
}
