//! Entries that rest: limits and stops, the fill inside a bar, and what its stop and target may do in that bar.

use std::fmt::Write as _;

use crate::story::check;

#[test]
fn a_limit_entry_is_done_at_its_price_once_traded_through() {
    check(
        "09:15 100 101  99 100 | buy limit 97
         09:20 100 101  97 100
         09:25 100 101  96.95 100
         => open long 10 @ 97.00 09:25",
    );
}

#[test]
fn a_limit_entry_gets_a_better_open() {
    check(
        "slippage ticks=3
         09:15 100 101  99 100 | buy limit 97
         09:20  95  96  94  95
         => open long 10 @ 95.00 09:20",
    );
    check(
        "09:15 100 101  99 100 | buy limit 97
         09:20  97  98  97  98
         => open long 10 @ 97.00 09:20",
    );
}

#[test]
fn a_limit_entry_with_touch_is_done_when_reached() {
    check(
        "touch
         09:15 100 101  99 100 | buy limit 97
         09:20 100 101  97 100
         => open long 10 @ 97.00 09:20",
    );
}

#[test]
fn a_limit_is_rounded_so_that_no_more_is_paid() {
    check(
        "09:15 100 101  99 100 | buy limit 97.04
         09:20 100 101  96 100
         => open long 10 @ 97.00 09:20",
    );
}

#[test]
fn a_stop_entry_triggers_on_a_touch_and_slips() {
    check(
        "slippage ticks=1
         09:15 100 101  99 100 | buy stop 104
         09:20 100 103.95  99 100
         09:25 100 104  99 100
         => open long 10 @ 104.05 09:25",
    );
}

#[test]
fn a_stop_entry_at_a_gap_gets_the_open() {
    check(
        "09:15 100 101  99 100 | buy stop 104
         09:20 106 107 105 106
         => open long 10 @ 106.00 09:20",
    );
}

#[test]
fn a_stop_entry_is_rounded_away_from_the_market() {
    check(
        "09:15 100 101  99 100 | buy stop 104.01
         09:20 100 104  99 100
         09:25 100 104.05  99 100
         => open long 10 @ 104.05 09:25",
    );
}

#[test]
fn a_resting_entry_is_good_for_its_day() {
    check(
        "09:15 100 101  99 100 | buy limit 97
         09:20 100 101  99 100
         d2 09:15 100 101  99 100
         d2 09:20 100 101  90 100
         => nothing",
    );
}

#[test]
fn a_resting_entry_decided_at_a_day_s_last_close_is_good_for_the_next_day() {
    check(
        "timeframe 1d
         09:15 100 101  99 100 | buy limit 97
         d2 09:15 100 101  96 100
         => open long 10 @ 97.00 d2 09:15",
    );
    check(
        "timeframe 1d
         09:15 100 101  99 100 | buy limit 97
         d2 09:15 100 101  98 100
         d3 09:15 100 101  90 100
         => nothing",
    );
}

#[test]
fn a_resting_entry_does_not_trade_at_the_bar_that_decided_it() {
    check(
        "09:15 100 101  90 100 | buy limit 97
         09:20 100 101  98 100
         => nothing",
    );
}

#[test]
fn entered_inside_the_bar_the_stop_can_hit_in_it() {
    // The low came at or after the entry at 97, as far as anybody knows.
    check(
        "stop points=2, target points=5
         09:15 100 101  99 100 | buy limit 97
         09:20 100 101  95 100
         => long 10 @ 97.00 09:20 -> 95.00 09:20 stop",
    );
    check(
        "stop points=2, target points=5
         09:15 100 101  99 100 | buy stop 104
         09:20 100 105  99 105
         => long 10 @ 104.00 09:20 -> 102.00 09:20 stop",
    );
}

#[test]
fn entered_inside_the_bar_the_target_counts_only_if_the_close_proves_it() {
    // The high of 103 may have come before the entry at 97.
    check(
        "target points=5
         09:15 100 101  99 100 | buy limit 97
         09:20 100 103  96 101
         => open long 10 @ 97.00 09:20",
    );
    check(
        "target points=5
         09:15 100 101  99 100 | buy limit 97
         09:20 100 103  96 102
         => long 10 @ 97.00 09:20 -> 102.00 09:20 target",
    );
}

#[test]
fn entered_inside_a_bar_with_both_levels_is_the_stop_even_if_it_closes_at_the_target() {
    check(
        "stop points=2, target points=5
         09:15 100 101  99 100 | buy limit 97
         09:20 100 103  94 103
         => long 10 @ 97.00 09:20 -> 95.00 09:20 stop",
    );
}

#[test]
fn entered_at_a_gap_open_both_levels_live_in_the_bar() {
    check(
        "stop points=2, target points=5
         09:15 100 101  99 100 | buy limit 97
         09:20  96 102  95  96
         => long 10 @ 96.00 09:20 -> 101.00 09:20 target",
    );
}

#[test]
fn entered_inside_the_bar_the_next_bar_is_an_ordinary_one() {
    check(
        "stop points=5, target points=5
         09:15 100 101  99 100 | buy limit 97
         09:20 100 101  96  98
         09:25  98 103  98  99
         => long 10 @ 97.00 09:20 -> 102.00 09:25 target",
    );
}

#[test]
fn a_wish_for_the_other_side_takes_the_resting_entry_back() {
    check(
        "09:15 100 101  99 100 | buy limit 97
         09:20 100 101  99 100 | sell
         09:25 100 101  90 100
         => open short 10 @ 100.00 09:25",
    );
}

#[test]
fn a_repeated_wish_leaves_the_resting_entry_where_it_is() {
    check(
        "09:15 100 101  99 100 | buy limit 97
         09:20 100 101  99 100 | buy limit 98
         09:25 100 101  97.5 100
         09:30 100 101  96 100
         => open long 10 @ 97.00 09:30",
    );
}

#[test]
fn stops_in_average_true_ranges_are_those_of_the_last_close_before_the_fill() {
    // The range doubles while the limit rests; the stop is 2 of the newer ranges away: 2 → 4 is smoothed by 1/14.
    let mut text = String::from("timeframe 1m, stop atr=2\n");
    for minute in 15..29 {
        let _ = writeln!(text, "09:{minute} 100 101 99 100");
    }
    text += "09:29 100 101 99 100 | buy limit 95
             09:30 100 116 100 100
             09:31 100 101  94 100
             09:32  95  96  85  90
             => long 10 @ 95.00 09:31 -> 89.00 09:32 stop";
    check(&text);
}
