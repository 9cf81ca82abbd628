//! What a person orders.

use domain::order::OrderKey;
use domain::time::{DayNumber, Span};
use domain::trade::BookId;
use domain::{Money, Qty, Side};

use super::desk::{check, engine_of, plain_book};
use crate::{AccountLimits, Command, Decision, Effect, Event, Maker, ManualOrder, RetireError};

#[test]
fn a_limit_order_rests_at_its_price_and_its_bracket_follows_the_fills() {
    check(
        "auto
         tick 100
         order buy 10 limit 99.50 stop 95 target 104  => place 0 buy 10 limit 99.50
         fill 0 4 99.50                               => place 1 sell 4 stop 95.00
         fill 0 6 99.50                               => modify 1 sell 10 stop 95.00
         tick 104.05                                  => modify 1 sell 10 limit 104.00
         fill 1 10 104                                => closed 10 target | +0",
    );
}

#[test]
fn distances_are_counted_from_the_average_entry() {
    check(
        "auto
         tick 100
         order buy 10 stop points=5  => place 0 buy 10 market
         fill 0 5 100                => place 1 sell 5 stop 95.00
         fill 0 5 102                => modify 1 sell 10 stop 96.00",
    );
}

#[test]
fn one_exit_does_not_take_the_place_of_another() {
    check(
        "auto
         tick 100
         order buy 10         => place 0 buy 10 market
         fill 0 10 100        =>
         order sell 1         => place 1 sell 1 market
         order sell 2         => place 2 sell 2 market
         order sell 3 limit 104 => place 3 sell 3 limit 104.00
         fill 1 1 100         =>
         order sell 4         => place 4 sell 4 market
         fill 2 2 100         =>
         fill 4 4 100         => | +3",
    );
}

#[test]
fn stops_give_way_to_each_exit_in_turn() {
    check(
        "auto
         tick 100
         order buy 10 stop 95 => place 0 buy 10 market
         fill 0 10 100        => place 1 sell 10 stop 95.00
         order sell 1         => modify 1 sell 9 stop 95.00, place 2 sell 1 market
         order sell 2         => modify 1 sell 7 stop 95.00, place 3 sell 2 market
         fill 3 2 100         =>
         fill 2 1 100         => | +7",
    );
}

#[test]
fn a_change_passes_no_limit_of_one_order_and_not_its_own_stop() {
    check(
        "auto
         max-order-qty 12
         tick 100
         order buy 10 limit 99 stop 95 => place 0 buy 10 limit 99.00
         change 0 price 94             => refused 10 price
         change 0 qty 13               => refused 10 orderSize
         change 0 qty 12               => modify 0 buy 12 limit 99.00",
    );
    check(
        "auto
         max-order-value 1000
         tick 100
         order buy 10 limit 99     => place 0 buy 10 limit 99.00
         change 0 qty 11           => refused 10 orderValue
         change 0 price 101        => refused 10 orderValue
         change 0 price 98         => modify 0 buy 10 limit 98.00",
    );
}

#[test]
fn a_dearer_price_puts_no_more_capital_to_work_than_is_allowed() {
    check(
        "auto
         max-capital 150
         tick 100
         order buy 10 limit 99     => place 0 buy 10 limit 99.00
         change 0 price 101        => refused 10 capitalAllocation
         change 0 price 100        => modify 0 buy 10 limit 100.00",
    );
}

#[test]
fn what_is_not_held_is_not_sold_for_delivery() {
    check(
        "auto
         delivery
         tick 100
         order sell 1         => refused 1 quantity
         order buy 3          => place 0 buy 3 market
         fill 0 3 100         =>
         order sell 5         => refused 2 quantity, place 1 sell 3 market
         order sell 1         => refused 1 quantity
         fill 1 3 100         => closed 3 manual | +0",
    );
}

#[test]
fn what_cannot_be_an_order_is_refused_with_the_cure() {
    let desk = check(
        "auto, lot 5
         order buy 5                      => refused 5 price
         tick 100
         order buy 7                      => refused 7 quantity
         order buy 0                      => refused 0 quantity
         order buy 5 limit 99.52          => refused 5 price
         order buy 5 limit -1             => refused 5 price
         order buy 5 trigger 99           => refused 5 price
         order buy 5 sl 105/104           => refused 5 price
         order buy 5 stop 101             => refused 5 price
         order sell 5 target 101          => refused 5 price
         order buy 5 sl 105/106           => place 0 buy 5 stop 105.00
         order sell 5                     => refused 5 oppositeOrder
         change 0 qty 7                   => refused 5 quantity
         change 0 price 104               => refused 5 price
         change 0 trigger 99              => refused 5 price
         change 7 qty 5                   => incident unknownorder
         cancel 0                         => cancel 0
         change 0 qty 10                  => refused 5 change",
    );
    assert_eq!(desk.engine.account().available(), Money::rupees(1_000_000));
}

