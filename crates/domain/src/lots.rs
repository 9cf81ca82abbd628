//! First in, first out: which purchase a sale closes, for tax and realised P&L.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

use crate::{Money, Price, Qty};

/// Units bought (or sold short) together at one price.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lot {
    /// Signed: a short lot is negative.
    pub qty: Qty,
    pub price: Price,
}

/// The open lots of a position, oldest first. All have the sign of the position.
///
/// `LOT-1`: the lots sum to the position.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lots {
    // Nearly every position is one lot: it is held inline so that a fill does not touch the heap.
    first: Option<Lot>,
    rest: VecDeque<Lot>,
    position: Qty,
}

impl Lots {
    #[inline]
    pub fn position(&self) -> Qty {
        self.position
    }

    pub fn iter(&self) -> impl Iterator<Item = Lot> + '_ {
        self.first.into_iter().chain(self.rest.iter().copied())
    }

    /// Takes a fill that opens or adds (same sign as the position) or closes (opposite sign, at most the position);
    /// a reversal is two calls. Returns the P&L that it realises, before charges.
    #[inline]
    pub fn take(&mut self, qty: Qty, price: Price) -> Money {
        if self.position.signum() * qty.signum() >= 0 {
            self.open(Lot { qty, price });
            return Money::ZERO;
        }
        debug_assert!(qty.abs() <= self.position.abs(), "a reversal is two fills");
        let mut left = qty;
        let mut realised = Money::ZERO;
        while let Some(lot) = self.first.as_mut() {
            let closing = if left.abs() < lot.qty.abs() { -left } else { lot.qty };
            realised += Money::from_raw((price - lot.price).raw() * closing.raw());
            lot.qty -= closing;
            left += closing;
            if !lot.qty.is_zero() {
                break;
            }
            self.first = self.rest.pop_front();
            if left.is_zero() {
                break;
            }
        }
        self.position += qty;
        realised
    }

    /// What the open lots would make at `price`, before charges.
    pub fn unrealised(&self, price: Price) -> Money {
        self.iter().map(|lot| Money::from_raw((price - lot.price).raw() * lot.qty.raw())).sum()
    }

    #[inline]
    fn open(&mut self, lot: Lot) {
        self.position += lot.qty;
        if self.first.is_none() {
            self.first = Some(lot);
        } else {
            self.rest.push_back(lot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lots(fills: &[(i64, i64)]) -> (Lots, Money) {
        let mut lots = Lots::default();
        let realised = fills.iter().map(|&(q, p)| lots.take(Qty::units(q), Price::rupees(p))).sum();
        (lots, realised)
    }

    #[test]
    fn the_oldest_lot_is_sold_first() {
        let (lots, realised) = lots(&[(10, 100), (10, 120), (-15, 130)]);
        assert_eq!(realised, Money::rupees(10 * 30 + 5 * 10));
        assert_eq!(lots.iter().collect::<Vec<_>>(), [Lot { qty: Qty::units(5), price: Price::rupees(120) }]);
    }

    #[test]
    fn a_short_earns_when_bought_back_lower() {
        let (lots, realised) = lots(&[(-10, 100), (10, 90)]);
        assert_eq!(realised, Money::rupees(100));
        assert_eq!(lots.position(), Qty::ZERO);
    }

    proptest! {
        /// LOT-1, and no money appears: realised + unrealised = value in − value out.
        #[test]
        fn lots_sum_to_the_position(fills in prop::collection::vec((-20i64..20, 1i64..500), 1..40), mark in 1i64..500) {
            let mut lots = Lots::default();
            let (mut realised, mut cash) = (Money::ZERO, Money::ZERO);
            for (q, p) in fills {
                let room = lots.position().abs().raw();
                // Cut a reversal down to a close, as the books do.
                let q = if q * lots.position().raw() < 0 { q.clamp(-room, room) } else { q };
                cash += Money::from_raw(-q * Price::rupees(p).raw());
                realised += lots.take(Qty::units(q), Price::rupees(p));
                prop_assert_eq!(lots.iter().map(|l| l.qty).sum::<Qty>(), lots.position());
                prop_assert!(lots.iter().all(|l| l.qty.is_zero() || l.qty.signum() == lots.position().signum()));
            }
            let mark = Price::rupees(mark);
            let value = Money::from_raw(lots.position().raw() * mark.raw());
            prop_assert_eq!(realised + lots.unrealised(mark), cash + value);
        }
    }
}
