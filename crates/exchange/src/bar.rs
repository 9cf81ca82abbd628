//! Fills from bars, phase by phase.

use domain::order::{InstrumentKey, Terms, Timing};
use domain::{Price, Qty, Side};

use crate::{Exchange, FillRules, News, Phase, Report, Resting, Triggered, Venue};

impl Exchange {
    /// A bar opens: queued market orders trade, and resting orders that the open has jumped over.
    /// `volume` is the whole bar's, `None` where the source has none.
    #[inline]
    pub fn open(
        &mut self,
        instrument: InstrumentKey,
        price: Price,
        volume: Option<Qty>,
        out: &mut Vec<Report>,
    ) {
        self.begin(instrument, volume);
        self.open_within(instrument, price, out);
    }

    /// A shorter bar opens inside the one that is on, and shares its volume.
    pub fn open_within(&mut self, instrument: InstrumentKey, price: Price, out: &mut Vec<Report>) {
        let venue = &mut self.venues[instrument.0 as usize];
        venue.phase = Phase::Open(price);
        venue.match_all(&self.rules, out);
    }

    /// A bar begins whose open nobody waits for: what may trade in it.
    #[inline]
    pub fn begin(&mut self, instrument: InstrumentKey, volume: Option<Qty>) {
        let venue = &mut self.venues[instrument.0 as usize];
        venue.volume_left = match (self.rules.participation, volume) {
            (Some(share), Some(volume)) => Some(Qty::units(
                volume.raw() / 10_000 * i64::from(share) + volume.raw() % 10_000 * i64::from(share) / 10_000,
            )),
            _ => None,
        };
    }

    /// The bar's range is known: resting orders inside it trade.
    #[inline]
    pub fn range(&mut self, instrument: InstrumentKey, high: Price, low: Price, out: &mut Vec<Report>) {
        let venue = &mut self.venues[instrument.0 as usize];
        venue.phase = Phase::Range { high, low };
        venue.match_all(&self.rules, out);
    }

    /// The bar is closing: from here on orders wait for the next bar, but for those that want this close.
    #[inline]
    pub fn close(&mut self, instrument: InstrumentKey, price: Price) {
        self.venues[instrument.0 as usize].phase = Phase::Close(price);
    }

    /// The bar is over.
    #[inline]
    pub fn between(&mut self, instrument: InstrumentKey) {
        self.venues[instrument.0 as usize].phase = Phase::Between;
    }
}

impl Venue {
    #[inline]
    fn match_all(&mut self, rules: &FillRules, out: &mut Vec<Report>) {
        let mut i = 0;
        while i < self.orders.len() {
            if !self.match_one(i, rules, out) {
                i += 1;
            }
        }
    }

    #[inline]
    pub(crate) fn match_newest(&mut self, rules: &FillRules, out: &mut Vec<Report>) {
        let newest = self.orders.len() - 1;
        self.match_one(newest, rules, out);
    }

    /// Tries one order in the phase that is on; true if it is done and gone.
    #[inline]
    pub(crate) fn match_one(&mut self, i: usize, rules: &FillRules, out: &mut Vec<Report>) -> bool {
        let order = self.orders[i];
        let price = match self.phase {
            Phase::Open(open) => self.at_open(&order, open, rules),
            Phase::Range { high, low } => self.inside(&order, high, low, rules),
            Phase::Close(close) => self.at_close(&order, close, rules),
            Phase::Between => None,
        };
        match price {
            Some(price) => self.fill(i, price, Triggered::Market, out),
            None => false,
        }
    }

    #[inline]
    fn at_open(&self, order: &Resting, open: Price, rules: &FillRules) -> Option<Price> {
        match (order.terms, order.side) {
            (Terms::Marketable { .. }, side) => Some(rules.slippage.apply(open, side, self.tick)),
            (Terms::Limit { price }, Side::Buy) => (open <= price).then_some(open),
            (Terms::Limit { price }, Side::Sell) => (open >= price).then_some(open),
            (Terms::Stop { trigger, .. }, side) => {
                let beyond = if side == Side::Sell { open <= trigger } else { open >= trigger };
                beyond.then(|| rules.slippage.apply(open, side, self.tick))
            }
        }
    }

    #[inline]
    fn inside(&self, order: &Resting, high: Price, low: Price, rules: &FillRules) -> Option<Price> {
        let through = if rules.limit_touch { Price::ZERO } else { self.tick.price() };
        match (order.terms, order.side) {
            // Nothing says at what moment inside the bar it came: the next open is the first price it can have.
            (Terms::Marketable { .. }, _) => None,
            (Terms::Limit { price }, Side::Buy) => (low <= price - through).then_some(price),
            (Terms::Limit { price }, Side::Sell) => (high >= price + through).then_some(price),
            (Terms::Stop { trigger, .. }, side) => {
                let hit = if side == Side::Sell { low <= trigger } else { high >= trigger };
                hit.then(|| rules.slippage.apply(trigger, side, self.tick))
            }
        }
    }

    #[inline]
    fn at_close(&self, order: &Resting, close: Price, rules: &FillRules) -> Option<Price> {
        match (order.terms, order.timing) {
            (Terms::Marketable { .. }, Timing::ThisClose) => {
                Some(rules.slippage.apply(close, order.side, self.tick))
            }
            _ => None,
        }
    }

    /// What of `left` may trade in `room`: all of it, or whole lots, as less than a lot could not be closed.
    #[inline]
    pub(crate) fn fits(&self, left: Qty, room: Qty) -> Qty {
        if room >= left { left } else { room.floor_to_lot(self.lot) }
    }

    /// Fills what the volume allows; true if the order is done and gone.
    #[inline]
    pub(crate) fn fill(
        &mut self,
        i: usize,
        price: Price,
        triggered: Triggered,
        out: &mut Vec<Report>,
    ) -> bool {
        let qty = self.volume_left.map_or(self.orders[i].left, |room| self.fits(self.orders[i].left, room));
        let order = &mut self.orders[i];
        if qty < order.left {
            // A triggered stop does not untrigger because nobody was there to trade with.
            order.trigger(triggered, out);
        }
        if qty <= Qty::ZERO {
            return false;
        }
        if let Some(room) = &mut self.volume_left {
            *room -= qty;
        }
        out.push(Report { key: order.key, news: News::Filled { qty, price } });
        order.left -= qty;
        if order.left.is_zero() {
            self.orders.remove(i);
            return true;
        }
        false
    }
}

impl Resting {
    /// A stop becomes a market or a limit order, and stays one.
    pub(crate) fn trigger(&mut self, into: Triggered, out: &mut Vec<Report>) {
        if let Terms::Stop { limit, .. } = self.terms {
            self.terms = match into {
                Triggered::Market => Terms::Marketable { limit },
                Triggered::Limit => Terms::Limit { price: limit },
            };
            (self.triggered, self.arriving) = (true, true);
            out.push(Report { key: self.key, news: News::Triggered });
        }
    }
}
