//! What is stored of orders, books, trades and refusals, and what is sent of an order.

use broker::{CancelOrder, ChangeOrder, PlaceOrder};
use domain::order::{OrderId, OrderKey, OrderState, Terms, Ticket};
use domain::time::DayNumber;
use domain::trade::{BookId, ExitReason, Trade};
use domain::{Money, OrderType, Price, Qty, Timestamp};
use engine::{Conduct, Maker, Order, Purpose};
use serde_json::json;
use store::books::{ClosedTrade, Position};
use store::orders::{Decision, NewOrder, OrderTerms, OrderUpdate, Origin};

use super::{Act, BookSetup, Decided, Moved, OrderPath, Write};

/// A book as the desk keeps it beside the engine's.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct BookRow {
    pub setup: BookSetup,
    /// What its closed trades made before charges, and their charges.
    gross: Money,
    charges: Money,
    /// The newest bar that was judged.
    pub bar: Timestamp,
    /// What its strategy decided then.
    pub decided: Option<Decided>,
    /// Trades closed on the newest day that had any.
    closed_on: Option<(DayNumber, u32)>,
    /// The newest day that it was told has begun, and the newest on which it was squared off.
    pub day: Option<DayNumber>,
    pub squared_off: Option<DayNumber>,
    /// Orders decided so far.
    orders: i64,
    #[serde(skip)]
    written: Option<Position>,
}

impl BookRow {
    pub fn new(setup: BookSetup) -> BookRow {
        BookRow {
            setup,
            gross: Money::ZERO,
            charges: Money::ZERO,
            bar: Timestamp::MIN,
            decided: None,
            closed_on: None,
            day: None,
            squared_off: None,
            orders: 0,
            written: None,
        }
    }

    pub fn written_at(&self) -> Option<Timestamp> {
        self.written.as_ref().map(|written| written.updated_at)
    }
}

/// Orders that one book may decide at one bar, counted before those of the run's next book.
const LEGS: i64 = 1 << 40;
/// Where the count of orders begins that no bar's close decided: stops, targets, time exits.
const BETWEEN_BARS: i64 = 1 << 32;

/// What was last written of an order.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Shadow {
    state: OrderState,
    filled: Qty,
    executed: Money,
    terms: Terms,
    qty: Qty,
}

impl Shadow {
    /// As the row of a new order says, whatever the same input has made of it since.
    pub fn of_new(ticket: &Ticket) -> Shadow {
        Shadow {
            state: OrderState::Pending,
            filled: Qty::ZERO,
            executed: Money::ZERO,
            terms: ticket.terms,
            qty: ticket.qty,
        }
    }

    pub fn fresh(order: &Order) -> Shadow {
        Shadow {
            state: order.state,
            filled: order.filled(),
            executed: order.executed,
            terms: order.terms,
            qty: order.qty,
        }
    }
}

impl OrderPath {
    pub(super) fn new_order(&mut self, id: OrderId, ticket: &Ticket) -> NewOrder {
        let order = self.engine.order(ticket.key);
        let (purpose, made) = (order.purpose, order.origin);
        let action = action(purpose);
        let book = order.book.0 as usize;
        // An engine that is not towards a broker does not number its legs.
        let leg =
            if self.conduct == Conduct::Simulated { self.books[book].orders } else { i64::from(made.leg) };
        self.books[book].orders += 1;
        let setup = &self.books[book].setup;
        let decision = setup.run.map(|_| decision(setup, &made, leg, action));
        let detail = json!({ "action": action, "purpose": format!("{purpose:?}") }).to_string();
        let (trigger_price, limit) = ticket.terms.on_the_wire();
        let said = self.sayings.of(ticket.key);
        let came = match origin(setup, purpose, made.maker) {
            Origin::Manual => said.door.into(),
            other => other,
        };
        NewOrder {
            id,
            account: self.account,
            book: setup.book(),
            decision,
            parent: made.parent.and_then(|key| self.ids.id(key)),
            strategy_version: setup.strategy_version.map(store::StrategyVersionId),
            algo_id: setup.algo_id.clone(),
            origin: came,
            instrument: setup.instrument.clone(),
            side: ticket.side,
            order_type: order_type(ticket.terms),
            product: setup.product,
            validity: said.validity,
            quantity: ticket.qty,
            disclosed_quantity: said.disclosed.min(ticket.qty),
            limit_price: Some(limit),
            trigger_price,
            after_market: false,
            tag: said.tag,
            detail,
            at: self.now,
        }
    }

