//! Relative strength index.

use crate::parameter::{ParameterError, period};

/// Wilder's relative strength index (1978): `100 × gain / (gain + loss)`, both averages seeded with the mean of
/// the first `n` changes, then smoothed by `1/n`; 0 when nothing has moved. First value at index `n`. TA-Lib's RSI.
#[derive(Debug, Clone)]
pub struct Rsi {
    period: usize,
    decay: f64,
    /// Bars seen, up to `n + 1`.
    seen: usize,
    previous: f64,
    // Sums rather than averages: n × average obeys the same recurrence without its division, and RSI is a ratio.
    gain: f64,
    loss: f64,
}

#[inline(always)]
fn ratio(gain: f64, loss: f64) -> f64 {
    let moved = gain + loss;
    if moved == 0.0 { 0.0 } else { 100.0 * gain / moved }
}

#[inline(always)]
fn split(change: f64) -> (f64, f64) {
    let gain = if change > 0.0 { change } else { 0.0 };
    (gain, gain - change)
}

impl Rsi {
    /// # Errors
    /// The period must be 2 to 100,000.
    pub fn new(n: usize) -> Result<Self, ParameterError> {
        let period = period("period", n, 2)?;
        let decay = (period - 1) as f64 / period as f64;
        Ok(Self { period, decay, seen: 0, previous: 0.0, gain: 0.0, loss: 0.0 })
    }

    #[inline]
    pub fn next(&mut self, x: f64) -> f64 {
        let (gain, loss) = split(x - self.previous);
        self.previous = x;
        if self.seen > self.period {
            self.gain = self.gain * self.decay + gain;
            self.loss = self.loss * self.decay + loss;
            return ratio(self.gain, self.loss);
        }
        if self.seen > 0 {
            self.gain += gain;
            self.loss += loss;
        }
        self.seen += 1;
        if self.seen <= self.period { f64::NAN } else { ratio(self.gain, self.loss) }
    }

    /// The same values, bit for bit, for a block of bars; as many as the shorter slice holds.
    pub fn extend(&mut self, x: &[f64], out: &mut [f64]) {
        let n = x.len().min(out.len());
        let warm = n.min(self.period + 1 - self.seen);
        for (o, &x) in out[..warm].iter_mut().zip(x) {
            *o = self.next(x);
        }
        let decay = self.decay;
        let (mut gain, mut loss, mut previous) = (self.gain, self.loss, self.previous);
        for (o, &x) in out[warm..n].iter_mut().zip(&x[warm..n]) {
            let (up, down) = split(x - previous);
            previous = x;
            gain = gain * decay + up;
            loss = loss * decay + down;
            *o = ratio(gain, loss);
        }
        (self.gain, self.loss, self.previous) = (gain, loss, previous);
    }
}
