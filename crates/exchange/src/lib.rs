//! The simulated exchange: a pure state machine that fills orders from bars, ticks or quotes.
//!
//! It takes [`Ticket`]s and market data and gives back [`Report`]s. A bar is told in three phases, so that everything
//! happens in the order in which it could have happened: [`Exchange::open`] (queued market orders, gaps),
//! [`Exchange::range`] (resting orders inside the bar), [`Exchange::close`] (orders for this very close). An order that
//! arrives during a phase is judged against that phase; a marketable one waits for the next open.
//!
//! Fill prices (contracts of bar mode): market at the open ± slippage, never clamped to the bar's range; a stop at its
//! trigger, or at the open if that is beyond, ± slippage; a limit at its price once the market trades one tick through
//! it, or at the open if that is better; limits never slip. From ticks and quotes a stop trades within its limit, and
//! rests at it as a limit order if the market is beyond.

mod bar;
mod faulty;
mod rules;
mod tick;

use domain::order::{InstrumentKey, OrderKey, Terms, Ticket, Timing};
use domain::{Price, Qty, Side, Tick, Timestamp};

pub use faulty::{Answer, Fate, Faults, FaultyExchange, Row, RowStatus, Said, TradeRow};
pub use rules::{FillRules, RuleError, Slippage};
use tick::Meeting;
pub use tick::Quote;

/// What the exchange says of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    pub key: OrderKey,
    pub news: News,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum News {
    Accepted,
    Filled {
        qty: Qty,
        price: Price,
    },
    /// The change of that number was made.
    Modified {
        change: u8,
    },
    /// A stop's trigger traded, and not all of it could: the rest goes on, at the market in bars, else at its limit.
    Triggered,
    Cancelled,
    /// The order is not in the book any more: it was filled or cancelled before.
    NotFound,
}

#[derive(Clone, Copy, Debug)]
struct Resting {
    key: OrderKey,
    side: Side,
    left: Qty,
    terms: Terms,
    timing: Timing,
    /// When the order reaches the book (tick and quote mode).
    active_at: Timestamp,
    /// No print since it came, was changed or triggered has failed to reach it: it takes what the market gives and does
    /// not rest at its own price yet (tick mode).
    arriving: bool,
    /// It was a stop, whose trigger has traded.
    triggered: bool,
}

/// What a stop becomes when its trigger trades.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Triggered {
    /// Its limit is moved as long as it is beaten: whoever tells bars looks at once in each, and takes any price.
    Market,
    /// A limit order at its limit, as at an exchange. It is for its owner to chase.
    Limit,
}

/// Where in a bar an instrument is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Between,
    Open(Price),
    Range { high: Price, low: Price },
    Close(Price),
}

#[derive(Debug)]
struct Venue {
    tick: Tick,
    /// Nothing trades in less.
    lot: Qty,
    orders: Vec<Resting>,
    phase: Phase,
    /// Units that may still trade in this bar, if participation is capped.
    volume_left: Option<Qty>,
    last_quote: Option<Quote>,
    last_tick: Option<Price>,
}

/// All instruments of one simulated account.
#[derive(Debug)]
pub struct Exchange {
    rules: FillRules,
    venues: Vec<Venue>,
}

impl Exchange {
    pub fn new(rules: FillRules) -> Exchange {
        Exchange { rules, venues: Vec::new() }
    }

    /// Lists an instrument that trades in single units; keys count from 0 in the order of listing.
    pub fn list(&mut self, tick: Tick) -> InstrumentKey {
        self.list_in_lots(tick, Qty::units(1))
    }

    /// Lists an instrument whose orders, also those that fill in part, trade in whole lots.
    pub fn list_in_lots(&mut self, tick: Tick, lot: Qty) -> InstrumentKey {
        self.venues.push(Venue {
            tick,
            lot: lot.max(Qty::units(1)),
            orders: Vec::with_capacity(4),
            phase: Phase::Between,
            volume_left: None,
            last_quote: None,
            last_tick: None,
        });
        InstrumentKey(self.venues.len() as u32 - 1)
    }

