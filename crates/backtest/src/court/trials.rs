//! How many independent tries a sweep is worth.
//!
//! Neighbouring parameters trade alike, so a thousand sets may be worth twenty tries. The average correlation of the
//! sets (Bailey and López de Prado 2014, appendix 3) says too little of it: where sets come in clusters it is far too
//! generous. So the sweep is played again without skill: the sampled sets' returns, their means taken out, get random
//! signs, the same sign for all sets over a grain of sessions (wild bootstrap, Liu 1988; for maxima Chernozhukov,
//! Chetverikov and Kato 2013). That keeps who trades like whom, and the autocorrelation inside a grain. The number of
//! effective tries N is the one whose independent normal draws have a best of the same far quantile q:
//! Φ(q)^N = 0.98 (as Dudbridge and Gusnanto 2008 count effective tests from permutations). The far quantile rather than
//! the mean is matched because the verdict turns there; it gives the larger N.

use super::normal::upper_tail;
use super::sample::{GRAINS, Kept};
use super::verdict::thresholds;
use crate::random::Random;

/// Sign patterns; each is used with its mirror image too.
const DRAWS: usize = 2_000;
/// Quantile of the best that is matched: where a verdict turns from inconclusive to likely real.
const LEVEL: f64 = 1.0 - thresholds::REAL;
/// Sets side by side in one pass.
const LANES: usize = 32;
/// The number of tries is compared between the whole sample and one part in this many.
const PART: usize = 8;

/// Number of independent tries that `ranked` sets are worth, of which `sample` is a fair sample in random order.
/// Between 1 and `ranked`.
///
/// Sets beyond the sample bring tries at the rate seen inside it: N ∝ sets^a between an eighth of the sample and all of
/// it. The true growth flattens, so the power law errs on the side of more tries.
pub(super) fn effective(sample: &[&Kept], ranked: u64, seed: u64) -> f64 {
    let most = (ranked as f64).max(1.0);
    if sample.len() < 2 {
        return 1.0;
    }
    let mut random = Random::new(seed, 1);
    let signs: Vec<u64> = (0..DRAWS).map(|_| random.bits()).collect();
    let mut best = vec![f32::NEG_INFINITY; 2 * DRAWS];

    let part = sample.len().div_ceil(PART);
    raise_to_best(&mut best, &sample[..part], &signs);
    let of_part = tries(&best);
    raise_to_best(&mut best, &sample[part..], &signs);
    let of_sample = tries(&best);

    let growth = ((of_sample / of_part).ln() / (sample.len() as f64 / part as f64).ln()).clamp(0.0, 1.0);
    let beyond = (most / sample.len() as f64).max(1.0);
    (of_sample * beyond.powf(growth)).clamp(1.0, most)
}

/// Raises the best of every pattern, and of its mirror image behind it, to the sets' scores if they are higher.
fn raise_to_best(best: &mut [f32], sets: &[&Kept], signs: &[u64]) {
    let (best, best_mirrored) = best.split_at_mut(signs.len());
    let mut tile = [[0.0f32; LANES]; GRAINS];
    for group in sets.chunks(LANES) {
        for (g, row) in tile.iter_mut().enumerate() {
            for (lane, cell) in row.iter_mut().enumerate() {
                // Lanes without a set repeat the last one: it changes no maximum.
                *cell = group[lane.min(group.len() - 1)].grains[g];
            }
        }
        for ((&pattern, best), mirrored) in signs.iter().zip(&mut *best).zip(&mut *best_mirrored) {
            let mut scores = [0.0f32; LANES];
            for (g, row) in tile.iter().enumerate() {
                let sign = if pattern >> g & 1 == 1 { 1.0 } else { -1.0 };
                for (score, cell) in scores.iter_mut().zip(row) {
                    *score += sign * cell;
                }
            }
            for score in scores {
                *best = best.max(score);
                *mirrored = mirrored.max(-score);
            }
        }
    }
}

fn tries(best: &[f32]) -> f64 {
    let mut sorted = best.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let quantile = f64::from(sorted[(LEVEL * sorted.len() as f64) as usize]);
    (LEVEL.ln() / (-upper_tail(quantile)).ln_1p()).max(1.0)
}