    /// In a replay the bars of a book fill its orders, and no other's.
    fn lane(&self, book: BookId) -> Option<u32> {
        (self.conduct == Conduct::Simulated).then_some(book.0)
    }

    pub(super) fn placing(&self, ticket: &Ticket) -> Option<PlaceOrder> {
        let setup = self.setup(self.engine.order(ticket.key).book);
        let said = self.sayings.of(ticket.key);
        Some(PlaceOrder {
            id: self.ids.id(ticket.key)?,
            instrument: setup.instrument.clone(),
            lane: self.lane(self.engine.order(ticket.key).book),
            product: setup.product,
            side: ticket.side,
            qty: ticket.qty,
            terms: ticket.terms,
            timing: ticket.timing,
            validity: said.validity,
            disclosed: said.disclosed.min(ticket.qty),
        })
    }

    pub(super) fn changing(&mut self, wished: &Ticket) -> Option<ChangeOrder> {
        self.touched.insert(wished.key);
        // As it stands: fills may have been told since it was wished.
        let order = self.engine.order(wished.key);
        let ticket = order.ticket();
        Some(ChangeOrder {
            id: self.ids.id(ticket.key)?,
            instrument: self.setup(order.book).instrument.clone(),
            broker_id: self.ids.broker_id(ticket.key).cloned(),
            change: ticket.change,
            qty: ticket.filled + ticket.qty,
            terms: ticket.terms,
            timing: ticket.timing,
        })
    }

    pub(super) fn cancelling(&self, key: OrderKey) -> Option<CancelOrder> {
        let book = self.engine.order(key).book;
        Some(CancelOrder {
            id: self.ids.id(key)?,
            instrument: self.setup(book).instrument.clone(),
            broker_id: self.ids.broker_id(key).cloned(),
        })
    }

    /// Writes down which orders have moved since they were last written.
    pub(super) fn note_orders(&mut self, acts: &mut Vec<Act>) {
        let mut look: Vec<OrderKey> = self.shadows.keys().copied().collect();
        look.extend(self.touched.iter().filter(|key| !self.shadows.contains_key(key)));
        self.touched.clear();
        for key in look {
            // An order without an id yet is written when it has one.
            let Some(id) = self.ids.id(key) else { continue };
            let order = self.engine.order(key);
            let now = Shadow::fresh(order);
            let before = self.shadows.get(&key).copied();
            if before == Some(now) {
                continue;
            }
            if now.state.is_final() {
                self.shadows.remove(&key);
                if before.is_none() && now.executed == Money::ZERO {
                    continue;
                }
            } else {
                self.shadows.insert(key, now);
            }
            acts.push(Act::Write(Write::Moved(Box::new(self.moved(id, order, before)))));
        }
    }

