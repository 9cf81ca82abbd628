//! Made-up sweeps: grids of sets without skill, with and without one planted region that has it.

use std::collections::BTreeMap;

use crate::court::{Case, Court, Moments, Verdict, neighbours};
use crate::metrics::SESSIONS_A_YEAR;
use crate::random::Random;
use crate::search::{Adaptive, Space};

/// How the sets of a sweep hang together.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Every set on its own.
    Independent,
    /// All share one factor; the square of this is their correlation.
    OneFactor(f64),
    /// Sets near each other in the grid share most of their returns.
    Smooth,
    /// A few families of near-equal sets.
    Families(usize),
    /// As `Smooth`, with fat tails and quiet and wild spells.
    Wild,
    /// Moving-average crossings on a random walk, before costs.
    Crossings,
}

pub(super) struct Sweep {
    /// Lengths of the grid's axes.
    pub grid: [usize; 2],
    /// Session returns by set.
    pub sets: Vec<Vec<f64>>,
}

pub(super) fn normal(random: &mut Random) -> f64 {
    let mut unit = || (random.bits() >> 11) as f64 / (1u64 << 53) as f64;
    // Box and Muller.
    (-2.0 * (1.0 - unit()).ln()).sqrt() * (std::f64::consts::TAU * unit()).cos()
}

/// Session volatility: some 16 % a year.
const VOLATILITY: f64 = 0.01;

impl Sweep {
    pub fn without_skill(shape: Shape, grid: [usize; 2], sessions: usize, random: &mut Random) -> Sweep {
        let count = grid[0] * grid[1];
        let mut sets = vec![Vec::with_capacity(sessions); count];
        if matches!(shape, Shape::Crossings) {
            return Sweep { grid, sets: crossings(grid, sessions, random) };
        }
        let mut spell = 1.0f64;
        for _ in 0..sessions {
            let mut noise = |n: usize| -> Vec<f64> { (0..n).map(|_| normal(random)).collect() };
            let own = noise(count);
            let returns: Vec<f64> = match shape {
                Shape::Independent | Shape::Crossings => own,
                Shape::OneFactor(load) => {
                    let common = noise(1)[0];
                    own.iter().map(|x| load * common + (1.0 - load * load).sqrt() * x).collect()
                }
                Shape::Smooth | Shape::Wild => smooth(&own, grid),
                Shape::Families(n) => {
                    let families = noise(n);
                    own.iter().enumerate().map(|(i, x)| families[i * n / count] + 0.1 * x).collect()
                }
            };
            let size = if matches!(shape, Shape::Wild) {
                spell = (0.97 * spell.ln() + 0.2 * normal(random)).exp();
                // Student's t with four degrees of freedom.
                let chi: f64 = (0..4).map(|_| normal(random).powi(2)).sum();
                VOLATILITY * spell / (chi / 4.0).sqrt()
            } else {
                VOLATILITY
            };
            sets.iter_mut().zip(returns).for_each(|(set, r)| set.push(size * r));
        }
        Sweep { grid, sets }
    }

    /// Gives the sets within `reach` of the middle an annual Sharpe ratio on top of what they have.
    pub fn plant(mut self, annual: f64, reach: usize) -> Sweep {
        let [rows, columns] = self.grid;
        for (i, set) in self.sets.iter_mut().enumerate() {
            let far = (i / columns).abs_diff(rows / 2).max((i % columns).abs_diff(columns / 2));
            if far <= reach {
                let deviation = Moments::of(set).map_or(VOLATILITY, |m| m.deviation);
                for r in set.iter_mut() {
                    *r += annual / SESSIONS_A_YEAR.sqrt() * deviation;
                }
            }
        }
        self
    }

    pub fn judge(&self, seed: u64) -> Verdict {
        let mut court = Court::new(self.sets[0].len(), seed);
        let ratios: Vec<Option<f64>> = (0u64..)
            .zip(&self.sets)
            .map(|(set, returns)| court.hear(set, returns).unwrap().map(|m| m.annual_sharpe()))
            .collect();
        let best = (0..ratios.len()).max_by(|&a, &b| ratios[a].partial_cmp(&ratios[b]).unwrap()).unwrap();
        let around: Vec<_> = neighbours(&self.grid, best).into_iter().map(|i| ratios[i]).collect();
        court.judge(&Case { returns: &self.sets[best], neighbours: &around, trades: None, ..Case::default() })
    }

    /// Judges what an adaptive search of so many tries finds.
    pub fn search(&self, budget: u64, seed: u64) -> Verdict {
        let mut court = Court::new(self.sets[0].len(), seed);
        let space = Space::new(self.grid.to_vec()).unwrap();
        let mut search = Adaptive::new(space.clone(), budget, seed);
        let mut ratios = BTreeMap::new();
        loop {
            let asked = search.next(|_| true);
            if asked.is_empty() {
                break;
            }
            let scores: Vec<Option<f64>> = asked
                .iter()
                .map(|one| {
                    let returns = &self.sets[one.set as usize];
                    let heard = if one.steered {
                        court.hear_steered(one.set, returns)
                    } else {
                        court.hear(one.set, returns)
                    };
                    let ratio = heard.unwrap().map(|m| m.annual_sharpe());
                    ratios.insert(one.set, ratio);
                    ratio
                })
                .collect();
            search.learn(&scores);
        }
        let best = *ratios.iter().max_by(|a, b| a.1.partial_cmp(b.1).unwrap()).unwrap().0;
        let around: Vec<_> =
            space.neighbours(best).into_iter().filter_map(|set| ratios.get(&set)).copied().collect();
        court.judge(&Case {
            returns: &self.sets[best as usize],
            neighbours: &around,
            threads: 1,
            reachable: Some(space.sets()),
            ..Case::default()
        })
    }
}

/// Means over a 5 × 5 window that wraps around, of unit variance.
fn smooth(own: &[f64], [rows, columns]: [usize; 2]) -> Vec<f64> {
    const REACH: usize = 2;
    let width = (2 * REACH + 1) as f64;
    let pass = |values: &[f64], length: usize, stride: usize| -> Vec<f64> {
        (0..values.len())
            .map(|i| {
                let here = i / stride % length;
                let start = i - here * stride;
                let sum: f64 = (0..=2 * REACH)
                    .map(|k| values[start + (here + length + k - REACH) % length * stride])
                    .sum();
                sum / width.sqrt()
            })
            .collect()
    };
    pass(&pass(own, columns, 1), rows, columns)
}

/// Long above, short below: fast averages of 2, 4, 6 … sessions by rows, slow ones of 20, 28, 36 … by columns.
fn crossings([rows, columns]: [usize; 2], sessions: usize, random: &mut Random) -> Vec<Vec<f64>> {
    let warm_up = 20 + 8 * columns;
    let steps: Vec<f64> = (0..sessions + warm_up).map(|_| VOLATILITY * normal(random)).collect();
    let mut sums = vec![0.0];
    let mut price = 0.0;
    for step in &steps {
        price += step;
        sums.push(sums[sums.len() - 1] + price);
    }
    let average = |at: usize, n: usize| (sums[at] - sums[at - n]) / n as f64;
    (0..rows * columns)
        .map(|i| {
            let (fast, slow) = (2 + 2 * (i / columns), 20 + 8 * (i % columns));
            (warm_up..warm_up + sessions)
                .map(|at| if average(at, fast) > average(at, slow) { steps[at] } else { -steps[at] })
                .collect()
        })
        .collect()
}
