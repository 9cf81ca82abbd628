//! Wilder's directional movement: the two directional indicators and their average index.

use crate::atr::true_range;
use crate::parameter::{ParameterError, period};

/// The part of a bar's move beyond the previous bar that is up, and the part that is down; at most one is not 0.
#[inline(always)]
fn movement(high: f64, low: f64, previous_high: f64, previous_low: f64) -> (f64, f64) {
    let (up, down) = (high - previous_high, previous_low - low);
    let plus = if up > down { up } else { 0.0 };
    let minus = if down > up { down } else { 0.0 };
    (if plus > 0.0 { plus } else { 0.0 }, if minus > 0.0 { minus } else { 0.0 })
}

/// Which directional indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Plus,
    Minus,
}

/// Directional indicator (Wilder 1978): 100 × directional movement / true range, each a Wilder sum, in TA-Lib's
/// layout: plain sums over bars 1 to `n - 1`, then `sum - sum / n + new`. First value at index `n`. TA-Lib's
/// PLUS_DI and MINUS_DI.
#[derive(Debug, Clone)]
pub struct DirectionalIndicator {
    side: Side,
    period: usize,
    decay: f64,
    seen: usize,
    previous: [f64; 3],
    movement: f64,
    range: f64,
}

impl DirectionalIndicator {
    /// # Errors
    /// The period must be 2 to 100,000.
    pub fn new(side: Side, n: usize) -> Result<Self, ParameterError> {
        let period = period("period", n, 2)?;
        let decay = (period - 1) as f64 / period as f64;
        Ok(Self { side, period, decay, seen: 0, previous: [0.0; 3], movement: 0.0, range: 0.0 })
    }

    #[inline(always)]
    fn moved(&mut self, high: f64, low: f64, close: f64) -> (f64, f64) {
        let [previous_high, previous_low, previous_close] = self.previous;
        let (plus, minus) = movement(high, low, previous_high, previous_low);
        self.previous = [high, low, close];
        (if self.side == Side::Plus { plus } else { minus }, true_range(high, low, previous_close))
    }

    #[inline(always)]
    fn step(&mut self, high: f64, low: f64, close: f64) -> f64 {
        let (movement, range) = self.moved(high, low, close);
        self.movement = self.movement * self.decay + movement;
        self.range = self.range * self.decay + range;
        if self.range == 0.0 { 0.0 } else { 100.0 * self.movement / self.range }
    }

    #[inline]
    pub fn next(&mut self, high: f64, low: f64, close: f64) -> f64 {
        if self.seen == self.period {
            return self.step(high, low, close);
        }
        let (movement, range) = self.moved(high, low, close);
        if self.seen > 0 {
            self.movement += movement;
            self.range += range;
        }
        self.seen += 1;
        f64::NAN
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(&mut self, high: &[f64], low: &[f64], close: &[f64], out: &mut [f64]) {
        let n = high.len().min(low.len()).min(close.len()).min(out.len());
        let (high, low, close, out) = (&high[..n], &low[..n], &close[..n], &mut out[..n]);
        let warm = n.min(self.period - self.seen);
        for i in 0..warm {
            out[i] = self.next(high[i], low[i], close[i]);
        }
        let mut hot = self.clone();
        for i in warm..n {
            out[i] = hot.step(high[i], low[i], close[i]);
        }
        *self = hot;
    }
}

/// Average directional index (Wilder 1978): the Wilder average of `100 × |+DI − −DI| / (+DI + −DI)`, seeded with
/// the mean of the first `n`; a bar on which neither indicator is above 0 leaves it as it was. First value at index
/// `2n - 1`. TA-Lib's ADX.
///
/// The true range divides both indicators and so cancels out; it is not computed.
#[derive(Debug, Clone)]
pub struct Adx {
    period: usize,
    decay: f64,
    reciprocal: f64,
    /// Bars seen, up to `2n`.
    seen: usize,
    previous_high: f64,
    previous_low: f64,
    plus: f64,
    minus: f64,
    value: f64,
}

impl Adx {
    /// # Errors
    /// The period must be 2 to 100,000.
    pub fn new(n: usize) -> Result<Self, ParameterError> {
        let period = period("period", n, 2)?;
        Ok(Self {
            period,
            decay: (period - 1) as f64 / period as f64,
            reciprocal: 1.0 / period as f64,
            seen: 0,
            previous_high: 0.0,
            previous_low: 0.0,
            plus: 0.0,
            minus: 0.0,
            value: 0.0,
        })
    }

    #[inline(always)]
    fn moved(&mut self, high: f64, low: f64) -> (f64, f64) {
        let moved = movement(high, low, self.previous_high, self.previous_low);
        (self.previous_high, self.previous_low) = (high, low);
        moved
    }

    /// The distance and the sum of the two indicators, up to their common divisor.
    #[inline(always)]
    fn smooth(&mut self, high: f64, low: f64) -> (f64, f64) {
        let (plus, minus) = self.moved(high, low);
        self.plus = self.plus * self.decay + plus;
        self.minus = self.minus * self.decay + minus;
        ((self.plus - self.minus).abs(), self.plus + self.minus)
    }

    #[inline(always)]
    fn step(&mut self, high: f64, low: f64) -> f64 {
        let (distance, sum) = self.smooth(high, low);
        if sum != 0.0 {
            self.value = self.value * self.decay + 100.0 * distance / sum * self.reciprocal;
        }
        self.value
    }

    #[inline]
    pub fn next(&mut self, high: f64, low: f64) -> f64 {
        if self.seen == 2 * self.period { self.step(high, low) } else { self.seed(high, low) }
    }

    fn seed(&mut self, high: f64, low: f64) -> f64 {
        if self.seen < self.period {
            let (plus, minus) = self.moved(high, low);
            if self.seen > 0 {
                self.plus += plus;
                self.minus += minus;
            }
        } else {
            let (distance, sum) = self.smooth(high, low);
            if sum != 0.0 {
                self.value += 100.0 * distance / sum;
            }
        }
        self.seen += 1;
        if self.seen < 2 * self.period {
            return f64::NAN;
        }
        self.value /= self.period as f64;
        self.value
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(&mut self, high: &[f64], low: &[f64], out: &mut [f64]) {
        let n = high.len().min(low.len()).min(out.len());
        let (high, low, out) = (&high[..n], &low[..n], &mut out[..n]);
        let warm = n.min(2 * self.period - self.seen);
        for i in 0..warm {
            out[i] = self.next(high[i], low[i]);
        }
        let mut hot = self.clone();
        for i in warm..n {
            out[i] = hot.step(high[i], low[i]);
        }
        *self = hot;
    }
}
