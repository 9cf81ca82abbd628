//! How fast the server is, beside what it promises: `cargo bench -p sauda --bench server`.
//!
//! From a price to the order at the adapter; requests a second; memory of the demo; time until it is ready with a long
//! past. `SAUDA_BENCH=latency,requests,start,memory` chooses; the memory of the demo takes `SAUDA_BENCH_MINUTES`, 3. What
//! misses its goal is printed as missed, and is no failure: whoever shares the machine would decide about it.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench is for reading")]

mod latency;
mod memory;
mod past;
mod requests;
mod serving;
mod start;

use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // `cargo test --benches` only wants to know that it starts.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let wanted = std::env::var("SAUDA_BENCH").unwrap_or_else(|_| "latency,requests,start,memory".to_owned());
    for name in wanted.split(',') {
        match name.trim() {
            "latency" => latency::measure(),
            "requests" => requests::measure(),
            "start" => start::measure(),
            "memory" => memory::measure(),
            other => println!("`{other}` is not measured; use latency, requests, start or memory"),
        }
    }
}

/// Half of them, all but one in a hundred, and the longest; the goal is for the hundredth.
fn print_durations(name: &str, mut durations: Vec<Duration>, goal: Option<Duration>) {
    durations.sort_unstable();
    let at = |part: f64| durations[((durations.len() - 1) as f64 * part) as usize];
    let words = goal.map(|goal| format!("  (goal: p99 under {goal:?}, {})", verdict(at(0.99) < goal)));
    println!(
        "{name:<64} {:>6} times  p50 {:>8.1?}  p99 {:>8.1?}  longest {:>8.1?}{}",
        durations.len(),
        at(0.5),
        at(0.99),
        at(1.0),
        words.unwrap_or_default()
    );
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "MISSED" }
}
