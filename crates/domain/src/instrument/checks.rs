//! What one order of an instrument may hold: whole lots, up to the freeze quantity, before expiry.

use super::{Instrument, InstrumentError};
use crate::{Date, Qty};

impl Instrument {
    /// Whether the quantity is positive and a whole number of lots. A quantity above the freeze quantity passes:
    /// it is sliced, see [`Instrument::slices`].
    pub fn check_quantity(&self, quantity: Qty) -> Result<(), InstrumentError> {
        let (q, lot) = (quantity.raw(), self.lot.raw().max(1));
        if q <= 0 {
            return Err(InstrumentError(format!(
                "quantity {q} of {} is not positive; the smallest is {lot}",
                self.id
            )));
        }
        if q % lot == 0 {
            return Ok(());
        }
        let below = (q / lot * lot).max(lot);
        let above = below.saturating_add(lot);
        Err(InstrumentError(format!(
            "quantity {q} is not a multiple of lot size {lot}; use {below} or {above}"
        )))
    }

    /// The largest quantity that one order may hold: the largest multiple of the lot not above the freeze
    /// quantity (NIFTY: 1800 and lots of 65 give 1755). `None` where no freeze quantity is known.
    pub fn largest_order(&self) -> Option<Qty> {
        // A freeze quantity below one lot can only be a wrong row; one lot is then the least harmful slice.
        self.freeze.map(|f| f.floor_to_lot(self.lot.max(Qty::units(1))).max(self.lot))
    }

    /// A quantity cut into orders that the exchange accepts: full slices first, the rest last. Nothing for a
    /// quantity that is not positive. Each slice is an order for brokerage and for the rate of orders.
    pub fn slices(&self, quantity: Qty) -> impl Iterator<Item = Qty> + use<> {
        let largest = self.largest_order().unwrap_or(quantity);
        let mut rest = quantity;
        std::iter::from_fn(move || {
            let slice = rest.min(largest);
            rest -= slice;
            (slice > Qty::ZERO).then_some(slice)
        })
    }

    /// The last day the contract trades; `None` for shares and indices.
    pub const fn expiry(&self) -> Option<Date> {
        self.kind.expiry()
    }

    /// Whether the contract's last day lies before `on`; it still trades on its expiry day.
    pub fn has_expired(&self, on: Date) -> bool {
        self.expiry().is_some_and(|expiry| expiry < on)
    }
}
