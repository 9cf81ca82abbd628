//! The overfit court: is the best of so many parameter sets real, or luck?
//!
//! A sweep tells every set's session returns to [`Court::hear`] as it goes; [`Court::judge`] then gives a [`Verdict`]: one
//! plain sentence and the figures behind it. A walk-forward is judged by [`judge_walk_forward`] from its folds.
//!
//! Promises: memory does not grow with the number of sets (about 3 MB at most). The verdict depends on the sets and the
//! seed only: not on the order in which sets are heard, on how they are spread over courts that are merged, or on the
//! number of threads. No figure is NaN or infinite. Never: runs a strategy, reads a clock.
//!
//! # Conventions
//! Session returns are those of [`metrics`](crate::metrics): from session close to session close, risk-free 0, 252 to a
//! year, one for each session of the run, 0 where the set did nothing. All sets are heard over the same sessions. Sharpe
//! ratios in figures are annualised; the functions of single tests say what they take.
//!
//! # Searches that climb
//! Of sets that a search chose by the results of others no sample of the grid can be made: they crowd around the best,
//! and were you to resample them, the search would have gone elsewhere. Such a search may reach any set of its grid, and
//! is judged as if it had tried them all, at the rate of tries seen in the part of it that was drawn without regard to
//! results ([`Case::reachable`]). That errs on the side of luck.
//!
//! # What it cannot see
//! Sets tried in earlier sweeps, and the market's own drift: a long-only set in a rising market has a real gain that asks
//! no skill. To try skill alone, tell it returns less those of buy-and-hold.

mod bootstrap;
mod cscv;
mod deflated;
mod moments;
mod normal;
mod plateau;
mod sample;
mod saved;
#[cfg(test)]
pub(crate) mod tests;
mod trade_order;
mod trials;
mod verdict;
mod walk_forward;

use thiserror::Error;

use sample::{Kept, MOST_SETS, Sample};

pub use bootstrap::{Interval, sharpe_interval};
pub use cscv::Overfit;
pub use deflated::{deflated_sharpe, expected_best_sharpe, luck_probability, probabilistic_sharpe};
pub use moments::Moments;
pub use plateau::{Plateau, neighbours};
pub use saved::Unreadable;
pub use trade_order::{DrawdownOdds, drawdown_odds};
pub use verdict::{Case, Doubt, Figures, Kind, Verdict, WalkForwardCase, judge_walk_forward, thresholds};
pub use walk_forward::{Fold, WalkForward};

/// Hears the sets of a sweep.
#[derive(Clone, Debug)]
pub struct Court {
    sessions: usize,
    seed: u64,
    heard: u64,
    /// Of those not steered.
    ranked: u64,
    /// Of `heard`, those of [`Court::hear_steered`], and how many of them have a Sharpe ratio.
    steered: u64,
    steered_ranked: u64,
    /// Σ Sharpe and Σ Sharpe² of ranked sets in fixed point: exact, so that the order of hearing does not matter.
    sharpes: i128,
    sharpe_squares: i128,
    sample: Sample,
}

/// A set that cannot be heard. Nothing has been counted.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Misheard {
    #[error(
        "set {set} has {got} session returns, the court was opened for {expected}; give one for every session of the \
         run, 0 where the set did not trade"
    )]
    Sessions { set: u64, got: usize, expected: usize },
    #[error("set {set}: the return of session {session} is {value}; returns must be finite")]
    NotFinite { set: u64, session: usize, value: f64 },
    #[error("courts of {sessions:?} sessions and seeds {seeds:?} cannot be merged; open both alike")]
    OtherCourt { sessions: [usize; 2], seeds: [u64; 2] },
}

/// Units in one of a Sharpe ratio per session.
const UNIT: f64 = (1u64 << 32) as f64;
/// Ratios are counted up to this; a million squares of it fit the sum.
const MOST_SHARPE: f64 = (1u64 << 20) as f64;

