//! The life of orders: one exit at a time, whatever the exchange does in between.

use std::fmt::Write as _;

use domain::order::OrderState;

use super::desk::check;

#[test]
fn an_order_is_sent_only_after_it_was_stored() {
    check(
        "close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         commit 0        =>
         accept 0
         fill 0 10 100   => | +10",
    );
}

#[test]
fn the_stop_is_the_only_exit_that_rests() {
    check(
        "auto, stop points=5, target points=10
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00 | +10
         tick 109.95     =>
         tick 110        =>
         tick 110.05     => modify 1 sell 10 limit 110.00
         tick 111        =>
         fill 1 10 110   => closed 10 target | +0",
    );
}

#[test]
fn without_a_stop_the_target_is_an_order_of_its_own_once_it_is_reached() {
    check(
        "auto, target points=10
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => | +10
         tick 110.05     => place 1 sell 10 limit 110.00
         fill 1 10 110   => closed 10 target | +0",
    );
}

#[test]
fn a_signal_s_exit_is_the_stop_changed_to_the_market() {
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00
         close 101 exit  => modify 1 sell 10 market
         close 101 exit  =>
         fill 1 10 101   => closed 10 signal | +0",
    );
}

#[test]
fn a_reversal_without_a_stop_is_one_order() {
    check(
        "auto
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => | +10
         close 101 sell  => place 1 sell 20 market
         fill 1 20 101   => closed 10 signal | -10",
    );
}

#[test]
fn a_reversal_with_a_stop_changes_it_and_enters_beside_it() {
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00
         close 101 sell  => modify 1 sell 10 market, place 2 sell 10 market
         fill 1 10 101   => closed 10 signal | +0
         fill 2 10 101   => place 3 buy 10 stop 106.00 | -10",
    );
}

#[test]
fn a_refused_reversal_still_exits() {
    check(
        "auto, stop points=5, max-position 10, qty 10
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00
         kill            => locked account
         close 101 sell  => refused 10 killSwitch, modify 1 sell 10 market
         fill 1 10 101   => closed 10 signal | +0",
    );
}

#[test]
fn orders_above_the_freeze_quantity_are_sliced() {
    check(
        "auto, stop points=5, freeze 4
         close 100 buy   => place 0 buy 4 market, place 1 buy 4 market, place 2 buy 2 market
         fill 0 4 100    => place 3 sell 4 stop 95.00 | +4
         fill 1 4 100    => place 4 sell 4 stop 95.00 | +8
         fill 2 2 100    => place 5 sell 2 stop 95.00 | +10
         close 99 exit   => modify 3 sell 4 market, modify 4 sell 4 market, modify 5 sell 2 market
         fill 3 4 99     => | +6
         fill 4 4 99     => | +2
         fill 5 2 99     => closed 10 signal | +0",
    );
}

#[test]
fn partial_fills_of_the_entry_grow_the_stop_and_move_it_to_the_average() {
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 4 100    => place 1 sell 4 stop 95.00 | +4
         fill 0 6 105    => modify 1 sell 10 stop 98.00 | +10
         fill 1 10 98    => closed 10 stop | +0",
    );
}

#[test]
fn a_stop_not_yet_sent_leaves_with_the_newest_quantity() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 4 100    => persist 1 sell 4 stop 95.00
         fill 0 6 105    =>
         commit 1        => place 1 sell 10 stop 98.00
         accept 1        =>",
    );
}

#[test]
fn a_change_wished_before_the_answer_follows_it() {
    // Sent, not yet accepted.
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 4 100    => persist 1 sell 4 stop 95.00
         commit 1        => place 1 sell 4 stop 95.00
         fill 0 6 105    =>
         accept 1        => modify 1 sell 10 stop 98.00
         changed 1       =>",
    );
    // A change on its way.
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 2 100    => persist 1 sell 2 stop 95.00
         commit 1        => place 1 sell 2 stop 95.00
         accept 1
         fill 0 2 102    => modify 1 sell 4 stop 96.00
         fill 0 6 106    =>
         close 104 exit  =>
         changed 1       => modify 1 sell 10 market
         changed 1       =>
         fill 1 10 104   => closed 10 signal | +0",
    );
}

#[test]
fn a_late_fill_of_a_cancelled_entry_is_real_and_guarded() {
    let desk = check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         pause           => cancel 0
         cancelled 0     =>
         fill 0 10 100   => persist 1 sell 10 stop 95.00 | +10",
    );
    assert_eq!(desk.state(0), OrderState::Filled);
}

#[test]
fn a_fill_during_the_cancel_is_real() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         pause           => cancel 0
         fill 0 3 100    => persist 1 sell 3 stop 95.00 | +3
         cancelled 0     => | +3",
    );
}

