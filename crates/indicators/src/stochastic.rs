//! Stochastic oscillator.

use crate::extreme::Extreme;
use crate::moving_average::Sma;
use crate::parameter::{ParameterError, period};

/// Raw %K: where the close stands in the range of the last `n` bars, 0 to 100; 0 when there is no range. First
/// value at index `n - 1`.
#[derive(Debug, Clone)]
pub struct StochasticRaw {
    highest: Extreme<true>,
    lowest: Extreme<false>,
}

impl StochasticRaw {
    /// # Errors
    /// The period must be 1 to 100,000.
    pub fn new(n: usize) -> Result<Self, ParameterError> {
        let period = period("period", n, 1)?;
        Ok(Self { highest: Extreme::new(period), lowest: Extreme::new(period) })
    }

    #[inline]
    pub fn next(&mut self, high: f64, low: f64, close: f64) -> f64 {
        let (high, low) = (self.highest.next(high), self.lowest.next(low));
        if !self.highest.is_full() {
            return f64::NAN;
        }
        let range = high - low;
        // TA-Lib's notion of flat: a range that is only rounding noise of its own ends.
        if range.abs() <= 1e-14 * (high.abs() + low.abs()) { 0.0 } else { (close - low) / range * 100.0 }
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(&mut self, high: &[f64], low: &[f64], close: &[f64], out: &mut [f64]) {
        for (((o, &h), &l), &c) in out.iter_mut().zip(high).zip(low).zip(close) {
            *o = self.next(h, l, c);
        }
    }
}

/// One bar of [`Stochastic`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StochasticValue {
    pub k: f64,
    pub d: f64,
}

/// Slow stochastic: %K is raw %K over `n` bars averaged over `smooth`, %D is %K averaged over `signal`. Both appear
/// together, at index `n + smooth + signal - 3`. TA-Lib's STOCH with simple averages.
#[derive(Debug, Clone)]
pub struct Stochastic {
    raw: StochasticRaw,
    smooth: Sma,
    signal: Sma,
}

impl Stochastic {
    /// # Errors
    /// Each period must be 1 to 100,000.
    pub fn new(n: usize, smooth: usize, signal: usize) -> Result<Self, ParameterError> {
        period("smooth", smooth, 1)?;
        period("signal", signal, 1)?;
        Ok(Self { raw: StochasticRaw::new(n)?, smooth: Sma::new(smooth)?, signal: Sma::new(signal)? })
    }

    #[inline]
    pub fn next(&mut self, high: f64, low: f64, close: f64) -> StochasticValue {
        const UNDEFINED: StochasticValue = StochasticValue { k: f64::NAN, d: f64::NAN };
        let raw = self.raw.next(high, low, close);
        if !self.raw.highest.is_full() {
            return UNDEFINED;
        }
        let k = self.smooth.next(raw);
        if !self.smooth.is_full() {
            return UNDEFINED;
        }
        let d = self.signal.next(k);
        if self.signal.is_full() { StochasticValue { k, d } } else { UNDEFINED }
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(&mut self, high: &[f64], low: &[f64], close: &[f64], k: &mut [f64], d: &mut [f64]) {
        let n = high.len().min(low.len()).min(close.len()).min(k.len()).min(d.len());
        for i in 0..n {
            let value = self.next(high[i], low[i], close[i]);
            (k[i], d[i]) = (value.k, value.d);
        }
    }
}
