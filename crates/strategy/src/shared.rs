//! Columns that many strategies over the same bars share.

use std::sync::Arc;

/// Which column: an indicator and its parameters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ColumnKey {
    name: &'static str,
    parameters: [u64; 3],
}

impl ColumnKey {
    /// Two keys are equal if name and parameters are, bit for bit.
    pub fn new(name: &'static str, parameters: [f64; 3]) -> ColumnKey {
        ColumnKey { name, parameters: parameters.map(f64::to_bits) }
    }
}

/// Which step of a rule program, by what it computes from the bars: equal keys make equal columns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StepKey(pub(crate) u128);

/// All that a step makes of a whole series; those of its columns that nobody reads are empty.
#[derive(Clone, PartialEq, Debug)]
pub enum StepColumns {
    Numbers(Vec<Vec<f64>>),
    /// 64 bars to a word, the first in the lowest bit.
    Bits(Vec<Vec<u64>>),
}

/// What is known of a step.
#[derive(Clone, Debug)]
pub enum Known {
    Here(Arc<StepColumns>),
    /// To be computed; worth keeping if it has been asked for before.
    Missing {
        keep: bool,
    },
}

/// Keeps columns of one series of bars.
pub trait SharedColumns {
    /// The column of `key`, as long as the bars; `make` fills it if it is not there.
    fn column(&mut self, key: ColumnKey, make: &mut dyn FnMut(&mut [f64])) -> Arc<[f64]>;

    fn step(&mut self, key: StepKey) -> Known;

    fn keep(&mut self, key: StepKey, columns: StepColumns);
}

impl StepColumns {
    pub fn bytes(&self) -> usize {
        let words = match self {
            StepColumns::Numbers(columns) => columns.iter().map(Vec::capacity).sum::<usize>(),
            StepColumns::Bits(columns) => columns.iter().map(Vec::capacity).sum(),
        };
        8 * words
    }
}
