//! The sets of a grid by number, and where they lie on its axes.

use crate::court::neighbours;

/// A grid: set 0 lies at the start of every axis, the last axis turns fastest.
#[derive(Clone, Debug)]
pub struct Space {
    lengths: Vec<usize>,
    sets: u64,
}

impl Space {
    /// `None` if an axis is empty, or if the sets cannot be numbered. Without axes there is one set.
    pub fn new(lengths: Vec<usize>) -> Option<Space> {
        let sets = lengths.iter().try_fold(1u64, |n, &length| n.checked_mul(length as u64))?;
        (sets > 0 && usize::try_from(sets).is_ok()).then_some(Space { lengths, sets })
    }

    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    pub fn sets(&self) -> u64 {
        self.sets
    }

    /// Where a set lies on each axis.
    pub fn places(&self, set: u64) -> Vec<usize> {
        let mut rest = set;
        let mut places = vec![0; self.lengths.len()];
        for (place, &length) in places.iter_mut().zip(&self.lengths).rev() {
            *place = (rest % length as u64) as usize;
            rest /= length as u64;
        }
        places
    }

    /// The set at these places.
    pub fn set(&self, places: &[usize]) -> u64 {
        self.lengths.iter().zip(places).fold(0, |set, (&length, &place)| set * length as u64 + place as u64)
    }

    /// The sets next to one, as the court's test for a plateau has them.
    pub fn neighbours(&self, set: u64) -> Vec<u64> {
        neighbours(&self.lengths, set as usize).into_iter().map(|place| place as u64).collect()
    }
}
