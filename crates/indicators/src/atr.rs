//! True range and its Wilder average.

use crate::decay::Decay;
use crate::parameter::{ParameterError, period};

/// `max(high - low, |high - previous close|, |low - previous close|)`, with fewer operations: the bar stretched to
/// reach the previous close.
#[inline(always)]
pub(crate) fn true_range(high: f64, low: f64, previous_close: f64) -> f64 {
    let top = if high > previous_close { high } else { previous_close };
    let bottom = if low < previous_close { low } else { previous_close };
    top - bottom
}

/// Wilder's true range. First value at index 1, as it needs the previous close.
#[derive(Debug, Clone, Default)]
pub struct TrueRange {
    previous_close: Option<f64>,
}

impl TrueRange {
    pub fn new() -> Self {
        Self::default()
    }

    #[inline]
    pub fn next(&mut self, high: f64, low: f64, close: f64) -> f64 {
        self.previous_close.replace(close).map_or(f64::NAN, |previous| true_range(high, low, previous))
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(&mut self, high: &[f64], low: &[f64], close: &[f64], out: &mut [f64]) {
        for (((o, &h), &l), &c) in out.iter_mut().zip(high).zip(low).zip(close) {
            *o = self.next(h, l, c);
        }
    }
}

/// Average true range (Wilder 1978, smoothing 1/n): the mean of the true ranges of bars 1 to `n`, then
/// `((n - 1) × previous + true range) / n`. First value at index `n`. TA-Lib's ATR.
#[derive(Debug, Clone)]
pub struct Atr {
    period: usize,
    reciprocal: f64,
    /// Bars seen, up to `n + 1`.
    seen: usize,
    previous_close: f64,
    sum: f64,
    average: Decay,
}

impl Atr {
    /// # Errors
    /// The period must be 1 to 100,000.
    pub fn new(n: usize) -> Result<Self, ParameterError> {
        let period = period("period", n, 1)?;
        let average = Decay::new((period - 1) as f64 / period as f64);
        Ok(Self { period, reciprocal: 1.0 / period as f64, seen: 0, previous_close: 0.0, sum: 0.0, average })
    }

    /// Bars still to come until the first value is known.
    #[inline]
    pub(crate) fn warm_left(&self) -> usize {
        self.period + 1 - self.seen
    }

    #[inline]
    pub fn next(&mut self, high: f64, low: f64, close: f64) -> f64 {
        let range = true_range(high, low, self.previous_close);
        self.previous_close = close;
        if self.seen > self.period {
            return self.average.next(self.reciprocal * range);
        }
        if self.seen > 0 {
            self.sum += range;
        }
        self.seen += 1;
        if self.seen <= self.period {
            return f64::NAN;
        }
        let seed = self.sum / self.period as f64;
        self.average.seed(seed);
        seed
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(&mut self, high: &[f64], low: &[f64], close: &[f64], out: &mut [f64]) {
        let n = high.len().min(low.len()).min(close.len()).min(out.len());
        // The first bar by itself, so that after it the previous close is in the block.
        let single = n.min(self.warm_left().max(1));
        for i in 0..single {
            out[i] = self.next(high[i], low[i], close[i]);
        }
        if single == n {
            return;
        }
        let (high, low, previous) = (&high[single..n], &low[single..n], &close[single - 1..n - 1]);
        let reciprocal = self.reciprocal;
        let scaled = |i: usize| reciprocal * true_range(high[i], low[i], previous[i]);
        self.average.run(scaled, &mut out[single..n]);
        self.previous_close = close[n - 1];
    }
}
