//! Indicator columns that many strategies over the same bars share.

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

/// Keeps columns of one series of bars.
pub trait SharedColumns {
    /// The column of `key`, as long as the bars; `make` fills it if it is not there.
    fn column(&mut self, key: ColumnKey, make: &mut dyn FnMut(&mut [f64])) -> Arc<[f64]>;
}
