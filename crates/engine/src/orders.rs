//! The orders of the account, from the wish to the last fill.

use domain::order::{
    IllegalMove, InstrumentKey, OrderEvent, OrderKey, OrderState, Step, Terms, Ticket, Timing,
};
use domain::trade::{BookId, ExitReason};
use domain::{Money, Price, Qty, Side, Tick, Timestamp};
use serde::{Deserialize, Serialize};

/// Why an order exists.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
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

/// What made the engine want an order: with the book and the leg it is one order's own, and the same when the journal is
/// played again, whenever that is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Decision {
    /// The close of the bar that opened then.
    Bar(Timestamp),
    /// The event of that instant.
    Event(Timestamp),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Maker {
    Strategy,
    Person,
    /// Stops, targets, square-offs, limits of risk.
    Engine,
}

/// Where an order comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Origin {
    pub decision: Decision,
    /// Which order of that decision in its book, from 0; counted only towards a broker.
    pub leg: u16,
    pub maker: Maker,
    /// Of what closes: the entry that opened the position.
    pub parent: Option<OrderKey>,
}

/// What an order says: the part of it that a change can change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Figures {
    pub terms: Terms,
    pub qty: Qty,
    pub purpose: Purpose,
}

/// What is done once the exchange has answered: one request of an order is on its way at a time, so that no answer can
/// be taken for another's and no cancel overtakes the order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Next {
    #[default]
    Nothing,
    /// It is changed to what is wished by then.
    Modify,
    Cancel,
}

/// What is at the exchange, where that may differ from what is wished.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Sent {
    /// What the request on its way asks for.
    asked: Figures,
    /// What the exchange last confirmed: it holds until a change is confirmed.
    confirmed: Figures,
}

/// An order and what became of it. `qty`, `terms` and `purpose` are what is wished.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
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
    pub next: Next,
    /// Most orders are never changed: apart, so that those stay small.
    sent: Option<Box<Sent>>,
    /// The exchange has shown that it has the order.
    pub arrived: bool,
    /// Changes refused in a row.
    pub refusals: u8,
    pub origin: Origin,
    /// The price is a person's own: it is not moved, and no other order takes its place.
    pub own: bool,
    /// May be re-priced until it is done.
    pub chase: bool,
    /// Which placing of one wish this is, from 0: a rejected order may be placed again.
    pub attempt: u8,
}

