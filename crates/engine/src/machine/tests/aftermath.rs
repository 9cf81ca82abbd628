//! What comes after a position was to be flat, after a target that did not trade, and after an exit that got lost.

use domain::Qty;
use domain::order::OrderState;

use super::desk::check;

#[test]
fn an_entry_that_trades_after_all_must_be_flat_is_closed_again() {
    check(
        "broker
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         flatten         =>
         fill 0 4 100    => persist 1 sell 4 market, cancel 0 | +4
         fill 0 6 100    => persist 2 sell 6 market | +10
         commit 1        => place 1 sell 4 market
         commit 2        => place 2 sell 6 market
         fill 1 4 100    => | +6
         fill 2 6 100    => closed 10 manual | +0
         close 100 buy   => persist 3 buy 10 market
         commit 3        => place 3 buy 10 market
         fill 3 10 100   => | +10",
    );
}

#[test]
fn the_kill_switch_holds_for_an_order_whose_fate_was_not_known() {
    check(
        "broker
         stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         timeout 0       => ask 0
         kill flatten    => locked account
         trade 1 0 10 100 => persist 1 sell 10 market | +10",
    );
}

#[test]
fn a_target_that_was_touched_and_left_is_guarded_again() {
    check(
        "broker
         auto, stop points=5, target points=4
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00 | +10
         tick 104.05     => modify 1 sell 10 limit 104.00
         tick 104        =>
         tick 103.95     => modify 1 sell 10 stop 95.00
         tick 104.05     => modify 1 sell 10 limit 104.00
         tick 94         => modify 1 sell 10 market
         fill 1 10 94    => closed 10 stop | +0",
    );
}

#[test]
fn an_exit_that_never_arrived_is_sent_anew() {
    let desk = check(
        "broker
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0        =>
         fill 0 10 100   => | +10
         flatten         => persist 1 sell 10 market
         commit 1        => place 1 sell 10 market
         timeout 1       => ask 1
         missing 1       =>
         missing 1       => persist 2 sell 10 market
         commit 2        => place 2 sell 10 market
         fill 2 10 100   => closed 10 manual | +0",
    );
    assert_eq!(desk.state(1), OrderState::NeverArrived);
}

#[test]
fn an_order_of_another_day_that_no_book_shows_works_no_more() {
    let desk = check(
        "broker
         auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00 | +10
         restarted       => ask 1
         day             =>
         missing 1       =>
         missing 1       => incident vanished, place 2 sell 10 stop 95.00 | +10
         flatten         => modify 2 sell 10 market
         fill 2 10 100   => closed 10 manual | +0",
    );
    assert_eq!(desk.state(1), OrderState::Expired { filled: Qty::ZERO });
    assert_eq!(desk.engine.in_doubt().count(), 0);
}

#[test]
fn an_exit_that_was_chased_to_its_bound_goes_on_when_the_position_is_closed_once_more() {
    check(
        "broker
         auto
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => | +10
         flatten         => place 1 sell 10 market
         tick 90         =>
         timer           => modify 1 sell 10 market
         timer           => incident notfilling
         flatten         => modify 1 sell 10 market
         fill 1 10 90    => closed 10 manual | +0",
    );
}

#[test]
fn a_sale_far_below_the_market_is_worth_what_the_market_pays() {
    check(
        "broker
         max-order-value 5000
         tick 100        =>
         order sell 100 limit 1 => refused 100 orderValue
         order sell 100 sl 99/1 => refused 100 orderValue
         order sell 50 limit 1  => persist 0 sell 50 limit 1.00
         order buy 50 limit 1   => refused 50 oppositeOrder",
    );
}

#[test]
fn nothing_grows_while_an_orders_fate_is_not_known() {
    check(
        "broker
         tick 100        =>
         order buy 10 limit 99 => persist 0 buy 10 limit 99.00
         commit 0        => place 0 buy 10 limit 99.00
         accept 0        =>
         order buy 5 limit 98  => persist 1 buy 5 limit 98.00
         commit 1        => place 1 buy 5 limit 98.00
         accept 1        =>
         cancel 0        => cancel 0
         change 1 qty 9  => refused 5 change
         change 1 price 99 => refused 5 change
         change 1 qty 4  => modify 1 buy 4 limit 98.00
         changed 1       =>
         cancelled 0     =>
         change 1 qty 9  => modify 1 buy 9 limit 98.00",
    );
}

#[test]
fn an_exit_mark_takes_back_the_entry_that_still_waits() {
    check(
        "broker
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0        =>
         pause           => cancel 0
         resume          =>
         close 100 buy   =>
         close 100 exit  =>
         cancelled 0     =>
         close 100 buy   => persist 1 buy 10 market",
    );
}

#[test]
fn what_waits_is_not_sent_once_it_was_dropped() {
    check(
        "broker
         tick 100        =>
         order buy 10 limit 99 => persist 0 buy 10 limit 99.00
         commit 0        => place 0 buy 10 limit 99.00
         timeout 0       => ask 0
         order buy 5     =>
         drop            => refused 5 superseded
         cancel 0        =>
         seen 0 working 0 => cancel 0
         cancelled 0     =>",
    );
}

#[test]
fn a_stop_at_the_market_is_chased_once_its_trigger_has_traded() {
    let table = |kind: &str| {
        format!(
            "broker
             auto
             tick 100        =>
             order buy 10 {kind} => place 0 buy 10 stop 105.00
             timer           =>
             tick 107        =>
             triggered 0     =>
             timer           =>"
        )
    };
    check(&format!("{} modify 0 buy 10 market", table("trigger 105")));
    // A limit that a person said is never moved.
    check(&table("sl 105/105"));
}

#[test]
fn a_second_order_without_a_stop_leaves_the_stop_of_the_first() {
    check(
        "broker
         auto
         tick 100        =>
         order buy 10 stop 95 target 120 => place 0 buy 10 market
         order buy 5     => place 1 buy 5 market
         fill 0 10 100   => place 2 sell 10 stop 95.00 | +10
         fill 1 5 100    => modify 2 sell 15 stop 95.00 | +15
         tick 120.05     => modify 2 sell 15 limit 120.00",
    );
}

#[test]
fn two_orders_that_wait_together_keep_the_stop_of_the_first() {
    check(
        "broker
         tick 100        =>
         order buy 1 limit 99 => persist 0 buy 1 limit 99.00
         commit 0        => place 0 buy 1 limit 99.00
         accept 0        =>
         cancel 0        => cancel 0
         order buy 10 stop 95 =>
         order buy 5     =>
         cancelled 0     => persist 1 buy 15 market
         commit 1        => place 1 buy 15 market
         fill 1 15 100   => persist 2 sell 15 stop 95.00 | +15",
    );
}
