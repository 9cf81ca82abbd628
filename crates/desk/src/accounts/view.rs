//! An account as others may look at it at any time, without waiting for its task.

use domain::instrument::InstrumentId;
use domain::time::DayNumber;
use domain::trade::BookId;
use domain::{Money, Price, Product, Qty, Timestamp};
use engine::Lock;
use store::{AccountId, RunId};

use crate::path::{Decided, OrderPath};

#[derive(Clone, PartialEq, Debug)]
pub enum AccountState {
    Connected,
    /// Entries wait; why.
    Disconnected(String),
    /// Nothing is done any more until a restart; why.
    Failed(String),
}

#[derive(Clone, PartialEq, Debug)]
pub struct AccountView {
    pub account: AccountId,
    pub state: AccountState,
    pub at: Timestamp,
    /// Initial cash plus realised P&L less charges; what is open blocks margin beside it.
    pub cash: Money,
    pub equity: Money,
    pub margin_used: Money,
    pub available: Money,
    pub day_pnl: Money,
    pub realised: Money,
    pub unrealised: Money,
    pub charges: Money,
    pub books: Vec<BookView>,
    pub locks: Vec<Lock>,
    /// Orders whose fate is not known.
    pub in_doubt: usize,
}

#[derive(Clone, PartialEq, Debug)]
pub struct BookView {
    pub id: BookId,
    pub run: Option<i64>,
    pub instrument: InstrumentId,
    pub product: Product,
    /// Signed.
    pub quantity: Qty,
    /// Of the units held, first in first out.
    pub average_price: Price,
    pub last_price: Price,
    /// Before charges, of closed trades and of the closed part of what is open.
    pub realised: Money,
    pub unrealised: Money,
    pub charges: Money,
    pub stop_loss: Option<Price>,
    pub target_price: Option<Price>,
    /// An entry works or waits, or an order's end is not confirmed.
    pub may_open: bool,
    /// Its run is over, and nothing of it may happen any more.
    pub is_retired: bool,
    /// Trades that it closed today.
    pub trades_today: u32,
    /// The day that has begun for it.
    pub day: Option<DayNumber>,
    /// What its strategy decided at its newest bar.
    pub decided: Option<Decided>,
}

impl BookView {
    /// What it made after charges.
    pub fn net(&self) -> Money {
        self.realised + self.unrealised - self.charges
    }
}

impl AccountView {
    /// The books of a run.
    pub fn of_run(&self, run: RunId) -> impl Iterator<Item = &BookView> + Clone {
        self.books.iter().filter(move |book| book.run == Some(run.0))
    }

    pub(super) fn of(
        account: AccountId,
        path: &OrderPath,
        state: &AccountState,
        at: Timestamp,
    ) -> AccountView {
        let engine = path.engine();
        let books: Vec<BookView> = path
            .books()
            .map(|(id, setup)| {
                let book = engine.book(id);
                let open = book.open_position(id);
                let (gross, charges) = path.closed_totals(id);
                let realised = open.map_or(Money::ZERO, |p| p.realised);
                BookView {
                    id,
                    run: setup.run,
                    instrument: setup.instrument.clone(),
                    product: setup.product,
                    quantity: book.position(),
                    average_price: book.held_price().unwrap_or_default(),
                    last_price: open.map_or(Price::ZERO, |p| p.mark),
                    realised: gross + realised,
                    unrealised: open.map_or(Money::ZERO, |p| p.unrealised - p.realised),
                    charges: charges + open.map_or(Money::ZERO, |p| p.total_charges),
                    stop_loss: book.stop(),
                    target_price: book.target(),
                    may_open: book.may_open(),
                    is_retired: book.is_retired(),
                    trades_today: path.trades_on(id, at.day()),
                    day: path.day_of(id),
                    decided: path.decided(id),
                }
            })
            .collect();
        let cash = engine.account();
        let sum = |of: fn(&BookView) -> Money| books.iter().map(of).sum();
        AccountView {
            account,
            state: state.clone(),
            at,
            cash: cash.settled(),
            equity: cash.equity(),
            margin_used: cash.margin_used(),
            available: cash.available(),
            day_pnl: cash.day_pnl(),
            realised: sum(|b| b.realised),
            unrealised: sum(|b| b.unrealised),
            charges: sum(|b| b.charges),
            books,
            locks: engine.locks().to_vec(),
            in_doubt: engine.in_doubt().count(),
        }
    }
}
