//! Rules that an account's policy adds, and their order.

use domain::time::{DayNumber, Span};
use domain::trade::BookId;
use domain::{Money, Price, Qty, Side};

use super::desk::{check, engine_of, plain_book};
use crate::{
    AccountLimits, BookLimits, Command, Effect, Event, FillPhase, ManualOrder, News, PolicyError, RiskPolicy,
};

#[test]
fn entries_need_an_open_market_and_exits_do_not() {
    check(
        "auto
         judged hours
         close 100 buy        => refused 10 marketHours
         hours 600 604        =>
         hand buy 10          => place 0 buy 10 market
         fill 0 10 100        => | +10
         hand buy 1           => refused 1 marketHours
         hand sell 10         => place 1 sell 10 market",
    );
}

#[test]
fn only_listed_instruments_are_entered() {
    check(
        "auto
         judged only 7
         close 100 buy        => refused 10 instrumentAllowed",
    );
}

#[test]
fn a_limit_far_from_the_last_price_is_refused_on_the_way_in_and_out() {
    check(
        "auto
         judged band 200
         tick 100
         order buy 10 limit 97.95   => refused 10 priceBand
         order buy 10 limit 98      => place 0 buy 10 limit 98.00
         change 0 price 97.95       => refused 10 priceBand
         fill 0 10 98               => | +10
         order sell 10 limit 110    => refused 10 priceBand
         order sell 10 limit 99     => place 1 sell 10 limit 99.00",
    );
}

#[test]
fn the_same_entry_twice_within_seconds_is_one_too_many() {
    check(
        "auto
         judged duplicates 3
         tick 100
         order buy 10 limit 99      => place 0 buy 10 limit 99.00
         order buy 10 limit 99      => refused 10 duplicateOrder
         order buy 10 limit 98      => place 1 buy 10 limit 98.00
         tick 100
         tick 100
         order buy 10 limit 98      => place 2 buy 10 limit 98.00",
    );
}

#[test]
fn slices_count_as_orders_of_a_second() {
    check(
        "auto, freeze 4
         judged per-second 3
         tick 100
         hand buy 13                => refused 13 ordersPerSecond
         hand buy 12                => place 0 buy 4 market, place 1 buy 4 market, place 2 buy 4 market",
    );
}

#[test]
fn the_first_rule_that_fails_speaks_and_the_order_is_the_account_s() {
    let entry = "tick 100
         order buy 10 limit 90      => refused 10";
    check(&format!("auto, max-order-qty 5\njudged band 100\n{entry} orderSize"));
    check(&format!("auto, max-order-qty 5\njudged band 100\njudged first priceBand\n{entry} priceBand"));
}

#[test]
fn rules_that_are_not_known_or_named_twice_are_refused() {
    let order = |names: &[&str]| RiskPolicy::default().in_order(names).map(drop);
    assert_eq!(order(&["priceBand", "killSwitch"]), Ok(()));
    assert_eq!(order(&["priceband"]), Err(PolicyError::UnknownRule("priceband".to_owned())));
    assert_eq!(order(&["priceBand", "priceBand"]), Err(PolicyError::Twice("priceBand".to_owned())));
}

#[test]
fn a_book_that_loses_its_limit_is_flattened_and_locked_alone() {
    let mut engine = engine_of(plain_book(), AccountLimits::default());
    let other = engine.add_book(plain_book(), None);
    engine.set_book_limits(
        BookId(0),
        BookLimits { max_daily_loss: Some(Money::rupees(50)), ..BookLimits::default() },
    );
    let start = DayNumber::from_days(20_000).start() + Span::minutes(600);
    let mut out = Vec::new();
    for book in [BookId(0), other] {
        engine.handle(start, &Event::Tick { book, price: Price::rupees(100) }, &mut out);
        let order = ManualOrder::market(book, Side::Buy, Qty::units(10));
        engine.handle(start, &Event::Command(Command::Order(order)), &mut out);
        let order = engine.orders()[engine.orders().len() - 1].key;
        engine.handle(start, &Event::Committed { order }, &mut out);
        let (qty, price, phase) = (Qty::units(10), Price::rupees(100), FillPhase::default());
        let news = News::Filled { qty, price, phase, trade: None };
        engine.handle(start, &Event::Report { order, news }, &mut out);
    }
    out.clear();
    for book in [other, BookId(0)] {
        engine.handle(start, &Event::Tick { book, price: Price::rupees(95) }, &mut out);
    }
    assert!(
        matches!(out.as_slice(), [Effect::Locked(_), Effect::Persist(exit)] if exit.side == Side::Sell),
        "{out:?}"
    );
    out.clear();
    for book in [BookId(0), other] {
        let order = ManualOrder::market(book, Side::Buy, Qty::units(1));
        engine.handle(start, &Event::Command(Command::Order(order)), &mut out);
    }
    assert!(matches!(out.as_slice(), [Effect::Refused(_), Effect::Persist(_)]), "{out:?}");
}
