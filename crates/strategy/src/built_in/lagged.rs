//! A column that remembers the bar before.

/// The values of a block and, in front of them, the last value of the block before (NaN before the first): a
/// bar is compared with the one before it wherever the series is cut.
pub(super) struct Lagged {
    /// Never empty.
    values: Vec<f64>,
}

impl Lagged {
    pub(super) fn new() -> Lagged {
        Lagged { values: vec![f64::NAN] }
    }

    /// Room for the next block, which the caller fills whole.
    pub(super) fn advance(&mut self, bars: usize) -> &mut [f64] {
        self.values[0] = self.values[self.values.len() - 1];
        self.values.resize(bars + 1, f64::NAN);
        &mut self.values[1..]
    }

    /// For each bar of the block, the value at the bar before.
    pub(super) fn before(&self) -> &[f64] {
        &self.values[..self.values.len() - 1]
    }

    /// The values of the block.
    pub(super) fn now(&self) -> &[f64] {
        &self.values[1..]
    }
}
