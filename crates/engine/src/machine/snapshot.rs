//! The whole state as bytes, and back: an engine made of a snapshot goes on as the first would have, to the byte.
//!
//! Settings and strategies of the books are not in it; the shell hands them in again. A strategy's state is a function of
//! the bars that it is shown before it decides.

use domain::order::InstrumentKey;
use domain::trade::BookId;
use domain::{Product, Qty, Tick};
use serde::{Deserialize, Serialize};
use strategy::Strategy;
use thiserror::Error;

use super::Engine;
use crate::BookSpec;
use crate::risk::Rules;

/// Another number for each shape of the state.
const FORMAT: u32 = 1;

/// Why a snapshot gave no engine.
#[derive(Debug, Error)]
pub enum SnapshotError {
    #[error("the snapshot is of format {0}, this program reads {FORMAT}; start from the journal instead")]
    Format(u32),
    #[error(
        "the snapshot has {saved} books, {given} were handed in; hand in every book in the order of its id"
    )]
    Books { saved: usize, given: usize },
    #[error("book {} is not the one that the snapshot has: its instrument, product, lot or tick differs", .0.0)]
    OtherBook(BookId),
    #[error("the snapshot cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Saved<'a> {
    format: u32,
    books: Vec<Mark>,
    engine: &'a Engine,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Deserialize)]
struct Read {
    books: Vec<Mark>,
    engine: Engine,
}

/// What a book must have in common with the one that was saved.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Mark {
    instrument: InstrumentKey,
    product: Product,
    lot: Qty,
    tick: Tick,
}

impl Mark {
    fn of(spec: &BookSpec) -> Mark {
        let (lot, tick) = (spec.contract.lot, spec.contract.tick);
        Mark { instrument: spec.instrument, product: spec.product, lot, tick }
    }
}

impl Engine {
    pub fn snapshot(&self) -> Result<Vec<u8>, SnapshotError> {
        let books = self.books.iter().map(|book| Mark::of(&book.spec)).collect();
        Ok(serde_json::to_vec(&Saved { format: FORMAT, books, engine: self })?)
    }

    /// The engine of a snapshot. `books` are those of [`Engine::add_book`], in the order of their ids, with strategies
    /// that have seen the bars which the first ones had seen.
    pub fn restore(
        snapshot: &[u8],
        books: Vec<(BookSpec, Option<Box<dyn Strategy>>)>,
    ) -> Result<Engine, SnapshotError> {
        let Format { format } = serde_json::from_slice(snapshot)?;
        if format != FORMAT {
            return Err(SnapshotError::Format(format));
        }
        let Read { books: marks, mut engine } = serde_json::from_slice(snapshot)?;
        let (saved, given) = (engine.books.len(), books.len());
        if saved != given || marks.len() != saved {
            return Err(SnapshotError::Books { saved, given });
        }
        for (i, (spec, strategy)) in books.into_iter().enumerate() {
            if Mark::of(&spec) != marks[i] {
                return Err(SnapshotError::OtherBook(BookId(i as u32)));
            }
            let book = &mut engine.books[i];
            (book.spec, book.strategy) = (spec, strategy.filter(|_| !book.retired));
        }
        engine.rules = Rules::new(&engine.limits, &engine.policy);
        Ok(engine)
    }
}
