//! From one side to the other.

use crate::story::check;

#[test]
fn a_reversal_is_one_fill_for_both_sides() {
    check(
        "09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | sell
         09:25 101 102 100 101
         => long 10 @ 102.00 09:20 -> 101.00 09:25 signal
         => open short 10 @ 101.00 09:25",
    );
}

#[test]
fn a_reversal_with_a_stop_at_rest_trades_at_the_same_open() {
    check(
        "stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | sell
         09:25 101 102 100 101
         09:30 101 106 100 101
         => long 10 @ 102.00 09:20 -> 101.00 09:25 signal
         => short 10 @ 101.00 09:25 -> 106.00 09:30 stop",
    );
}

#[test]
fn a_reversal_above_the_freeze_quantity_is_sliced_and_whole() {
    check(
        "freeze 15, qty 20
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | sell
         09:25 101 102 100 101
         => long 20 @ 102.00 09:20 -> 101.00 09:25 signal
         => open short 20 @ 101.00 09:25",
    );
    check(
        "freeze 15, qty 40, stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | sell
         09:25 101 102 100 101
         09:30 101 106 100 101
         => long 40 @ 102.00 09:20 -> 101.00 09:25 signal
         => short 40 @ 101.00 09:25 -> 106.00 09:30 stop",
    );
}

#[test]
fn a_reversal_into_a_resting_entry_exits_first() {
    check(
        "09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | sell limit 105
         09:25 101 102 100 101
         09:30 101 106 100 101
         => long 10 @ 102.00 09:20 -> 101.00 09:25 signal
         => open short 10 @ 105.00 09:30",
    );
}

#[test]
fn a_refused_reversal_still_exits() {
    check(
        "max-trades-per-day 1
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | sell
         09:25 101 102 100 101
         => long 10 @ 102.00 09:20 -> 101.00 09:25 signal
         => refused short 10 maxTradesPerDay",
    );
    check(
        "max-trades-per-day 1, stop points=5
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | sell
         09:25 101 102 100 101
         => long 10 @ 102.00 09:20 -> 101.00 09:25 signal
         => refused short 10 maxTradesPerDay",
    );
}

#[test]
fn the_two_halves_of_a_reversal_share_one_order_s_brokerage() {
    // Dhan intraday: 0.03 % capped at 20 an order. The order of 2,000 units is worth 202,000: capped once, not twice.
    let outcome = crate::story::outcome(
        "qty 1000, product MIS, charges dhan
         09:15 100 101  99 100 | buy
         09:20 102 103 101 102 | sell
         09:25 101 102 100 101 | buy
         09:30 101 102 100 101",
    );
    let total: domain::Money = outcome.trades.iter().map(|t| t.charges.brokerage).sum::<domain::Money>()
        + outcome.open.iter().map(|p| p.charges.brokerage).sum();
    assert_eq!(total, domain::Money::rupees(20 * 3));
}
