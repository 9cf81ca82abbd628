//! The orders of the account, from the wish to the last fill.

use domain::order::{
    IllegalMove, InstrumentKey, OrderEvent, OrderKey, OrderState, Step, Terms, Ticket, Timing,
};
use domain::trade::{BookId, ExitReason};
use domain::{Money, Price, Qty, Side, Tick, Timestamp};

/// Why an order exists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Opens or adds.
    Entry,
    /// Closes what is held and opens the other side.
    Reverse,
    /// The protective stop: the one exit that rests.
    Stop,
    /// Closes at the market (or at the target).
    Exit(ExitReason),
}

/// An order and what became of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Order {
    pub key: OrderKey,
    pub book: BookId,
    pub instrument: InstrumentKey,
    pub side: Side,
    pub qty: Qty,
    /// The largest quantity it ever had: until a change has come the exchange may fill that much.
    pub most: Qty,
    pub terms: Terms,
    pub timing: Timing,
    pub purpose: Purpose,
    pub state: OrderState,
    pub created: Timestamp,
    /// Value of all its fills: brokerage is per executed order.
    pub executed: Money,
    /// Times its terms were changed at the exchange.
    pub changes: u8,
    /// Its terms were changed while the exchange had not yet answered: they are sent once it has.
    pub resend: bool,
}

/// The orders of the account, by key. Keys are never used again.
#[derive(Debug, Default)]
pub struct OrderTable {
    /// How many were forgotten, and what they executed: the first order here has this key.
    forgotten: u32,
    forgotten_value: Money,
    orders: Vec<Order>,
}

/// How far a marketable limit reaches through the last price: 1 %, in hundredths of a percent.
const MARKET_BAND: i64 = 100;

impl OrderTable {
    #[inline]
    pub fn add(
        &mut self,
        at: Timestamp,
        book: BookId,
        instrument: InstrumentKey,
        (side, qty): (Side, Qty),
        terms: Terms,
        timing: Timing,
        purpose: Purpose,
    ) -> &Order {
        let key = OrderKey(self.forgotten + self.orders.len() as u32);
        self.orders.push(Order {
            key,
            book,
            instrument,
            side,
            qty,
            most: qty,
            terms,
            timing,
            purpose,
            state: OrderState::Pending,
            created: at,
            executed: Money::ZERO,
            changes: 0,
            resend: false,
        });
        &self.orders[self.orders.len() - 1]
    }

    /// The order of a key that was given out and not forgotten.
    #[inline]
    pub fn get(&self, key: OrderKey) -> &Order {
        &self.orders[(key.0 - self.forgotten) as usize]
    }

    #[inline]
    pub fn get_mut(&mut self, key: OrderKey) -> &mut Order {
        &mut self.orders[(key.0 - self.forgotten) as usize]
    }

    pub fn all(&self) -> &[Order] {
        &self.orders
    }

    pub fn count(&self) -> usize {
        self.forgotten as usize + self.orders.len()
    }

    pub fn executed(&self) -> Money {
        self.forgotten_value + self.orders.iter().map(|order| order.executed).sum()
    }

    /// Drops the oldest orders up to the first that is still on its way.
    pub fn forget_final(&mut self) {
        let working =
            self.orders.iter().position(|order| !order.state.is_final()).unwrap_or(self.orders.len());
        self.forgotten_value += self.orders.drain(..working).map(|order| order.executed).sum();
        self.forgotten += working as u32;
    }
}

impl Order {
    pub(crate) fn resize(&mut self, qty: Qty) {
        self.qty = qty;
        self.most = self.most.max(qty);
    }

    #[inline]
    pub fn apply(&mut self, event: OrderEvent) -> Result<Step, IllegalMove> {
        let step = self.state.apply(self.qty, event)?;
        if let Step::Moved(state) = step {
            self.state = state;
        }
        Ok(step)
    }

    #[inline]
    pub fn filled(&self) -> Qty {
        self.state.filled(self.qty)
    }

    #[inline]
    pub fn left(&self) -> Qty {
        self.qty - self.filled()
    }

    /// What is sent: the part of the order that has not traded.
    #[inline]
    pub fn ticket(&self) -> Ticket {
        Ticket {
            key: self.key,
            instrument: self.instrument,
            side: self.side,
            qty: self.left(),
            terms: self.terms,
            timing: self.timing,
        }
    }
}

/// A market order as it may be sent: a limit through the last price.
#[inline]
pub fn marketable(side: Side, last: Price, tick: Tick) -> Terms {
    Terms::Marketable { limit: banded(side, last, tick) }
}

/// A stop-market as it may be sent: a stop with its limit one band beyond the trigger.
pub fn protective_stop(side: Side, trigger: Price, tick: Tick) -> Terms {
    Terms::Stop { trigger, limit: banded(side, trigger, tick) }
}

/// The far end of the band around `price`, on the tick, never reaching further than the band.
#[inline]
fn banded(side: Side, price: Price, tick: Tick) -> Price {
    let band = price.raw() / 10_000 * MARKET_BAND;
    match side {
        Side::Buy => Price::from_raw(price.raw() + band).floor_to(tick),
        Side::Sell => Price::from_raw(price.raw() - band).ceil_to(tick),
    }
}
