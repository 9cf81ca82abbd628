//! Candles as columns, stamped with their open time.

mod resample;

use thiserror::Error;

use crate::{Price, Qty, Timestamp};

pub use resample::{bar_end, bar_end_in_session, resample};

/// One candle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bar {
    /// The instant at which the bar begins.
    pub time: Timestamp,
    pub open: Price,
    pub high: Price,
    pub low: Price,
    pub close: Price,
    /// Units traded; 0 where the source has none (indices).
    pub volume: Qty,
}

/// What is wrong with a candle or with its place in a series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum BarError {
    #[error("open or close lies outside high–low")]
    OutsideRange,
    #[error("low is above high")]
    Inverted,
    #[error("a price is zero or negative")]
    NotPositive,
    #[error("volume is negative")]
    NegativeVolume,
    #[error("time does not come after the bar before")]
    OutOfOrder,
    #[error("columns differ in length")]
    Ragged,
}

/// A series of candles of one instrument and timeframe.
///
/// Holds for every bar: prices positive, `low ≤ open, close ≤ high`, volume not negative; times strictly increase;
/// all columns are equally long.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bars {
    time: Vec<Timestamp>,
    open: Vec<Price>,
    high: Vec<Price>,
    low: Vec<Price>,
    close: Vec<Price>,
    volume: Vec<Qty>,
}

impl Bar {
    /// The first rule that the candle breaks.
    pub fn check(&self) -> Result<(), BarError> {
        if self.low > self.high {
            return Err(BarError::Inverted);
        }
        if self.low.min(self.open).min(self.close) <= Price::ZERO {
            return Err(BarError::NotPositive);
        }
        if self.open.max(self.close) > self.high || self.open.min(self.close) < self.low {
            return Err(BarError::OutsideRange);
        }
        if self.volume < Qty::ZERO {
            return Err(BarError::NegativeVolume);
        }
        Ok(())
    }

    /// The candle with high and low widened to hold open and close.
    #[must_use]
    pub fn widened(mut self) -> Bar {
        self.high = self.high.max(self.open).max(self.close);
        self.low = self.low.min(self.open).min(self.close);
        self
    }
}

impl Bars {
    pub fn new() -> Bars {
        Bars::default()
    }

    pub fn with_capacity(n: usize) -> Bars {
        Bars {
            time: Vec::with_capacity(n),
            open: Vec::with_capacity(n),
            high: Vec::with_capacity(n),
            low: Vec::with_capacity(n),
            close: Vec::with_capacity(n),
            volume: Vec::with_capacity(n),
        }
    }

    /// Takes whole columns; names the first bar that breaks a rule.
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "a loop without branches is what makes the sound case fast"
    )]
    pub fn from_columns(
        time: Vec<Timestamp>,
        open: Vec<Price>,
        high: Vec<Price>,
        low: Vec<Price>,
        close: Vec<Price>,
        volume: Vec<Qty>,
    ) -> Result<Bars, (usize, BarError)> {
        let n = time.len();
        if [open.len(), high.len(), low.len(), close.len(), volume.len()].iter().any(|&len| len != n) {
            return Err((0, BarError::Ragged));
        }
        let bars = Bars { time, open, high, low, close, volume };
        // One branch-free pass first: a million bars are read on every run and nearly all of them are sound.
        let sound = bars.time.windows(2).fold(true, |ok, w| ok & (w[0] < w[1]))
            & (0..n).fold(true, |ok, i| {
                let (o, h, l, c) = (bars.open[i], bars.high[i], bars.low[i], bars.close[i]);
                ok & (l > Price::ZERO)
                    & (l <= o)
                    & (l <= c)
                    & (o <= h)
                    & (c <= h)
                    & (bars.volume[i] >= Qty::ZERO)
            });
        if sound {
            return Ok(bars);
        }
        for i in 0..n {
            bars.get(i).check().map_err(|e| (i, e))?;
            if i > 0 && bars.time[i] <= bars.time[i - 1] {
                return Err((i, BarError::OutOfOrder));
            }
        }
        Ok(bars)
    }

    /// Appends a candle that keeps the rules.
    pub fn push(&mut self, bar: Bar) -> Result<(), BarError> {
        bar.check()?;
        if self.time.last().is_some_and(|&last| bar.time <= last) {
            return Err(BarError::OutOfOrder);
        }
        self.time.push(bar.time);
        self.open.push(bar.open);
        self.high.push(bar.high);
        self.low.push(bar.low);
        self.close.push(bar.close);
        self.volume.push(bar.volume);
        Ok(())
    }

    /// Collects candles; names the first that breaks a rule.
    pub fn collect(bars: impl IntoIterator<Item = Bar>) -> Result<Bars, (usize, BarError)> {
        let mut series = Bars::new();
        for (i, bar) in bars.into_iter().enumerate() {
            series.push(bar).map_err(|e| (i, e))?;
        }
        Ok(series)
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.time.len()
    }

    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// The candle at `i`, which must be below [`Bars::len`].
    #[inline]
    pub fn get(&self, i: usize) -> Bar {
        Bar {
            time: self.time[i],
            open: self.open[i],
            high: self.high[i],
            low: self.low[i],
            close: self.close[i],
            volume: self.volume[i],
        }
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = Bar> + '_ {
        (0..self.len()).map(|i| self.get(i))
    }

    /// Open times, strictly increasing.
    #[inline]
    pub fn times(&self) -> &[Timestamp] {
        &self.time
    }

    #[inline]
    pub fn opens(&self) -> &[Price] {
        &self.open
    }

    #[inline]
    pub fn highs(&self) -> &[Price] {
        &self.high
    }

    #[inline]
    pub fn lows(&self) -> &[Price] {
        &self.low
    }

    #[inline]
    pub fn closes(&self) -> &[Price] {
        &self.close
    }

    #[inline]
    pub fn volumes(&self) -> &[Qty] {
        &self.volume
    }

    /// The bars of `range` as a series of its own.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Bars {
        Bars {
            time: self.time[range.clone()].to_vec(),
            open: self.open[range.clone()].to_vec(),
            high: self.high[range.clone()].to_vec(),
            low: self.low[range.clone()].to_vec(),
            close: self.close[range.clone()].to_vec(),
            volume: self.volume[range].to_vec(),
        }
    }

    /// The index of the first bar that opens at or after `at`.
    pub fn first_at_or_after(&self, at: Timestamp) -> usize {
        self.time.partition_point(|&t| t < at)
    }

    /// Whether any bar has a volume; an index has none.
    pub fn has_volume(&self) -> bool {
        self.volume.iter().any(|v| !v.is_zero())
    }
}
