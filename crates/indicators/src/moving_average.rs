//! Simple and exponential moving averages.

use crate::decay::Decay;
use crate::parameter::{ParameterError, period};
use crate::window::{Window, resum_interval};

/// Simple moving average: the mean of the last `n` values. First value at index `n - 1`.
///
/// A running sum, moved by `new - old` (one rounding a bar, the difference of two near prices is exact) and
/// added afresh from the window now and then, so it does not drift.
#[derive(Debug, Clone)]
pub struct Sma {
    window: Window,
    period: usize,
    reciprocal: f64,
    interval: usize,
    until_resum: usize,
    seen: usize,
    sum: f64,
}

impl Sma {
    /// # Errors
    /// The period must be 1 to 100,000.
    pub fn new(n: usize) -> Result<Self, ParameterError> {
        let period = period("period", n, 1)?;
        Ok(Self {
            window: Window::new(period),
            period,
            reciprocal: 1.0 / period as f64,
            interval: resum_interval(period),
            until_resum: resum_interval(period),
            seen: 0,
            sum: 0.0,
        })
    }

    #[inline]
    pub fn next(&mut self, x: f64) -> f64 {
        let old = self.window.push(x);
        self.until_resum -= 1;
        if self.until_resum == 0 {
            self.until_resum = self.interval;
            self.sum = self.window.oldest_first().fold(0.0, |sum, x| sum + x);
        } else {
            self.sum += x - old;
        }
        if self.seen < self.period {
            self.seen += 1;
            if self.seen < self.period {
                return f64::NAN;
            }
        }
        self.sum * self.reciprocal
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.seen == self.period
    }

    /// The same values, bit for bit, for a block of bars; as many as the shorter slice holds.
    pub fn extend(&mut self, x: &[f64], out: &mut [f64]) {
        let n = x.len().min(out.len());
        let (x, out) = (&x[..n], &mut out[..n]);
        let p = self.period;
        // Until the block itself holds what leaves the window, the kept window must be asked.
        let asked = if self.interval == 1 || n <= 2 * p { n } else { p };
        for (o, &x) in out[..asked].iter_mut().zip(x) {
            *o = self.next(x);
        }
        let mut i = asked;
        while i < n {
            if self.until_resum == 1 {
                self.until_resum = self.interval;
                self.sum = x[i + 1 - p..=i].iter().fold(0.0, |sum, x| sum + x);
                out[i] = self.sum * self.reciprocal;
                i += 1;
                continue;
            }
            let run = (self.until_resum - 1).min(n - i);
            let (mut sum, reciprocal) = (self.sum, self.reciprocal);
            let leaving = &x[i - p..i - p + run];
            for ((o, x), old) in out[i..i + run].iter_mut().zip(&x[i..i + run]).zip(leaving) {
                sum += x - old;
                *o = sum * reciprocal;
            }
            self.sum = sum;
            self.until_resum -= run;
            i += run;
        }
        if asked < n {
            self.window.refill(x);
        }
    }
}

/// Exponential moving average, `2 / (n + 1)` weight on the newest value, seeded with the mean of the first `n`.
/// First value at index `n - 1`. TA-Lib's EMA.
#[derive(Debug, Clone)]
pub struct Ema {
    period: usize,
    weight: f64,
    seen: usize,
    sum: f64,
    average: Decay,
}

impl Ema {
    /// # Errors
    /// The period must be 1 to 100,000.
    pub fn new(n: usize) -> Result<Self, ParameterError> {
        let period = period("period", n, 1)?;
        let weight = 2.0 / (period as f64 + 1.0);
        Ok(Self { period, weight, seen: 0, sum: 0.0, average: Decay::new(1.0 - weight) })
    }

    #[inline]
    pub fn next(&mut self, x: f64) -> f64 {
        if self.seen == self.period {
            return self.average.next(self.weight * x);
        }
        self.seen += 1;
        self.sum += x;
        if self.seen < self.period {
            return f64::NAN;
        }
        let seed = self.sum / self.period as f64;
        self.average.seed(seed);
        seed
    }

    /// The same values, bit for bit, for a block of bars; as many as the shorter slice holds.
    pub fn extend(&mut self, x: &[f64], out: &mut [f64]) {
        let n = x.len().min(out.len());
        let warm = n.min(self.period - self.seen);
        for (o, &x) in out[..warm].iter_mut().zip(x) {
            *o = self.next(x);
        }
        let (x, weight) = (&x[warm..n], self.weight);
        self.average.run(|i| weight * x[i], &mut out[warm..n]);
    }
}
