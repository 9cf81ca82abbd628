//! The order path against an exchange that cannot be relied on: engine, the desk's pure steps (store, send, feed back)
//! and the faulty exchange in one world without threads or clock. One seed is one trading day, the same on every
//! machine.
//!
//! `SIMULATION_SEED=17 cargo nextest run -p backtest --test simulation` plays one seed again and says every event;
//! `SIMULATION_SEEDS=100000` plays more of them.

#![expect(clippy::unwrap_used, reason = "what a test cannot read ends it")]

mod invariants;
mod world;

use world::World;

/// Enough to meet every pair of faults, few enough for every run of the tests.
const SEEDS: u64 = 5_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn whatever_is_lost_late_or_told_twice_no_order_is_doubled_and_the_books_are_the_exchange_s() {
    if let Some(seed) = number("SIMULATION_SEED") {
        World::new(seed, true).live();
        return;
    }
    let mut said = world::Count::default();
    for seed in 0..number("SIMULATION_SEEDS").unwrap_or(SEEDS) {
        let played = std::panic::catch_unwind(|| World::new(seed, false).live());
        match played {
            Ok(count) => said.add(&count),
            Err(fault) => {
                println!(
                    "play it again: SIMULATION_SEED={seed} cargo nextest run -p backtest --test simulation"
                );
                std::panic::resume_unwind(fault);
            }
        }
    }
    println!("{said:?}");
    // A simulation in which nothing happens proves nothing.
    assert!(said.trades > 0 && said.doubts > 0 && said.never_arrived > 0 && said.restarts > 0, "{said:?}");
}

#[test]
fn an_engine_made_of_a_snapshot_goes_on_as_the_first_would_have() {
    for seed in 0..30 {
        let play = |every| {
            let mut world = World::new(seed, false);
            world.restored_every = Some(every);
            (world.live(), world.did)
        };
        assert_eq!(play(u64::MAX), play(10 + seed), "SNAP-2: seed {seed}");
    }
}

#[test]
fn the_same_seed_is_the_same_day() {
    for seed in 0..20 {
        assert_eq!(World::new(seed, false).live(), World::new(seed, false).live(), "seed {seed}");
    }
}
