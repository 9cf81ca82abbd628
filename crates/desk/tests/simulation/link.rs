//! What the desk asks of the exchange, and what it hears of it.

use broker::{
    BookReading, BrokerPosition, BrokerTrade, Failure, OrderRow, Outcome, RefusedCause, Request, RequestKind,
    RowStatus, TradePhase, Update,
};
use desk::path::Input;
use domain::order::{InstrumentKey, OrderId, OrderKey, Ticket};
use domain::time::{DayNumber, Span};
use domain::{Price, Product, Qty, Side};
use exchange::Said;

use crate::world::{ACCOUNT, INSTRUMENTS, World};

impl World {
    pub fn send(&mut self, request: &Request) {
        match request {
            Request::Place(order) => {
                let ticket = Ticket {
                    key: key_of(order.id),
                    instrument: instrument(order.instrument.as_str()),
                    side: order.side,
                    qty: order.qty,
                    filled: Qty::ZERO,
                    terms: order.terms,
                    timing: order.timing,
                    change: 0,
                };
                assert!(self.tables.orders.contains_key(&order.id), "{} left before it was stored", order.id);
                self.exchange.submit(self.now, &ticket);
            }
            Request::Change(change) => {
                let key = key_of(change.id);
                let (side, filled) = self
                    .exchange
                    .rows()
                    .get(&key)
                    .map_or((Side::Buy, Qty::ZERO), |row| (row.side, row.filled));
                let ticket = Ticket {
                    key,
                    instrument: instrument(change.instrument.as_str()),
                    side,
                    qty: change.qty - filled,
                    filled,
                    terms: change.terms,
                    timing: change.timing,
                    change: change.change,
                };
                self.exchange.modify(self.now, &ticket);
            }
            Request::Cancel(cancel) => {
                self.exchange.cancel(self.now, instrument(cancel.instrument.as_str()), key_of(cancel.id));
            }
            Request::ReadBook { number } => {
                let took = Span::micros(1 + self.random.below(2_000_000) as i64);
                self.reading.insert(*number, self.now + took);
            }
            Request::ReadPositions { number } => {
                let took = Span::micros(1 + self.random.below(2_000_000) as i64);
                self.counting.insert(*number, self.now + took);
            }
            Request::ReadFunds { .. } => {}
        }
    }

    /// A whole book, as it is now.
    pub fn read(&mut self) {
        let Some((&number, _)) = self.reading.iter().min_by_key(|(_, due)| **due) else { return };
        self.reading.remove(&number);
        if self.random.below(10) == 0 {
            let reading = Err(Failure::Unknown("the reading failed".to_owned()));
            self.tell(Input::Heard(Update::Book { number, reading }));
            return;
        }
        let mut reading = BookReading::default();
        for (key, row) in self.exchange.rows() {
            reading.orders.push(order_row(*key, row));
        }
        let trades: Vec<BrokerTrade> = self.exchange.trades().iter().map(|t| self.trade(t)).collect();
        reading.trades = trades;
        self.tell(Input::Heard(Update::Book { number, reading: Ok(reading) }));
    }

    /// The holdings, as they are now.
    pub fn count(&mut self) {
        let Some((&number, _)) = self.counting.iter().min_by_key(|(_, due)| **due) else { return };
        self.counting.remove(&number);
        let positions = self.exchange.rows().values().map(|row| BrokerPosition {
            instrument: INSTRUMENTS[row.instrument.0 as usize].parse().unwrap(),
            product: Product::Mis,
            qty: Qty::from_raw(row.filled.raw() * row.side.sign()),
            average_price: Price::ZERO,
        });
        let reading = Ok(positions.collect());
        self.tell(Input::Heard(Update::Positions { number, reading }));
    }

    fn trade(&self, trade: &exchange::TradeRow) -> BrokerTrade {
        let instrument = self.exchange.rows()[&trade.order].instrument;
        BrokerTrade {
            order: Some(id_of(trade.order)),
            number: trade.number.0,
            instrument: INSTRUMENTS[instrument.0 as usize].parse().unwrap(),
            side: trade.side,
            qty: trade.qty,
            price: trade.price,
            at: self.now,
            phase: TradePhase::AtOpenOrTick,
        }
    }

    pub fn heard(&self, key: OrderKey, said: Said) -> Option<Update> {
        let order = id_of(key);
        let refused = || {
            let (code, words) = ("16".to_owned(), "no".to_owned());
            Outcome::Failed(Failure::Refused { cause: RefusedCause::Busy, code, words })
        };
        let answer = |request, outcome| Some(Update::Answer { order, request, outcome });
        match said {
            Said::Accepted => {
                answer(RequestKind::Place, Outcome::Done { broker_id: Some(format!("B{}", key.0)) })
            }
            Said::Rejected => answer(RequestKind::Place, refused()),
            Said::Modified { change } => {
                answer(RequestKind::Change { change }, Outcome::Done { broker_id: None })
            }
            Said::ModifyRejected { change } => answer(RequestKind::Change { change }, refused()),
            Said::CancelRejected => answer(RequestKind::Cancel, refused()),
            // Which request it was makes no difference: it may have been carried out.
            Said::TimedOut => {
                answer(RequestKind::Place, Outcome::Failed(Failure::Unknown("no answer in 3 s".to_owned())))
            }
            Said::Triggered => Some(Update::Triggered { order }),
            Said::Traded(trade) => Some(Update::Trade(self.trade(&trade))),
            Said::Row(row) => Some(Update::Row(order_row(key, &row))),
            Said::Missing => None,
        }
    }
}

/// The exchange here names orders by the number in their id.
pub fn key_of(id: OrderId) -> OrderKey {
    OrderKey(id.number() as u32)
}

pub fn id_of(key: OrderKey) -> OrderId {
    OrderId::new(DayNumber::from_days(20_000), ACCOUNT.0, i64::from(key.0)).unwrap()
}

fn instrument(id: &str) -> InstrumentKey {
    InstrumentKey(INSTRUMENTS.iter().position(|known| *known == id).unwrap() as u32)
}

fn order_row(key: OrderKey, row: &exchange::Row) -> OrderRow {
    OrderRow {
        id: Some(id_of(key)),
        broker_id: format!("B{}", key.0),
        instrument: INSTRUMENTS[row.instrument.0 as usize].parse().unwrap(),
        product: Product::Mis,
        side: row.side,
        qty: row.qty,
        filled: row.filled,
        terms: row.terms,
        triggered: false,
        status: match row.status {
            exchange::RowStatus::Working => RowStatus::Working,
            exchange::RowStatus::Filled => RowStatus::Filled,
            exchange::RowStatus::Cancelled => RowStatus::Cancelled,
            exchange::RowStatus::Rejected => RowStatus::Rejected,
        },
        because: None,
    }
}
