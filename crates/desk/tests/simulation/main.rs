//! Seeded days of the order desk: pure engine, pure desk, pure exchange with faults; kills at any moment.
//!
//! No real time, threads, files or database. The journal is a list, the database a model that takes each batch of
//! writes later, in order, or never if the desk is killed first. A failing seed is printed; play it alone and aloud with
//!
//! ```text
//! SAUDA_SEED=123 cargo nextest run -p desk --test simulation --no-capture
//! ```

#![expect(clippy::unwrap_used, reason = "what a test cannot read ends it")]

mod invariants;
mod link;
mod tables;
mod world;

use std::sync::atomic::{AtomicU64, Ordering};

use world::{Count, World};

/// Seeds that are played each time; `SAUDA_SEEDS` plays more.
const SEEDS: u64 = 2_000;

#[test]
fn thousands_of_faulty_days() {
    if let Some(seed) = std::env::var("SAUDA_SEED").ok().and_then(|text| text.parse().ok()) {
        World::new(seed, true).live();
        return;
    }
    let seeds = std::env::var("SAUDA_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    let next = AtomicU64::new(0);
    let play = || {
        let mut total = Count::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return total;
            }
            let count = std::panic::catch_unwind(|| World::new(seed, false).live()).unwrap_or_else(|_| {
                panic!("seed {seed} fails: play it with SAUDA_SEED={seed}");
            });
            total.add(&count);
        }
    };
    let mut total = Count::default();
    std::thread::scope(|scope| {
        let halves = [scope.spawn(play), scope.spawn(play)];
        halves.map(|half| half.join().unwrap()).iter().for_each(|half| total.add(half));
    });
    // Something happened.
    assert!(total.orders > 20 * seeds && total.trades > 10 * seeds, "{total:?}");
    assert!(total.kills > seeds && total.lost_writes > seeds / 2 && total.unknown > seeds, "{total:?}");
}

#[test]
fn the_same_seed_is_the_same_day() {
    for seed in [3, 77, 1_234] {
        assert_eq!(World::new(seed, false).live(), World::new(seed, false).live());
    }
}
