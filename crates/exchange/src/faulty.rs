//! An exchange whose answers cannot be relied on, by configuration and seed.
//!
//! A wrapper around [`Exchange`]: the matching is the same, the way there and back is not. Requests and answers take
//! their time and overtake each other, get lost, come twice; orders and changes are rejected, fills come in pieces. Its
//! own books ([`FaultyExchange::rows`], [`FaultyExchange::trades`]) are the truth that tests compare with.
//!
//! As real brokers do, it does not recognise an order that is sent twice: it takes both, and counts that.

use std::collections::BTreeMap;

use domain::order::{InstrumentKey, OrderKey, Terms, Ticket, TradeNumber};
use domain::time::Span;
use domain::{Price, Qty, Side, Tick, Timestamp};

use crate::{Exchange, News, Quote, Report};

mod served;

pub use served::Fate;

/// How often things go wrong, in thousandths, and how long things take at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Faults {
    /// A request never arrives, and times out.
    pub lost: u32,
    /// A request times out and arrives all the same, perhaps later than that.
    pub unanswered: u32,
    /// An order is rejected.
    pub rejected: u32,
    /// A change or a cancel is refused.
    pub refused: u32,
    /// An answer or a trade is told twice.
    pub repeated: u32,
    /// A price that would fill an order fills a part of it.
    pub partial: u32,
    /// A reading of the book fails.
    pub unreadable: u32,
    /// The longest way there, and back; each is drawn anew, so that answers overtake each other.
    pub delay: Span,
    /// When a request without an answer is given up, and the latest that it still arrives.
    pub timeout: Span,
}

/// An order as the exchange's own book has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    pub instrument: InstrumentKey,
    pub side: Side,
    /// The whole quantity, traded and not.
    pub qty: Qty,
    pub filled: Qty,
    pub terms: Terms,
    pub status: RowStatus,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowStatus {
    Working,
    Filled,
    Cancelled,
    Rejected,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TradeRow {
    pub number: TradeNumber,
    pub order: OrderKey,
    pub side: Side,
    pub qty: Qty,
    pub price: Price,
}

/// What comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    pub key: OrderKey,
    pub said: Said,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    Accepted,
    Rejected,
    Triggered,
    Traded(TradeRow),
    Modified {
        change: u8,
    },
    ModifyRejected {
        change: u8,
    },
    CancelRejected,
    TimedOut,
    /// The order's row, pushed when it ends or read on request.
    Row(Row),
    /// A good reading does not have it.
    Missing,
}

#[derive(Clone, Copy, Debug)]
enum Errand {
    Place(Ticket),
    Modify(Ticket),
    Cancel(InstrumentKey, OrderKey),
    Read(OrderKey),
    Tell(Answer),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct FaultyExchange {
    inner: Exchange,
    faults: Faults,
    seed: u64,
    drawn: u64,
    rows: BTreeMap<OrderKey, Row>,
    trades: Vec<TradeRow>,
    sent_twice: Vec<OrderKey>,
    /// Orders whose row changed since [`FaultyExchange::take_changed`].
    changed: Vec<OrderKey>,
    /// What is on its way, by the instant of its arrival.
    way: BTreeMap<(Timestamp, u64), Errand>,
    errands: u64,
    reports: Vec<Report>,
}

impl FaultyExchange {
    pub fn new(inner: Exchange, faults: Faults, seed: u64) -> FaultyExchange {
        FaultyExchange {
            inner,
            faults,
            seed,
            drawn: 0,
            rows: BTreeMap::new(),
            trades: Vec::new(),
            sent_twice: Vec::new(),
            changed: Vec::new(),
            way: BTreeMap::new(),
            errands: 0,
            reports: Vec::new(),
        }
    }

    /// Other faults from now on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// See [`Exchange::list`].
    pub fn list(&mut self, tick: Tick) -> InstrumentKey {
        self.inner.list(tick)
    }

    /// See [`Exchange::list_in_lots`].
    pub fn list_in_lots(&mut self, tick: Tick, lot: Qty) -> InstrumentKey {
        self.inner.list_in_lots(tick, lot)
    }

    /// Every order that arrived, by key.
    pub fn rows(&self) -> &BTreeMap<OrderKey, Row> {
        &self.rows
    }

    /// Every trade, in order.
    pub fn trades(&self) -> &[TradeRow] {
        &self.trades
    }

