//! A seeded search that climbs.
//!
//! It is an evolution strategy on the grid (Rechenberg 1973; Bäck 1996, "Evolutionary Algorithms in Theory and Practice"):
//! a start that fills the space evenly (Latin hypercube: McKay, Beckman and Conover 1979), then generations of children
//! of the best sets so far, by crossing and by steps that shrink as the budget is spent, with a share of fresh draws so
//! that it cannot get stuck. The last of the budget goes to the neighbours of the best set, because a best whose
//! neighbours were not tried cannot be told from a spike.

use std::collections::BTreeSet;

use super::Space;
use crate::random::Random;

/// Part of the budget that fills the space before anything is climbed: one in so many.
const START: u64 = 5;
/// Generations that the whole budget would be.
const GENERATIONS: u64 = 16;
/// Smaller generations would leave threads idle, larger ones learn late.
const GENERATION: std::ops::RangeInclusive<u64> = 8..=512;
/// One set in so many of a generation is a fresh draw.
const FRESH: usize = 8;
/// Parents: the best so far, one for so many of a generation.
const PARENTS: u64 = 4;
const LEAST_PARENTS: u64 = 6;
/// One child in so many has two parents.
const CROSSED: usize = 3;
/// Longest step at the start, as a part of its axis.
const STEP: f64 = 0.3;
/// The neighbours of the best may take one part in so many of the budget.
const AROUND: u64 = 3;
/// Draws for a set that was not seen yet, before another way is taken.
const ATTEMPTS: usize = 32;
/// Sets looked through one by one for one not seen yet, where drawing finds none.
const WALK: u64 = 1 << 17;

/// A set to try.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Candidate {
    pub set: u64,
    /// Chosen by the scores of others; else drawn with no regard to any, and so a fair sample of the grid.
    pub steered: bool,
}

/// Tries at most `budget` sets: [`Adaptive::next`] gives a generation, [`Adaptive::learn`] takes its scores, until there
/// is none. What comes next depends on lengths, budget, seed, scores and on which sets fit together: so the search can be
/// played again from scores that were kept.
#[derive(Clone, Debug)]
pub struct Adaptive {
    space: Space,
    budget: u64,
    generation: u64,
    random: Random,
    /// Tried, or found not to fit together.
    seen: BTreeSet<u64>,
    tried: u64,
    unfit: u64,
    /// No unseen set that fits is to be found any more.
    exhausted: bool,
    asked: Vec<Candidate>,
    /// The best so far, the very best first.
    parents: Vec<(f64, u64)>,
}

type Fits<'a> = &'a mut dyn FnMut(u64) -> bool;

impl Adaptive {
    pub fn new(space: Space, budget: u64, seed: u64) -> Adaptive {
        Adaptive {
            budget: budget.min(space.sets()),
            generation: (budget / GENERATIONS).clamp(*GENERATION.start(), *GENERATION.end()),
            random: Random::new(seed, 4),
            space,
            seen: BTreeSet::new(),
            tried: 0,
            unfit: 0,
            exhausted: false,
            asked: Vec::new(),
            parents: Vec::new(),
        }
    }

    /// Sets tried so far, those of the generation at hand included.
    pub fn tried(&self) -> u64 {
        self.tried
    }

    /// Sets that came up and did not fit together; they do not count as tried.
    pub fn unfit(&self) -> u64 {
        self.unfit
    }

    /// The next sets to try, in their order; empty at the end. `fits` says whether a set's parameters fit together.
    pub fn next(&mut self, mut fits: impl FnMut(u64) -> bool) -> Vec<Candidate> {
        let fits: Fits<'_> = &mut fits;
        let left = self.budget - self.tried;
        let reserve = self.most_neighbours().min(self.budget / AROUND);
        let mut asked = Vec::new();
        if self.seen.is_empty() {
            asked = self.start((self.budget / START).max(self.generation).min(self.budget - reserve), fits);
        } else if left > reserve {
            asked = self.breed(self.generation.min(left - reserve), fits);
        }
        if asked.is_empty() && left > 0 {
            asked = self.around_best(left, fits);
        }
        if asked.is_empty() && left > 0 {
            // The best has its neighbours. Half of what is left, as a better one would want its own.
            asked = self.breed(self.generation.min(left.div_ceil(2)), fits);
        }
        asked.sort_unstable();
        self.asked.clone_from(&asked);
        asked
    }

    /// The scores of the sets that [`Adaptive::next`] gave, in that order: higher is better, `None` is worst.
    pub fn learn(&mut self, scores: &[Option<f64>]) {
        let asked = std::mem::take(&mut self.asked);
        let scored = asked.iter().zip(scores).filter_map(|(c, score)| Some(((*score)?, c.set)));
        self.parents.extend(scored.filter(|(score, _)| !score.is_nan()));
        self.parents.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.parents.truncate((self.generation / PARENTS).max(LEAST_PARENTS) as usize);
    }

    /// Neighbours of a set that lies at no edge.
    fn most_neighbours(&self) -> u64 {
        let middle: Vec<usize> = self.space.lengths().iter().map(|length| length / 2).collect();
        self.space.neighbours(self.space.set(&middle)).len() as u64
    }

