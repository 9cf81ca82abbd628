//! Shorter bars in the store settle which of stop and target came first.

use crate::story::check;

#[test]
fn the_target_came_first() {
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         09:25 100 110  90 100
         . 09:25 100 103  99 103
         . 09:26 103 106 102 105
         . 09:27 105 110  90  91
         . 09:28  91 100  91 100
         => long 10 @ 100.00 09:20 -> 105.00 09:26 target",
    );
}

#[test]
fn the_stop_came_first() {
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         09:25 100 110  90 100
         . 09:25 100 103  99 100
         . 09:26 100 101  94  96
         . 09:27  96 110  90 100
         => long 10 @ 100.00 09:20 -> 95.00 09:26 stop",
    );
}

#[test]
fn a_finer_bar_that_holds_both_is_the_stop() {
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         09:25 100 110  90 100
         . 09:25 100 110  90 100
         => long 10 @ 100.00 09:20 -> 95.00 09:25 stop",
    );
}

#[test]
fn finer_bars_of_another_time_settle_nothing() {
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         09:25 100 110  90 100
         . 09:24 100 110 100 110
         . 09:30 100 110 100 110
         => long 10 @ 100.00 09:20 -> 95.00 09:25 stop",
    );
}

#[test]
fn finer_bars_are_asked_on_the_entry_bar_too() {
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 100 110  90 100
         . 09:20 100 103  99 103
         . 09:21 103 106 102 105
         . 09:22 105 110  90 100
         => long 10 @ 100.00 09:20 -> 105.00 09:21 target",
    );
}