    /// Takes an order. It may fill at once, in the phase that is on.
    #[inline]
    pub fn submit(&mut self, at: Timestamp, ticket: &Ticket, out: &mut Vec<Report>) {
        let venue = &mut self.venues[ticket.instrument.0 as usize];
        out.push(Report { key: ticket.key, news: News::Accepted });
        venue.orders.push(Resting {
            key: ticket.key,
            side: ticket.side,
            left: ticket.qty,
            terms: ticket.terms,
            timing: ticket.timing,
            active_at: at + self.rules.latency,
            arriving: true,
            triggered: false,
        });
        if venue.phase != Phase::Between {
            venue.match_newest(&self.rules, out);
        }
    }

    /// Changes a resting order; `qty` is what should be left of it.
    pub fn modify(&mut self, ticket: &Ticket, out: &mut Vec<Report>) {
        let venue = &mut self.venues[ticket.instrument.0 as usize];
        let Some(i) = venue.orders.iter().position(|o| o.key == ticket.key) else {
            out.push(Report { key: ticket.key, news: News::NotFound });
            return;
        };
        let order = &mut venue.orders[i];
        // A triggered stop stays triggered, whatever new trigger comes too late.
        let terms = match (order.terms, ticket.terms) {
            (Terms::Marketable { .. }, Terms::Stop { .. }) => order.terms,
            (_, Terms::Stop { limit, .. }) if order.triggered => Terms::Limit { price: limit },
            _ => ticket.terms,
        };
        order.triggered &= matches!(ticket.terms, Terms::Stop { .. });
        (order.left, order.terms, order.timing) = (ticket.qty, terms, ticket.timing);
        order.arriving = venue.last_tick.is_none();
        out.push(Report { key: ticket.key, news: News::Modified { change: ticket.change } });
        if venue.phase != Phase::Between {
            venue.match_one(i, &self.rules, out);
        } else if let Some(price) = venue.last_tick {
            venue.match_at_tick(i, price, Meeting::Resting, &self.rules, out);
        }
    }

    pub fn cancel(&mut self, instrument: InstrumentKey, key: OrderKey, out: &mut Vec<Report>) {
        let venue = &mut self.venues[instrument.0 as usize];
        let found = venue.orders.iter().position(|o| o.key == key);
        let news = if let Some(i) = found {
            venue.orders.remove(i);
            News::Cancelled
        } else {
            News::NotFound
        };
        out.push(Report { key, news });
    }

    /// Whether any order waits for the next open whatever its price.
    #[inline]
    pub fn has_queued(&self, instrument: InstrumentKey) -> bool {
        self.venues[instrument.0 as usize].orders.iter().any(|o| matches!(o.terms, Terms::Marketable { .. }))
    }

    /// The prices at which resting orders could trade: (at or below, at or above). Nothing fills between them.
    #[inline]
    pub fn wake_levels(&self, instrument: InstrumentKey) -> (Price, Price) {
        let mut levels = (NEVER_BELOW, NEVER_ABOVE);
        for order in &self.venues[instrument.0 as usize].orders {
            match (order.terms, order.side) {
                (Terms::Limit { price }, Side::Buy) | (Terms::Stop { trigger: price, .. }, Side::Sell) => {
                    levels.0 = levels.0.max(price);
                }
                (Terms::Limit { price }, Side::Sell) | (Terms::Stop { trigger: price, .. }, Side::Buy) => {
                    levels.1 = levels.1.min(price);
                }
                (Terms::Marketable { .. }, _) => {}
            }
        }
        levels
    }

    /// Whether an order of any kind is in the book.
    pub fn is_resting(&self, instrument: InstrumentKey) -> bool {
        !self.venues[instrument.0 as usize].orders.is_empty()
    }
}

/// No bar's low is at or below this.
pub const NEVER_BELOW: Price = Price::ZERO;
/// No bar's high is at or above this.
pub const NEVER_ABOVE: Price = Price::from_raw(i64::MAX);

#[cfg(test)]
mod tests;
