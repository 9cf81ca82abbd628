//! Runs that leave nothing open.

use crate::story::{check, check_together, outcome};

#[test]
fn what_is_held_at_the_last_close_is_closed_there_with_slippage() {
    check(
        "ends flat, slippage ticks=1
         09:15 100 101  99 100 | buy
         09:20 101.95 103 101 102
         d2 09:15 104 105 103 104
         => long 10 @ 102.00 09:20 -> 103.95 d2 09:20 spanend",
    );
}

#[test]
fn charges_are_paid_as_on_any_exit() {
    let story = |setting: &str| {
        outcome(&format!(
            "charges dhan, {setting}
             09:15 100 101  99 100 | buy
             09:20 102 103 101 102 {}
             09:25 104 105 103 104",
            if setting == "as told" { "| exit" } else { "" }
        ))
    };
    // The exit on a signal sells at the next open, which is the same price here.
    let (ended, sold) = (story("ends flat").trades[0], story("as told").trades[0]);
    assert_eq!(ended.exit_price, sold.exit_price);
    assert_eq!(ended.total_charges, sold.total_charges);
    assert!(ended.total_charges > domain::Money::ZERO);
}

#[test]
fn nothing_is_decided_at_the_last_close() {
    for fill in ["next", "close"] {
        check(&format!(
            "ends flat, fill {fill}
             09:15 100 101  99 100
             09:20 102 103 101 102 | buy
             => nothing"
        ));
    }
}

#[test]
fn a_stop_in_the_last_bar_comes_first() {
    check(
        "ends flat, stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 101 102  96 101
         => long 10 @ 102.00 09:20 -> 97.00 09:25 stop",
    );
}

#[test]
fn an_entry_that_fills_in_the_last_bar_is_closed_at_its_end() {
    check(
        "ends flat
         09:15 100 101  99 100 | buy limit 98
         09:20 100 101  97  99
         => long 10 @ 98.00 09:20 -> 99.00 09:25 spanend",
    );
}

#[test]
fn a_cap_on_volume_does_not_keep_a_position_open() {
    check(
        "ends flat, participation 10%
         09:15 100 101  99 100 1000 | buy
         09:20 102 103 101 102 1000
         09:25 104 105 103 104 20
         => long 10 @ 102.00 09:20 -> 104.00 09:30 spanend",
    );
}

#[test]
fn each_book_ends_with_its_own_bars() {
    check_together(&[
        "ends flat
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 104 105 103 104
         => b1 long 10 @ 122.00 09:20 -> 122.00 09:25 spanend
         => b0 long 10 @ 102.00 09:20 -> 104.00 09:30 spanend",
        "09:15 120 121 119 120 | buy
         09:20 122 123 121 122",
    ]);
}