    /// Keys that arrived as a new order more than once.
    pub fn sent_twice(&self) -> &[OrderKey] {
        &self.sent_twice
    }

    pub fn submit(&mut self, at: Timestamp, ticket: &Ticket) -> Fate {
        self.request(at, ticket.key, Errand::Place(*ticket))
    }

    pub fn modify(&mut self, at: Timestamp, ticket: &Ticket) -> Fate {
        self.request(at, ticket.key, Errand::Modify(*ticket))
    }

    pub fn cancel(&mut self, at: Timestamp, instrument: InstrumentKey, key: OrderKey) -> Fate {
        self.request(at, key, Errand::Cancel(instrument, key))
    }

    /// Asks for an order's row and trades; the answer comes like any other, or does not.
    pub fn read(&mut self, at: Timestamp, key: OrderKey) {
        if !self.happens(self.faults.unreadable) {
            let arrival = at + self.some(self.faults.delay);
            self.send(arrival, Errand::Read(key));
        }
    }

    /// A trade of others printed.
    pub fn tick(&mut self, at: Timestamp, instrument: InstrumentKey, price: Price) {
        let lot = self.inner.venues[instrument.0 as usize].lot;
        let part = self.happens(self.faults.partial).then(|| 1 + self.below(4) as i64);
        self.inner.venues[instrument.0 as usize].volume_left = part.map(|lots| Qty::units(lots * lot.raw()));
        let mut reports = std::mem::take(&mut self.reports);
        self.inner.tick(at, instrument, price, false, &mut reports);
        self.reports = reports;
        self.inner.venues[instrument.0 as usize].volume_left = None;
        // Between prices nothing trades; a change meets the next one.
        self.inner.venues[instrument.0 as usize].last_tick = None;
        self.take_reports(at);
    }

    /// The best of the book changed.
    pub fn quote(&mut self, at: Timestamp, instrument: InstrumentKey, quote: Quote) {
        let mut reports = std::mem::take(&mut self.reports);
        self.inner.quote(at, instrument, quote, &mut reports);
        self.reports = reports;
        self.take_reports(at);
    }

    /// When something next arrives, there or here.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.way.first_key_value().map(|((at, _), _)| *at)
    }

    /// Lets what is due by `at` arrive, and gives the next answer of it.
    pub fn next_answer(&mut self, at: Timestamp) -> Option<Answer> {
        while let Some((&(due, number), _)) = self.way.first_key_value() {
            if due > at {
                return None;
            }
            let errand = self.way.remove(&(due, number))?;
            if let Errand::Tell(answer) = errand {
                return Some(answer);
            }
            self.arrive(due, errand);
        }
        None
    }

    /// Those who wait for answers are gone: nobody hears what is on its way back. Requests still arrive.
    pub fn forget_listeners(&mut self) {
        self.way.retain(|_, errand| !matches!(errand, Errand::Tell(_) | Errand::Read(_)));
    }

    fn request(&mut self, at: Timestamp, key: OrderKey, errand: Errand) -> Fate {
        if self.happens(self.faults.lost) {
            self.send(at + self.faults.timeout, Errand::Tell(Answer { key, said: Said::TimedOut }));
            Fate::Lost
        } else if self.happens(self.faults.unanswered) {
            self.send(at + self.faults.timeout, Errand::Tell(Answer { key, said: Said::TimedOut }));
            let arrival = at + self.some(Span::micros(self.faults.timeout.as_micros() * 2));
            self.send(arrival, errand);
            Fate::Unanswered
        } else {
            let arrival = at + self.some(self.faults.delay);
            self.send(arrival, errand);
            Fate::Answered
        }
    }

    fn arrive(&mut self, at: Timestamp, errand: Errand) {
        match errand {
            Errand::Place(ticket) => self.place(at, &ticket),
            Errand::Modify(ticket) => self.change(at, &ticket),
            Errand::Cancel(instrument, key) => self.take_back(at, instrument, key),
            Errand::Read(key) => match self.rows.get(&key).copied() {
                None => self.tell(at, key, Said::Missing),
                Some(row) => {
                    // In one answer, so together: the trades before the row that counts them.
                    let arrival = at + self.some(self.faults.delay);
                    for trade in self.trades.clone().into_iter().filter(|trade| trade.order == key) {
                        self.send(arrival, Errand::Tell(Answer { key, said: Said::Traded(trade) }));
                    }
                    self.send(arrival, Errand::Tell(Answer { key, said: Said::Row(row) }));
                }
            },
            Errand::Tell(_) => {}
        }
    }

