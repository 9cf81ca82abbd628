//! Buying power and the limits of risk, for one book.

use crate::story::check;

#[test]
fn delivery_is_paid_in_full() {
    check(
        "as told, product CNC, cash 1000
         09:15 100 101  99 100 | buy
         09:20 100 103 99 102
         => open long 10 @ 100.00 09:20",
    );
    check(
        "as told, product CNC, cash 999.99
         09:15 100 101  99 100 | buy
         09:20 100 103 99 102
         => refused long 10 buyingPower",
    );
}

#[test]
fn intraday_takes_a_fifth_and_carried_futures_fifteen_percent() {
    for (product, enough, short) in [("MIS", "200", "199.99"), ("NRML", "150", "149.99")] {
        check(&format!(
            "product {product}, cash {enough}
             09:15 100 101  99 100 | buy
             09:20 100 103 99 102
             => open long 10 @ 100.00 09:20"
        ));
        check(&format!(
            "product {product}, cash {short}
             09:15 100 101  99 100 | buy
             09:20 100 103 99 102
             => refused long 10 buyingPower"
        ));
    }
}

#[test]
fn a_bought_option_costs_its_premium_and_a_sold_one_margin_on_its_strike() {
    for (cash, end) in [("1000", "open long 10 @ 100.00 09:20"), ("999", "refused long 10 buyingPower")] {
        check(&format!(
            "as told, product NRML, strike 20000, cash {cash}
             09:15 100 101  99 100 | buy
             09:20 100 103 99 102
             => {end}"
        ));
    }
    for (cash, end) in [("30000", "open short 10 @ 100.00 09:20"), ("29999", "refused short 10 buyingPower")]
    {
        check(&format!(
            "as told, product NRML, strike 20000, cash {cash}
             09:15 100 101  99 100 | sell
             09:20 100 103 99 102
             => {end}"
        ));
    }
}

#[test]
fn a_wish_that_stands_is_refused_once() {
    check(
        "as told, product CNC, cash 500
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100 | buy
         09:25 100 101  99 100 | buy
         09:30  40  41  39  40 | buy
         09:35  45  46  44  45
         => open long 10 @ 45.00 09:35
         => refused long 10 buyingPower",
    );
}

#[test]
fn a_loss_that_was_realised_is_gone_from_buying_power() {
    // 1,000 less 50 lost: ten units at 98 do not fit, at 95 they do.
    check(
        "as told, product CNC, cash 1000, stop points=5
         09:15 100 101  99 100 | buy
         09:20 100 101  95  98 | buy
         09:25  98  99  95  95 | buy
         09:30  95  96  94  95
         => long 10 @ 100.00 09:20 -> 95.00 09:20 stop
         => open long 10 @ 95.00 09:30
         => refused long 10 buyingPower",
    );
}

#[test]
fn charges_paid_are_gone_from_buying_power() {
    // 1 % of 1,000 both ways: 980 are left of 1,000.
    for (price, end) in [("98", "=> open long 10 @ 98.00 09:30"), ("98.05", "=> refused long 10 buyingPower")]
    {
        check(&format!(
            "as told, product CNC, cash 1000, charges pct=1
             09:15 100 101  99 100 | buy
             09:20 100 101  99 100 | exit
             09:25 100 101  98 {price} | buy
             09:30  98 101  98 100
             => long 10 @ 100.00 09:20 -> 100.00 09:25 signal
             {end}"
        ));
    }
}

#[test]
fn a_reversal_frees_its_margin_first() {
    check(
        "product MIS, cash 220
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100 | sell
         09:25 100 101  99 100
         => long 10 @ 100.00 09:20 -> 100.00 09:25 signal
         => open short 10 @ 100.00 09:25",
    );
}

#[test]
fn a_quantity_is_whole_lots() {
    check(
        "qty 70, lot 75
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         => refused long 70 quantity",
    );
    check(
        "as told, size percent=50, lot 75, cash 100000
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         => open long 450 @ 100.00 09:20",
    );
    check(
        "size percent=1, lot 75, cash 100000
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         => refused long 0 quantity",
    );
}

#[test]
fn risk_sizing_loses_its_share_at_the_stop() {
    // 1 % of 100,000 over a stop 5 away: 200 units.
    check(
        "size risk=1, stop points=5, cash 100000
         09:15 100 101  99 100 | buy
         09:20 100 101  95 100
         => long 200 @ 100.00 09:20 -> 95.00 09:20 stop",
    );
}

#[test]
fn max_position_bounds_a_book() {
    check(
        "max-position 9
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         => refused long 10 maxPosition",
    );
    check(
        "max-position 10
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100 | sell
         09:25 100 101  99 100
         => long 10 @ 100.00 09:20 -> 100.00 09:25 signal
         => open short 10 @ 100.00 09:25",
    );
}

#[test]
fn max_trades_per_day_counts_entries_and_starts_anew() {
    check(
        "max-trades-per-day 1
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100 | exit
         09:25 100 101  99 100 | buy
         09:30 100 101  99 100
         d2 09:15 100 101  99 100 | buy
         d2 09:20 102 103 101 102
         => long 10 @ 100.00 09:20 -> 100.00 09:25 signal
         => open long 10 @ 102.00 d2 09:20
         => refused long 10 maxTradesPerDay",
    );
}

#[test]
fn daily_loss_flattens_and_locks_until_the_next_day() {
    check(
        "product MIS, max-daily-loss 50
         09:15 100 101  99 100 | buy
         09:20 100 101  95  95.05
         09:25  95  96  94  95
         09:30  94  95  93  94 | buy
         09:35  94  95  93  94
         d2 09:15 94 95 93 94 | buy
         d2 09:20 93 94 92 93
         => long 10 @ 100.00 09:20 -> 94.00 09:30 risk
         => open long 10 @ 93.00 d2 09:20
         => refused long 10 maxDailyLoss",
    );
}

#[test]
fn daily_loss_leaves_delivery_alone() {
    check(
        "as told, product CNC, max-daily-loss 50
         09:15 100 101  99 100 | buy
         09:20 100 101  90  90
         09:25  90  91  89  90 | exit
         09:30  88  89  87  88 | buy
         09:35  88  89  87  88
         => long 10 @ 100.00 09:20 -> 88.00 09:30 signal
         => refused long 10 maxDailyLoss",
    );
}

#[test]
fn daily_loss_counts_realised_losses_too() {
    check(
        "product MIS, max-daily-loss 50, stop points=5
         09:15 100 101  99 100 | buy
         09:20 100 101  95  95
         09:25  95  96  94  95 | buy
         09:30  95  96  94  95
         => long 10 @ 100.00 09:20 -> 95.00 09:20 stop
         => refused long 10 maxDailyLoss",
    );
}

#[test]
fn the_day_s_loss_is_counted_from_its_first_moment() {
    check(
        "product NRML, max-daily-loss 50
         09:15 100 101  99 100 | buy
         09:20 100 101  96  96
         d2 09:15 96 97 92 92
         d2 09:20 91.5 92 90.95 90.95
         d2 09:25 90 91 89 90
         => long 10 @ 100.00 09:20 -> 90.00 d2 09:25 risk",
    );
}
