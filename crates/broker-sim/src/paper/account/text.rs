//! Between the words of the wire and of the journal and those of the exchange.

use super::{
    Account, Deal, Entry, OrderEntry, OrderKey, Price, Qty, Refused, RowLine, RowStatus, Side, SideText,
    StatusText, Terms, TermsText, Text, Timestamp, Timing, TimingText, TradeRow,
};

pub(super) fn broker_id(key: OrderKey) -> String {
    format!("P{}", u64::from(key.0) + 1)
}

pub(super) fn rejected() -> Refused {
    Refused { code: "REJECTED", words: "the exchange rejected it, as it was told to".to_owned() }
}

pub(super) fn quantity(qty: i64) -> Result<Qty, Refused> {
    let qty = Qty::units(qty);
    if qty < Qty::units(1) || qty > Qty::MAX {
        let words = format!("quantity {qty} must be 1 to {}", Qty::MAX);
        return Err(Refused { code: "QUANTITY", words });
    }
    Ok(qty)
}

pub(super) fn terms(terms: TermsText) -> Result<Terms, Refused> {
    let terms = Terms::from(terms);
    let (trigger, limit) = terms.on_the_wire();
    match trigger.into_iter().chain([limit]).find(|price| *price <= Price::ZERO) {
        Some(price) => Err(Refused { code: "PRICE", words: format!("price {price} must be positive") }),
        None => Ok(terms),
    }
}

impl Account {
    pub(super) fn key_of(&self, broker_id: &str) -> Option<OrderKey> {
        let number: u32 = broker_id.strip_prefix('P')?.parse().ok()?;
        number.checked_sub(1).filter(|key| (*key as usize) < self.orders.len()).map(OrderKey)
    }

    /// The order's row, once it has arrived.
    pub(super) fn row(&self, key: OrderKey) -> Option<RowLine> {
        let row = self.exchange.rows().get(&key)?;
        let facts = &self.orders[key.0 as usize];
        let status = self.status(key, row.status);
        Some(RowLine {
            tag: facts.tag.clone(),
            broker_id: broker_id(key),
            instrument: self.venues[facts.venue.0 as usize].instrument.clone(),
            product: facts.product.name().to_owned(),
            side: facts.side.into(),
            qty: row.qty.raw(),
            filled: row.filled.raw(),
            terms: row.terms.into(),
            triggered: facts.triggered,
            status,
            because: (status == StatusText::Rejected).then(|| rejected().words),
        })
    }

    fn status(&self, key: OrderKey, status: RowStatus) -> StatusText {
        match status {
            RowStatus::Working => StatusText::Working,
            RowStatus::Filled => StatusText::Filled,
            RowStatus::Cancelled if self.orders[key.0 as usize].expired => StatusText::Expired,
            RowStatus::Cancelled => StatusText::Cancelled,
            RowStatus::Rejected => StatusText::Rejected,
        }
    }

    pub(super) fn deal(&self, trade: &TradeRow) -> Deal {
        let facts = &self.orders[trade.order.0 as usize];
        let (at, place) = self.stamps[trade.number.0 as usize - 1];
        Deal {
            tag: facts.tag.clone(),
            broker_id: broker_id(trade.order),
            number: trade.number.0,
            instrument: self.venues[facts.venue.0 as usize].instrument.clone(),
            side: trade.side.into(),
            qty: trade.qty.raw(),
            price: Text(trade.price),
            at: at.as_micros(),
            place,
        }
    }

    /// Puts the order, as it stands since `now`, among what the journal must hold.
    pub(super) fn push_order(&mut self, now: Timestamp, key: OrderKey) {
        let Some(row) = self.exchange.rows().get(&key) else { return };
        self.orders[key.0 as usize].changed_at = now;
        let facts = &self.orders[key.0 as usize];
        let venue = &self.venues[facts.venue.0 as usize];
        self.entries.push(Entry::Order(OrderEntry {
            account: self.name.clone(),
            key: key.0,
            tag: facts.tag.clone(),
            instrument: venue.instrument.clone(),
            lane: venue.lane,
            product: facts.product.name().to_owned(),
            side: facts.side.into(),
            validity: facts.validity,
            placed_at: facts.placed_at.as_micros(),
            changed_at: Some(now.as_micros()),
            qty: row.qty.raw(),
            terms: row.terms.into(),
            triggered: facts.triggered,
            status: self.status(key, row.status),
        }));
    }
}

impl From<SideText> for Side {
    fn from(side: SideText) -> Side {
        match side {
            SideText::Buy => Side::Buy,
            SideText::Sell => Side::Sell,
        }
    }
}

impl From<Side> for SideText {
    fn from(side: Side) -> SideText {
        match side {
            Side::Buy => SideText::Buy,
            Side::Sell => SideText::Sell,
        }
    }
}

impl From<TimingText> for Timing {
    fn from(timing: TimingText) -> Timing {
        match timing {
            TimingText::Next => Timing::Next,
            TimingText::ThisClose => Timing::ThisClose,
        }
    }
}

impl From<TermsText> for Terms {
    fn from(terms: TermsText) -> Terms {
        match terms {
            TermsText::Marketable { limit } => Terms::Marketable { limit: limit.0 },
            TermsText::Limit { price } => Terms::Limit { price: price.0 },
            TermsText::Stop { trigger, limit } => Terms::Stop { trigger: trigger.0, limit: limit.0 },
        }
    }
}

impl From<Terms> for TermsText {
    fn from(terms: Terms) -> TermsText {
        match terms {
            Terms::Marketable { limit } => TermsText::Marketable { limit: Text(limit) },
            Terms::Limit { price } => TermsText::Limit { price: Text(price) },
            Terms::Stop { trigger, limit } => TermsText::Stop { trigger: Text(trigger), limit: Text(limit) },
        }
    }
}
