//! Made-up bars for the tests, the same for the same seed.

use indicators::{Bar, Columns};

#[derive(Debug, Clone, Default)]
pub struct Market {
    pub open: Vec<f64>,
    pub high: Vec<f64>,
    pub low: Vec<f64>,
    pub close: Vec<f64>,
    pub volume: Vec<f64>,
    pub session: Vec<u32>,
    pub minute: Vec<u32>,
}

impl Market {
    /// A random walk on a 0.05 grid, 75 five-minute bars a session, with flat bars and bars without volume.
    pub fn new(seed: u64, bars: usize) -> Self {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut draw = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33 & 0x7FFF_FFFF
        } % below;
        let mut market = Self::default();
        let mut ticks = 20_000 + draw(20_000);
        for i in 0..bars {
            let flat = draw(20) == 0;
            let mut step =
                |ticks: u64| if flat { ticks } else { (ticks + draw(41)).saturating_sub(20).max(200) };
            let open = step(ticks);
            let (a, b, close) = (step(open), step(open), step(open));
            ticks = close;
            let price = |ticks: u64| ticks as f64 * 0.05;
            market.open.push(price(open));
            market.high.push(price(open.max(a).max(b).max(close)));
            market.low.push(price(open.min(a).min(b).min(close)));
            market.close.push(price(close));
            market.volume.push(if draw(30) == 0 { 0.0 } else { draw(100_000) as f64 });
            market.session.push((i / 75) as u32);
            market.minute.push((i % 75) as u32 * 5);
        }
        market
    }

    pub fn len(&self) -> usize {
        self.close.len()
    }

    pub fn columns(&self) -> Columns<'_> {
        self.part(0, self.len())
    }

    pub fn part(&self, from: usize, to: usize) -> Columns<'_> {
        Columns {
            open: &self.open[from..to],
            high: &self.high[from..to],
            low: &self.low[from..to],
            close: &self.close[from..to],
            volume: &self.volume[from..to],
            session: &self.session[from..to],
            minute: &self.minute[from..to],
        }
    }

    pub fn bar(&self, i: usize) -> Bar {
        Bar {
            open: self.open[i],
            high: self.high[i],
            low: self.low[i],
            close: self.close[i],
            volume: self.volume[i],
            session: self.session[i],
            minute: self.minute[i],
        }
    }
}

/// Equal to the last bit, any NaN being like any other.
pub fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

pub fn first_difference(a: &[f64], b: &[f64]) -> Option<usize> {
    if a.len() != b.len() {
        return Some(a.len().min(b.len()));
    }
    a.iter().zip(b).position(|(&a, &b)| !same(a, b))
}
