//! Donchian channel.

use crate::extreme::Extreme;
use crate::parameter::{ParameterError, period};

/// One bar of [`Donchian`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    pub high: f64,
    pub low: f64,
    /// `(high + low) / 2`.
    pub middle: f64,
}

/// Donchian channel: the highest high and lowest low of the last `n` bars, **including the current one**, so a
/// breakout rule must compare with the previous bar's value. First value at index `n - 1`.
#[derive(Debug, Clone)]
pub struct Donchian {
    highest: Extreme<true>,
    lowest: Extreme<false>,
}

impl Donchian {
    /// # Errors
    /// The period must be 1 to 100,000.
    pub fn new(n: usize) -> Result<Self, ParameterError> {
        let period = period("period", n, 1)?;
        Ok(Self { highest: Extreme::new(period), lowest: Extreme::new(period) })
    }

    #[inline]
    pub fn next(&mut self, high: f64, low: f64) -> Channel {
        let (high, low) = (self.highest.next(high), self.lowest.next(low));
        if self.highest.is_full() {
            Channel { high, low, middle: 0.5 * (high + low) }
        } else {
            Channel { high: f64::NAN, low: f64::NAN, middle: f64::NAN }
        }
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(
        &mut self,
        high: &[f64],
        low: &[f64],
        upper: &mut [f64],
        lower: &mut [f64],
        middle: &mut [f64],
    ) {
        let n = high.len().min(low.len()).min(upper.len()).min(lower.len()).min(middle.len());
        for i in 0..n {
            let channel = self.next(high[i], low[i]);
            (upper[i], lower[i], middle[i]) = (channel.high, channel.low, channel.middle);
        }
    }
}
