//! The sets that are kept for cross-validation: at most 5,000, whatever the number heard.

use std::collections::BinaryHeap;

use super::moments::Moments;
use crate::random::scramble;

/// Blocks for cross-validation, as in Bailey et al. 2017: 12,870 ways to halve them.
pub(super) const BLOCKS: usize = 16;
/// Finer sums for the number of effective tries; four to a block.
pub(super) const GRAINS: usize = 64;
/// Sets kept at most: about 2.7 MB.
pub(super) const MOST_SETS: usize = 5_000;

/// What is kept of one set.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Kept {
    pub set: u64,
    /// Per session.
    pub sharpe: f64,
    /// Σ returns of each block.
    pub sums: [f64; BLOCKS],
    /// Σ squared returns of each block.
    pub squares: [f64; BLOCKS],
    /// Σ (return − mean) of each grain ÷ (deviation·√T), stretched for the mean taken out: a unit vector but for chance.
    pub grains: [f32; GRAINS],
}

/// The sets with the lowest scrambled ids (bottom-k sampling, Cohen and Kaplan 2007): every set has the same chance, and
/// neither the order of hearing nor the number of listeners changes who is kept.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    seed: u64,
    capacity: usize,
    /// Rank, set, slot; the highest rank on top.
    ranks: BinaryHeap<(u64, u64, usize)>,
    slots: Vec<Kept>,
}

/// First session of part `k` of `parts`; lengths differ by one at most.
pub(super) fn boundary(sessions: usize, k: usize, parts: usize) -> usize {
    k * sessions / parts
}

impl Kept {
    pub fn of(set: u64, returns: &[f64], moments: &Moments) -> Kept {
        let (mut sums, mut squares, mut grains) = ([0.0; BLOCKS], [0.0; BLOCKS], [0.0; GRAINS]);
        let stretch = (GRAINS as f64 / (GRAINS - 1) as f64).sqrt();
        let unit = stretch / (moments.deviation * (returns.len() as f64).sqrt());
        for (g, grain) in grains.iter_mut().enumerate() {
            let range = boundary(returns.len(), g, GRAINS)..boundary(returns.len(), g + 1, GRAINS);
            let part = &returns[range];
            let sum: f64 = part.iter().sum();
            let block = g / (GRAINS / BLOCKS);
            sums[block] += sum;
            squares[block] += part.iter().map(|r| r * r).sum::<f64>();
            *grain = ((sum - part.len() as f64 * moments.mean) * unit) as f32;
        }
        Kept { set, sharpe: moments.sharpe(), sums, squares, grains }
    }
}

impl Sample {
    pub fn new(seed: u64, capacity: usize) -> Sample {
        Sample { seed, capacity, ranks: BinaryHeap::new(), slots: Vec::new() }
    }

    /// Keeps the set if its rank is among the lowest; `kept` is only called then.
    pub fn offer(&mut self, set: u64, kept: impl FnOnce() -> Kept) {
        let rank = scramble(set ^ scramble(self.seed));
        if self.slots.len() < self.capacity {
            self.ranks.push((rank, set, self.slots.len()));
            self.slots.push(kept());
        } else if let Some(mut last) = self.ranks.peek_mut()
            && (rank, set) < (last.0, last.1)
        {
            let slot = last.2;
            self.slots[slot] = kept();
            *last = (rank, set, slot);
        }
    }

    pub fn absorb(&mut self, other: Sample) {
        for kept in other.slots {
            self.offer(kept.set, || kept);
        }
    }

    /// In order of rank: the first k are a fair sample of all of them.
    pub fn by_rank(&self) -> Vec<&Kept> {
        let mut ranks: Vec<_> = self.ranks.iter().collect();
        ranks.sort_unstable();
        ranks.into_iter().map(|&(_, _, slot)| &self.slots[slot]).collect()
    }
}
