//! Stops and targets that a strategy brings with its entries.

use crate::story::check;

#[test]
fn an_entry_brings_its_own_stop() {
    check(
        "09:15 100 101  99 100 | buy with stop 5
         09:20 102 103 101 102
         09:25 101 102  96  98
         => long 10 @ 102.00 09:20 -> 97.00 09:25 stop",
    );
}

#[test]
fn an_entry_brings_its_own_target() {
    check(
        "09:15 100 101  99 100 | buy with stop 5 target 3
         09:20 102 103 101 102
         09:25 102 106 101 103
         => long 10 @ 102.00 09:20 -> 105.00 09:25 target",
    );
}

#[test]
fn the_distance_is_that_of_the_entry_not_of_later_bars() {
    check(
        "09:15 100 101  99 100 | buy with stop 5
         09:20 102 103 101 102 | buy with stop 1
         09:25 101 102  98  98
         09:30 98 98 96 96
         => long 10 @ 102.00 09:20 -> 97.00 09:30 stop",
    );
}

#[test]
fn a_reversal_brings_the_stop_of_the_new_side() {
    check(
        "09:15 100 101  99 100 | buy with stop 20
         09:20 102 103 101 102 | sell with stop 4
         09:25 101 102 100 101
         09:30 101 106 100 101
         => long 10 @ 102.00 09:20 -> 101.00 09:25 signal
         => short 10 @ 101.00 09:25 -> 105.00 09:30 stop",
    );
}

#[test]
fn the_settings_of_the_run_go_first() {
    check(
        "stop points=2
         09:15 100 101  99 100 | buy with stop 20 target 3
         09:20 102 103 101 102
         09:25 101 102  99  99
         => long 10 @ 102.00 09:20 -> 100.00 09:25 stop",
    );
}

#[test]
fn risk_is_measured_by_the_stop_that_the_entry_brings() {
    // 1 % of 100,000 over 5 a unit.
    check(
        "cash 100000, size risk=1
         09:15 100 101  99 100 | buy with stop 5
         09:20 100 103 100 102
         => open long 200 @ 100.00 09:20",
    );
}

#[test]
fn the_next_entry_without_distances_has_none() {
    check(
        "09:15 100 101  99 100 | buy with stop 5
         09:20 102 103 101 102 | exit
         09:25 101 102 101 101 | buy
         09:30 101 102  90  91
         => long 10 @ 102.00 09:20 -> 101.00 09:25 signal
         => open long 10 @ 101.00 09:30",
    );
}
