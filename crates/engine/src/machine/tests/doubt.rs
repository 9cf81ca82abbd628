//! Requests without an answer, and answers that come twice, late or out of order.

use domain::order::OrderState;
use domain::{Price, Qty};

use super::desk::check;

#[test]
fn a_send_without_an_answer_is_asked_for_and_never_sent_again() {
    let desk = check(
        "close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         timeout 0       => ask 0
         close 100 buy   =>
         timer           => ask 0, incident indoubt
         seen 0 working 0 => | +0
         trade 1 0 10 100 => | +10",
    );
    assert_eq!(desk.state(0), OrderState::Filled);
}

#[test]
fn two_good_readings_ten_seconds_apart_say_that_it_never_arrived() {
    let desk = check(
        "close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         timeout 0       => ask 0
         missing 0       =>
         close 100 buy   =>
         missing 0       =>
         close 100 buy   => persist 1 buy 10 market",
    );
    assert_eq!(desk.state(0), OrderState::NeverArrived);
}

#[test]
fn two_readings_less_than_ten_seconds_apart_say_nothing() {
    let mut desk = check(
        "close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         timeout 0       => ask 0
         missing 0       =>",
    );
    desk.at_once("missing 0");
    assert_eq!(desk.state(0), OrderState::Unknown { filled: Qty::ZERO });
}

#[test]
fn an_order_that_came_after_all_is_taken_back_and_what_it_traded_is_real() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         timeout 0       => ask 0
         missing 0       =>
         missing 0       =>
         trade 1 0 4 100 => incident cameafterall, cancel 0, persist 1 sell 4 stop 95.00 | +4
         seen 0 cancelled 4 => | +4",
    );
}

#[test]
fn a_trade_told_twice_is_counted_once() {
    check(
        "close 100 buy    => persist 0 buy 10 market
         commit 0         => place 0 buy 10 market
         trade 7 0 4 100  => | +4
         trade 7 0 4 100  => | +4
         accept 0         =>
         trade 8 0 4 100  => | +8
         trade 7 0 4 100  => | +8",
    );
}

#[test]
fn a_row_that_counts_more_than_was_told_asks_for_the_trades() {
    let desk = check(
        "pause            =>
         resume           =>
         close 100 buy    => persist 0 buy 10 market
         commit 0         => place 0 buy 10 market
         accept 0         =>
         pause            => cancel 0
         seen 0 cancelled 6 => ask 0 | +0
         trade 1 0 6 100  => | +6
         seen 0 cancelled 6 => | +6",
    );
    assert_eq!(desk.state(0), OrderState::Cancelled { filled: Qty::units(6) });
}

#[test]
fn a_report_of_an_order_that_is_not_ours_is_an_incident() {
    check("accept 9 => incident unknownorder\ntrade 1 9 5 100 => incident unknownorder | +0");
}

#[test]
fn a_change_without_an_answer_is_asked_for_and_the_old_terms_hold() {
    let desk = check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 10 100   => persist 1 sell 10 stop 95.00
         commit 1        => place 1 sell 10 stop 95.00
         accept 1
         close 101 exit  => modify 1 sell 10 market
         timeout 1       => ask 1
         seen 1 working 0 =>
         seen 1 working 0 => modify 1 sell 10 market
         timeout 1       => ask 1
         seen-changed 1  =>
         trade 1 1 10 101 => closed 10 signal | +0",
    );
    assert_eq!(desk.state(1), OrderState::Filled);
}

#[test]
fn a_refused_change_restores_the_stop_and_is_tried_twice_more() {
    let desk = check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 10 100   => persist 1 sell 10 stop 95.00
         commit 1        => place 1 sell 10 stop 95.00
         accept 1
         close 101 exit  => modify 1 sell 10 market
         refused 1       => modify 1 sell 10 market
         refused 1       => modify 1 sell 10 market
         refused 1       => cancel 1
         seen 1 cancelled 0 => persist 2 sell 10 market | +10",
    );
    assert_eq!(desk.engine.orders()[1].confirmed().terms.on_the_wire().0, Some(Price::rupees(95)));
}

#[test]
fn a_refused_cancel_is_asked_for_and_tried_again() {
    check(
        "close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         pause           => cancel 0
         uncancelled 0   => ask 0
         seen 0 working 0 => cancel 0
         seen 0 cancelled 0 => | +0",
    );
}

#[test]
fn a_cancel_never_overtakes_the_order() {
    check(
        "close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         pause           =>
         accept 0        => cancel 0",
    );
}

#[test]
fn after_a_restart_what_was_on_its_way_is_asked_for() {
    let desk = check(
        "close 100 buy   => persist 0 buy 10 market
         restarted       => ask 0
         commit 0        =>
         seen 0 working 0 =>",
    );
    assert_eq!(desk.state(0), OrderState::Open);
}

#[test]
fn a_doubt_of_half_a_minute_is_an_incident() {
    check(
        "close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         timeout 0       => ask 0
         timer           => ask 0, incident indoubt
         timer           => ask 0 | +0",
    );
}

#[test]
fn an_entry_that_a_busy_broker_rejected_is_placed_twice_more_under_new_ids() {
    check(
        "close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         busy 0          => persist 1 buy 10 market
         commit 1        => place 1 buy 10 market
         busy 1          => persist 2 buy 10 market
         commit 2        => place 2 buy 10 market
         busy 2          => | +0",
    );
}
