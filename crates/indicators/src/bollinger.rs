//! Bollinger bands.

use crate::parameter::{ParameterError, factor, period};
use crate::window::{Window, resum_interval};

/// One bar of [`Bollinger`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bands {
    pub upper: f64,
    pub middle: f64,
    pub lower: f64,
}

/// Bollinger bands: the mean of the last `n` values and `k` **population** standard deviations around it. First
/// value at index `n - 1`. TA-Lib's BBANDS with its default average.
///
/// The sums are of distances from a base near the price, so that squares do not swallow the small differences
/// that make the deviation; the base follows the mean each time the sums are added afresh.
#[derive(Debug, Clone)]
pub struct Bollinger {
    window: Window,
    period: usize,
    deviations: f64,
    interval: usize,
    until_resum: usize,
    seen: usize,
    sums: Sums,
}

#[derive(Debug, Clone, Copy)]
struct Sums {
    base: f64,
    sum: f64,
    squares: f64,
    reciprocal: f64,
    deviations: f64,
}

impl Sums {
    #[inline(always)]
    fn step(&mut self, x: f64, old: f64) -> (f64, f64) {
        let change = x - old;
        self.squares += change * ((x - self.base) + (old - self.base));
        self.sum += change;
        self.moments()
    }

    /// Mean and variance.
    #[inline(always)]
    fn moments(&self) -> (f64, f64) {
        let mean = self.sum * self.reciprocal;
        (self.base + mean, self.squares * self.reciprocal - mean * mean)
    }

    #[inline(always)]
    fn bands(&self, (middle, variance): (f64, f64)) -> Bands {
        // NaN must stay NaN, hence not `max`.
        let variance = if variance < 0.0 { 0.0 } else { variance };
        let width = self.deviations * variance.sqrt();
        Bands { upper: middle + width, middle, lower: middle - width }
    }

    fn refresh(&mut self, window: impl Iterator<Item = f64>) -> Bands {
        // A base that is not a number (after one absurd price) would never recover.
        let base = self.base + self.sum * self.reciprocal;
        self.base = if base.is_finite() { base } else { 0.0 };
        (self.sum, self.squares) = (0.0, 0.0);
        for x in window {
            let x = x - self.base;
            self.sum += x;
            self.squares += x * x;
        }
        self.bands(self.moments())
    }
}

impl Bollinger {
    /// # Errors
    /// The period must be 2 to 100,000, the number of deviations 0 to 1,000,000.
    pub fn new(n: usize, deviations: f64) -> Result<Self, ParameterError> {
        let period = period("period", n, 2)?;
        let deviations = factor("deviations", deviations, 1e6)?;
        let reciprocal = 1.0 / period as f64;
        Ok(Self {
            window: Window::new(period),
            period,
            deviations,
            interval: resum_interval(period),
            until_resum: period,
            seen: 0,
            sums: Sums { base: 0.0, sum: 0.0, squares: 0.0, reciprocal, deviations },
        })
    }

    /// Standard deviations between the middle and a band.
    pub fn deviations(&self) -> f64 {
        self.deviations
    }

    #[inline]
    pub fn next(&mut self, x: f64) -> Bands {
        let old = self.window.push(x);
        if self.seen < self.period {
            self.seen += 1;
            // Only the mean is kept while the window fills; the first refresh makes the squares from it.
            self.sums.sum += x;
        }
        self.until_resum -= 1;
        if self.until_resum == 0 {
            self.until_resum = self.interval;
            return self.sums.refresh(self.window.oldest_first());
        }
        if self.seen < self.period {
            return Bands { upper: f64::NAN, middle: f64::NAN, lower: f64::NAN };
        }
        let moments = self.sums.step(x, old);
        self.sums.bands(moments)
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(&mut self, x: &[f64], upper: &mut [f64], middle: &mut [f64], lower: &mut [f64]) {
        let n = x.len().min(upper.len()).min(middle.len()).min(lower.len());
        let (x, upper, middle, lower) = (&x[..n], &mut upper[..n], &mut middle[..n], &mut lower[..n]);
        let p = self.period;
        // Until the block itself holds what leaves the window, the kept window must be asked.
        let asked = if self.interval == 1 || n <= 2 * p { n } else { p };
        for i in 0..asked {
            let bands = self.next(x[i]);
            (upper[i], middle[i], lower[i]) = (bands.upper, bands.middle, bands.lower);
        }
        let mut i = asked;
        while i < n {
            if self.until_resum == 1 {
                self.until_resum = self.interval;
                let bands = self.sums.refresh(x[i + 1 - p..=i].iter().copied());
                (upper[i], middle[i], lower[i]) = (bands.upper, bands.middle, bands.lower);
                i += 1;
                continue;
            }
            let run = (self.until_resum - 1).min(n - i);
            let mut sums = self.sums;
            let (new, old) = (&x[i..i + run], &x[i - p..i - p + run]);
            let (upper, middle, lower) =
                (&mut upper[i..i + run], &mut middle[i..i + run], &mut lower[i..i + run]);
            // Mean and variance follow each other bar by bar; the square roots do not, and go two at a time in a
            // pass of their own.
            for j in 0..run {
                (middle[j], upper[j]) = sums.step(new[j], old[j]);
            }
            for j in 0..run {
                let bands = sums.bands((middle[j], upper[j]));
                (upper[j], lower[j]) = (bands.upper, bands.lower);
            }
            self.sums = sums;
            self.until_resum -= run;
            i += run;
        }
        if asked < n {
            self.window.refill(x);
        }
    }
}
