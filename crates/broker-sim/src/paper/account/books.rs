//! What the account shows of itself: orders, trades, positions, funds.

use super::{
    Account, BTreeSet, DayNumber, Deal, Money, OrderKey, PlaceInBar, Position, Price, Product, Row, RowLine,
    RowStatus, Text, Timestamp, TradeRow,
};

#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Held {
    qty: i64,
    /// Σ price × quantity of what is open, in 1/10,000 rupee, signed like the quantity.
    cost: i128,
    realised: i128,
}

impl Account {
    /// Takes a trade into the positions.
    pub(super) fn hold(&mut self, trade: &TradeRow, stamp: (Timestamp, PlaceInBar)) {
        self.stamps.push(stamp);
        let facts = &self.orders[trade.order.0 as usize];
        let instrument = self.venues[facts.venue.0 as usize].instrument.clone();
        let held = self.positions.entry((instrument, facts.product)).or_default();
        held.take(trade.side.sign() * trade.qty.raw(), i128::from(trade.price.raw()));
    }

    /// All that works, and what changed today, yesterday, or since the last day before on which the owner was told: an
    /// order may end while nobody is here, over a weekend or longer.
    pub fn read(&mut self, now: Timestamp) -> (Vec<RowLine>, Vec<Deal>) {
        let today = now.day();
        if today > self.read_on {
            (self.read_before, self.read_on) = (self.read_on, today);
        }
        let since = self.read_before.min(DayNumber::from_days(today.as_days() - 1));
        let shown = |key: OrderKey, row: &Row| {
            let facts = &self.orders[key.0 as usize];
            row.status == RowStatus::Working || facts.changed_at.day() >= since
        };
        let keys: BTreeSet<OrderKey> =
            self.exchange.rows().iter().filter(|(key, row)| shown(**key, row)).map(|(key, _)| *key).collect();
        let rows = keys.iter().filter_map(|key| self.row(*key)).collect();
        let trades: Vec<Deal> =
            self.exchange.trades().iter().filter(|t| keys.contains(&t.order)).map(|t| self.deal(t)).collect();
        (rows, trades)
    }

    /// What is held: Σ trades.
    pub fn positions(&self) -> Vec<Position> {
        let open = self.positions.iter().filter(|(_, held)| held.qty != 0);
        open.map(|((instrument, product), held)| Position {
            instrument: instrument.clone(),
            product: product.name().to_owned(),
            qty: held.qty,
            average_price: Text(Price::from_raw((held.cost / i128::from(held.qty)) as i64)),
        })
        .collect()
    }

    /// Cash with all that was won and lost by closing, and the margin of what is open: its cost, whole for delivery, a
    /// fifth for intraday, 15 % for derivatives carried. Charges are the client's to reckon.
    pub fn funds(&self) -> (Money, Money) {
        let (mut realised, mut margin) = (0i128, 0i128);
        for ((_, product), held) in &self.positions {
            realised += held.realised;
            let share = match product {
                Product::Cnc | Product::Mtf => 100,
                Product::Mis => 20,
                Product::Nrml => 15,
            };
            margin += held.cost.abs() * share / 100;
        }
        let money =
            |raw: i128| Money::from_raw(raw.clamp(-i128::from(i64::MAX), i128::from(i64::MAX)) as i64);
        (money(i128::from(self.cash.raw()) + realised), money(margin))
    }
}

impl Held {
    fn take(&mut self, signed: i64, price: i128) {
        let closes = if (signed > 0) == (self.qty > 0) { 0 } else { signed.abs().min(self.qty.abs()) };
        if closes > 0 {
            let part = self.cost * i128::from(closes) / i128::from(self.qty.abs());
            let proceeds = price * i128::from(closes * self.qty.signum());
            self.realised += proceeds - part;
            self.cost -= part;
        }
        let opens = signed.abs() - closes;
        self.cost += price * i128::from(opens * signed.signum());
        self.qty += signed;
    }
}
