//! A price path that can be asked for any instant of any day, without what came before.
//!
//! A day's first price is a sum of noises on scales of 1 to 256 days: near a random walk for years, and bounded. Inside
//! a day, seeded minute returns are bent so that they end at the next day's first price; inside a minute the path is a
//! Brownian bridge by midpoints (Lévy's construction). Movement clusters and is livelier when a day begins and ends.
//! Only operations that IEEE 754 rounds exactly: the same seed gives the same prices on every machine.

/// Minutes in a day.
pub(super) const MINUTES: usize = 1_440;
/// Points of the path inside a minute, one every 234 ms.
pub(super) const POINTS: usize = 256;
const SCALES: u32 = 9;

/// What a draw is for, so that no two uses share their chance.
const DAY: u64 = 1;
const MINUTE: u64 = 100;
const HALF_HOURS: u64 = 101;
const QUARTER_DAYS: u64 = 102;
const INSIDE: u64 = 103;

/// One source of chance: the market as a whole, or what is an instrument's own.
#[derive(Clone, Debug)]
pub(super) struct Series {
    seed: u64,
    /// Standard deviation of a day's return.
    volatility: f64,
}

/// A day of a series, as the sum of its returns (log prices) at each minute's beginning, and at the day's end.
#[derive(Clone, Debug)]
pub(super) struct DayPath {
    nodes: Vec<f64>,
    /// Standard deviation of each minute's return.
    moves: Vec<f64>,
}

impl Series {
    pub fn new(seed: u64, name: &str, volatility: f64) -> Series {
        // FNV-1a folds the name into the seed.
        let seed = name.bytes().fold(mixed(seed) ^ 0xcbf2_9ce4_8422_2325, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
        Series { seed, volatility }
    }

    /// 64 bits of chance for a use and its number.
    pub fn drawn(&self, what: u64, number: i64) -> u64 {
        mixed(
            mixed(self.seed ^ what.wrapping_mul(0xd6e8_feb8_6659_fd93)).wrapping_add(number.cast_unsigned()),
        )
    }

    fn normal(&self, what: u64, number: i64) -> f64 {
        normal(self.drawn(what, number))
    }

    /// Noise that changes every `scale` steps, and goes straight in between.
    fn noise(&self, what: u64, at: i64, scale: i64) -> f64 {
        let cell = at.div_euclid(scale);
        let part = at.rem_euclid(scale) as f64 / scale as f64;
        self.normal(what, cell) * (1.0 - part) + self.normal(what, cell + 1) * part
    }

    /// The log price at the first instant of a day, in the series' own terms.
    fn day_start(&self, day: i64) -> f64 {
        let mut sum = 0.0;
        let mut amplitude = 0.5 * self.volatility;
        for scale in 0..SCALES {
            sum += amplitude * self.noise(DAY + u64::from(scale), day, 1 << scale);
            amplitude *= std::f64::consts::SQRT_2;
        }
        sum
    }

    pub fn day(&self, day: i64, shape: &Shape) -> DayPath {
        let (start, end) = (self.day_start(day), self.day_start(day + 1));
        let mut nodes = Vec::with_capacity(MINUTES + 1);
        let mut moves = Vec::with_capacity(MINUTES);
        let mut sum = 0.0;
        for minute in 0..MINUTES {
            let number = day * MINUTES as i64 + minute as i64;
            let moved = self.volatility * shape.movement[minute] * self.liveliness(number);
            nodes.push(sum);
            moves.push(moved);
            sum += moved * self.normal(MINUTE, number);
        }
        nodes.push(sum);
        let bend = (end - start) - sum;
        for (i, node) in nodes.iter_mut().enumerate() {
            *node += start + bend * (i as f64 / MINUTES as f64);
        }
        DayPath { nodes, moves }
    }

    /// How much livelier than usual a minute is: moods of half an hour within moods of a quarter of a day.
    pub fn liveliness(&self, minute: i64) -> f64 {
        let mood =
            1.0 + 0.4 * self.noise(HALF_HOURS, minute, 30) + 0.35 * self.noise(QUARTER_DAYS, minute, 360);
        mood.clamp(0.3, 2.5)
    }

    /// Adds `weight` times the path inside a minute of that day to the points, first and last included.
    pub fn add_minute(
        &self,
        path: &DayPath,
        day: i64,
        minute: usize,
        weight: f64,
        points: &mut [f64; POINTS + 1],
    ) {
        let mut inside = [0.0; POINTS + 1];
        (inside[0], inside[POINTS]) = (path.nodes[minute], path.nodes[minute + 1]);
        let number = (day * MINUTES as i64 + minute as i64) * POINTS as i64;
        let mut step = POINTS;
        let mut spread = 0.5 * path.moves[minute];
        while step > 1 {
            let half = step / 2;
            let mut i = half;
            while i < POINTS {
                let mid = f64::midpoint(inside[i - half], inside[i + half]);
                inside[i] = mid + spread * self.normal(INSIDE, number + i as i64);
                i += step;
            }
            step = half;
            spread *= std::f64::consts::FRAC_1_SQRT_2;
        }
        for (point, inside) in points.iter_mut().zip(inside) {
            *point += weight * inside;
        }
    }
}

/// The U of a day, as shares of each minute.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Square root of the minute's share of the day's variance.
    pub movement: Vec<f64>,
    /// Share of the day's volume.
    pub volume: Vec<f64>,
}

impl Shape {
    pub fn of_day() -> Shape {
        let at = |i: usize| 2.0 * (i as f64 + 0.5) / MINUTES as f64 - 1.0;
        let level = |i: usize| 0.65 + 0.55 * at(i) * at(i);
        let (mut variance, mut units) = (0.0, 0.0);
        for i in 0..MINUTES {
            variance += level(i) * level(i);
            units += level(i);
        }
        Shape {
            movement: (0..MINUTES).map(|i| level(i) / variance.sqrt()).collect(),
            volume: (0..MINUTES).map(|i| level(i) / units).collect(),
        }
    }
}

/// e to the `x`, for small `x`, by exactly rounded operations: (1 + x/2048)^2048.
pub(super) fn exponential(x: f64) -> f64 {
    let mut power = 1.0 + x / 2_048.0;
    for _ in 0..11 {
        power *= power;
    }
    power
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Near enough to a standard normal: the sum of four uniforms of 16 bits each (Irwin–Hall), never beyond ±3.47.
fn normal(x: u64) -> f64 {
    const MEAN: i64 = 4 * 65_535 / 2;
    let sum = (x & 0xffff) as i64 + (x >> 16 & 0xffff) as i64 + (x >> 32 & 0xffff) as i64 + (x >> 48) as i64;
    (sum - MEAN) as f64 / 65_536.0 * 1.732_050_807_568_877_2
}
