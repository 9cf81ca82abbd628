//! An import that is killed leaves the store as it was, or as it would have been.

use std::time::{Duration, Instant};

use super::*;

const DAYS: [&str; 20] = [
    "2024-01-01",
    "2024-01-02",
    "2024-01-03",
    "2024-01-04",
    "2024-01-05",
    "2024-01-08",
    "2024-01-09",
    "2024-01-10",
    "2024-01-11",
    "2024-01-12",
    "2024-01-15",
    "2024-01-16",
    "2024-01-17",
    "2024-01-18",
    "2024-01-19",
    "2024-01-23",
    "2024-01-24",
    "2024-01-25",
    "2024-01-29",
    "2024-01-30",
];

fn args(file: &str) -> [&str; 6] {
    ["import", file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"]
}

fn exported(sauda: &Sauda) -> String {
    sauda.line("data export NSE:SBIN-EQ --to state.csv").ok();
    fs::read_to_string(sauda.path("state.csv")).unwrap()
}

#[test]
fn at_any_moment() {
    let sauda = Sauda::new();
    let files =
        [sauda.file("a.csv", minute_csv(&DAYS, 375, 600)), sauda.file("b.csv", minute_csv(&DAYS, 375, 800))];
    let mut longest = Duration::ZERO;
    let states = [0, 1].map(|i| {
        let started = Instant::now();
        sauda.run(&args(&files[i])).ok();
        longest = longest.max(started.elapsed());
        exported(&sauda)
    });
    assert_ne!(states[0], states[1]);

    let mut now = 1;
    let kills = 16;
    for kill in 0..kills {
        let other = 1 - now;
        let mut child = sauda.command(&args(&files[other])).stdout(Stdio::null()).spawn().unwrap();
        // Moments spread over the whole import, and a little beyond.
        std::thread::sleep(longest * (kill + 1) / (kills - 1));
        let _ = child.kill();
        child.wait().unwrap();
        let after = exported(&sauda);
        let state = states.iter().position(|state| *state == after);
        assert!(state.is_some(), "after kill {kill} the store is neither as before nor as after");
        now = state.unwrap();
        sauda.line("data verify NSE:SBIN-EQ --json").json();
    }
    // What a killed import left behind does not stand in the way of the next.
    sauda.run(&args(&files[1 - now])).ok();
    assert_eq!(exported(&sauda), states[1 - now]);
}