impl Court {
    /// For sets over this many sessions. The seed picks the sampled sets and drives all resampling.
    pub fn new(sessions: usize, seed: u64) -> Court {
        Court {
            sessions,
            seed,
            heard: 0,
            ranked: 0,
            steered: 0,
            steered_ranked: 0,
            sharpes: 0,
            sharpe_squares: 0,
            sample: Sample::new(seed, MOST_SETS),
        }
    }

    /// Hears one set; each set once. Returns its moments, `None` if it has no Sharpe ratio (it never traded): such a set
    /// counts as tried, but not in rankings.
    pub fn hear(&mut self, set: u64, returns: &[f64]) -> Result<Option<Moments>, Misheard> {
        self.check(set, returns)?;
        self.heard += 1;
        let Some(moments) = Moments::of(returns) else { return Ok(None) };
        let sharpe = (moments.sharpe().clamp(-MOST_SHARPE, MOST_SHARPE) * UNIT).round() as i128;
        self.ranked += 1;
        self.sharpes = self.sharpes.saturating_add(sharpe);
        self.sharpe_squares = self.sharpe_squares.saturating_add(sharpe * sharpe);
        self.sample.offer(set, || Kept::of(set, returns, &moments));
        Ok(Some(moments))
    }

    /// Hears a set that a search chose by the results of others. It counts as tried, but says nothing of the grid at
    /// large: means, cross-validation and the number of effective tries rest on sets that were not steered.
    pub fn hear_steered(&mut self, set: u64, returns: &[f64]) -> Result<Option<Moments>, Misheard> {
        self.check(set, returns)?;
        self.heard += 1;
        self.steered += 1;
        let moments = Moments::of(returns);
        self.steered_ranked += u64::from(moments.is_some());
        Ok(moments)
    }

    fn check(&self, set: u64, returns: &[f64]) -> Result<(), Misheard> {
        if returns.len() != self.sessions {
            return Err(Misheard::Sessions { set, got: returns.len(), expected: self.sessions });
        }
        match returns.iter().position(|r| !r.is_finite()) {
            Some(session) => Err(Misheard::NotFinite { set, session, value: returns[session] }),
            None => Ok(()),
        }
    }

    /// Counts a set without returns, as of an account that was ruined.
    pub fn hear_ruined(&mut self) {
        self.heard += 1;
    }

    /// Takes over what another court heard of the same sweep.
    pub fn merge(&mut self, other: Court) -> Result<(), Misheard> {
        if (self.sessions, self.seed) != (other.sessions, other.seed) {
            return Err(Misheard::OtherCourt {
                sessions: [self.sessions, other.sessions],
                seeds: [self.seed, other.seed],
            });
        }
        self.heard += other.heard;
        self.ranked += other.ranked;
        self.steered += other.steered;
        self.steered_ranked += other.steered_ranked;
        self.sharpes = self.sharpes.saturating_add(other.sharpes);
        self.sharpe_squares = self.sharpe_squares.saturating_add(other.sharpe_squares);
        self.sample.absorb(other.sample);
        Ok(())
    }

    /// Sets heard.
    pub fn heard(&self) -> u64 {
        self.heard
    }

    /// What drives all resampling.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Mean and sample standard deviation over all ranked sets of the Sharpe ratio per session.
    fn spread(&self) -> Option<(f64, f64)> {
        if self.ranked < 2 {
            return None;
        }
        let n = i128::from(self.ranked);
        // Multiplied out before it becomes a float: the difference of the two is small beside them.
        let squares = match n.checked_mul(self.sharpe_squares).zip(self.sharpes.checked_mul(self.sharpes)) {
            Some((all, mean)) => (all - mean) as f64 / n as f64,
            None => self.sharpe_squares as f64 - self.sharpes as f64 / n as f64 * self.sharpes as f64,
        };
        let variance = squares.max(0.0) / (n - 1) as f64;
        Some((self.sharpes as f64 / n as f64 / UNIT, variance.sqrt() / UNIT))
    }
}
