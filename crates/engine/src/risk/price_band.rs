//! A limit far from the last price is a slip of the finger. Judges every order with a limit of its own, exits too.

use domain::Price;

use super::{Breach, Judged, Judges, Rule, View};
use crate::{AccountLimits, RiskPolicy};

pub(super) struct PriceBand;

impl Rule for PriceBand {
    fn name(&self) -> &'static str {
        "priceBand"
    }

    fn judges(&self) -> Judges {
        Judges::All
    }

    fn is_on(&self, _: &AccountLimits, policy: &RiskPolicy) -> bool {
        policy.price_band.is_some()
    }

    fn judge(&self, order: &Judged<'_>, view: &View<'_>) -> Result<(), Breach> {
        let (Some(limit), Some(band)) = (order.proposal.limit, view.policy.price_band) else { return Ok(()) };
        let last = order.book.mark;
        let room = Price::from_raw(last.raw() / 10_000 * i64::from(band));
        let (lowest, highest) = (last - room, last + room);
        if last > Price::ZERO && !(lowest..=highest).contains(&limit) {
            let tick = order.book.spec.contract.tick;
            let (lowest, highest) = (lowest.ceil_to(tick), highest.floor_to(tick));
            return Err(Breach::FarFromLast { limit, last, lowest, highest });
        }
        Ok(())
    }
}