    fn moved(&self, id: OrderId, order: &Order, before: Option<Shadow>) -> Moved {
        let (trigger_price, limit) = order.terms.on_the_wire();
        // While a change is asked for the order shows what is wished: its row follows once that is confirmed.
        let changed = before.is_none_or(|b| {
            let asked = matches!(b.state, OrderState::PendingModify { .. });
            asked || b.terms != order.terms || b.qty != order.qty
        });
        let state = state_name(order.state);
        Moved {
            id,
            update: OrderUpdate {
                state: order.state,
                filled_quantity: order.filled(),
                filled_value: order.executed,
                terms: (changed && order.rests() || order.state == OrderState::Filled)
                    .then_some(OrderTerms { quantity: order.qty, limit_price: Some(limit), trigger_price }),
                broker_order_id: self.ids.broker_id(order.key).cloned(),
                because: self.because_of(order),
                event: state.to_owned(),
                detail: json!({
                    "filled": order.filled().raw(),
                    "quantity": order.qty.raw(),
                    "limitPrice": limit.to_f64(),
                    "triggerPrice": trigger_price.map(Price::to_f64),
                    "change": order.changes,
                })
                .to_string(),
                at: self.now,
            },
        }
    }

    /// Why an order is as it is, where that was said or is known.
    fn because_of(&self, order: &Order) -> Option<String> {
        let said = self.because.get(&order.key).cloned();
        said.or_else(|| match order.state {
            OrderState::NeverArrived => {
                Some("no answer came, and two readings of the broker's book do not show it".to_owned())
            }
            OrderState::Expired { .. } => Some("its day has ended".to_owned()),
            _ => None,
        })
    }

    /// Writes down which books hold something else than was last written.
    pub(super) fn note_books(&mut self, acts: &mut Vec<Act>) {
        for place in 0..self.books.len() {
            let id = BookId(place as u32);
            let held = self.engine.book(id);
            let row = &self.books[place];
            if (row.written.is_none() || held.is_retired()) && held.position().is_zero() {
                continue;
            }
            let position = self.position(place, row.written_at().unwrap_or(self.now));
            if row.written.as_ref() != Some(&position) {
                let position = Position { updated_at: self.now, ..position };
                acts.push(Act::Write(Write::Position(Box::new(position.clone()))));
                self.books[place].written = Some(position);
            }
        }
    }

    fn position(&self, place: usize, updated_at: Timestamp) -> Position {
        let id = BookId(place as u32);
        let (row, held) = (&self.books[place], self.engine.book(id));
        let open = held.open_position(id);
        Position {
            account: self.account,
            book: row.setup.book(),
            instrument: row.setup.instrument.clone(),
            product: row.setup.product,
            quantity: held.position(),
            average_price: held.held_price().unwrap_or_default(),
            realised: row.gross + open.map_or(Money::ZERO, |p| p.realised),
            charges: row.charges + open.map_or(Money::ZERO, |p| p.total_charges),
            stop_loss: held.stop(),
            target_price: held.target(),
            lots: String::new(),
            updated_at,
        }
    }

    /// What was last written of a book, if it was: as it stands.
    pub(super) fn write_again(&mut self, place: usize, at: Option<Timestamp>) {
        let written = at.filter(|_| place < self.books.len()).map(|at| self.position(place, at));
        if let Some(row) = self.books.get_mut(place) {
            row.written = written;
        }
    }

    /// What a book was charged so far, its closed trades included.
    pub(super) fn charges_so_far(&self, order: OrderKey) -> Money {
        let book = self.engine.order(order).book;
        let open = self.engine.book(book).open_position(book);
        self.books[book.0 as usize].charges + open.map_or(Money::ZERO, |p| p.total_charges)
    }

    /// What a book made with its closed trades before charges, and what they were charged.
    pub fn closed_totals(&self, book: BookId) -> (Money, Money) {
        let row = &self.books[book.0 as usize];
        (row.gross, row.charges)
    }

    /// Trades that a book closed on a day: of its newest only.
    pub fn trades_on(&self, book: BookId, day: DayNumber) -> u32 {
        let closed = self.books[book.0 as usize].closed_on;
        closed.filter(|(on, _)| *on == day).map_or(0, |(_, count)| count)
    }

    /// What the book's strategy decided at its newest bar.
    pub fn decided(&self, book: BookId) -> Option<Decided> {
        self.books[book.0 as usize].decided
    }

