//! Several books on one account: what they share and where they must not meet.

use crate::story::check_together;

/// Bars that do nothing.
const QUIET: &str = "
    09:15 100 101  99 100
    09:20 100 101  99 100
    09:25 100 101  99 100";

const LONG: &str = "
    09:15 100 101  99 100 | buy
    09:20 100 101  99 100
    09:25 100 101  99 100";

const SHORT: &str = "
    09:15 100 101  99 100 | sell
    09:20 100 101  99 100
    09:25 100 101  99 100";

#[test]
fn two_wishes_at_one_close_do_not_spend_the_same_cash() {
    check_together(&[
        &format!(
            "product MIS, cash 399
             {LONG}
             => b0 open long 10 @ 100.00 09:20
             => b1 refused long 10 buyingPower"
        ),
        &format!("product MIS, instrument 1 {LONG}"),
    ]);
    check_together(&[
        &format!(
            "product MIS, cash 400
             {LONG}
             => b0 open long 10 @ 100.00 09:20
             => b1 open long 10 @ 100.00 09:20"
        ),
        &format!("product MIS, instrument 1 {LONG}"),
    ]);
}

#[test]
fn an_entry_that_rests_holds_its_cash_and_gives_it_back() {
    check_together(&[
        "as told, product MIS, cash 200
         09:15 100 101  99 100 | buy limit 90
         09:20 100 101  99 100
         09:25 100 101  99 100
         => b1 refused long 10 buyingPower",
        "product MIS, instrument 1
         09:15 100 101  99 100
         09:20 100 101  99 100 | buy
         09:25 100 101  99 100",
    ]);
    // Good for its day: on the next one the cash is free.
    check_together(&[
        "as told, product NRML, cash 150
         09:15 100 101  99 100 | buy limit 90
         09:20 100 101  99 100
         d2 09:15 100 101  99 100
         d2 09:20 100 101  99 100
         => b1 open long 10 @ 100.00 d2 09:20",
        "product NRML, instrument 1
         09:15 100 101  99 100
         d2 09:15 100 101  99 100 | buy
         d2 09:20 100 101  99 100",
    ]);
}

#[test]
fn cash_is_free_again_once_a_position_is_closed() {
    check_together(&[
        "product MIS, cash 200
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100 | exit
         09:25 100 101  99 100
         09:30 100 101  99 100
         => b0 long 10 @ 100.00 09:20 -> 100.00 09:25 signal
         => b1 open long 10 @ 100.00 09:30",
        "product MIS, instrument 1
         09:15 100 101  99 100
         09:20 100 101  99 100
         09:25 100 101  99 100 | buy
         09:30 100 101  99 100",
    ]);
}

#[test]
fn max_open_positions_counts_entries_on_their_way() {
    check_together(&[
        &format!(
            "max-open-positions 1
             {LONG}
             => b0 open long 10 @ 100.00 09:20
             => b1 refused long 10 maxOpenPositions"
        ),
        &format!("instrument 1 {LONG}"),
    ]);
}

#[test]
fn a_reversal_needs_no_second_place_among_open_positions() {
    check_together(&[
        "max-open-positions 1
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100 | sell
         09:25 100 101  99 100
         => b0 long 10 @ 100.00 09:20 -> 100.00 09:25 signal
         => b0 open short 10 @ 100.00 09:25",
        &format!("instrument 1 {QUIET}"),
    ]);
}

#[test]
fn opposite_books_in_one_instrument_are_refused() {
    check_together(&[
        "09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         09:25 100 101  99 100
         => b0 open long 10 @ 100.00 09:20
         => b1 refused short 10 oppositeBooks",
        "09:15 100 101  99 100
         09:20 100 101  99 100 | sell
         09:25 100 101  99 100",
    ]);
}

#[test]
fn opposite_wishes_at_one_close_are_refused_too() {
    check_together(&[
        &format!(
            "{LONG}
             => b0 open long 10 @ 100.00 09:20
             => b1 refused short 10 oppositeBooks"
        ),
        SHORT,
    ]);
}

#[test]
fn opposite_books_are_allowed_by_a_setting_and_in_other_instruments() {
    let end = "=> b0 open long 10 @ 100.00 09:20
               => b1 open short 10 @ 100.00 09:20";
    check_together(&[&format!("allow-opposite-books {LONG}\n{end}"), SHORT]);
    check_together(&[&format!("{LONG}\n{end}"), &format!("instrument 1 {SHORT}")]);
}

#[test]
fn books_on_one_side_share_an_instrument() {
    check_together(&[
        &format!(
            "{LONG}
             => b0 open long 10 @ 100.00 09:20
             => b1 open long 10 @ 100.00 09:20"
        ),
        LONG,
    ]);
}

#[test]
fn daily_loss_flattens_intraday_and_derivatives_and_leaves_delivery() {
    check_together(&[
        "as told, product CNC, max-daily-loss 200
         09:15 100 101  99 100 | buy
         09:20 100 101  90  90
         09:25  90  91  89  90
         09:30  88  89  87  88
         => b1 long 10 @ 100.00 09:20 -> 90.00 09:25 risk
         => b2 long 10 @ 100.00 09:20 -> 90.00 09:25 risk
         => b0 open long 10 @ 100.00 09:20",
        "product MIS, instrument 1
         09:15 100 101  99 100 | buy
         09:20 100 101  95  95
         09:25  90  91  89  90
         09:30  88  89  87  88",
        "product NRML, instrument 2
         09:15 100 101  99 100 | buy
         09:20 100 101  95  95
         09:25  90  91  89  90
         09:30  88  89  87  88",
    ]);
}

#[test]
fn a_book_of_longer_bars_is_flattened_at_its_next_price_not_at_a_past_one() {
    // The one-minute book breaks the limit at 09:27, inside the other's bar of 09:25.
    check_together(&[
        "product MIS, timeframe 5m, max-daily-loss 50
         09:15 100 101  99 100 | buy
         09:20 100 101  99 100
         09:25 104 105  99 100
         09:30  98  99  97  98
         => b1 long 10 @ 100.00 09:26 -> 94.00 09:27 risk
         => b0 long 10 @ 100.00 09:20 -> 98.00 09:30 risk",
        "product MIS, timeframe 1m, instrument 1
         09:25 100 101  99 100 | buy
         09:26 100 101  95  95
         09:27  94  95  94  94
         09:28  94  95  94  94
         09:29  94  95  94  94",
    ]);
}

#[test]
fn a_delivery_book_is_judged_when_another_book_s_bar_closes() {
    check_together(&[
        "as told, product CNC, timeframe 5m, max-daily-loss 50
         09:15 100 101  99 100 | buy
         09:20 100 101  94  94
         09:25  94  95  93  94
         => b0 open long 10 @ 100.00 09:20
         => b1 refused long 10 maxDailyLoss",
        "product MIS, timeframe 1m, instrument 1
         09:24 100 101  99 100
         09:25 100 101  99 100 | buy
         09:26 100 101  99 100",
    ]);
}
