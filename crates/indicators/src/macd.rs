//! Moving average convergence divergence.

use crate::parameter::{ParameterError, period};

/// One bar of [`Macd`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MacdValue {
    pub macd: f64,
    pub signal: f64,
    /// `macd - signal`.
    pub histogram: f64,
}

const UNDEFINED: MacdValue = MacdValue { macd: f64::NAN, signal: f64::NAN, histogram: f64::NAN };

/// MACD as TA-Lib has it: both averages start at index `slow - 1` (the fast one is seeded with the `fast` closes
/// that end there, not with the first ones), the signal is seeded with the mean of the first `signal` differences,
/// and all three lines appear together, at index `slow + signal - 2`. A fast period above the slow one is swapped.
#[derive(Debug, Clone)]
pub struct Macd {
    fast: usize,
    slow: usize,
    signal: usize,
    weights: [f64; 3],
    /// Bars seen, up to the first value.
    seen: usize,
    // Each is the sum of its first inputs until it is seeded.
    fast_value: f64,
    slow_value: f64,
    signal_value: f64,
}

impl Macd {
    /// # Errors
    /// `fast` and `slow` must be 2 to 100,000, `signal` 1 to 100,000.
    pub fn new(fast: usize, slow: usize, signal: usize) -> Result<Self, ParameterError> {
        let (fast, slow) = (period("fast", fast, 2)?, period("slow", slow, 2)?);
        let (fast, slow) = (fast.min(slow), fast.max(slow));
        let signal = period("signal", signal, 1)?;
        let weights = [fast, slow, signal].map(|n| 2.0 / (n as f64 + 1.0));
        Ok(Self { fast, slow, signal, weights, seen: 0, fast_value: 0.0, slow_value: 0.0, signal_value: 0.0 })
    }

    fn warm_up(&self) -> usize {
        self.slow + self.signal - 1
    }

    #[inline]
    pub fn next(&mut self, x: f64) -> MacdValue {
        if self.seen < self.warm_up() { self.warm(x) } else { self.step(x) }
    }

    #[inline(always)]
    fn average(&mut self, x: f64) -> f64 {
        let [fast, slow, _] = self.weights;
        self.fast_value = (1.0 - fast) * self.fast_value + fast * x;
        self.slow_value = (1.0 - slow) * self.slow_value + slow * x;
        self.fast_value - self.slow_value
    }

    #[inline(always)]
    fn step(&mut self, x: f64) -> MacdValue {
        let macd = self.average(x);
        let weight = self.weights[2];
        self.signal_value = (1.0 - weight) * self.signal_value + weight * macd;
        MacdValue { macd, signal: self.signal_value, histogram: macd - self.signal_value }
    }

    fn warm(&mut self, x: f64) -> MacdValue {
        self.seen += 1;
        let macd = if self.seen <= self.slow {
            self.slow_value += x;
            if self.seen > self.slow - self.fast {
                self.fast_value += x;
            }
            if self.seen < self.slow {
                return UNDEFINED;
            }
            self.slow_value /= self.slow as f64;
            self.fast_value /= self.fast as f64;
            self.fast_value - self.slow_value
        } else {
            self.average(x)
        };
        self.signal_value += macd;
        if self.seen < self.warm_up() {
            return UNDEFINED;
        }
        self.signal_value /= self.signal as f64;
        MacdValue { macd, signal: self.signal_value, histogram: macd - self.signal_value }
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(&mut self, x: &[f64], macd: &mut [f64], signal: &mut [f64], histogram: &mut [f64]) {
        let n = x.len().min(macd.len()).min(signal.len()).min(histogram.len());
        let (x, macd, signal, histogram) = (&x[..n], &mut macd[..n], &mut signal[..n], &mut histogram[..n]);
        let warm = n.min(self.warm_up() - self.seen);
        for i in 0..warm {
            let value = self.next(x[i]);
            (macd[i], signal[i], histogram[i]) = (value.macd, value.signal, value.histogram);
        }
        // A copy, whose fields the compiler keeps in registers.
        let mut hot = self.clone();
        for i in warm..n {
            let value = hot.step(x[i]);
            (macd[i], signal[i], histogram[i]) = (value.macd, value.signal, value.histogram);
        }
        *self = hot;
    }
}
