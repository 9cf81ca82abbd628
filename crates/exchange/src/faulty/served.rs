//! What a server needs that puts this exchange behind a wire: bars told phase by phase, books that outlive it, orders
//! that it ends itself.

use domain::order::{InstrumentKey, OrderKey, Ticket, Timing};
use domain::{Price, Qty, Timestamp};

use super::{FaultyExchange, Row, RowStatus, Said, TradeRow};
use crate::{Report, Triggered};

/// What chance has in store for a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Answered,
    /// It arrives, sooner or later, and nobody says so.
    Unanswered,
    Lost,
}

impl FaultyExchange {
    /// See [`crate::Exchange::begin`].
    pub fn begin(&mut self, instrument: InstrumentKey, volume: Option<Qty>) {
        self.inner.begin(instrument, volume);
    }

    /// See [`crate::Exchange::open_within`].
    pub fn open_within(&mut self, at: Timestamp, instrument: InstrumentKey, price: Price) {
        let mut reports = std::mem::take(&mut self.reports);
        self.inner.open_within(instrument, price, &mut reports);
        self.take_back_reports(at, reports);
    }

    /// See [`crate::Exchange::range`].
    pub fn range(&mut self, at: Timestamp, instrument: InstrumentKey, high: Price, low: Price) {
        let mut reports = std::mem::take(&mut self.reports);
        self.inner.range(instrument, high, low, &mut reports);
        self.take_back_reports(at, reports);
    }

    /// See [`crate::Exchange::close`].
    pub fn close(&mut self, instrument: InstrumentKey, price: Price) {
        self.inner.close(instrument, price);
    }

    /// See [`crate::Exchange::between`].
    pub fn between(&mut self, instrument: InstrumentKey) {
        self.inner.between(instrument);
    }

    /// See [`crate::Exchange::is_resting`].
    pub fn is_resting(&self, instrument: InstrumentKey) -> bool {
        self.inner.is_resting(instrument)
    }

    /// Orders whose row changed, or that traded, since this was asked last; one may be named twice.
    pub fn take_changed(&mut self) -> Vec<OrderKey> {
        std::mem::take(&mut self.changed)
    }

    /// Whether this reading of the book fails.
    pub fn reading_fails(&mut self) -> bool {
        self.happens(self.faults.unreadable)
    }

    /// Takes an order out of the book by the exchange's own will: an immediate one that found nobody, a day's one at
    /// the end of the day. Its row is told. False if it does not work any more.
    pub fn withdraw(&mut self, at: Timestamp, key: OrderKey) -> bool {
        let Some(row) = self.rows.get_mut(&key).filter(|row| row.status == RowStatus::Working) else {
            return false;
        };
        row.status = RowStatus::Cancelled;
        let row = *row;
        self.changed.push(key);
        self.inner.cancel(row.instrument, key, &mut Vec::new());
        self.tell(at, key, Said::Row(row));
        true
    }

    /// Puts an order back as it was before a restart; one that works rests again. `told_bars`: from bars what is left
    /// of a stop trades at the market once it has triggered, from ticks at its limit.
    pub fn restore_row(&mut self, at: Timestamp, key: OrderKey, row: Row, triggered: bool, told_bars: bool) {
        self.rows.insert(key, row);
        let left = row.qty - row.filled;
        if row.status != RowStatus::Working || left <= Qty::ZERO {
            return;
        }
        let ticket = Ticket {
            key,
            instrument: row.instrument,
            side: row.side,
            qty: left,
            filled: row.filled,
            terms: row.terms,
            timing: Timing::Next,
            change: 0,
        };
        self.inner.submit(at, &ticket, &mut Vec::new());
        let into = if told_bars { Triggered::Market } else { Triggered::Limit };
        let resting = self.inner.venues[row.instrument.0 as usize].orders.last_mut();
        if let Some(order) = resting.filter(|order| triggered && order.key == key) {
            order.trigger(into, &mut Vec::new());
        }
    }

    /// Puts a trade back as it was before a restart; trades are restored in their order, from the first.
    pub fn restore_trade(&mut self, trade: TradeRow) {
        self.trades.push(trade);
    }

    fn take_back_reports(&mut self, at: Timestamp, reports: Vec<Report>) {
        self.reports = reports;
        self.take_reports(at);
    }
}
