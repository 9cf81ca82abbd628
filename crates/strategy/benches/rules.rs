//! Rules beside the built-in strategies they repeat, over a million bars: nanoseconds a bar, and the ratio, which is to
//! stay at 3 or below.
//!
//! `cargo bench -p strategy --bench rules`

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints and may stop")]

use std::path::Path;
use std::time::Instant;

use strategy::rules::Rules;
use strategy::{Block, Description, Signals, Strategy, registry};

const BARS: usize = 1_000_000;
/// As a backtest hands them out.
const BLOCK: usize = 16_384;
const ROUNDS: usize = 15;

struct Market {
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
    session: Vec<u32>,
    minute: Vec<u32>,
}

/// Sessions of 375 minute bars on a 0.05 grid.
fn market() -> Market {
    let mut state = 7u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let mut m = Market {
        open: Vec::new(),
        high: Vec::new(),
        low: Vec::new(),
        close: Vec::new(),
        volume: Vec::new(),
        session: Vec::new(),
        minute: Vec::new(),
    };
    let mut price = 40_000i64;
    let rupees = |steps: i64| steps as f64 / 20.0;
    for i in 0..BARS {
        let open = price;
        price = (price + random(41) as i64 - 20).max(2_000);
        m.open.push(rupees(open));
        m.high.push(rupees(open.max(price) + random(8) as i64));
        m.low.push(rupees(open.min(price) - random(8) as i64));
        m.close.push(rupees(price));
        m.volume.push((random(900) + 1) as f64);
        m.session.push((i / 375) as u32);
        m.minute.push((i % 375) as u32);
    }
    m
}

fn scan(mut strategy: Box<dyn Strategy>, m: &Market, out: &mut Signals) {
    let whole = Block {
        open: &m.open,
        high: &m.high,
        low: &m.low,
        close: &m.close,
        volume: &m.volume,
        session: &m.session,
        minute: &m.minute,
        len: BARS,
        ..Block::default()
    };
    let mut from = 0;
    while from < BARS {
        let to = (from + BLOCK).min(BARS);
        strategy.scan(&whole.slice(from, to), out);
        from = to;
    }
}

/// The quickest of some rounds, in nanoseconds a bar, and the marks.
fn measure(description: &Description, m: &Market) -> (f64, Signals) {
    let values = description.values(&[]).unwrap();
    let (mut best, mut marks) = (f64::INFINITY, Signals::default());
    for _ in 0..ROUNDS {
        let strategy = description.build(&values).unwrap();
        let mut out = Signals::with_capacity(BARS);
        let start = Instant::now();
        scan(strategy, m, &mut out);
        best = best.min(start.elapsed().as_nanos() as f64 / BARS as f64);
        marks = out;
    }
    (best, marks)
}

fn main() {
    let m = market();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules/built-in");
    println!("{:<24}{:>10}{:>10}{:>8}", "", "built-in", "rules", "ratio");
    for built_in in registry() {
        let path = folder.join(format!("{}.toml", built_in.name));
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let rules = Rules::read(&text, &built_in.name).unwrap_or_else(|errors| panic!("{errors}"));
        let rules = Description::of_rules(rules.into());
        let (own, expected) = measure(built_in, &m);
        let (ours, found) = measure(&rules, &m);
        assert_eq!(expected, found, "{} marks the same", built_in.name);
        println!("{:<24}{own:>7.2} ns{ours:>7.2} ns{:>8.2}", built_in.name, ours / own);
    }
}
