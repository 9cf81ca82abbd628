//! Whole backtests beside the least loop that computes the same result: `cargo bench -p backtest`.
//!
//! Ours goes through everything: marks, event engine, risk rules, order states, simulated exchange, books, charges.
//! The hand-written loops know one strategy, keep no orders and check nothing: they are the limit. Both sides are built
//! with the same flags (release profile, baseline x86-64) and run in turn, on the allocator of the binary.
//! `cargo bench -p backtest --bench workloads -- W2` runs one of them.

#![expect(clippy::print_stdout, reason = "a bench is for reading")]

mod by_hand;
mod market;
mod ours;

use std::hint::black_box;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 9;

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let only = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    println!("{:<44} {:>10} {:>10} {:>7}   target", "", "ours", "by hand", "ratio");
    let workloads: [(&str, fn()); 4] =
        [("W1", crossover_one_symbol), ("W2", sweep), ("W3", crossover_fifty_symbols), ("W5", quotes)];
    for (name, run) in workloads {
        if only.as_deref().is_none_or(|only| only == name) {
            run();
        }
    }
}

/// W1: one symbol, a million one-minute bars, SMA 10/30 cross, next open, 0.03 % + 1 tick.
fn crossover_one_symbol() {
    let market = market::Series::random(1_000_000, 1);
    let bars = market.bars();
    for (name, both) in [("W1 long/flat, 1M bars", false), ("W1 long/short, 1M bars", true)] {
        let sides = if both { engine::Sides::Both } else { engine::Sides::Long };
        let run = || ours::crossover(std::slice::from_ref(&bars), sides, 1);
        let hand = || by_hand::crossover(&market, both);
        assert_eq!(run().final_equity(), hand().equity, "both compute the same");
        row(name, run, hand, "20 ms, 6 x", |ours, ratio| ours <= 0.020 && ratio <= 6.0);
    }
}

/// W2: the same over 2,000 parameter pairs and a hundred thousand bars.
fn sweep() {
    let market = market::Series::random(100_000, 7);
    let bars = market.bars();
    let pairs: Vec<(i64, i64)> =
        (5..55).flat_map(|fast| (60..=255).step_by(5).map(move |slow| (fast, slow))).collect();
    let hand = || by_hand::sweep(&market, &pairs);
    assert_eq!(ours::sweep(&bars, &pairs, 2), hand(), "both compute the same");
    for threads in [1, 2] {
        let name = format!("W2 2,000 pairs x 100k bars, {threads} thread(s)");
        row(&name, || ours::sweep(&bars, &pairs, threads), hand, "0.4 s", |ours, _| ours <= 0.4);
    }
}

/// W3: fifty symbols, a hundred thousand bars each, one cash account, in time order.
fn crossover_fifty_symbols() {
    let markets: Vec<_> = (0..50).map(|seed| market::Series::random(100_000, 100 + seed)).collect();
    let bars: Vec<_> = markets.iter().map(market::Series::bars).collect();
    let hand = || by_hand::in_time_order(&markets);
    assert_eq!(
        ours::crossover(&bars, engine::Sides::Long, 1).final_equity(),
        hand(),
        "both compute the same"
    );
    for threads in [1, 2] {
        let name = format!("W3 50 x 100k bars, {threads} thread(s)");
        let run = || ours::crossover(&bars, engine::Sides::Long, threads);
        row(&name, run, hand, "0.3 s, 4 x", |ours, ratio| ours <= 0.3 && ratio <= 4.0);
    }
}

/// W5: two million quotes, an order on every hundredth.
fn quotes() {
    let quotes = market::quotes(2_000_000);
    assert_eq!(ours::every_hundredth(&quotes), by_hand::every_hundredth(&quotes), "both compute the same");
    let (run, hand) = (|| ours::every_hundredth(&quotes), || by_hand::every_hundredth(&quotes));
    row("W5 2M quotes, an order every 100", run, hand, "20 M/s: 0.1 s", |ours, _| ours <= 0.1);
}

/// Best times of both, taken in turn so that a busy moment hurts both.
fn row<A, B>(
    name: &str,
    ours: impl Fn() -> A,
    hand: impl Fn() -> B,
    target: &str,
    met: impl Fn(f64, f64) -> bool,
) {
    let (mut best_ours, mut best_hand) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        best_ours = best_ours.min(seconds(&ours));
        best_hand = best_hand.min(seconds(&hand));
    }
    let ratio = best_ours / best_hand;
    let verdict = if met(best_ours, ratio) { "met" } else { "MISSED" };
    println!(
        "{name:<44} {:>7.2} ms {:>7.2} ms {ratio:>6.2}x   {target}: {verdict}",
        best_ours * 1e3,
        best_hand * 1e3
    );
}

fn seconds<T>(work: impl Fn() -> T) -> f64 {
    let started = Instant::now();
    black_box(work());
    started.elapsed().as_secs_f64()
}
