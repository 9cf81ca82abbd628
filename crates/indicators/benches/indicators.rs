//! The eight usual indicators over a million bars, each beside the least loop that computes the same thing.
//!
//! Both sides are built with the same flags (release profile, baseline x86-64, no fused multiply-add). The loops keep
//! no state between calls, check nothing and skip the warm-up: they are the limit, not an alternative.

use std::hint::black_box;
use std::time::Instant;

use divan::Bencher;
use divan::counter::ItemsCount;
use indicators::{Adx, Atr, Bollinger, Ema, Macd, Rsi, Sma, Supertrend};

const BARS: usize = 1_000_000;

struct Market {
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
}

impl Market {
    /// A seeded random walk on a 0.05 grid.
    fn new() -> Self {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut draw = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) % below
        };
        let mut market = Self { high: vec![], low: vec![], close: vec![] };
        let mut ticks = 40_000_u64;
        for _ in 0..BARS {
            let open = ticks;
            ticks = (open + draw(41)).saturating_sub(20).max(1000);
            market.high.push((open.max(ticks) + draw(10)) as f64 * 0.05);
            market.low.push((open.min(ticks) - draw(10)) as f64 * 0.05);
            market.close.push(ticks as f64 * 0.05);
        }
        market
    }
}

type Outputs = [Vec<f64>; 3];
type Work = fn(&Market, &mut Outputs);

struct Pair {
    name: &'static str,
    ours: Work,
    hand: Work,
}

const PAIRS: &[Pair] = &[
    Pair { name: "sma(20)", ours: |m, [a, ..]| sma().extend(&m.close, a), hand: hand::sma },
    Pair { name: "ema(20)", ours: |m, [a, ..]| ema().extend(&m.close, a), hand: hand::ema },
    Pair { name: "rsi(14)", ours: |m, [a, ..]| rsi().extend(&m.close, a), hand: hand::rsi },
    Pair { name: "macd(12,26,9)", ours: |m, [a, b, c]| macd().extend(&m.close, a, b, c), hand: hand::macd },
    Pair { name: "atr(14)", ours: |m, [a, ..]| atr().extend(&m.high, &m.low, &m.close, a), hand: hand::atr },
    Pair {
        name: "bbands(20,2)",
        ours: |m, [a, b, c]| bollinger().extend(&m.close, a, b, c),
        hand: hand::bollinger,
    },
    Pair {
        name: "supertrend(10,3)",
        ours: |m, [a, b, _]| supertrend().extend(&m.high, &m.low, &m.close, a, b),
        hand: hand::supertrend,
    },
    Pair { name: "adx(14)", ours: |m, [a, ..]| adx().extend(&m.high, &m.low, a), hand: hand::adx },
];

fn sma() -> Sma {
    Sma::new(20).expect("right")
}
fn ema() -> Ema {
    Ema::new(20).expect("right")
}
fn rsi() -> Rsi {
    Rsi::new(14).expect("right")
}
fn macd() -> Macd {
    Macd::new(12, 26, 9).expect("right")
}
fn atr() -> Atr {
    Atr::new(14).expect("right")
}
fn bollinger() -> Bollinger {
    Bollinger::new(20, 2.0).expect("right")
}
fn supertrend() -> Supertrend {
    Supertrend::new(10, 3.0).expect("right")
}
fn adx() -> Adx {
    Adx::new(14).expect("right")
}

mod hand {
    use super::{Market, Outputs};

    pub fn sma(m: &Market, out: &mut Outputs) {
        let (c, o) = (&m.close, &mut out[0]);
        let mut sum: f64 = c[..19].iter().sum();
        for ((o, new), old) in o[19..].iter_mut().zip(&c[19..]).zip(c) {
            sum += new;
            *o = sum * 0.05;
            sum -= old;
        }
    }

    pub fn ema(m: &Market, out: &mut Outputs) {
        let (c, o) = (&m.close, &mut out[0]);
        let weight = 2.0 / 21.0;
        let mut value = c[..20].iter().sum::<f64>() / 20.0;
        for (o, x) in o[20..].iter_mut().zip(&c[20..]) {
            value = (1.0 - weight) * value + weight * x;
            *o = value;
        }
    }

    pub fn rsi(m: &Market, out: &mut Outputs) {
        let (c, o) = (&m.close, &mut out[0]);
        let (mut gain, mut loss) = (1.0_f64, 1.0_f64);
        let (decay, share) = (13.0 / 14.0, 1.0 / 14.0);
        for (o, pair) in o[1..].iter_mut().zip(c.windows(2)) {
            let change = pair[1] - pair[0];
            gain = gain * decay + change.max(0.0) * share;
            loss = loss * decay + (-change).max(0.0) * share;
            *o = 100.0 * gain / (gain + loss);
        }
    }

    pub fn macd(m: &Market, out: &mut Outputs) {
        let [macd, signal, histogram] = out;
        let (fast, slow, smooth) = (2.0 / 13.0, 2.0 / 27.0, 0.2);
        let (mut f, mut s, mut g) = (m.close[0], m.close[0], 0.0);
        for (((x, macd), signal), histogram) in m.close.iter().zip(macd).zip(signal).zip(histogram) {
            f = (1.0 - fast) * f + fast * x;
            s = (1.0 - slow) * s + slow * x;
            let difference = f - s;
            g = (1.0 - smooth) * g + smooth * difference;
            (*macd, *signal, *histogram) = (difference, g, difference - g);
        }
    }

