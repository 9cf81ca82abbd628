//! Fills from ticks (last traded prices) and from quotes (best bid and ask).

use domain::order::{InstrumentKey, Terms};
use domain::{Price, Qty, Side, Timestamp};

use crate::{Exchange, FillRules, News, Report, Venue};

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
    /// print is at or beyond its trigger, a limit its own price once the print is a tick through it; a limit that comes
    /// (or is changed) through the market gets the first print it meets, as on arrival at a book.
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
            let arriving = std::mem::take(&mut order.arriving);
            let meeting = match (opening, arriving) {
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
            (Terms::Stop { trigger, .. }, Side::Sell) if price <= trigger => {
                Some(rules.slippage.apply(price, Side::Sell, self.tick))
            }
            (Terms::Stop { trigger, .. }, Side::Buy) if price >= trigger => {
                Some(rules.slippage.apply(price, Side::Buy, self.tick))
            }
            (Terms::Stop { .. }, _) => None,
        };
        fill.is_some_and(|price| self.fill(i, price, out))
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
            let reached =
                |trigger: Price| if order.side == Side::Buy { best >= trigger } else { best <= trigger };
            let price = match order.terms {
                Terms::Marketable { .. } => Some(rules.slippage.apply(best, order.side, self.tick)),
                Terms::Limit { price } => beyond(price).then_some(best),
                Terms::Stop { trigger, .. } => {
                    reached(trigger).then(|| rules.slippage.apply(best, order.side, self.tick))
                }
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
                order.trigger(out);
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
