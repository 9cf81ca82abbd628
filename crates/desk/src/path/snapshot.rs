//! An order path as bytes, and back: one made of a snapshot goes on as the first would have, act for act.
//!
//! What follows from the rest is not in it but made again: what was last written of orders and books.

use domain::Timestamp;
use domain::instrument::InstrumentId;
use engine::{Conduct, Engine, RiskPolicy, SnapshotError as EngineError};
use serde::{Deserialize, Serialize};
use store::AccountId;
use thiserror::Error;

use super::asked::Sayings;
use super::holdings::Holdings;
use super::ids::Ids;
use super::readings::Readings;
use super::rows::{BookRow, Shadow};
use super::{InstrumentLists, OrderPath, SetupError};

/// Another number for each shape of what is saved.
const FORMAT: u32 = 3;

/// Why a snapshot could not be made, or gives no path.
#[derive(Debug, Error)]
pub enum SnapshotError {
    #[error("the snapshot is of format {0}, this program reads {FORMAT}")]
    Format(u32),
    #[error("{0}")]
    Engine(#[from] EngineError),
    #[error("a book of the snapshot cannot be set up: {0}")]
    Book(#[from] SetupError),
    #[error("the snapshot cannot be read: {0}")]
    Unreadable(#[from] postcard::Error),
    #[error("a book of the snapshot trades instrument {0}, which is not in it")]
    NoInstrument(InstrumentId),
}

#[derive(Serialize)]
struct Saved<'a> {
    instruments: &'a [InstrumentId],
    books: &'a [BookRow],
    /// When each book's position was last written.
    written: Vec<Option<Timestamp>>,
    ids: &'a Ids,
    readings: &'a Readings,
    holdings: &'a Holdings,
    sayings: &'a Sayings,
    policy: &'a RiskPolicy,
    lists: &'a InstrumentLists,
    known: u32,
    now: Timestamp,
    engine: Vec<u8>,
}

#[derive(Deserialize)]
struct Read {
    instruments: Vec<InstrumentId>,
    books: Vec<BookRow>,
    written: Vec<Option<Timestamp>>,
    ids: Ids,
    readings: Readings,
    holdings: Holdings,
    sayings: Sayings,
    policy: RiskPolicy,
    lists: InstrumentLists,
    known: u32,
    now: Timestamp,
    engine: Vec<u8>,
}

impl OrderPath {
    /// Between two inputs, whatever has been handled.
    pub fn snapshot(&self) -> Result<Vec<u8>, SnapshotError> {
        let saved = Saved {
            instruments: &self.instruments,
            books: &self.books,
            written: self.books.iter().map(BookRow::written_at).collect(),
            ids: &self.ids,
            readings: &self.readings,
            holdings: &self.holdings,
            sayings: &self.sayings,
            policy: &self.policy,
            lists: &self.lists,
            known: self.known,
            now: self.now,
            engine: self.engine.snapshot()?,
        };
        Ok(postcard::to_stdvec(&(FORMAT, saved))?)
    }

    /// The path of a snapshot; `account` and `conduct` are those of [`OrderPath::new`].
    pub fn restore(
        account: AccountId,
        conduct: Conduct,
        snapshot: &[u8],
    ) -> Result<OrderPath, SnapshotError> {
        let (format, rest) = postcard::take_from_bytes::<u32>(snapshot)?;
        if format != FORMAT {
            return Err(SnapshotError::Format(format));
        }
        let Read {
            instruments,
            books,
            written,
            ids,
            readings,
            holdings,
            sayings,
            policy,
            lists,
            known,
            now,
            engine,
        } = postcard::from_bytes(rest)?;
        let mut specs = Vec::with_capacity(books.len());
        for row in &books {
            let setup = &row.setup;
            let place = instruments.iter().position(|known| *known == setup.instrument);
            let place = place.ok_or_else(|| SnapshotError::NoInstrument(setup.instrument.clone()))?;
            specs.push(setup.build(domain::order::InstrumentKey(place as u32))?);
        }
        let mut path = OrderPath {
            account,
            engine: Engine::restore(&engine, specs)?,
            conduct,
            instruments,
            books,
            ids,
            readings,
            holdings,
            sayings,
            policy,
            lists,
            reason: None,
            filling: None,
            because: std::collections::BTreeMap::new(),
            shadows: std::collections::BTreeMap::new(),
            known,
            effects: Vec::new(),
            touched: std::collections::BTreeSet::new(),
            now,
        };
        let open = path.engine.orders().iter().filter(|order| !order.state.is_final());
        path.shadows = open
            .filter(|order| path.ids.id(order.key).is_some())
            .map(|order| (order.key, Shadow::fresh(order)))
            .collect();
        for (place, at) in written.into_iter().enumerate() {
            path.write_again(place, at);
        }
        Ok(path)
    }

    /// When the newest input was told.
    pub fn now(&self) -> Timestamp {
        self.now
    }
}