#[test]
fn a_late_fill_beside_an_exit_gets_an_exit_of_its_own() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 4 100    => persist 1 sell 4 stop 95.00
         commit 1        => place 1 sell 4 stop 95.00
         accept 1
         flatten         => cancel 0, modify 1 sell 4 market
         fill 0 6 100    => persist 2 sell 6 market | +10
         changed 1
         fill 1 4 99     => | +6
         commit 2        => place 2 sell 6 market
         fill 2 6 99     => closed 10 manual | +0",
    );
}

#[test]
fn a_stop_that_the_exchange_takes_back_is_placed_again() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 10 100   => persist 1 sell 10 stop 95.00
         commit 1        => place 1 sell 10 stop 95.00
         accept 1
         cancelled 1     => persist 2 sell 10 stop 95.00 | +10",
    );
}

#[test]
fn a_position_whose_stop_is_rejected_does_not_stand() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 10 100   => persist 1 sell 10 stop 95.00
         commit 1        => place 1 sell 10 stop 95.00
         rejected 1      => persist 2 sell 10 market",
    );
}

#[test]
fn an_exchange_that_rejects_everything_is_not_asked_for_ever() {
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00
         rejected 1      => place 2 sell 10 market
         rejected 2      => place 3 sell 10 stop 95.00
         rejected 3      => incident unguarded | +10",
    );
}

#[test]
fn a_rejected_entry_leaves_nothing_behind() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         rejected 0      => | +0
         close 100 buy   => persist 1 buy 10 market",
    );
}

#[test]
fn a_triggered_stop_is_an_exit_that_nothing_moves() {
    check(
        "auto, stop points=5, target points=10, trail points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00
         triggered 1     =>
         fill 1 4 95     => | +6
         tick 110.05     =>
         close 120       =>
         close 120 exit  =>
         fill 1 6 94     => closed 10 stop | +0",
    );
}

#[test]
fn being_stopped_takes_back_the_rest_of_the_entry() {
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 4 100    => place 1 sell 4 stop 95.00
         fill 1 4 95     => cancel 0, closed 4 stop | +0",
    );
}

#[test]
fn after_twenty_changes_a_fresh_order_takes_over() {
    let mut table = String::from(
        "auto, trail points=5\nclose 100 buy => place 0 buy 10 market\nfill 0 10 100 => place 1 sell 10 stop 95.00\n",
    );
    for i in 1..=20 {
        let _ = writeln!(table, "close {} => modify 1 sell 10 stop {}.00", 100 + i, 95 + i);
    }
    table += "close 121 => cancel 1, place 2 sell 10 stop 116.00
              close 122 => modify 2 sell 10 stop 117.00
              fill 2 10 117 => closed 10 trailingstop | +0";
    check(&table);
}

#[test]
fn a_repeated_answer_changes_nothing() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         accept 0        =>
         fill 0 10 100   => persist 1 sell 10 stop 95.00
         accept 0        =>
         cancelled 0     => | +10",
    );
}

#[test]
fn more_than_was_ordered_is_never_booked() {
    check(
        "auto
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => | +10
         fill 0 10 100   => incident overfilled | +10",
    );
}

#[test]
fn a_person_s_sale_of_a_part_shrinks_the_stop_first() {
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00
         hand sell 4     => modify 1 sell 6 stop 95.00, place 2 sell 4 market
         fill 2 4 101    => | +6
         fill 1 6 95     => closed 10 stop | +0",
    );
}

#[test]
fn a_person_s_sale_of_everything_is_the_stop_changed_to_the_market() {
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00
         hand sell 10    => modify 1 sell 10 market
         fill 1 10 101   => closed 10 manual | +0",
    );
}

#[test]
fn a_person_s_second_sale_is_an_entry_and_judged_as_one() {
    // All that is held is on its way out: what is sold beyond it opens a short position.
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00
         close 101 exit  => modify 1 sell 10 market
         hand sell 10    => place 2 sell 10 market
         fill 1 10 101   => closed 10 signal | +0
         fill 2 10 101   => place 3 buy 10 stop 106.00 | -10",
    );
}

#[test]
fn a_person_s_part_that_is_rejected_is_guarded_again() {
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 95.00
         hand sell 4     => modify 1 sell 6 stop 95.00, place 2 sell 4 market
         rejected 2      => modify 1 sell 10 stop 95.00",
    );
}

#[test]
fn a_person_s_entries_on_their_way_count_against_the_limit() {
    check(
        "auto, max-position 15
         open 100        =>
         hand buy 10     => place 0 buy 10 market
         hand buy 10     => refused 10 maxPosition
         fill 0 10 100   => | +10
         hand buy 5      => place 1 buy 5 market",
    );
}
