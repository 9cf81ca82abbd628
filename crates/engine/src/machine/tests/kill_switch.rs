//! The kill switch, pause and resume.

use domain::Qty;
use domain::order::OrderState;

use super::desk::check;

#[test]
fn the_kill_switch_between_wish_and_commit_cancels_the_unsent() {
    let desk = check(
        "close 100 buy   => persist 0 buy 10 market
         kill            => locked account
         commit 0        =>
         close 100 buy   => refused 10 killSwitch | +0",
    );
    assert_eq!(desk.state(0), OrderState::Cancelled { filled: Qty::ZERO });
}

#[test]
fn the_kill_switch_cancels_entries_and_leaves_stops() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 4 100    => persist 1 sell 4 stop 95.00
         commit 1        => place 1 sell 4 stop 95.00
         accept 1
         kill            => locked account, cancel 0
         cancelled 0     => | +4
         fill 1 4 95     => closed 4 stop | +0",
    );
}

#[test]
fn the_kill_switch_does_not_hold_a_stop_back() {
    check(
        "stop points=5
         close 100 buy   => persist 0 buy 10 market
         commit 0        => place 0 buy 10 market
         accept 0
         fill 0 10 100   => persist 1 sell 10 stop 95.00
         kill            => locked account
         commit 1        => place 1 sell 10 stop 95.00",
    );
}

#[test]
fn flattening_replaces_each_stop_by_an_exit() {
    check(
        "auto, stop points=5, freeze 6
         close 100 buy   => place 0 buy 6 market, place 1 buy 4 market
         fill 0 6 100    => place 2 sell 6 stop 95.00
         fill 1 4 100    => place 3 sell 4 stop 95.00
         kill flatten    => locked account, modify 2 sell 6 market, modify 3 sell 4 market
         fill 2 6 99     =>
         fill 3 4 99     => closed 10 manual | +0",
    );
}

#[test]
fn flattening_takes_over_a_target_that_rests() {
    check(
        "auto, target points=10
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   =>
         tick 110.05     => place 1 sell 10 limit 110.00
         kill flatten    => locked account, modify 1 sell 10 market
         fill 1 10 105   => closed 10 manual | +0",
    );
}

#[test]
fn a_person_s_sale_beyond_what_is_held_is_refused_after_the_kill_switch() {
    check(
        "auto
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   =>
         kill            => locked account
         hand sell 15    => refused 5 killSwitch, place 1 sell 10 market
         fill 1 10 101   => closed 10 manual | +0",
    );
}

#[test]
fn signals_still_exit_after_the_kill_switch() {
    check(
        "auto
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   =>
         kill            => locked account
         close 101 exit  => place 1 sell 10 market
         fill 1 10 101   => closed 10 signal | +0
         day             =>
         close 100 buy   => refused 10 killSwitch",
    );
}

#[test]
fn a_paused_book_takes_no_entries_and_goes_on_exiting() {
    check(
        "auto, stop points=5
         close 100 buy   => place 0 buy 10 market
         pause           => cancel 0
         close 100 buy   => | +0
         resume          =>
         close 100 buy   => place 1 buy 10 market
         fill 1 10 100   => place 2 sell 10 stop 95.00
         pause           =>
         close 101 sell  => modify 2 sell 10 market
         fill 2 10 101   => closed 10 signal | +0
         close 101 sell  =>",
    );
}

#[test]
fn a_run_s_kill_switch_is_not_lifted_by_unlocking_the_account() {
    let mut desk = check(
        "auto
         kill book       => locked book(bookid(0))
         kill            => locked account
         kill            =>
         unlock          => unlocked account
         close 100 buy   => refused 10 killSwitch | +0",
    );
    let stored = desk.engine.locks().to_vec();
    assert_eq!(stored.len(), 1);
    desk.engine.restore_locks(&[]);
    assert!(desk.engine.locks().is_empty());
    desk.engine.restore_locks(&stored);
    assert_eq!(desk.engine.locks(), stored);
}

#[test]
fn a_drawdown_flattens_and_locks_until_a_person_lifts_it() {
    check(
        "auto, max-drawdown 100
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   =>
         tick 120        =>
         tick 111        =>
         tick 110        => locked account, place 1 sell 10 market
         fill 1 10 110   => closed 10 risk | +0
         day             =>
         close 110 buy   => refused 10 maxDrawdown
         unlock          => unlocked account
         close 110 sell  => place 2 sell 10 market",
    );
}

#[test]
fn a_day_s_loss_locks_for_that_day() {
    check(
        "auto, max-daily-loss 50, stop points=20
         day             =>
         close 100 buy   => place 0 buy 10 market
         fill 0 10 100   => place 1 sell 10 stop 80.00
         tick 95         => locked account, modify 1 sell 10 market
         fill 1 10 95    => closed 10 risk | +0
         close 95 buy    => refused 10 maxDailyLoss
         day             => unlocked account
         close 95 buy    => place 2 buy 10 market",
    );
}
