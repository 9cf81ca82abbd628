//! How much a market moves: clustering by minute and by day, the shape of a day, and regimes that last for weeks.

use super::random::Random;

/// Trading days in a year, as volatility is quoted.
pub(super) const DAYS_A_YEAR: f64 = 252.0;
/// The part of a day's variance that happens while the market is closed.
pub(super) const OVERNIGHT: f64 = 0.2;

/// GARCH(1,1) around a variance of 1 (Bollerslev 1986): big moves follow big moves.
#[derive(Clone, Debug)]
pub(super) struct Clustering {
    variance: f64,
    /// The weights of the last squared shock and of the last variance; they sum to less than 1.
    shock: f64,
    memory: f64,
}

impl Clustering {
    /// By minute: a burst halves in about an hour and the kurtosis of returns is near 5.
    pub(super) const fn by_minute() -> Clustering {
        Clustering { variance: 1.0, shock: 0.06, memory: 0.93 }
    }

    /// By day: a nervous month is told from a quiet one.
    pub(super) const fn by_day() -> Clustering {
        Clustering { variance: 1.0, shock: 0.08, memory: 0.89 }
    }

    #[inline]
    pub(super) fn variance(&self) -> f64 {
        self.variance
    }

    /// Takes in a shock `z` that was standard normal before it was scaled by this variance.
    #[inline]
    pub(super) fn update(&mut self, z: f64) {
        let long_run = 1.0 - self.shock - self.memory;
        self.variance = long_run + self.variance * (self.shock * z * z + self.memory);
    }
}

/// The market's mood, for weeks at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Regime {
    Rising,
    Falling,
    Ranging,
}

impl Regime {
    /// A mood lasts fifty trading days on average.
    const CHANGE: f64 = 0.02;

    pub(super) fn next(self, random: &mut Random) -> Regime {
        if !random.chance(Regime::CHANGE) {
            return self;
        }
        let first = random.chance(0.5);
        match (self, first) {
            (Regime::Rising, true) | (Regime::Ranging, false) => Regime::Falling,
            (Regime::Falling, true) | (Regime::Rising, false) => Regime::Ranging,
            (Regime::Ranging, true) | (Regime::Falling, false) => Regime::Rising,
        }
    }

    /// Drift a year, as a fraction.
    pub(super) const fn drift(self) -> f64 {
        match self {
            Regime::Rising => 0.45,
            Regime::Falling => -0.35,
            Regime::Ranging => 0.08,
        }
    }

    /// Markets fall faster than they rise. The mean of the squares is about 1.
    pub(super) const fn volatility(self) -> f64 {
        match self {
            Regime::Rising => 0.7,
            Regime::Falling => 1.4,
            Regime::Ranging => 0.8,
        }
    }
}

/// The U of a trading day: lively at the open, dull at lunch, lively at the close.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// For each minute: the share of the day's variance while open; all add up to 1.
    pub variance: Vec<f64>,
    /// For each minute: the share of the day's volume; all add up to 1.
    pub volume: Vec<f64>,
}

impl Shape {
    pub(super) fn of(minutes: usize) -> Shape {
        let at = |i: usize| 2.0 * (i as f64 + 0.5) / minutes as f64 - 1.0;
        let variance = (0..minutes).map(|i| {
            let w = at(i);
            let opening = if w < 0.0 { w * w * w * w } else { 0.0 };
            let level = 0.65 + 0.55 * w * w + 0.8 * opening;
            level * level
        });
        let volume = (0..minutes).map(|i| {
            let w = at(i);
            0.55 + 1.1 * w * w + 0.5 * w * w * w * w
        });
        Shape { variance: to_shares(variance.collect()), volume: to_shares(volume.collect()) }
    }

    pub(super) fn minutes(&self) -> usize {
        self.variance.len()
    }
}

fn to_shares(mut levels: Vec<f64>) -> Vec<f64> {
    // A plain loop: the order of additions is part of "the same bytes for ever".
    let mut total = 0.0;
    for level in &levels {
        total += level;
    }
    for level in &mut levels {
        *level /= total;
    }
    levels
}
