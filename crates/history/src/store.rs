//! Candles as Parquet files that any other tool can read.
//!
//! Below `<data dir>/history/<exchange>/<symbol>/<timeframe>/` lies one file a year. `manifest.json` names the files
//! that count, with their rows, span, checksum and sources; whatever it does not name is ignored. A change stages new
//! files beside the old ones and swaps the manifest by one rename: killed anywhere, the store is as before or as
//! after. Writers exclude each other by a lock; readers never wait.
//!
//! Promises that [`Store::load`] gives exactly the bars that were merged, or an error that names the file: never
//! fewer, never other bars. Never judges bars: cleaning is the importers' part, gaps are told by [`crate::verify`].

mod change;
mod columns;
mod durable;
mod error;
mod manifest;
mod read;
mod union;
mod write;

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use domain::bars::resample;
use domain::calendar::{Calendar, TradingClass};
use domain::instrument::InstrumentId;
use domain::{Bars, Timeframe, Timestamp};

pub(crate) use columns::encode;
pub(crate) use durable::{flush_folder, put, waiting_name};
pub use error::StoreError;

/// The candle store of a data directory. Cheap to make; holds no open files.
#[derive(Clone, Debug)]
pub struct Store {
    /// `<data dir>/history`.
    root: PathBuf,
}

/// What is stored of one instrument and timeframe.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeriesInfo {
    pub id: InstrumentId,
    pub timeframe: Timeframe,
    pub rows: usize,
    /// Open time of the first and of the last bar.
    pub first: Timestamp,
    pub last: Timestamp,
    /// On disk.
    pub bytes: u64,
    /// Where the bars came from, as the importers said.
    pub sources: Vec<String>,
}

/// What a merge did to one series. The three counts add up to the bars given (each time counted once).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MergeReport {
    pub id: InstrumentId,
    pub timeframe: Timeframe,
    /// Bars at times that the store did not have.
    pub added: usize,
    /// Bars that differ from the ones they replaced.
    pub replaced: usize,
    /// Bars that the store had already, equal in every column.
    pub unchanged: usize,
}

/// Bars, and what they were built from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loaded {
    pub bars: Bars,
    /// The stored timeframe: the one asked for, or the finer one that was resampled.
    pub from: Timeframe,
}

impl Store {
    /// The store below `data_dir`. Makes nothing on disk until the first write; a missing folder is an empty store.
    pub fn open(data_dir: &Path) -> Result<Store, StoreError> {
        let root = data_dir.join("history");
        for folder in [data_dir, &root] {
            match fs::metadata(folder) {
                Ok(found) if !found.is_dir() => {
                    let not_a_folder = io::Error::from(io::ErrorKind::NotADirectory);
                    return Err(StoreError::io("open as a folder", folder, not_a_folder));
                }
                Err(e) if e.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::io("open", folder, e));
                }
                _ => {}
            }
        }
        Ok(Store { root })
    }

    /// Every series, by instrument, then from the finest timeframe up.
    pub fn list(&self) -> Result<Vec<SeriesInfo>, StoreError> {
        let manifest = self.manifest()?;
        Ok(manifest
            .series
            .iter()
            .filter_map(|((id, timeframe), series)| series.info(id, *timeframe))
            .collect())
    }

    /// The series of one instrument, the finest timeframe first; none is an empty list.
    pub fn series(&self, id: &InstrumentId) -> Result<Vec<SeriesInfo>, StoreError> {
        let mut all = self.list()?;
        all.retain(|info| info.id == *id);
        Ok(all)
    }

    /// Exactly the stored bars whose open time lies in `range`; reads only the years and row groups it needs.
    ///
    /// # Errors
    /// [`StoreError::NotStored`] where the store has no such series; a series without bars in `range` is empty.
    pub fn load(
        &self,
        id: &InstrumentId,
        timeframe: Timeframe,
        range: Range<Timestamp>,
    ) -> Result<Bars, StoreError> {
        self.read(|manifest| {
            let series = read::find(manifest, id, timeframe)?;
            self.read_series(id, timeframe, series, &range)
        })
    }

    /// The bars of `timeframe` in `range`; where it is not stored, resampled from the finest stored timeframe that
    /// divides it. Whole days are resampled, so that a cut inside a bar does not change it.
    ///
    /// # Errors
    /// [`StoreError::NotStored`] where no stored timeframe will do.
    pub fn load_or_resample(
        &self,
        id: &InstrumentId,
        timeframe: Timeframe,
        range: Range<Timestamp>,
        calendar: &Calendar,
        class: TradingClass,
    ) -> Result<Loaded, StoreError> {
        let see = |_: &Bars, _| ();
        self.load_and_see(id, timeframe, range, calendar, class, see).map(|(loaded, ())| loaded)
    }

    /// [`Store::load_or_resample`], and what `see` makes of the bars as they are stored: of whole days, before they
    /// are resampled.
    ///
    /// # Errors
    /// [`StoreError::NotStored`] where no stored timeframe will do.
    pub fn load_and_see<S>(
        &self,
        id: &InstrumentId,
        timeframe: Timeframe,
        range: Range<Timestamp>,
        calendar: &Calendar,
        class: TradingClass,
        see: impl Fn(&Bars, Timeframe) -> S,
    ) -> Result<(Loaded, S), StoreError> {
        self.load_or_build(id, timeframe, range, |bars| resample(bars, timeframe, calendar, class), see)
    }

    /// Joins bars into the store, all series in one swap. Where a time is stored already, or given twice, the later
    /// data wins. Bars that change nothing leave the disk untouched. Reports come in the order of the changes, one a
    /// series.
    ///
    /// # Errors
    /// [`StoreError::Locked`] while another process writes; [`StoreError::Refused`] names a bar that does not fit.
    pub fn merge(
        &self,
        changes: Vec<(InstrumentId, Timeframe, Bars)>,
    ) -> Result<Vec<MergeReport>, StoreError> {
        self.merge_from("", changes)
    }

    /// [`Store::merge`], with a note on where the bars came from, kept for each year that they changed.
    pub fn merge_from(
        &self,
        source: &str,
        changes: Vec<(InstrumentId, Timeframe, Bars)>,
    ) -> Result<Vec<MergeReport>, StoreError> {
        let merged = self.merge_interruptibly(source, changes, &mut |_| Ok(()));
        self.settle(merged)
    }

    /// Takes one timeframe of an instrument out of the store, or all of them; says what was taken out.
    ///
    /// # Errors
    /// [`StoreError::NotStored`] or [`StoreError::Unknown`] where there is nothing to remove.
    pub fn remove(
        &self,
        id: &InstrumentId,
        timeframe: Option<Timeframe>,
    ) -> Result<Vec<SeriesInfo>, StoreError> {
        let removed = self.remove_interruptibly(id, timeframe, &mut |_| Ok(()));
        self.settle(removed)
    }
}

#[cfg(test)]
mod tests;
