//! Square-off and time exits.

use crate::story::check;

#[test]
fn the_book_is_flat_from_the_first_bar_at_the_time() {
    check(
        "product MIS, square-off 15:10
         15:00 100 101  99 100 | buy
         15:05 102 103 101 102
         15:10 104 105 103 104
         15:15 110 111 109 110
         => long 10 @ 102.00 15:05 -> 104.00 15:10 squareoff",
    );
}

#[test]
fn a_bar_that_only_spans_the_time_is_not_the_one() {
    check(
        "product MIS, square-off 15:12
         15:00 100 101  99 100 | buy
         15:05 102 103 101 102
         15:10 104 105 103 104
         15:15 110 111 109 110
         => long 10 @ 102.00 15:05 -> 110.00 15:15 squareoff",
    );
}

#[test]
fn the_exit_at_the_time_slips_like_a_market_order() {
    check(
        "product MIS, square-off 15:10, slippage ticks=1
         15:00 100 101  99 100 | buy
         15:05 101.95 103 101 102
         15:10 104 105 103 104
         => long 10 @ 102.00 15:05 -> 103.95 15:10 squareoff",
    );
}

#[test]
fn without_a_bar_at_or_after_the_time_it_is_the_day_s_last_close() {
    check(
        "product MIS, square-off 15:10, slippage ticks=1
         14:55 100 101  99 100 | buy
         15:00 101.95 103 101 102
         15:05 104 105 103 104
         d2 09:15 90 91 89 90
         => long 10 @ 102.00 15:00 -> 103.95 15:10 squareoff",
    );
}

#[test]
fn the_last_close_counts_after_the_stop_of_that_bar() {
    check(
        "product MIS, square-off 15:10, stop points=5
         14:55 100 101  99 100 | buy
         15:00 102 103 101 102
         15:05 104 105  96 104
         d2 09:15 90 91 89 90
         => long 10 @ 102.00 15:00 -> 97.00 15:05 stop",
    );
}

#[test]
fn there_is_no_entry_after_the_time() {
    check(
        "product MIS, square-off 15:10
         15:00 100 101  99 100
         15:05 102 103 101 102 | buy
         15:10 104 105 103 104 | buy
         15:15 105 106 104 105 | buy
         d2 09:15 90 91 89 90
         => nothing",
    );
}

#[test]
fn an_entry_may_still_trade_in_the_last_bar_before_the_time() {
    check(
        "product MIS, square-off 15:10
         15:00 100 101  99 100 | buy
         15:05 102 103 101 102
         15:10 104 105 103 104
         => long 10 @ 102.00 15:05 -> 104.00 15:10 squareoff",
    );
}

#[test]
fn an_entry_that_finds_no_bar_before_the_time_is_taken_back() {
    check(
        "product MIS, square-off 15:10
         15:00 100 101  99 100 | buy
         15:15 102 103 101 102
         15:20 104 105 103 104
         => nothing",
    );
}

#[test]
fn a_resting_entry_is_taken_back_at_the_time() {
    check(
        "product MIS, square-off 15:10
         15:00 100 101  99 100 | buy limit 97
         15:05 100 101  99 100
         15:10 100 101  90 100
         => nothing",
    );
}

#[test]
fn an_intraday_entry_is_not_carried_overnight() {
    // The day's data end before the square-off: the entry could only trade tomorrow.
    check(
        "product MIS, square-off 15:10
         09:15 100 101  99 100
         09:20 102 103 101 102 | buy
         d2 09:15 90 91 89 90
         d2 09:20 90 91 89 90
         => nothing",
    );
}

#[test]
fn the_next_day_is_traded_again() {
    check(
        "product MIS, square-off 15:10
         15:05 100 101  99 100
         15:10 102 103 101 102 | buy
         d2 09:15 90 91 89 90 | buy
         d2 09:20 91 92 90 91
         d2 15:10 95 96 94 95
         => long 10 @ 91.00 d2 09:20 -> 95.00 d2 15:10 squareoff",
    );
}

#[test]
fn a_carried_product_with_a_time_exit_is_flat_by_it_too() {
    check(
        "product NRML, square-off 15:20
         15:10 100 101  99 100 | buy
         15:15 102 103 101 102
         15:20 104 105 103 104
         15:25 110 111 109 110
         => long 10 @ 102.00 15:15 -> 104.00 15:20 squareoff",
    );
}

#[test]
fn a_daily_intraday_trade_opens_and_closes_within_its_bar() {
    check(
        "product MIS, square-off 15:10, timeframe 1d
         09:15 100 101  99 100 | buy
         d2 09:15 102 106 101 105
         d3 09:15 90 91 89 90
         => long 10 @ 102.00 d2 09:15 -> 105.00 d2 15:30 squareoff",
    );
}

#[test]
fn a_signal_and_the_time_in_one_bar_exit_once() {
    check(
        "product MIS, square-off 15:10
         15:00 100 101  99 100 | buy
         15:05 102 103 101 102 | exit
         15:10 104 105 103 104
         15:15 110 111 109 110
         => long 10 @ 102.00 15:05 -> 104.00 15:10 signal",
    );
}

#[test]
fn with_fills_at_the_close_nothing_is_opened_at_the_day_s_last_close() {
    check(
        "product MIS, square-off 15:10, fill close
         15:00 100 101  99 100 | buy
         15:05 102 103 101 102 | buy
         d2 09:15 90 91 89 90
         => long 10 @ 100.00 15:05 -> 102.00 15:10 squareoff",
    );
}