    pub(super) fn closed(&mut self, trade: &Trade) -> Option<Write> {
        let account = self.account;
        // Only a fill closes.
        let closing_order = self.filling;
        let row = &mut self.books[trade.book.0 as usize];
        row.gross += trade.gross_pnl;
        row.charges += trade.total_charges;
        let today = trade.exit_time.day();
        let before = row.closed_on.filter(|(day, _)| *day == today).map_or(0, |(_, count)| count);
        row.closed_on = Some((today, before + 1));
        let closing_order = closing_order?;
        let kinds = &trade.charges;
        let by_kind = json!({
            "brokerage": kinds.brokerage.to_f64(),
            "stt": kinds.stt.to_f64(),
            "exchange": kinds.exchange.to_f64(),
            "ipft": kinds.ipft.to_f64(),
            "sebi": kinds.sebi.to_f64(),
            "stamp": kinds.stamp.to_f64(),
            "gst": kinds.gst.to_f64(),
            "dp": kinds.dp.to_f64(),
        });
        Some(Write::Trade(Box::new(ClosedTrade {
            account,
            book: row.setup.book(),
            closing_order,
            instrument: row.setup.instrument.clone(),
            product: trade.product,
            timeframe: row.setup.timeframe,
            direction: trade.direction,
            entry_time: trade.entry_time,
            entry_price: trade.entry_price,
            exit_time: trade.exit_time,
            exit_price: trade.exit_price,
            stop_loss: trade.stop_loss,
            target_price: trade.target_price,
            quantity: trade.quantity,
            gross_pnl: trade.gross_pnl,
            charges: trade.total_charges,
            charges_by_kind: by_kind.to_string(),
            exit_reason: trade.exit_reason,
        })))
    }
}

const fn action(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Entry => "enter",
        Purpose::Reverse => "reverse",
        Purpose::Stop => "stop",
        Purpose::Exit(_) => "exit",
    }
}

/// The key of an order of a run: unique in the run, and the same whenever the same is decided again.
fn decision(setup: &BookSetup, made: &engine::Origin, leg: i64, action: &str) -> Decision {
    let place = i64::from(setup.place_in_run) * LEGS + leg;
    let (bar_open, leg) = match made.decision {
        engine::Decision::Bar(opened) => (opened, place),
        engine::Decision::Event(at) => (at, place + BETWEEN_BARS),
    };
    Decision { bar_open, leg, action: action.to_owned() }
}

fn origin(setup: &BookSetup, purpose: Purpose, maker: Maker) -> Origin {
    match (purpose, maker) {
        (Purpose::Exit(ExitReason::Risk), _) => Origin::Risk,
        (_, Maker::Person) => Origin::Manual,
        _ if setup.run.is_some() => Origin::Strategy,
        _ => Origin::Manual,
    }
}

fn order_type(terms: Terms) -> OrderType {
    match terms {
        Terms::Marketable { .. } => OrderType::Market,
        Terms::Limit { .. } => OrderType::Limit,
        // Its limit lies a band beyond the trigger.
        Terms::Stop { .. } => OrderType::StopLimit,
    }
}

/// The state's name in an order's event.
pub fn state_name(state: OrderState) -> &'static str {
    match state {
        OrderState::Pending => "pending",
        OrderState::Submitted => "submitted",
        OrderState::Open => "open",
        OrderState::Triggered { .. } => "triggered",
        OrderState::PartiallyFilled { .. } => "partiallyFilled",
        OrderState::PendingModify { .. } => "pendingModify",
        OrderState::PendingCancel { .. } => "pendingCancel",
        OrderState::Unknown { .. } => "unknown",
        OrderState::Filled => "filled",
        OrderState::Rejected => "rejected",
        OrderState::Cancelled { .. } => "cancelled",
        OrderState::Expired { .. } => "expired",
        OrderState::NeverArrived => "neverArrived",
    }
}