    /// A Latin hypercube: on every axis, the sets lie in as many even parts as there are sets.
    fn start(&mut self, n: u64, fits: Fits<'_>) -> Vec<Candidate> {
        let mut found = Vec::new();
        // Sets that do not fit together leave room: it is filled by smaller cubes.
        for _ in 0..4 {
            let points = (n - found.len() as u64) as usize;
            let axes: Vec<Vec<usize>> =
                self.space.lengths().to_vec().into_iter().map(|length| self.spread(points, length)).collect();
            for point in 0..points {
                let places: Vec<usize> = axes.iter().map(|axis| axis[point]).collect();
                let set = self.space.set(&places);
                found.extend(self.take(set, false, fits));
            }
        }
        while (found.len() as u64) < n {
            let Some(one) = self.fresh(fits) else { break };
            found.push(one);
        }
        found
    }

    /// One place in each of `points` even parts of an axis, shuffled (Fisher and Yates).
    fn spread(&mut self, points: usize, length: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..points as u128)
            .map(|part| {
                let within = u128::from(self.random.bits() >> 32);
                (((part << 32) + within) * length as u128 / ((points as u128) << 32)) as usize
            })
            .collect();
        for last in (1..places.len()).rev() {
            places.swap(last, self.random.below(last + 1));
        }
        places
    }

    /// A generation of `n`.
    fn breed(&mut self, n: u64, fits: Fits<'_>) -> Vec<Candidate> {
        let mut found = Vec::new();
        for i in 0..n as usize {
            let child = if i % FRESH == 0 { None } else { self.child(fits) };
            let Some(one) = child.or_else(|| self.fresh(fits)) else { break };
            found.push(one);
        }
        found
    }

    /// A set near the best ones that was not seen before.
    fn child(&mut self, fits: Fits<'_>) -> Option<Candidate> {
        for _ in 0..ATTEMPTS {
            let mut places = self.parent()?;
            if self.random.below(CROSSED) == 0 {
                let other = self.parent()?;
                for (place, other) in places.iter_mut().zip(other) {
                    if self.random.bits() >> 63 == 1 {
                        *place = other;
                    }
                }
            }
            self.step(&mut places);
            let set = self.space.set(&places);
            if let Some(one) = self.take(set, true, fits) {
                return Some(one);
            }
        }
        None
    }

    /// The better of two of the parents.
    fn parent(&mut self) -> Option<Vec<usize>> {
        let n = self.parents.len();
        if n == 0 {
            return None;
        }
        let which = self.random.below(n).min(self.random.below(n));
        Some(self.space.places(self.parents[which].1))
    }

    /// Moves along one axis, and along each other one with a chance of one in as many as there are.
    fn step(&mut self, places: &mut [usize]) {
        let left = 1.0 - self.tried as f64 / self.budget as f64;
        let lengths = self.space.lengths().to_vec();
        let wide: Vec<usize> = (0..lengths.len()).filter(|&axis| lengths[axis] > 1).collect();
        if wide.is_empty() {
            return;
        }
        let sure = self.random.below(wide.len());
        for (i, &axis) in wide.iter().enumerate() {
            if i != sure && self.random.below(wide.len()) != 0 {
                continue;
            }
            let last = lengths[axis] - 1;
            let longest = ((lengths[axis] as f64 * STEP * left * left).round() as usize).clamp(1, last);
            let by = 1 + self.random.below(longest);
            let up = self.random.bits() >> 63 == 1;
            // Past an edge the step is taken the other way; none is longer than the axis.
            places[axis] = match (up, places[axis]) {
                (true, at) if at + by <= last => at + by,
                (false, at) if at >= by => at - by,
                (true, at) => at.saturating_sub(by),
                (false, at) => (at + by).min(last),
            };
        }
    }

    /// A set drawn with no regard to scores.
    fn fresh(&mut self, fits: Fits<'_>) -> Option<Candidate> {
        if self.exhausted {
            return None;
        }
        let sets = self.space.sets();
        for _ in 0..ATTEMPTS {
            let set = self.random.below(sets as usize) as u64;
            if let Some(one) = self.take(set, false, fits) {
                return Some(one);
            }
        }
        let from = self.random.below(sets as usize) as u64;
        for set in (from..sets).chain(0..from).take(WALK as usize) {
            if let Some(one) = self.take(set, false, fits) {
                return Some(one);
            }
        }
        self.exhausted = true;
        None
    }

    /// Up to `most` untried neighbours of the best set.
    fn around_best(&mut self, most: u64, fits: Fits<'_>) -> Vec<Candidate> {
        let Some(&(_, best)) = self.parents.first() else { return Vec::new() };
        let mut found = Vec::new();
        for set in self.space.neighbours(best) {
            if found.len() as u64 == most {
                break;
            }
            found.extend(self.take(set, true, fits));
        }
        found
    }

    /// The set, if it fits together and was not seen before.
    fn take(&mut self, set: u64, steered: bool, fits: Fits<'_>) -> Option<Candidate> {
        if !self.seen.insert(set) {
            return None;
        }
        if !fits(set) {
            self.unfit += 1;
            return None;
        }
        self.tried += 1;
        Some(Candidate { set, steered })
    }
}
