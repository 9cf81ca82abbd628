//! What can go wrong in the store, by what the caller does next.

use std::io;
use std::path::PathBuf;

use domain::Timeframe;
use domain::bars::BarError;
use domain::instrument::InstrumentId;
use thiserror::Error;

/// Why the store could not do as asked. Nothing was changed unless [`StoreError::NotDurable`] says so.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    /// Another process writes to the same store.
    #[error("{} is held by another import; wait until it is done, then try again", path.display())]
    Locked { path: PathBuf },
    /// The manifest cannot be trusted.
    #[error("{}: {what}; restore it from a backup, or delete {} and import again", path.display(), folder.display())]
    Manifest { path: PathBuf, folder: PathBuf, what: String },
    /// The store was written by a later version of this program.
    #[error("{}: format {found} is newer than {known}, which this version reads; upgrade it", path.display())]
    Newer { path: PathBuf, found: u64, known: u64 },
    /// A candle file is not the one that the manifest names.
    #[error(
        "{}: {what}; restore the file from a backup, or remove {timeframe} bars of {id} from the store and import \
         them again",
        path.display()
    )]
    Corrupt { path: PathBuf, id: InstrumentId, timeframe: Timeframe, what: String },
    /// A candle file that the manifest names is gone.
    #[error(
        "{}: the manifest names it but it is missing; restore it from a backup, or remove {timeframe} bars of {id} \
         from the store and import them again",
        path.display()
    )]
    Missing { path: PathBuf, id: InstrumentId, timeframe: Timeframe },
    /// The store has no such series.
    #[error("no {timeframe} bars of {id} in the store; {}", ways_out(stored))]
    NotStored { id: InstrumentId, timeframe: Timeframe, stored: Vec<Timeframe> },
    /// The store has nothing of an instrument.
    #[error("no bars of {id} in the store; import some first")]
    Unknown { id: InstrumentId },
    /// A bar that the file format or the calendar cannot hold.
    #[error("{id} {timeframe}, bar {row} of those given: {what}")]
    Refused { id: InstrumentId, timeframe: Timeframe, row: usize, what: String },
    /// Bars of one series could not be joined; a defect of this program.
    #[error("{id} {timeframe}: joining bars broke a rule at row {row}: {rule}")]
    Joined { id: InstrumentId, timeframe: Timeframe, row: usize, rule: BarError },
    /// The Parquet library could not write a file.
    #[error("cannot encode {timeframe} bars of {id}: {what}")]
    Encode { id: InstrumentId, timeframe: Timeframe, what: String },
    /// The change is in place and visible, but may be lost if the power fails now.
    #[error("the change is made, but {} could not be flushed to disk: {source}; check the disk", path.display())]
    NotDurable { path: PathBuf, source: io::Error },
}

impl StoreError {
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>, source: io::Error) -> StoreError {
        StoreError::Io { doing, path: path.into(), source }
    }
}

fn ways_out(stored: &[Timeframe]) -> String {
    if stored.is_empty() {
        return "import some first".to_owned();
    }
    let names: Vec<String> = stored.iter().map(ToString::to_string).collect();
    format!("stored: {}; import it, or ask for a multiple of a stored timeframe", names.join(", "))
}
