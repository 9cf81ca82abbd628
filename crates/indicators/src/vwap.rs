//! Volume-weighted average price, from the session's first bar or from a chosen one.

/// One bar of [`SessionVwap`] or [`AnchoredVwap`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vwap {
    pub price: f64,
    /// Volume-weighted population standard deviation of the typical prices around `price`; a band is
    /// `price ± k × deviation`.
    pub deviation: f64,
}

/// Volume-weighted average of typical prices `(high + low + close) / 3` since it was anchored, and their deviation.
/// Undefined until it is anchored, and while the volume since then is 0.
#[derive(Debug, Clone)]
pub struct AnchoredVwap {
    anchored: bool,
    /// The first typical price: distances from it keep the squares small.
    base: f64,
    volume: f64,
    distances: f64,
    squares: f64,
}

impl Default for AnchoredVwap {
    fn default() -> Self {
        Self { anchored: false, base: f64::NAN, volume: 0.0, distances: 0.0, squares: 0.0 }
    }
}

impl AnchoredVwap {
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts anew at the next bar.
    #[inline]
    pub fn anchor(&mut self) {
        *self = Self { anchored: true, ..Self::default() };
    }

    #[inline]
    pub fn next(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Vwap {
        if !self.anchored {
            return Vwap { price: f64::NAN, deviation: f64::NAN };
        }
        let typical = (high + low + close) / 3.0;
        if self.base.is_nan() {
            self.base = typical;
        }
        let distance = typical - self.base;
        self.volume += volume;
        self.distances += volume * distance;
        self.squares += volume * distance * distance;
        if self.volume == 0.0 {
            return Vwap { price: f64::NAN, deviation: f64::NAN };
        }
        let mean = self.distances / self.volume;
        let variance = self.squares / self.volume - mean * mean;
        // NaN must stay NaN, hence not `max`.
        let variance = if variance < 0.0 { 0.0 } else { variance };
        Vwap { price: self.base + mean, deviation: variance.sqrt() }
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(
        &mut self,
        high: &[f64],
        low: &[f64],
        close: &[f64],
        volume: &[f64],
        price: &mut [f64],
        deviation: &mut [f64],
    ) {
        let n = [high.len(), low.len(), close.len(), volume.len(), price.len(), deviation.len()];
        for i in 0..n.into_iter().min().unwrap_or(0) {
            let vwap = self.next(high[i], low[i], close[i], volume[i]);
            (price[i], deviation[i]) = (vwap.price, vwap.deviation);
        }
    }
}

/// [`AnchoredVwap`] anchored at the first bar of every session. First value on the first bar with volume.
#[derive(Debug, Clone, Default)]
pub struct SessionVwap {
    session: Option<u32>,
    vwap: AnchoredVwap,
}

impl SessionVwap {
    pub fn new() -> Self {
        Self::default()
    }

    /// `session` is any number that differs from one session to the next.
    #[inline]
    pub fn next(&mut self, session: u32, high: f64, low: f64, close: f64, volume: f64) -> Vwap {
        if self.session != Some(session) {
            self.session = Some(session);
            self.vwap.anchor();
        }
        self.vwap.next(high, low, close, volume)
    }

    /// The same values, bit for bit, for a block of bars; as many as the shortest slice holds.
    pub fn extend(
        &mut self,
        session: &[u32],
        high: &[f64],
        low: &[f64],
        close: &[f64],
        volume: &[f64],
        price: &mut [f64],
        deviation: &mut [f64],
    ) {
        let n = [high.len(), low.len(), close.len(), volume.len(), price.len(), deviation.len()];
        for i in 0..n.into_iter().min().unwrap_or(0).min(session.len()) {
            let vwap = self.next(session[i], high[i], low[i], close[i], volume[i]);
            (price[i], deviation[i]) = (vwap.price, vwap.deviation);
        }
    }
}
