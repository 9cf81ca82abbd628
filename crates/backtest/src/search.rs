//! Which sets of a grid to try, and in what order, where it is too large to try them all.
//!
//! Knows the lengths of the axes and the scores of sets; nothing of strategies, parameters or results. The same seed and
//! scores give the same sets on every machine. Never: tries a set twice, or one outside the grid.

mod adaptive;
mod space;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::random::scramble;

pub use adaptive::{Adaptive, Candidate};
pub use space::Space;

/// `n` different sets of `sets`, each as likely as any other, in their order; all of them if there are no more than `n`.
///
/// SplitMix64 (Steele, Lea and Flood 2014) from `seed` on: the same seed draws the same sets everywhere.
pub fn drawn(sets: u64, n: u64, seed: u64) -> Vec<u64> {
    if n >= sets {
        return (0..sets).collect();
    }
    let mut state = seed;
    let mut drawn = BTreeSet::new();
    while (drawn.len() as u64) < n {
        drawn.insert(scramble(state) % sets);
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    }
    drawn.into_iter().collect()
}