    fn place(&mut self, at: Timestamp, ticket: &Ticket) {
        if self.rows.contains_key(&ticket.key) {
            self.sent_twice.push(ticket.key);
        }
        let rejected = self.happens(self.faults.rejected);
        let status = if rejected { RowStatus::Rejected } else { RowStatus::Working };
        let Ticket { key, instrument, side, qty, terms, .. } = *ticket;
        self.rows.insert(key, Row { instrument, side, qty, filled: Qty::ZERO, terms, status });
        self.changed.push(key);
        if rejected {
            self.tell(at, key, Said::Rejected);
            return;
        }
        self.tell(at, key, Said::Accepted);
        let mut reports = std::mem::take(&mut self.reports);
        self.inner.submit(at, ticket, &mut reports);
        self.reports = reports;
        self.take_reports(at);
    }

    fn change(&mut self, at: Timestamp, ticket: &Ticket) {
        let (key, change) = (ticket.key, ticket.change);
        let total = ticket.qty + ticket.filled;
        let refused = self.happens(self.faults.refused);
        let Some(row) = self.rows.get_mut(&key).filter(|row| {
            // Too late, or too small for what has traded.
            !refused && row.status == RowStatus::Working && total > row.filled
        }) else {
            self.tell(at, key, Said::ModifyRejected { change });
            return;
        };
        row.qty = total;
        row.terms = ticket.terms;
        self.changed.push(key);
        let ticket = Ticket { qty: total - row.filled, filled: row.filled, ..*ticket };
        self.tell(at, key, Said::Modified { change });
        let mut reports = std::mem::take(&mut self.reports);
        self.inner.modify(&ticket, &mut reports);
        self.reports = reports;
        self.take_reports(at);
    }

    fn take_back(&mut self, at: Timestamp, instrument: InstrumentKey, key: OrderKey) {
        let refused = self.happens(self.faults.refused);
        let Some(row) = self.rows.get_mut(&key).filter(|row| !refused && row.status == RowStatus::Working)
        else {
            self.tell(at, key, Said::CancelRejected);
            return;
        };
        row.status = RowStatus::Cancelled;
        let row = *row;
        self.changed.push(key);
        let mut nobody = Vec::new();
        self.inner.cancel(instrument, key, &mut nobody);
        self.tell(at, key, Said::Row(row));
    }

    fn take_reports(&mut self, at: Timestamp) {
        for Report { key, news } in std::mem::take(&mut self.reports) {
            match news {
                News::Filled { qty, price } => {
                    let number = TradeNumber(self.trades.len() as u64 + 1);
                    let Some(row) = self.rows.get_mut(&key) else { continue };
                    row.filled += qty;
                    if row.filled >= row.qty {
                        row.status = RowStatus::Filled;
                    }
                    let trade = TradeRow { number, order: key, side: row.side, qty, price };
                    self.trades.push(trade);
                    self.changed.push(key);
                    self.tell(at, key, Said::Traded(trade));
                }
                News::Triggered => self.tell(at, key, Said::Triggered),
                News::Accepted | News::Modified { .. } | News::Cancelled | News::NotFound => {}
            }
        }
    }

    fn tell(&mut self, at: Timestamp, key: OrderKey, said: Said) {
        let times = 1 + u32::from(self.happens(self.faults.repeated));
        for _ in 0..times {
            let arrival = at + self.some(self.faults.delay);
            self.send(arrival, Errand::Tell(Answer { key, said }));
        }
    }

    fn send(&mut self, arrival: Timestamp, errand: Errand) {
        self.errands += 1;
        self.way.insert((arrival, self.errands), errand);
    }

    fn happens(&mut self, thousandths: u32) -> bool {
        thousandths > 0 && self.below(1_000) < u64::from(thousandths)
    }

    fn some(&mut self, longest: Span) -> Span {
        Span::micros(self.below(longest.as_micros().unsigned_abs() + 1).cast_signed())
    }

    /// A number below `n` (SplitMix64, Steele, Lea and Flood 2014; reduced by multiplication, Lemire 2019).
    fn below(&mut self, n: u64) -> u64 {
        self.drawn += 1;
        let x = self.seed.wrapping_add(self.drawn.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(x ^ (x >> 31)) * u128::from(n)) >> 64) as u64
    }
}
