//! Seeded random walks, as floats for the hand-written loops and as bars for ours.

use domain::time::{DayNumber, MinuteOfDay, Span};
use domain::{Bars, Price, Qty, Timestamp};
use exchange::Quote;

pub const TICK: f64 = 0.05;
const MINUTES_A_DAY: usize = 375;

pub struct Series {
    pub open: Vec<f64>,
    pub close: Vec<f64>,
    ticks: Vec<[i64; 4]>,
}

pub struct Draw(u64);

impl Draw {
    pub fn seeded(seed: u64) -> Draw {
        Draw(0x9E37_79B9_7F4A_7C15 ^ (seed.wrapping_mul(0xBF58_476D_1CE4_E5B9) | 1))
    }

    pub fn below(&mut self, n: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as i64 % n
    }
}

impl Series {
    /// Prices on a 0.05 grid around 1,000 rupees, pulled back to it weakly.
    pub fn random(n: usize, seed: u64) -> Series {
        let mut draw = Draw::seeded(seed);
        let mut ticks = Vec::with_capacity(n);
        let mut at = 20_000i64;
        for _ in 0..n {
            let mut walk = [0; 4];
            for step in &mut walk {
                at += draw.below(19) - 9 + (20_000 - at).signum() * i64::from(draw.below(50) == 0);
                *step = at;
            }
            let (high, low) =
                (walk.iter().max().copied().unwrap_or(at), walk.iter().min().copied().unwrap_or(at));
            ticks.push([walk[0], high, low, walk[3]]);
        }
        let column = |k: usize| ticks.iter().map(|bar| bar[k] as f64 * 500.0 / 10_000.0).collect();
        Series { open: column(0), close: column(3), ticks }
    }

    pub fn bars(&self) -> Bars {
        let nine_fifteen = MinuteOfDay::new(9, 15).expect("a time");
        let first = DayNumber::from_days(16_071);
        let time = |i: usize| {
            let day = DayNumber::from_days(
                first.as_days() + (i / MINUTES_A_DAY / 5 * 7 + i / MINUTES_A_DAY % 5) as i32,
            );
            day.at(nine_fifteen) + Span::minutes((i % MINUTES_A_DAY) as i64)
        };
        let prices = |k: usize| self.ticks.iter().map(|bar| Price::from_raw(bar[k] * 500)).collect();
        let (times, volume) =
            ((0..self.ticks.len()).map(time).collect(), vec![Qty::units(1_000); self.ticks.len()]);
        Bars::from_columns(times, prices(0), prices(1), prices(2), prices(3), volume).expect("sound bars")
    }
}

/// A book that moves by ticks, one to three ticks wide.
pub fn quotes(n: usize) -> Vec<(Timestamp, Quote)> {
    let mut draw = Draw::seeded(99);
    let (mut at, mut mid) = (1_735_703_100_000_000i64, 20_000i64);
    (0..n)
        .map(|_| {
            at += 1_000 + draw.below(19_000);
            mid += [-1, 0, 0, 0, 0, 0, 0, 1][draw.below(8) as usize];
            let spread = [1, 1, 1, 2, 2, 3][draw.below(6) as usize];
            let bid = mid - spread / 2;
            let quote = Quote {
                bid: Price::from_raw(bid * 500),
                ask: Price::from_raw((bid + spread) * 500),
                bid_qty: Qty::units(1 + draw.below(499)),
                ask_qty: Qty::units(1 + draw.below(499)),
            };
            (Timestamp::from_micros(at), quote)
        })
        .collect()
}
