//! Supertrend.

use crate::atr::Atr;
use crate::parameter::{ParameterError, factor};

/// One bar of [`Supertrend`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// The lower band while the trend is up, the upper band while it is down.
    pub line: f64,
    /// 1 up, -1 down.
    pub direction: f64,
}

/// Supertrend: bands at `(high + low) / 2 ± k × ATR(n)`. The upper band only falls unless the previous close was
/// above it, the lower band only rises unless the previous close was below it; the trend turns up on a close above
/// this bar's upper band, down on a close below its lower band. Starts down. First value at index `n`.
#[derive(Debug, Clone)]
pub struct Supertrend {
    atr: Atr,
    bands: FinalBands,
}

/// Bars whose average ranges are computed at once: few enough to stay in the first cache.
const STRETCH: usize = 512;

#[derive(Debug, Clone, Copy)]
struct FinalBands {
    multiplier: f64,
    previous_close: f64,
    upper: f64,
    lower: f64,
    up: bool,
}

impl FinalBands {
    #[inline(always)]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "`||` is a branch, guessed wrong often: 9.4 instead of 4.0 ns a bar"
    )]
    fn step(&mut self, high: f64, low: f64, close: f64, atr: f64) -> Trend {
        let (middle, width) = (0.5 * (high + low), self.multiplier * atr);
        let (upper, lower) = (middle + width, middle - width);
        self.upper =
            if (upper < self.upper) | (self.previous_close > self.upper) { upper } else { self.upper };
        self.lower =
            if (lower > self.lower) | (self.previous_close < self.lower) { lower } else { self.lower };
        self.previous_close = close;
        self.up = if self.up { close >= self.lower } else { close > self.upper };
        if self.up {
            Trend { line: self.lower, direction: 1.0 }
        } else {
            Trend { line: self.upper, direction: -1.0 }
        }
    }
}

impl Supertrend {
    /// # Errors
    /// The period must be 1 to 100,000, the multiplier 0 to 1,000,000.
    pub fn new(n: usize, multiplier: f64) -> Result<Self, ParameterError> {
        let multiplier = factor("multiplier", multiplier, 1e6)?;
        // Infinite bands yield to the first real ones whatever the previous close was.
        let bands = FinalBands {
            multiplier,
            previous_close: 0.0,
            upper: f64::INFINITY,
            lower: f64::NEG_INFINITY,
            up: false,
        };
        Ok(Self { atr: Atr::new(n)?, bands })
    }

    #[inline]
    pub fn next(&mut self, high: f64, low: f64, close: f64) -> Trend {
        let left = self.atr.warm_left();
        let atr = self.atr.next(high, low, close);
        if left > 1 {
            return Trend { line: f64::NAN, direction: f64::NAN };
        }
        self.bands.step(high, low, close, atr)
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(
        &mut self,
        high: &[f64],
        low: &[f64],
        close: &[f64],
        line: &mut [f64],
        direction: &mut [f64],
    ) {
        let n = high.len().min(low.len()).min(close.len()).min(line.len()).min(direction.len());
        let (high, low, close) = (&high[..n], &low[..n], &close[..n]);
        let (line, direction) = (&mut line[..n], &mut direction[..n]);
        let warm = n.min(self.atr.warm_left());
        for i in 0..warm {
            let trend = self.next(high[i], low[i], close[i]);
            (line[i], direction[i]) = (trend.line, trend.direction);
        }
        let mut bands = self.bands;
        for from in (warm..n).step_by(STRETCH) {
            let to = (from + STRETCH).min(n);
            let (high, low, close) = (&high[from..to], &low[from..to], &close[from..to]);
            let (line, direction) = (&mut line[from..to], &mut direction[from..to]);
            // The average has a faster loop of its own; its values wait where the line will be.
            self.atr.extend(high, low, close, line);
            for i in 0..line.len() {
                let trend = bands.step(high[i], low[i], close[i], line[i]);
                (line[i], direction[i]) = (trend.line, trend.direction);
            }
        }
        self.bands = bands;
    }
}
