//! Trailing stops move at closes and work from the next bar.

use std::fmt::Write as _;

use crate::story::check;

#[test]
fn a_trail_moves_at_the_close_from_the_bar_s_high() {
    check(
        "trail points=5
         09:15 100 101  99 100 | buy
         09:20 100 108  99 107
         09:25 107 107 103  104
         => long 10 @ 100.00 09:20 -> 103.00 09:25 trailingstop",
    );
}

#[test]
fn the_bar_that_moves_the_trail_is_not_stopped_by_it() {
    // High 108 and low 96 in one bar: the stop of that bar is still the first one, 95.
    check(
        "trail points=5
         09:15 100 101  99 100 | buy
         09:20 100 108  96 104
         09:25 104 105 103.05 104
         => open long 10 @ 100.00 09:20",
    );
}

#[test]
fn a_trail_begins_at_its_distance_from_the_entry() {
    check(
        "trail points=5
         09:15 100 101  99 100 | buy
         09:20 100 100  94  96
         => long 10 @ 100.00 09:20 -> 95.00 09:20 stop",
    );
}

#[test]
fn a_trail_never_loosens() {
    check(
        "trail points=5
         09:15 100 101  99 100 | buy
         09:20 100 110 100 109
         09:25 109 109 106 106
         09:30 106 106 104 105
         => long 10 @ 100.00 09:20 -> 105.00 09:30 trailingstop",
    );
}

#[test]
fn a_trail_in_percent_is_of_the_high_and_rounded_against_the_trader() {
    // 5 % of 107.33 is 5.3665: 101.9635 → 101.95.
    check(
        "as told, trail pct=5
         09:15 100 101  99 100 | buy
         09:20 100 107.33 100 107
         09:25 107 107 101.95 102
         => long 10 @ 100.00 09:20 -> 101.95 09:25 trailingstop",
    );
    // Short: 5 % of 92.33 is 4.6165: 96.9465 → 96.95.
    check(
        "as told, trail pct=5
         09:15 100 101  99 100 | sell
         09:20 100 100 92.33 93
         09:25  93 96.95 93 96
         => short 10 @ 100.00 09:20 -> 96.95 09:25 trailingstop",
    );
}

#[test]
fn a_fixed_stop_holds_until_the_trail_is_nearer() {
    check(
        "stop points=2, trail points=5
         09:15 100 101  99 100 | buy
         09:20 100 102  99 101
         09:25 101 101  97 98
         => long 10 @ 100.00 09:20 -> 98.00 09:25 stop",
    );
    check(
        "stop points=2, trail points=5
         09:15 100 101  99 100 | buy
         09:20 100 104  99 103
         09:25 103 103  98 99
         => long 10 @ 100.00 09:20 -> 99.00 09:25 trailingstop",
    );
}

#[test]
fn a_trail_in_average_true_ranges_uses_the_range_of_the_close() {
    // Fifteen ranges of 2, then one of 16 at 09:31: (13 × 2 + 16) / 14 = 3; trail 2 × 3 below the high of 116.
    let mut text = String::from("timeframe 1m, trail atr=2\n");
    for minute in 15..30 {
        let wish = if minute == 29 { "| buy" } else { "" };
        let _ = writeln!(text, "09:{minute} 100 101 99 100 {wish}");
    }
    text += "09:30 100 101 99 100
             09:31 100 116 100 115
             09:32 115 115 109 112
             => long 10 @ 100.00 09:30 -> 110.00 09:32 trailingstop";
    check(&text);
}

#[test]
fn a_signal_at_the_close_that_moves_the_trail_still_exits() {
    check(
        "trail points=5
         09:15 100 101  99 100 | buy
         09:20 100 108  99 107 | exit
         09:25 106 107 105 106
         09:30 106 107 105 106
         => long 10 @ 100.00 09:20 -> 106.00 09:25 signal",
    );
}

#[test]
fn a_reversal_at_the_close_that_moves_the_trail_still_reverses() {
    check(
        "trail points=5
         09:15 100 101  99 100 | buy
         09:20 100 108  99 107 | sell
         09:25 106 107 105 106
         09:30 106 107 105 106
         => long 10 @ 100.00 09:20 -> 106.00 09:25 signal
         => open short 10 @ 106.00 09:25",
    );
}

#[test]
fn more_changes_than_a_broker_takes_are_carried_by_a_fresh_order() {
    let mut text = String::from("timeframe 1m, trail points=5\n09:15 100 101 99 100 | buy\n");
    for i in 0..30 {
        let (open, high) = (100 + i, 101 + i);
        let _ = writeln!(text, "09:{} {open} {high} {open} {high}", 16 + i);
    }
    // The last high is 130: the stop stands at 125.
    text += "09:46 130 130 120 121
             => long 10 @ 100.00 09:16 -> 125.00 09:46 trailingstop";
    check(&text);
}
