//! The rules that orders and changes are held to.

use super::{Account, InstrumentKey, Market, Place, Product, Qty, Refused, Terms, Venue, text};

impl Account {
    /// What a new order is, if it may be placed.
    pub(super) fn judge(
        &self,
        market: &Market,
        place: &Place,
    ) -> Result<(InstrumentKey, Product, Terms), Refused> {
        let refuse = |code, words: String| Err(Refused { code, words });
        if place.tag.is_empty()
            || place.tag.len() > 20
            || !place.tag.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return refuse("TAG", "tag must be 1 to 20 letters and digits".to_owned());
        }
        let product = place
            .product
            .parse::<Product>()
            .map_err(|e| Refused { code: "PRODUCT", words: e.to_string() })?;
        let (qty, terms) = (text::quantity(place.qty)?, text::terms(place.terms)?);
        if !(0..=place.qty).contains(&place.disclosed_qty) {
            let words =
                format!("disclosedQty {} is not between 0 and the quantity {qty}", place.disclosed_qty);
            return refuse("DISCLOSED", words);
        }
        let Some(&venue) = self.by_name.get(&(place.instrument.clone(), place.lane)) else {
            let words = match place.lane {
                Some(lane) => format!("lane {lane} is not open for {}", place.instrument),
                None => format!("{} is not listed here", place.instrument),
            };
            return refuse("UNKNOWN_INSTRUMENT", words);
        };
        self.hold_to_rules(market, venue, qty, terms)?;
        Ok((venue, product, terms))
    }

    /// The rules of an instrument, for new orders and changed ones; those of a lane are the replay's own.
    pub(super) fn hold_to_rules(
        &self,
        market: &Market,
        venue: InstrumentKey,
        qty: Qty,
        terms: Terms,
    ) -> Result<(), Refused> {
        let refuse = |code, words: String| Err(Refused { code, words });
        let Venue { instrument, lane, .. } = &self.venues[venue.0 as usize];
        if lane.is_some() {
            return Ok(());
        }
        let Some(listing) = market.listings().get(venue.0 as usize) else {
            return refuse("UNKNOWN_INSTRUMENT", format!("{instrument} is not listed any more"));
        };
        if !listing.tradable {
            let words = format!("{} is an index; its future can be traded", listing.id);
            return refuse("NOT_TRADABLE", words);
        }
        if qty.floor_to_lot(listing.lot) != qty {
            return refuse("LOT", format!("quantity {qty} is not a multiple of lot size {}", listing.lot));
        }
        if let Some(freeze) = listing.freeze.filter(|freeze| qty > *freeze) {
            return refuse("QUANTITY", format!("quantity {qty} is above the freeze quantity {freeze}"));
        }
        let (trigger, limit) = terms.on_the_wire();
        if let Some(price) = trigger.into_iter().chain([limit]).find(|p| !p.is_on(listing.tick)) {
            return refuse("TICK", format!("price {price} is not on the tick size {}", listing.tick));
        }
        Ok(())
    }
}
