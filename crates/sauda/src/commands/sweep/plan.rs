//! Which sets are tried, and in what order: all, some by chance, or those that a search picks.

use ::backtest::search::{Adaptive, Candidate, drawn};
use ::backtest::sweep::Row;
use strategy::Description;

use super::Args;
use super::ranges::Grid;
use crate::view::sweep::{Rank, Search};

/// Gives generations of sets until all are tried. Played again with the same rows it gives the same sets.
pub struct Plan<'a> {
    grid: &'a Grid,
    strategy: &'a Description,
    way: Way,
    /// Given so far.
    given: u64,
    skipped: u64,
}

enum Way {
    /// The sets not given yet: all at once, later none.
    Listed(Vec<u64>),
    Adaptive {
        search: Box<Adaptive>,
        most: u64,
        by: Rank,
        ended: bool,
    },
}

impl<'a> Plan<'a> {
    pub fn new(search: Search, grid: &'a Grid, strategy: &'a Description) -> Plan<'a> {
        let way = match search {
            Search::Adaptive { sets, seed, by } if sets < grid.sets => {
                let search = Box::new(Adaptive::new(grid.space().clone(), sets, seed));
                Way::Adaptive { search, most: sets, by, ended: false }
            }
            Search::Random { sets, seed } => Way::Listed(drawn(grid.sets, sets, seed)),
            Search::Grid | Search::Adaptive { .. } => Way::Listed((0..grid.sets).collect()),
        };
        Plan { grid, strategy, way, given: 0, skipped: 0 }
    }

    /// Whose sets they are.
    pub fn of(&self) -> (&'a Grid, &'a Description) {
        (self.grid, self.strategy)
    }

    /// The next sets, in their order; empty at the end.
    pub fn next(&mut self) -> Vec<Candidate> {
        let fits = |set: u64| self.grid.values(self.strategy, set).is_ok();
        let next: Vec<Candidate> = match &mut self.way {
            Way::Listed(sets) => {
                let before = sets.len();
                sets.retain(|&set| fits(set));
                self.skipped += (before - sets.len()) as u64;
                std::mem::take(sets).into_iter().map(|set| Candidate { set, steered: false }).collect()
            }
            Way::Adaptive { search, ended, .. } => {
                let next = search.next(fits);
                self.skipped = search.unfit();
                *ended = next.is_empty();
                next
            }
        };
        self.given += next.len() as u64;
        next
    }

    /// The rows of the sets that came last, in that order.
    pub fn learn<'r>(&mut self, rows: impl Iterator<Item = &'r Row>) {
        if let Way::Adaptive { search, by, .. } = &mut self.way {
            search.learn(&rows.map(|row| by.figure(row)).collect::<Vec<_>>());
        }
    }

    /// Sets to try in all; of a search that goes on, the most it may try.
    pub fn sets(&self) -> u64 {
        match &self.way {
            Way::Adaptive { most, ended: false, .. } => *most,
            _ => self.given,
        }
    }

    /// Sets that came up and do not fit together.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Sets that a search by results could have tried.
    pub fn reachable(&self) -> Option<u64> {
        matches!(self.way, Way::Adaptive { .. }).then_some(self.grid.sets)
    }
}

impl Args {
    /// How sets are picked.
    pub fn search(&self, rank: Rank) -> Search {
        let seed = self.seed;
        match (self.random, self.adaptive) {
            (Some(sets), _) => Search::Random { sets, seed },
            (_, Some(sets)) => Search::Adaptive { sets, seed, by: rank },
            _ => Search::Grid,
        }
    }
}
