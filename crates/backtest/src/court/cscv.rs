//! Probability of backtest overfitting by combinatorially symmetric cross-validation.
//!
//! Bailey, Borwein, López de Prado and Zhu 2017, "The Probability of Backtest Overfitting", Journal of Computational
//! Finance 20(4). The sessions are cut into 16 blocks; in each of the C(16, 8) = 12,870 ways to take half of them, the
//! set that is best in the one half is looked up in the ranking of the other half. Performance is the Sharpe ratio.
//!
//! Works on sums of blocks alone. A half and its complement are both splits, so 6,435 halvings serve for all; they are
//! walked so that each swaps one block for another. Sums are rounded to a grid of their own, 2⁻⁵⁰ of their size, on which
//! sums of floats are exact: nothing drifts, and the number of threads changes nothing.

use super::sample::{BLOCKS, Kept, boundary};
use crate::metrics::SESSIONS_A_YEAR;

/// What cross-validation says of choosing the best of the sets.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Overfit {
    /// Ways in which the sessions were halved.
    pub splits: usize,
    /// Share of splits (0 to 1) in which the best in sample ranks at or below the median out of sample (logit λ ≤ 0).
    pub probability: f64,
    /// Median over splits of the logit λ = ln(ω ÷ (1 − ω)), ω the rank out of sample ÷ (sets + 1).
    pub median_logit: f64,
    /// Share of splits in which the best in sample loses out of sample.
    pub loss_probability: f64,
    /// Slope of the regression over splits of its Sharpe ratio out of sample on the one in sample. `None` if all splits
    /// have the same ratio in sample.
    pub degradation_slope: Option<f64>,
    /// Mean over splits of the best's Sharpe ratio in sample, annualised.
    pub mean_in_sample: f64,
    /// Mean over splits of the same set's Sharpe ratio out of sample, annualised.
    pub mean_out_of_sample: f64,
}

/// One split: what became of the set that was best in sample.
#[derive(Clone, Copy, Debug)]
struct Split {
    /// Rank out of sample ÷ (sets + 1); ties share their mean rank.
    rank: f64,
    /// Per session.
    in_sample: f64,
    out_of_sample: f64,
}

/// Sums of all sets, block by block.
struct Columns {
    sets: usize,
    lengths: [f64; BLOCKS],
    sums: Vec<Vec<f64>>,
    squares: Vec<Vec<f64>>,
    all_sums: Vec<f64>,
    all_squares: Vec<f64>,
    /// Squared deviations are not believed below this.
    floors: Vec<f64>,
}

