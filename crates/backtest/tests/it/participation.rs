//! At most a share of a bar's volume trades with us.

use crate::story::check;

#[test]
fn what_the_volume_does_not_carry_waits() {
    check(
        "participation 10%
         09:15 100 101  99 100 100 | buy
         09:20 102 103 101 102 60
         09:25 104 105 103 104 1000
         => open long 10 @ 102.80 09:20",
    );
}

#[test]
fn part_of_a_unit_does_not_trade() {
    check(
        "participation 10%
         09:15 100 101  99 100 100 | buy
         09:20 102 103 101 102 9
         09:25 104 105 103 104 1000
         => open long 10 @ 104.00 09:25",
    );
}

#[test]
fn a_source_without_volume_has_no_cap() {
    check(
        "participation 10%
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         => open long 10 @ 102.00 09:20",
    );
}

#[test]
fn the_stop_guards_what_has_been_filled_and_grows_with_it() {
    // 6 at 102, stop 97; then 4 more at 104: the average is 102.80, the stop 97.80 for all 10.
    check(
        "participation 10%, stop points=5
         09:15 100 101  99 100 100 | buy
         09:20 102 103 101 102 60
         09:25 104 105 103 104 1000
         09:30 104 105  97.80 104 1000
         => long 10 @ 102.80 09:20 -> 97.80 09:30 stop",
    );
}

#[test]
fn a_stop_that_the_volume_does_not_carry_goes_on_at_the_next_open() {
    check(
        "participation 10%, stop points=5
         09:15 100 101  99 100 100 | buy
         09:20 102 103 101 102 1000
         09:25 101 102  96  98 60
         09:30  99 100  98  99 1000
         => long 10 @ 102.00 09:20 -> 97.80 09:30 stop",
    );
}

#[test]
fn an_entry_s_last_fill_and_half_of_its_stop_in_one_bar_add_up() {
    // Room for 8 in the second bar: 4 to the limit, which was first, 4 to the stop, enlarged too late.
    check(
        "participation 10%, stop points=2
         09:15 100 101  99 100 100 | buy limit 97
         09:20 100 101  96 98 60
         09:25  98  99  94 95 80
         09:30  96  97  93 96 1000
         => long 10 @ 97.00 09:20 -> 95.60 09:30 stop",
    );
}

#[test]
fn a_triggered_stop_stays_triggered_whatever_the_trail_says() {
    // Triggered at 95 with room for 6; the high of that bar would trail the rest to 105.
    check(
        "participation 10%, trail points=5
         09:15 100 101  99 100 100 | buy
         09:20 100 100  99 100 1000
         09:25 100 110  94 109 60
         09:30 108 109 107 108 1000
         => long 10 @ 100.00 09:20 -> 100.20 09:30 stop",
    );
}

#[test]
fn a_triggered_stop_is_not_turned_into_a_target() {
    check(
        "participation 10%, stop points=5, target points=5
         09:15 100 101  99 100 100 | buy
         09:20 100 100  99 100 1000
         09:25 100 106  94 100 9
         09:30 101 102 100 101 1000
         => long 10 @ 100.00 09:20 -> 101.00 09:30 stop",
    );
}

#[test]
fn what_the_target_leaves_over_is_still_guarded_by_the_stop() {
    check(
        "participation 10%, stop points=5, target points=5
         09:15 100 101  99 100 100 | buy
         09:20 100 100  99 100 1000
         09:25 100 106 100 104 60
         09:30 104 104  94  96 1000
         => long 10 @ 100.00 09:20 -> 101.00 09:30 stop",
    );
}

#[test]
fn a_signal_takes_out_what_the_target_left_over() {
    check(
        "participation 10%, target points=5
         09:15 100 101  99 100 100 | buy
         09:20 100 100  99 100 1000
         09:25 100 106 100 104 60 | exit
         09:30 103 104 102 103 1000
         => long 10 @ 100.00 09:20 -> 104.20 09:30 signal",
    );
}

#[test]
fn the_time_exit_takes_out_what_the_target_left_over() {
    check(
        "participation 10%, target points=5, product MIS, square-off 15:10
         15:00 100 101  99 100 100 | buy
         15:05 100 106 100 104 160
         15:10 103 104 102 103 1000
         15:15 110 111 109 110 1000
         => long 10 @ 100.00 15:05 -> 104.20 15:10 squareoff",
    );
}

#[test]
fn an_exit_signal_takes_back_what_has_not_been_filled() {
    check(
        "participation 10%
         09:15 100 101  99 100 100 | buy
         09:20 102 103 101 102 60 | exit
         09:25 104 105 103 104 1000
         => long 6 @ 102.00 09:20 -> 104.00 09:25 signal",
    );
}

#[test]
fn a_fill_at_the_close_is_capped_by_its_own_bar() {
    check(
        "participation 10%, fill close
         09:15 100 101  99 100 1000
         09:20 100 101  99 100 60 | buy
         09:25 104 105 103 104 1000
         => open long 10 @ 101.60 09:25",
    );
}

#[test]
fn finer_bars_share_the_volume_of_their_bar() {
    // Room for 6 in the whole bar: the rest of the stop waits for the next open.
    check(
        "participation 10%, stop points=5, target points=5
         09:15 100 101  99 100 100 | buy
         09:20 100 101  99 100 1000
         09:25 100 110  90 100 60
         . 09:25 100 101  94  96 30
         . 09:26  96 110  90 100 30
         09:30  99 100  98  99 1000
         => long 10 @ 100.00 09:20 -> 96.60 09:30 stop",
    );
}
