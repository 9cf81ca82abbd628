//! Rules of size and capital: one unit or rupee too much is refused, what is on its way counts, exits go.

use domain::time::DayNumber;
use domain::trade::BookId;
use domain::{Money, Qty, Side};

use super::desk::check;
use crate::{Breach, Command, Effect, Event, ManualOrder};

#[test]
fn one_unit_too_much_is_refused() {
    check(
        "auto, max-order-qty 10
         open 100        =>
         hand buy 11     => refused 11 orderSize
         hand buy 10     => place 0 buy 10 market
         fill 0 10 100   =>
         hand buy 10     => place 1 buy 10 market
         fill 1 10 100   =>
         hand sell 20    => place 2 sell 20 market",
    );
}

#[test]
fn one_rupee_too_much_is_refused() {
    check(
        "auto, max-order-value 1000
         open 100.05     =>
         hand buy 10     => refused 10 orderValue
         open 100        =>
         hand buy 10     => place 0 buy 10 market",
    );
}

#[test]
fn capital_at_work_counts_what_is_on_its_way() {
    // 15 % of the value: 10 at 100 need 150.
    for (limit, rule) in [("max-capital 299", "capitalAllocation"), ("max-book-capital 299", "strategyCap")] {
        check(&format!(
            "auto, {limit}
             open 100        =>
             hand buy 10     => place 0 buy 10 market
             hand buy 10     => refused 10 {rule}
             fill 0 10 100   =>
             hand buy 10     => refused 10 {rule}
             hand sell 10    => place 1 sell 10 market"
        ));
    }
}

#[test]
fn what_a_refusal_says_is_available_is_the_accounts_figure() {
    // A reversal sets the margin of what it closes free: that lowers what it needs, not what the account has.
    let mut desk = check(
        "auto
         tick 100
         order buy 10              => place 0 buy 10 market
         fill 0 10 100             => | +10",
    );
    let available = desk.engine.account().available();
    assert!(available < Money::rupees(1_000_000));
    let order = ManualOrder::market(BookId(0), Side::Sell, Qty::units(100_010));
    let mut out = Vec::new();
    let at = DayNumber::from_days(20_001).start();
    desk.engine.handle(at, &Event::Command(Command::Order(order)), &mut out);
    let refused = out.iter().find_map(|effect| match effect {
        Effect::Refused(refusal) => Some(refusal.breach),
        _ => None,
    });
    // 15 % of 100,000 at 100, less the 150 of the 10 that are closed.
    let needed = Money::rupees(1_500_000 - 150);
    assert_eq!(refused, Some(Breach::BuyingPower { needed, available }));
}
