//! Rules of size and capital: one unit or rupee too much is refused, what is on its way counts, exits go.

use super::desk::check;

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
