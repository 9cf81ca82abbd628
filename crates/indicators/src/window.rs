//! The last `n` inputs, kept across calls so that a column may arrive in blocks of any size.

/// Running sums are re-added from the window after this many bars. The count is of bars seen, not of bars in
/// a block, so the moment is the same however a column is cut; rounding therefore cannot pile up over a year of
/// minutes, and one absurd price is forgotten.
const RESUM_EVERY: usize = 1024;

/// Windows this short are added afresh on every bar: it costs no more and leaves no residue, so three equal
/// values average to exactly themselves.
const SHORT: usize = 4;

pub(crate) fn resum_interval(period: usize) -> usize {
    if period <= SHORT { 1 } else { RESUM_EVERY.max(period) }
}

#[derive(Debug, Clone)]
pub(crate) struct Window {
    values: Vec<f64>,
    head: usize,
}

impl Window {
    pub(crate) fn new(length: usize) -> Self {
        Self { values: vec![0.0; length], head: 0 }
    }

    /// Takes the newest value and gives back the one that leaves (0 while the window fills).
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        let old = std::mem::replace(&mut self.values[self.head], value);
        self.head += 1;
        if self.head == self.values.len() {
            self.head = 0;
        }
        old
    }

    pub(crate) fn oldest_first(&self) -> impl Iterator<Item = f64> + '_ {
        let (newer, older) = self.values.split_at(self.head);
        older.iter().chain(newer).copied()
    }

    /// Replaces the content by the end of a block, whose length must be at least the window's.
    pub(crate) fn refill(&mut self, block: &[f64]) {
        let length = self.values.len();
        self.values.copy_from_slice(&block[block.len() - length..]);
        self.head = 0;
    }
}
