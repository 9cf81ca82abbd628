//! Market orders: the next open, slippage, `--fill close`.

use crate::story::check;

#[test]
fn a_market_order_trades_at_the_next_open() {
    check(
        "09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         09:25 103 104 102 103 | exit
         09:30 101 102 100 101
         => long 10 @ 102.00 09:20 -> 101.00 09:30 signal",
    );
}

#[test]
fn an_open_off_the_tick_is_filled_as_it_stands() {
    check(
        "09:15 100 101  99 100 | buy
         09:20 102.0333 103 101 102
         => open long 10 @ 102.0333 09:20",
    );
}

#[test]
fn slippage_in_ticks_is_paid_on_the_way_in_and_out() {
    check(
        "slippage ticks=2
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | exit
         09:25 101 102 100 101
         => long 10 @ 102.10 09:20 -> 100.90 09:25 signal",
    );
}

#[test]
fn slippage_in_basis_points_is_a_share_of_the_price() {
    check(
        "as told, slippage bps=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | exit
         09:25 101 102 100 101
         => long 10 @ 102.0510 09:20 -> 100.9495 09:25 signal",
    );
    check(
        "as told, slippage bps=5
         09:15 100 101  99 100 | sell
         09:20 102 103 101 102 | exit
         09:25 101 102 100 101
         => short 10 @ 101.9490 09:20 -> 101.0505 09:25 signal",
    );
}

#[test]
fn slippage_is_not_clamped_to_the_range_of_the_bar() {
    check(
        "slippage ticks=20
         09:15 100 101  99 100 | buy
         09:20 102 102 102 102
         => open long 10 @ 103.00 09:20",
    );
}

#[test]
fn no_slippage_is_the_default() {
    check(
        "slippage 0
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102
         => open long 10 @ 102.00 09:20",
    );
}

#[test]
fn an_order_for_the_close_trades_at_the_bar_that_decided_it() {
    check(
        "fill close, slippage ticks=1
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | exit
         09:25 90 91 89 90
         => long 10 @ 100.05 09:20 -> 101.95 09:25 signal",
    );
}

#[test]
fn a_signal_on_the_last_bar_is_not_filled() {
    check(
        "09:15 100 101  99 100
         09:20 102 103 101 102 | buy
         => nothing",
    );
}

#[test]
fn a_carried_order_trades_at_the_next_day_s_open() {
    check(
        "09:15 100 101  99 100 | buy
         d2 09:15 105 106 104 105
         => open long 10 @ 105.00 d2 09:15",
    );
}

#[test]
fn a_wish_for_what_is_held_already_does_nothing() {
    check(
        "09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | buy
         09:25 103 104 102 103
         => open long 10 @ 102.00 09:20",
    );
}

#[test]
fn only_allowed_sides_are_entered_and_the_other_one_still_exits() {
    check(
        "side long
         09:15 100 101  99 100 | sell
         09:20 102 103 101 102 | buy
         09:25 103 104 102 103 | sell
         09:30 104 105 103 104
         => long 10 @ 103.00 09:25 -> 104.00 09:30 signal",
    );
}
