//! Stops and targets inside bars.

use std::fmt::Write as _;

use crate::story::check;

#[test]
fn a_stop_is_done_at_its_price() {
    check(
        "stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 101 102  96  98
         => long 10 @ 102.00 09:20 -> 97.00 09:25 stop",
    );
}

#[test]
fn a_stop_is_hit_when_it_is_only_touched() {
    check(
        "stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 101 102  97  98
         => long 10 @ 102.00 09:20 -> 97.00 09:25 stop",
    );
    check(
        "stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 101 102  97.05  98
         => open long 10 @ 102.00 09:20",
    );
}

#[test]
fn a_gap_through_the_stop_is_done_at_the_open() {
    check(
        "stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25  95  96  94  95
         => long 10 @ 102.00 09:20 -> 95.00 09:25 stop",
    );
}

#[test]
fn a_triggered_stop_slips_at_its_price_and_at_a_gap() {
    check(
        "stop points=5, slippage ticks=2
         09:15 100 101  99 100 | buy
         09:20 101.9 103 101 102
         09:25 101 102  96  98
         => long 10 @ 102.00 09:20 -> 96.90 09:25 stop",
    );
    check(
        "stop points=5, slippage ticks=2
         09:15 100 101  99 100 | buy
         09:20 101.9 103 101 102
         09:25  95  96  94  95
         => long 10 @ 102.00 09:20 -> 94.90 09:25 stop",
    );
}

#[test]
fn a_stop_far_below_its_limit_is_still_done_at_the_open() {
    // The SL's limit, one band beyond its trigger, is beaten by the gap: it is chased at once.
    check(
        "stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25  80  81  79  80
         => long 10 @ 102.00 09:20 -> 80.00 09:25 stop",
    );
}

#[test]
fn a_target_needs_to_be_traded_through_by_a_tick() {
    check(
        "target points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 103 107 102 103
         => open long 10 @ 102.00 09:20",
    );
    check(
        "target points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 103 107.05 102 103
         => long 10 @ 102.00 09:20 -> 107.00 09:25 target",
    );
}

#[test]
fn with_touch_a_target_is_done_when_it_is_reached() {
    check(
        "target points=5, touch
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 103 107 102 103
         => long 10 @ 102.00 09:20 -> 107.00 09:25 target",
    );
}

#[test]
fn a_gap_over_the_target_is_done_at_the_open() {
    check(
        "target points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 109 110 108 109
         => long 10 @ 102.00 09:20 -> 109.00 09:25 target",
    );
    // The open is a price that traded: no tick beyond is needed.
    check(
        "target points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 107 107 106 106
         => long 10 @ 102.00 09:20 -> 107.00 09:25 target",
    );
}

#[test]
fn a_target_does_not_slip() {
    check(
        "target points=5, slippage ticks=2
         09:15 100 101  99 100 | buy
         09:20 101.9 103 101 102
         09:25 103 108 102 103
         => long 10 @ 102.00 09:20 -> 107.00 09:25 target",
    );
}

#[test]
fn a_target_with_a_stop_at_rest_is_done_the_same() {
    check(
        "stop points=5, target points=5, slippage ticks=2
         09:15 100 101  99 100 | buy
         09:20 101.9 103 101 102
         09:25 103 108 102 103
         => long 10 @ 102.00 09:20 -> 107.00 09:25 target",
    );
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 109 110 108 109
         => long 10 @ 102.00 09:20 -> 109.00 09:25 target",
    );
}

#[test]
fn stop_and_target_in_one_bar_is_the_stop() {
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 103 110  90 103
         => long 10 @ 102.00 09:20 -> 97.00 09:25 stop",
    );
}

#[test]
fn an_open_beyond_the_target_comes_before_the_stop_of_that_bar() {
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 108 110  90 103
         => long 10 @ 102.00 09:20 -> 108.00 09:25 target",
    );
}

#[test]
fn stop_and_target_live_in_the_bar_of_an_entry_at_its_open() {
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 102 103  96 102
         => long 10 @ 102.00 09:20 -> 97.00 09:20 stop",
    );
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 102 108 101 102
         => long 10 @ 102.00 09:20 -> 107.00 09:20 target",
    );
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy
         09:20 102 108  96 102
         => long 10 @ 102.00 09:20 -> 97.00 09:20 stop",
    );
}

#[test]
fn an_entry_at_the_close_is_not_stopped_by_the_bar_before_it() {
    check(
        "fill close, stop points=5, target points=5
         09:15 100 120  80 100 | buy
         09:20 101 102 100 101
         09:25 101 102  94 101
         => long 10 @ 100.00 09:20 -> 95.00 09:25 stop",
    );
}

#[test]
fn levels_are_counted_from_the_fill_and_rounded_against_the_trader() {
    // 1 % of 102.03 is 1.0203: stop 101.0097 → 101.00, target 103.0503 → 103.10.
    check(
        "as told, stop pct=1, target pct=1
         09:15 100 101  99 100 | buy
         09:20 102.03 102.5 102 102
         09:25 102 102.5 101 102
         => long 10 @ 102.03 09:20 -> 101.00 09:25 stop",
    );
    check(
        "as told, stop pct=1, target pct=1
         09:15 100 101  99 100 | buy
         09:20 102.03 102.5 102 102
         09:25 102 103.15 101.05 102
         => long 10 @ 102.03 09:20 -> 103.10 09:25 target",
    );
    // Short: stop 103.0503 → 103.10, target 101.0097 → 101.00.
    check(
        "as told, stop pct=1, target pct=1
         09:15 100 101  99 100 | sell
         09:20 102.03 102.5 102 102
         09:25 102 103.1 101.9 102
         => short 10 @ 102.03 09:20 -> 103.10 09:25 stop",
    );
    check(
        "as told, stop pct=1, target pct=1
         09:15 100 101  99 100 | sell
         09:20 102.03 102.5 102 102
         09:25 102 103.05 100.95 102
         => short 10 @ 102.03 09:20 -> 101.00 09:25 target",
    );
}

#[test]
fn a_stop_holds_overnight_and_is_done_at_a_gap() {
    check(
        "stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         d2 09:15 90 91 89 90
         => long 10 @ 102.00 09:20 -> 90.00 d2 09:15 stop",
    );
}

#[test]
fn a_signal_s_exit_takes_the_place_of_the_stop() {
    check(
        "stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | exit
         09:25 104 105  90 104
         09:30 104 105  90 104
         => long 10 @ 102.00 09:20 -> 104.00 09:25 signal",
    );
}

#[test]
fn after_a_stop_the_same_wish_enters_again() {
    check(
        "stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103  96 98 | buy
         09:25  99 100  98  99
         => long 10 @ 102.00 09:20 -> 97.00 09:20 stop
         => open long 10 @ 99.00 09:25",
    );
}

#[test]
fn distances_in_average_true_ranges_wait_until_there_is_one() {
    // Fourteen true ranges of 2 and the first bar, which has none: the stop is 3 × 2 away. Wilder 1978.
    let mut text = String::from("stop atr=3\n");
    for minute in 15..30 {
        let wish = if minute >= 28 { "| buy" } else { "" };
        let _ = writeln!(text, "09:{minute} 100 101 99 100 {wish}");
    }
    text += "09:30 100 101 99 100
             09:31 100 101 93 100
             => long 10 @ 100.00 09:30 -> 94.00 09:31 stop
             => refused long 0 stopDistance";
    check(&format!("timeframe 1m, {text}"));
}