/// `None` with fewer than two sets, or fewer than two sessions in a block.
pub(super) fn overfit(sample: &[&Kept], sessions: usize, threads: usize) -> Option<Overfit> {
    if sample.len() < 2 || sessions < 2 * BLOCKS {
        return None;
    }
    let columns = Columns::of(sample, sessions);
    let halves = halves();
    let share = halves.len().div_ceil(threads.clamp(1, halves.len()));
    let splits: Vec<Split> = std::thread::scope(|scope| {
        let columns = &columns;
        let running: Vec<_> =
            halves.chunks(share).map(|part| scope.spawn(move || columns.judge(part))).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    Some(summary(&splits))
}

fn summary(splits: &[Split]) -> Overfit {
    let n = splits.len() as f64;
    let share = |holds: &dyn Fn(&Split) -> bool| splits.iter().filter(|s| holds(s)).count() as f64 / n;
    let mean = |of: &dyn Fn(&Split) -> f64| splits.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(&|s| s.in_sample), mean(&|s| s.out_of_sample));
    let spread = mean(&|s| (s.in_sample - x).powi(2));
    let joint = mean(&|s| (s.in_sample - x) * (s.out_of_sample - y));
    let mut logits: Vec<f64> = splits.iter().map(|s| (s.rank / (1.0 - s.rank)).ln()).collect();
    logits.sort_unstable_by(f64::total_cmp);
    Overfit {
        splits: splits.len(),
        probability: share(&|s| s.rank <= 0.5),
        median_logit: f64::midpoint(logits[(logits.len() - 1) / 2], logits[logits.len() / 2]),
        loss_probability: share(&|s| s.out_of_sample < 0.0),
        degradation_slope: (spread > 1e-24).then(|| joint / spread),
        mean_in_sample: x * SESSIONS_A_YEAR.sqrt(),
        mean_out_of_sample: y * SESSIONS_A_YEAR.sqrt(),
    }
}

/// Half of all ways to take 8 of 16 blocks, as bits: those without the last block. Neighbours differ by one swap.
fn halves() -> Vec<u16> {
    revolving_door(BLOCKS as u32 - 1, BLOCKS as u32 / 2)
}

/// All ways to take `k` of `n`, each one swap away from the one before (Nijenhuis and Wilf 1978, revolving door).
fn revolving_door(n: u32, k: u32) -> Vec<u16> {
    if k == 0 || k == n {
        return vec![((1u32 << k) - 1) as u16];
    }
    let mut out = revolving_door(n - 1, k);
    out.extend(revolving_door(n - 1, k - 1).into_iter().rev().map(|half| half | 1 << (n - 1)));
    out
}

/// The power of two on whose multiples sums of values of this total size are exact.
fn grid(total: f64) -> f64 {
    2f64.powi((total.log2().ceil() - 50.0).clamp(-1_000.0, 900.0) as i32)
}

fn blocks_of(half: u16) -> impl Iterator<Item = usize> {
    (0..BLOCKS).filter(move |b| half >> b & 1 == 1)
}

impl Columns {
    fn of(sample: &[&Kept], sessions: usize) -> Columns {
        let n = sample.len();
        let mut columns = Columns {
            sets: n,
            lengths: std::array::from_fn(|b| {
                (boundary(sessions, b + 1, BLOCKS) - boundary(sessions, b, BLOCKS)) as f64
            }),
            sums: vec![vec![0.0; n]; BLOCKS],
            squares: vec![vec![0.0; n]; BLOCKS],
            all_sums: vec![0.0; n],
            all_squares: vec![0.0; n],
            floors: vec![0.0; n],
        };
        for (i, kept) in sample.iter().enumerate() {
            let sum_grid = grid(kept.sums.iter().map(|s| s.abs()).sum());
            let square_grid = grid(kept.squares.iter().sum());
            columns.floors[i] = square_grid;
            for b in 0..BLOCKS {
                columns.sums[b][i] = (kept.sums[b] / sum_grid).round() * sum_grid;
                columns.squares[b][i] = (kept.squares[b] / square_grid).round() * square_grid;
                columns.all_sums[i] += columns.sums[b][i];
                columns.all_squares[i] += columns.squares[b][i];
            }
        }
        columns
    }

    /// Two splits for each half: it and its complement in turn are in sample.
    fn judge(&self, halves: &[u16]) -> Vec<Split> {
        let mut splits = Vec::with_capacity(2 * halves.len());
        let Some(&start) = halves.first() else { return splits };
        let n = self.sets;
        let (mut sums, mut squares) = (vec![0.0; n], vec![0.0; n]);
        for b in blocks_of(start) {
            sums.iter_mut().zip(&self.sums[b]).for_each(|(total, s)| *total += s);
            squares.iter_mut().zip(&self.squares[b]).for_each(|(total, s)| *total += s);
        }
        let (mut this, mut other) = (vec![0.0; n], vec![0.0; n]);
        let sessions: f64 = self.lengths.iter().sum();
        let mut before = start;
        for &half in halves {
            let changed = half ^ before;
            let (came, went) = ((changed & half).trailing_zeros(), (changed & before).trailing_zeros());
            if changed != 0 {
                swap(&mut sums, &self.sums[came as usize], &self.sums[went as usize]);
                swap(&mut squares, &self.squares[came as usize], &self.squares[went as usize]);
            }
            before = half;
            let length: f64 = blocks_of(half).map(|b| self.lengths[b]).sum();
            self.score(&sums, &squares, [length, sessions - length], &mut this, &mut other);
            splits.push(split(&this, length, &other, sessions - length));
            splits.push(split(&other, sessions - length, &this, length));
        }
        splits
    }

    /// Scores of all sets in a half and in its complement.
    fn score(&self, sums: &[f64], squares: &[f64], n: [f64; 2], this: &mut [f64], other: &mut [f64]) {
        let len = self.sets;
        let (sums, squares) = (&sums[..len], &squares[..len]);
        let (all_sums, all_squares) = (&self.all_sums[..len], &self.all_squares[..len]);
        let (floors, this, other) = (&self.floors[..len], &mut this[..len], &mut other[..len]);
        let [each, each_other] = n.map(f64::recip);
        for i in 0..len {
            this[i] = score(sums[i], squares[i], each, floors[i]);
            other[i] = score(all_sums[i] - sums[i], all_squares[i] - squares[i], each_other, floors[i]);
        }
    }
}

/// Grows with the Sharpe ratio and spares the root: its square with its sign, × n² ÷ (n − 1). 0 without trades.
#[inline(always)]
fn score(sum: f64, squares: f64, each: f64, floor: f64) -> f64 {
    sum * sum.abs() / (squares - sum * sum * each).max(floor)
}

fn swap(totals: &mut [f64], came: &[f64], went: &[f64]) {
    for ((total, came), went) in totals.iter_mut().zip(came).zip(went) {
        *total += came - went;
    }
}

fn split(inside: &[f64], length: f64, outside: &[f64], length_outside: f64) -> Split {
    let best = best_of(inside);
    let reached = outside[best];
    let (below, equal) = outside.iter().fold((0u32, 0u32), |(below, equal), &other| {
        (below + u32::from(other < reached), equal + u32::from(other == reached))
    });
    let (below, equal) = (f64::from(below), f64::from(equal));
    let sharpe = |score: f64, n: f64| (score.abs() * (n - 1.0)).sqrt() / n * score.signum();
    Split {
        rank: (below + f64::midpoint(equal, 1.0)) / (outside.len() + 1) as f64,
        in_sample: sharpe(inside[best], length),
        out_of_sample: sharpe(reached, length_outside),
    }
}

/// Index of the greatest, the first of equals.
fn best_of(scores: &[f64]) -> usize {
    const LANES: usize = 8;
    let mut lanes = [f64::NEG_INFINITY; LANES];
    let mut chunks = scores.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, &score) in lanes.iter_mut().zip(chunk) {
            *lane = if score > *lane { score } else { *lane };
        }
    }
    let best = lanes.iter().chain(chunks.remainder()).fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    scores.iter().position(|&score| score == best).unwrap_or(0)
}