#[test]
fn refusals_say_what_would_do() {
    let mut engine = engine_of(plain_book(), AccountLimits::default());
    let mut order = ManualOrder::market(BookId(0), Side::Buy, Qty::units(1));
    order.kind = crate::ManualKind::Limit("99.52".parse().unwrap());
    let mut out = Vec::new();
    engine.handle(DayNumber::from_days(20_000).start(), &Event::Command(Command::Order(order)), &mut out);
    order.book = BookId(9);
    engine.handle(DayNumber::from_days(20_000).start(), &Event::Command(Command::Order(order)), &mut out);
    let said: Vec<String> = out
        .iter()
        .filter_map(|effect| match effect {
            Effect::Refused(refusal) => Some(refusal.breach.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(
        said,
        [
            "price 99.52 is not a multiple of the tick; use 99.50 or 99.55",
            "book 9 is not traded here; use a book that is open"
        ]
    );
}

#[test]
fn an_order_of_the_other_side_is_an_exit_that_no_rule_holds_back() {
    check(
        "auto
         tick 100
         order buy 10              => place 0 buy 10 market
         fill 0 10 100             => | +10
         kill                      => locked account
         order sell 4 limit 103    => place 1 sell 4 limit 103.00
         fill 1 4 103              => | +6
         order sell 9 limit 103    => refused 3 killSwitch, place 2 sell 6 limit 103.00
         change 2 qty 7            => refused 6 quantity
         change 2 price 102        => modify 2 sell 6 limit 102.00
         fill 2 6 102              => closed 10 manual | +0",
    );
}

#[test]
fn no_exit_rests_beside_a_stop() {
    check(
        "auto
         tick 100
         order buy 10 stop 95      => place 0 buy 10 market
         fill 0 10 100             => place 1 sell 10 stop 95.00
         order sell 10 limit 103   => refused 10 oneExit
         protect target 103        =>
         change 1 trigger 97       => modify 1 sell 10 stop 97.00
         change 1 qty 5            => refused 10 change
         change 1 trigger 101      => refused 10 price
         tick 103.05               => modify 1 sell 10 limit 103.00",
    );
}

#[test]
fn a_person_takes_back_the_stop_of_a_book_by_hand_and_rests_an_exit() {
    let mut engine = engine_of(plain_book(), AccountLimits::default());
    let by_hand = engine.add_book(plain_book(), None);
    assert_eq!(by_hand, BookId(1));
    // In the book of a strategy the stop stays.
    check(
        "auto
         tick 100
         order buy 10 stop 95      => place 0 buy 10 market
         fill 0 10 100             => place 1 sell 10 stop 95.00
         cancel 1                  => refused 10 change",
    );
}

#[test]
fn a_change_never_goes_below_what_has_traded() {
    check(
        "auto
         tick 100
         order buy 10 limit 99     => place 0 buy 10 limit 99.00
         fill 0 4 99               => | +4
         change 0 qty 4            => refused 6 quantity
         change 0 qty 5            => modify 0 buy 1 limit 99.00
         fill 0 1 99               => | +5",
    );
}

#[test]
fn an_own_exit_that_ends_is_not_chased_to_the_market() {
    check(
        "auto
         tick 100
         order buy 10              => place 0 buy 10 market
         fill 0 10 100             =>
         order sell 10 trigger 95  => place 1 sell 10 stop 95.00
         cancelled 1               =>
         order sell 10 limit 105   => place 2 sell 10 limit 105.00
         rejected 2                =>
         order sell 10 limit 105   => place 3 sell 10 limit 105.00
         flatten                   => modify 3 sell 10 market
         fill 3 10 100             => closed 10 manual | +0",
    );
}

#[test]
fn orders_know_where_they_come_from() {
    let desk = check(
        "broker
         auto, stop points=5, freeze 6
         close 100 buy             => place 0 buy 6 market, place 1 buy 4 market
         fill 0 6 100              => place 2 sell 6 stop 95.00
         hand sell 2               => modify 2 sell 4 stop 95.00, place 3 sell 2 market",
    );
    let origin = |key| desk.engine.order(OrderKey(key)).origin;
    let opened = DayNumber::from_days(20_000).start() + Span::minutes(601);
    assert_eq!((origin(0).decision, origin(0).leg), (Decision::Bar(opened), 0));
    assert_eq!((origin(1).decision, origin(1).leg), (Decision::Bar(opened), 1));
    assert_eq!((origin(2).maker, origin(2).parent), (Maker::Engine, Some(OrderKey(0))));
    assert_eq!(origin(3).maker, Maker::Person);
}

#[test]
fn a_book_ends_only_when_it_is_flat_and_idle() {
    let mut desk = check(
        "auto
         tick 100
         order buy 10 limit 99     => place 0 buy 10 limit 99.00",
    );
    assert_eq!(desk.engine.retire_book(BookId(0)), Err(RetireError::Works(1)));
    let mut out = Vec::new();
    let at = DayNumber::from_days(20_001).start();
    desk.engine.handle(at, &Event::Command(Command::Cancel { order: OrderKey(0) }), &mut out);
    let gone = Event::Report { order: OrderKey(0), news: crate::News::Cancelled };
    desk.engine.handle(at, &gone, &mut out);
    assert_eq!(desk.engine.retire_book(BookId(0)), Ok(()));
    out.clear();
    let order = ManualOrder::market(BookId(0), Side::Buy, Qty::units(1));
    desk.engine.handle(at, &Event::Command(Command::Order(order)), &mut out);
    assert!(matches!(out.as_slice(), [Effect::Refused(_)]), "{out:?}");
    assert_eq!(desk.engine.add_book(plain_book(), None), BookId(1));
}
