//! What holds after every event, and what holds once everything is quiet. The names are those of CONTRIBUTING.md.

use domain::order::OrderState;
use domain::{Qty, Side};
use engine::{Purpose, Trouble};

use crate::world::{BOOKS, MAX_OPEN, MAX_POSITION, World};

impl World {
    pub fn check(&mut self) {
        assert!(self.exchange.sent_twice().is_empty(), "SEND-1: {:?} sent twice", self.exchange.sent_twice());
        while let Some(trade) = self.exchange.trades().get(self.judged).copied() {
            self.judged += 1;
            let order = self.engine.order(trade.order);
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
        for (key, row) in self.exchange.rows() {
            let order = self.engine.order(*key);
            assert!(order.filled() <= row.filled, "FILL-1: {order:?} counts more than {row:?}");
        }
        for book in self.engine.books() {
            assert!(book.position().abs() <= MAX_POSITION, "LIMIT-1: {} held", book.position());
        }
        if let Some(naked) = self.incidents.iter().find(|what| matches!(what, Trouble::Naked { .. })) {
            panic!("NAKED-2: {naked:?}");
        }
    }

    pub fn check_the_end(&mut self) {
        for order in self.engine.orders() {
            let key = order.key;
            self.count.never_arrived += u64::from(order.state == OrderState::NeverArrived);
            let row = self.exchange.rows().get(&key);
            assert_eq!(
                order.filled(),
                row.map_or(Qty::ZERO, |row| row.filled),
                "FILL-2: {order:?} against {row:?}"
            );
            let clear = order.state.is_final() || order.rests();
            let told = self.incidents.iter().any(|what| {
                matches!(*what, Trouble::InDoubt { order } | Trouble::Vanished { order } | Trouble::CancelRefused { order } if order == key)
            });
            assert!(clear || told, "DOUBT-1: {order:?} against {row:?}");
        }
        for (i, book) in self.engine.books().iter().enumerate() {
            let at_exchange: Qty = self
                .exchange
                .trades()
                .iter()
                .filter(|trade| self.engine.order(trade.order).book.0 as usize == i)
                .map(|trade| {
                    Qty::units(if trade.side == Side::Buy { trade.qty.raw() } else { -trade.qty.raw() })
                })
                .sum();
            assert_eq!(book.position(), at_exchange, "BOOK-1: book {i}");
            let told = self
                .incidents
                .iter()
                .any(|what| matches!(what, Trouble::Unguarded { book } if book.0 as usize == i));
            let working: Vec<_> = self
                .engine
                .orders()
                .iter()
                .filter(|order| order.book.0 as usize == i && !order.state.is_final())
                .collect();
            let held = book.position();
            assert!(held.is_zero() || told, "FLAT-1: book {i} still holds {held} with {working:?}");
        }
        assert_eq!(self.held.len(), BOOKS as usize);
    }
}
