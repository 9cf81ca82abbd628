//! Fills from ticks (last traded prices) and from quotes (best bid and ask).

use domain::order::{InstrumentKey, Terms};
use domain::{Price, Qty, Side, Tick, Timestamp};

use crate::{Exchange, FillRules, News, Report, Triggered, Venue};

/// The best of the book.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quote {
    pub bid: Price,
    pub ask: Price,
    pub bid_qty: Qty,
    pub ask_qty: Qty,
}

/// How an order and a print come together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Meeting {
    /// The first print of a session: it may have jumped over the order.
    Opening,
    /// The first print since the order came.
    Arriving,
    Resting,
}

impl Exchange {
    /// A trade printed. `opening` says that it is the first of a session: resting orders that it has jumped over get
    /// its price, as at a bar's open. Otherwise a market order gets the print ± slippage, a stop likewise once the
    /// print is at or beyond its trigger, but nothing beyond its limit: there it goes on as a limit order. A limit gets
    /// its own price once the print is a tick through it; one that comes (or is changed) through the market gets the
    /// prints it meets, as on arrival at a book.
    #[inline]
    pub fn tick(
        &mut self,
        at: Timestamp,
        instrument: InstrumentKey,
        price: Price,
        opening: bool,
        out: &mut Vec<Report>,
    ) {
        let venue = &mut self.venues[instrument.0 as usize];
        venue.last_tick = Some(price);
        let mut i = 0;
        while i < venue.orders.len() {
            let order = &mut venue.orders[i];
            if order.active_at > at {
                i += 1;
                continue;
            }
            let meeting = match (opening, order.arriving) {
                (true, _) => Meeting::Opening,
                (false, true) => Meeting::Arriving,
                (false, false) => Meeting::Resting,
            };
            if !venue.match_at_tick(i, price, meeting, &self.rules, out) {
                i += 1;
            }
        }
    }

    /// The book changed. Orders that reached it before `at` meet the quote that stood until now.
    #[inline]
    pub fn quote(&mut self, at: Timestamp, instrument: InstrumentKey, quote: Quote, out: &mut Vec<Report>) {
        let venue = &mut self.venues[instrument.0 as usize];
        if let Some(standing) = venue.last_quote.filter(|_| !venue.orders.is_empty()) {
            venue.match_quote(at, &standing, &self.rules, out);
        }
        venue.last_quote = Some(quote);
    }
}

impl Venue {
    /// Tries one order against a print; true if it is done and gone.
    pub(crate) fn match_at_tick(
        &mut self,
        i: usize,
        price: Price,
        meeting: Meeting,
        rules: &FillRules,
        out: &mut Vec<Report>,
    ) -> bool {
        let order = self.orders[i];
        let through = if rules.limit_touch { Price::ZERO } else { self.tick.price() };
        let fill = match (order.terms, order.side) {
            (Terms::Marketable { .. }, side) => Some(rules.slippage.apply(price, side, self.tick)),
            (Terms::Limit { price: limit }, Side::Buy)
                if meeting == Meeting::Arriving && price <= limit - through =>
            {
                Some(price)
            }
            (Terms::Limit { price: limit }, Side::Sell)
                if meeting == Meeting::Arriving && price >= limit + through =>
            {
                Some(price)
            }
            (Terms::Limit { price: limit }, Side::Buy) if meeting == Meeting::Opening && price <= limit => {
                Some(price)
            }
            (Terms::Limit { price: limit }, Side::Sell) if meeting == Meeting::Opening && price >= limit => {
                Some(price)
            }
            (Terms::Limit { price: limit }, Side::Buy) => (price <= limit - through).then_some(limit),
            (Terms::Limit { price: limit }, Side::Sell) => (price >= limit + through).then_some(limit),
            (Terms::Stop { trigger, limit }, side) if reaches(side, price, trigger) => {
                let price = stopped(side, price, limit, rules, self.tick);
                if price.is_none() {
                    self.orders[i].trigger(Triggered::Limit, out);
                }
                price
            }
            (Terms::Stop { .. }, _) => None,
        };
        let done = fill.is_some_and(|price| self.fill(i, price, Triggered::Limit, out));
        if !done {
            let order = &mut self.orders[i];
            order.arriving &= match (order.terms, order.side) {
                (Terms::Limit { price: limit }, Side::Buy) => price <= limit - through,
                (Terms::Limit { price: limit }, Side::Sell) => price >= limit + through,
                _ => true,
            };
        }
        done
    }

    fn match_quote(&mut self, at: Timestamp, quote: &Quote, rules: &FillRules, out: &mut Vec<Report>) {
        let (mut bid_left, mut ask_left) = (quote.bid_qty, quote.ask_qty);
        let mut i = 0;
        while i < self.orders.len() {
            let order = &mut self.orders[i];
            if order.active_at > at {
                i += 1;
                continue;
            }
            let (best, room) = match order.side {
                Side::Buy => (quote.ask, &mut ask_left),
                Side::Sell => (quote.bid, &mut bid_left),
            };
            let beyond = |limit: Price| if order.side == Side::Buy { best <= limit } else { best >= limit };
            let price = match order.terms {
                Terms::Marketable { .. } => Some(rules.slippage.apply(best, order.side, self.tick)),
                Terms::Limit { price } => beyond(price).then_some(best),
                Terms::Stop { trigger, limit } if reaches(order.side, best, trigger) => {
                    let price = stopped(order.side, best, limit, rules, self.tick);
                    if price.is_none() {
                        order.trigger(Triggered::Limit, out);
                    }
                    price
                }
                Terms::Stop { .. } => None,
            };
            let left = order.left;
            let qty = self.fits(left, *room);
            let order = &mut self.orders[i];
            let Some(price) = price.filter(|_| qty > Qty::ZERO) else {
                i += 1;
                continue;
            };
            *room -= qty;
            if qty < order.left {
                order.trigger(Triggered::Limit, out);
            }
            order.left -= qty;
            out.push(Report { key: order.key, news: News::Filled { qty, price } });
            if order.left.is_zero() {
                self.orders.remove(i);
            } else {
                i += 1;
            }
        }
    }
}

/// Whether a stop's trigger has traded.
fn reaches(side: Side, price: Price, trigger: Price) -> bool {
    if side == Side::Buy { price >= trigger } else { price <= trigger }
}

/// What a stop gets that has triggered: the price ± slippage, up to its limit; `None` if the price is beyond that.
fn stopped(side: Side, price: Price, limit: Price, rules: &FillRules, tick: Tick) -> Option<Price> {
    let slipped = rules.slippage.apply(price, side, tick);
    match side {
        Side::Buy => (price <= limit).then(|| slipped.min(limit)),
        Side::Sell => (price >= limit).then(|| slipped.max(limit)),
    }
}