    fn true_range(high: f64, low: f64, previous: f64) -> f64 {
        (high - low).max((high - previous).abs()).max((low - previous).abs())
    }

    pub fn atr(m: &Market, out: &mut Outputs) {
        let (h, l, c, o) = (&m.high[1..], &m.low[1..], &m.close, &mut out[0]);
        let (decay, share) = (13.0 / 14.0, 1.0 / 14.0);
        let mut value = 1.0;
        for (((o, &h), &l), &previous) in o[1..].iter_mut().zip(h).zip(l).zip(c) {
            value = value * decay + true_range(h, l, previous) * share;
            *o = value;
        }
    }

    pub fn bollinger(m: &Market, out: &mut Outputs) {
        let [upper, middle, lower] = out;
        let c = &m.close;
        let base = c[0];
        let (mut sum, mut squares) = (0.0_f64, 0.0_f64);
        for x in &c[..19] {
            sum += x - base;
            squares += (x - base) * (x - base);
        }
        let outputs = upper[19..].iter_mut().zip(&mut middle[19..]).zip(&mut lower[19..]);
        for ((((u, m), l), new), old) in outputs.zip(&c[19..]).zip(c) {
            let (new, old) = (new - base, old - base);
            sum += new;
            squares += new * new;
            let mean = sum * 0.05;
            let width = 2.0 * (squares * 0.05 - mean * mean).max(0.0).sqrt();
            (*u, *m, *l) = (base + mean + width, base + mean, base + mean - width);
            sum -= old;
            squares -= old * old;
        }
    }

    pub fn supertrend(m: &Market, out: &mut Outputs) {
        let [line, direction, _] = out;
        let (decay, share) = (0.9, 0.1);
        let (mut atr, mut upper, mut lower, mut up) = (1.0, f64::MAX, f64::MIN, false);
        let outputs = line[1..].iter_mut().zip(&mut direction[1..]);
        let bars = m.high[1..].iter().zip(&m.low[1..]).zip(m.close.windows(2));
        for ((line, direction), ((&h, &l), close)) in outputs.zip(bars) {
            atr = atr * decay + true_range(h, l, close[0]) * share;
            let middle = 0.5 * (h + l);
            let (basic_upper, basic_lower) = (middle + 3.0 * atr, middle - 3.0 * atr);
            upper = if basic_upper < upper || close[0] > upper { basic_upper } else { upper };
            lower = if basic_lower > lower || close[0] < lower { basic_lower } else { lower };
            up = if up { close[1] >= lower } else { close[1] > upper };
            *line = if up { lower } else { upper };
            *direction = if up { 1.0 } else { -1.0 };
        }
    }

    pub fn adx(m: &Market, out: &mut Outputs) {
        let (decay, share) = (13.0 / 14.0, 1.0 / 14.0);
        let (mut plus, mut minus, mut value) = (0.0_f64, 0.0_f64, 0.0_f64);
        let bars = m.high.windows(2).zip(m.low.windows(2));
        for (o, (h, l)) in out[0][1..].iter_mut().zip(bars) {
            let (up, down) = (h[1] - h[0], l[0] - l[1]);
            plus = plus * decay + if up > down && up > 0.0 { up } else { 0.0 };
            minus = minus * decay + if down > up && down > 0.0 { down } else { 0.0 };
            let sum = plus + minus;
            let strength = if sum > 0.0 { 100.0 * (plus - minus).abs() / sum } else { 0.0 };
            value = value * decay + strength * share;
            *o = value;
        }
    }
}

fn outputs() -> Outputs {
    [vec![0.0; BARS], vec![0.0; BARS], vec![0.0; BARS]]
}

fn run(bencher: Bencher<'_, '_>, work: Work) {
    let (market, mut out) = (Market::new(), outputs());
    bencher.counter(ItemsCount::new(BARS)).bench_local(|| work(black_box(&market), black_box(&mut out)));
}

fn pair(name: &str) -> &'static Pair {
    PAIRS.iter().find(|pair| pair.name == name).expect("a name of the list")
}

#[divan::bench(args = PAIRS.iter().map(|pair| pair.name), sample_count = 20)]
fn ours(bencher: Bencher<'_, '_>, name: &str) {
    run(bencher, pair(name).ours);
}

#[divan::bench(args = PAIRS.iter().map(|pair| pair.name), sample_count = 20)]
fn by_hand(bencher: Bencher<'_, '_>, name: &str) {
    run(bencher, pair(name).hand);
}

/// The two sides by turns, so that a busy machine slows both.
#[expect(clippy::print_stdout, reason = "the table is what the bench is for")]
fn table() {
    const ROUNDS: usize = 15;
    let (market, mut out) = (Market::new(), outputs());
    let mut time = |work: Work| {
        let start = Instant::now();
        work(black_box(&market), black_box(&mut out));
        start.elapsed().as_secs_f64() / BARS as f64 * 1e9
    };
    println!("\n{:<18}{:>10}{:>10}{:>8}   best of {ROUNDS}, ns a bar", "", "ours", "by hand", "ratio");
    for pair in PAIRS {
        let (mut ours, mut hand) = (f64::MAX, f64::MAX);
        for _ in 0..ROUNDS {
            ours = ours.min(time(pair.ours));
            hand = hand.min(time(pair.hand));
        }
        println!("{:<18}{ours:>10.2}{hand:>10.2}{:>8.2}", pair.name, ours / hand);
    }
}

fn main() {
    divan::main();
    // Test runners start benches too, to list or to try them; only a real run has time for the table.
    if std::env::args().any(|argument| argument == "--bench") {
        table();
    }
}