/// The orders of the account, by key. Keys are never used again.
#[derive(Debug, Default, Serialize, Deserialize)]
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
        (purpose, origin): (Purpose, Origin),
    ) -> &mut Order {
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
            next: Next::Nothing,
            sent: None,
            arrived: false,
            refusals: 0,
            origin,
            own: false,
            chase: matches!(terms, Terms::Marketable { .. }),
            attempt: 0,
        });
        let last = self.orders.len() - 1;
        &mut self.orders[last]
    }

    /// Whether the key was given out and not forgotten.
    #[inline]
    pub fn knows(&self, key: OrderKey) -> bool {
        key.0.checked_sub(self.forgotten).is_some_and(|i| (i as usize) < self.orders.len())
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

    /// The first key that was not forgotten.
    pub fn oldest(&self) -> OrderKey {
        OrderKey(self.forgotten)
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

    /// Drops the oldest orders up to the first that is still on its way, or in doubt.
    pub fn forget_final(&mut self, in_doubt: impl Fn(OrderKey) -> bool) {
        let known = |order: &Order| order.state.is_final() && !in_doubt(order.key);
        let working = self.orders.iter().position(|order| !known(order)).unwrap_or(self.orders.len());
        self.forgotten_value += self.orders.drain(..working).map(|order| order.executed).sum();
        self.forgotten += working as u32;
    }
}

impl Order {
    /// Wishes another quantity.
    pub(crate) fn resize(&mut self, qty: Qty) {
        self.keep_sent();
        self.qty = qty;
        self.most = self.most.max(qty);
    }

    /// Wishes other terms.
    pub(crate) fn reprice(&mut self, terms: Terms, timing: Timing) {
        self.keep_sent();
        (self.terms, self.timing) = (terms, timing);
    }

    /// Wishes it for another purpose.
    pub(crate) fn turn_into(&mut self, purpose: Purpose) {
        self.keep_sent();
        self.purpose = purpose;
    }

    /// Notes what the exchange has, or will have, before something else is wished.
    fn keep_sent(&mut self) {
        if self.sent.is_none() && self.state != OrderState::Pending {
            let figures = self.figures();
            self.sent = Some(Box::new(Sent { asked: figures, confirmed: figures }));
        }
    }

    pub(crate) fn figures(&self) -> Figures {
        Figures { terms: self.terms, qty: self.qty, purpose: self.purpose }
    }

    /// What the request on its way asks for, or the last one did.
    #[inline]
    pub fn asked(&self) -> Figures {
        self.sent.as_ref().map_or_else(|| self.figures(), |sent| sent.asked)
    }

    /// What the exchange last confirmed: it holds until a change is confirmed.
    #[inline]
    pub fn confirmed(&self) -> Figures {
        self.sent.as_ref().map_or_else(|| self.figures(), |sent| sent.confirmed)
    }

    /// A request leaves that asks for what is wished now.
    #[inline]
    pub(crate) fn asks(&mut self) {
        let figures = self.figures();
        if let Some(sent) = &mut self.sent {
            sent.asked = figures;
        }
    }

    /// The request on its way is known not to have been carried out.
    pub(crate) fn unask(&mut self) {
        if let Some(sent) = &mut self.sent {
            sent.asked = sent.confirmed;
        }
    }

    /// The exchange has done what the request on its way asked for.
    #[inline]
    pub(crate) fn confirm(&mut self) {
        if let Some(sent) = &mut self.sent {
            sent.confirmed = sent.asked;
        }
        self.arrived = true;
        self.refusals = 0;
        // Made smaller, to what had traded by then.
        if self.filled() >= self.qty && self.next == Next::Nothing {
            self.state = OrderState::Filled;
        }
    }

    /// A change was refused: what was confirmed before stands.
    pub(crate) fn restore(&mut self) {
        Figures { terms: self.terms, qty: self.qty, purpose: self.purpose } = self.confirmed();
        self.unask();
        self.refusals = self.refusals.saturating_add(1);
    }

    /// Whether the exchange has it and owes no answer.
    #[inline]
    pub fn rests(&self) -> bool {
        matches!(
            self.state,
            OrderState::Open | OrderState::PartiallyFilled { .. } | OrderState::Triggered { .. }
        )
    }

    /// The most that may still trade, whichever of its figures are in force at the exchange.
    #[inline]
    pub fn could_fill(&self) -> Qty {
        if self.state.is_final() {
            return Qty::ZERO;
        }
        self.qty.max(self.sent_qty()) - self.filled()
    }

    /// The larger of what was asked for and what was confirmed.
    #[inline]
    fn sent_qty(&self) -> Qty {
        self.sent.as_ref().map_or(self.qty, |sent| sent.asked.qty.max(sent.confirmed.qty))
    }

    #[inline]
    pub fn apply(&mut self, event: OrderEvent) -> Result<Step, IllegalMove> {
        // While an answer is owed the order is done at the larger of what it was and what was asked for; what was
        // wished since has not been sent.
        let ordered = match self.state {
            OrderState::Submitted | OrderState::PendingModify { .. } | OrderState::Unknown { .. } => {
                self.sent_qty()
            }
            _ => self.qty,
        };
        let step = self.state.apply(ordered, event)?;
        if let Step::Moved(state) = step {
            self.state = state;
            if state == OrderState::Filled {
                self.qty = ordered;
            }
        }
        Ok(step)
    }

    #[inline]
    pub fn filled(&self) -> Qty {
        self.state.filled(self.qty)
    }

    /// Whether it is a limit order at the target of a position.
    pub(crate) fn waits_at_target(&self) -> bool {
        self.purpose == Purpose::Exit(ExitReason::Target) && matches!(self.terms, Terms::Limit { .. })
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
            filled: self.filled(),
            terms: self.terms,
            timing: self.timing,
            change: self.changes,
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

/// The far end of the market band around `price`.
#[inline]
fn banded(side: Side, price: Price, tick: Tick) -> Price {
    through(side, price, tick, MARKET_BAND)
}

/// The far end of a band (in hundredths of a percent) around `price`, on the tick, never reaching further than the band.
#[inline]
pub(crate) fn through(side: Side, price: Price, tick: Tick, band: i64) -> Price {
    let band = price.raw() / 10_000 * band;
    match side {
        Side::Buy => Price::from_raw(price.raw() + band).floor_to(tick),
        Side::Sell => Price::from_raw(price.raw() - band).ceil_to(tick),
    }
}
