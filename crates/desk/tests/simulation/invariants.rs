//! What holds after every input, and what holds once everything is quiet. The names are those of CONTRIBUTING.md.

use domain::Qty;
use domain::trade::BookId;
use engine::Purpose;

use crate::link::{id_of, key_of};
use crate::world::{BOOKS, INSTRUMENTS, MAX_OPEN, MAX_POSITION, World};

impl World {
    pub fn check(&mut self) {
        assert!(self.exchange.sent_twice().is_empty(), "SEND-1: {:?} sent twice", self.exchange.sent_twice());
        while let Some(trade) = self.exchange.trades().get(self.judged).copied() {
            self.judged += 1;
            let key = self.path.key_of(id_of(trade.order)).expect("what trades was ours");
            let order = self.path.engine().order(key);
            let held = &mut self.held[order.book.0 as usize];
            let before = *held;
            *held += Qty::units(trade.side.sign() * trade.qty.raw());
            if matches!(order.purpose, Purpose::Stop | Purpose::Exit(_)) {
                let closes = held.abs() < before.abs() && held.signum() * before.signum() >= 0;
                assert!(closes, "NAKED-1: {before} became {held} by {trade:?} of {order:?}");
            }
            assert!(held.abs() <= MAX_POSITION, "LIMIT-1: {held} by {trade:?} of {order:?}");
            let open = self.held.iter().filter(|held| !held.is_zero()).count();
            assert!(open <= MAX_OPEN as usize, "LIMIT-2: {open} positions by {trade:?} of {order:?}");
        }
    }

    /// Quiet has come back: nothing may be left open between engine, tables and exchange.
    pub fn check_the_end(&mut self) {
        assert_eq!(self.storing.len(), 0, "all is stored");
        let engine = self.path.engine();
        for (key, row) in self.exchange.rows() {
            let id = id_of(*key);
            let (state, filled, _) = self.tables.orders[&id];
            assert_eq!(filled, row.filled, "{id} is stored as {state:?}, the exchange has {row:?}");
            assert_eq!(
                state.is_final(),
                row.status != exchange::RowStatus::Working,
                "{id}: {state:?}, {row:?}"
            );
        }
        for trade in self.exchange.trades() {
            let told = (id_of(trade.order), trade.number.0.to_string());
            assert!(self.tables.fills.contains(&told), "a trade is not stored: {trade:?}");
        }
        assert_eq!(self.tables.fills.len(), self.exchange.trades().len(), "no trade is stored that was not");
        let mut held = [0i64; 2];
        for trade in self.exchange.trades() {
            let row = &self.exchange.rows()[&trade.order];
            held[row.instrument.0 as usize] += trade.side.sign() * trade.qty.raw();
        }
        for (place, instrument) in INSTRUMENTS.iter().enumerate() {
            let books: i64 = (0..BOOKS)
                .filter(|book| *book as usize % 2 == place)
                .map(|book| engine.book(BookId(book)).position().raw())
                .sum();
            let stored: i64 = self
                .tables
                .positions
                .iter()
                .filter(|((_, i), _)| i == instrument)
                .map(|(_, q)| q.raw())
                .sum();
            assert_eq!((books, stored), (held[place], held[place]), "{instrument}: books, tables, exchange");
        }
        let unguarded = self.tables.troubles.contains("unguarded");
        assert!(unguarded || self.held.iter().all(|held| held.is_zero()), "still held: {:?}", self.held);
        let doubts = engine.in_doubt().count();
        assert!(doubts == 0 || self.tables.incidents > 0, "{doubts} orders in doubt and no incident");
        for (id, (state, _, _)) in &self.tables.orders {
            if !state.is_final() {
                assert!(
                    self.exchange.rows().contains_key(&key_of(*id)),
                    "{id} is open here alone: {state:?}"
                );
            }
        }
        self.count.incidents = self.tables.incidents;
    }
}
