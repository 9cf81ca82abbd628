//! Reading: which files a range needs, and the proof that each is the one that the manifest names.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use bytes::Bytes;
use domain::instrument::InstrumentId;
use domain::{Bars, Timeframe, Timestamp};

use super::columns::Columns;
use super::manifest::{self, Manifest, Series, YearFile};
use super::{Loaded, Store, StoreError};

impl Store {
    pub(super) fn load_or_build<S>(
        &self,
        id: &InstrumentId,
        timeframe: Timeframe,
        range: Range<Timestamp>,
        build: impl Fn(&Bars) -> Bars,
        see: impl Fn(&Bars, Timeframe) -> S,
    ) -> Result<(Loaded, S), StoreError> {
        self.read(|manifest| {
            let stored = manifest.timeframes(id);
            if stored.contains(&timeframe) {
                let bars = self.read_series(id, timeframe, find(manifest, id, timeframe)?, &range)?;
                let seen = see(&bars, timeframe);
                return Ok((Loaded { bars, from: timeframe }, seen));
            }
            let Some(&from) = stored.iter().find(|&&finer| timeframe.is_multiple_of(finer)) else {
                return Err(StoreError::NotStored { id: id.clone(), timeframe, stored });
            };
            let series = find(manifest, id, from)?;
            let fine = self.read_series(id, from, series, &whole_days(&range, series))?;
            let seen = see(&fine, from);
            let bars = build(&fine);
            let rows = bars.first_at_or_after(range.start)..bars.first_at_or_after(range.end);
            let whole = rows == (0..bars.len());
            let bars = if whole { bars } else { bars.slice(rows.start..rows.end.max(rows.start)) };
            Ok((Loaded { bars, from }, seen))
        })
    }

    pub(super) fn manifest(&self) -> Result<Manifest, StoreError> {
        Ok(Manifest::read(&self.root)?.unwrap_or_default())
    }

    /// Runs a reading. A writer may sweep a file between our reading of the manifest and of the file: then the
    /// manifest has moved on, and the reading starts again with the new one.
    pub(super) fn read<T>(
        &self,
        reading: impl Fn(&Manifest) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut manifest = self.manifest()?;
        loop {
            match reading(&manifest) {
                Err(error @ StoreError::Missing { .. }) => {
                    let newer = self.manifest()?;
                    if newer.generation == manifest.generation {
                        return Err(error);
                    }
                    manifest = newer;
                }
                done => return done,
            }
        }
    }

    pub(super) fn read_series(
        &self,
        id: &InstrumentId,
        timeframe: Timeframe,
        series: &Series,
        range: &Range<Timestamp>,
    ) -> Result<Bars, StoreError> {
        let needed: Vec<&YearFile> = series
            .files
            .iter()
            .filter(|f| f.first < range.end.as_micros() && f.last >= range.start.as_micros())
            .collect();
        // Years inside the range are wanted whole; those at its ends ask for memory when their rows are known.
        let whole = needed.iter().filter(|f| is_whole(f, range)).map(|f| f.rows).sum();
        let mut columns = Columns::with_capacity(whole);
        let mut ends = Vec::with_capacity(needed.len());
        for file in &needed {
            self.read_file(id, timeframe, series, file, range, &mut columns)?;
            ends.push(columns.len());
        }
        columns.into_bars().map_err(|(row, rule)| {
            let file = needed[ends.partition_point(|&end| end <= row).min(needed.len() - 1)];
            self.corrupt(id, timeframe, series, file, format!("a bar in it breaks a rule: {rule}"))
        })
    }

    pub(super) fn read_year(
        &self,
        manifest: &Manifest,
        id: &InstrumentId,
        timeframe: Timeframe,
        year: i16,
    ) -> Result<Bars, StoreError> {
        let Some(series) = manifest.series.get(&(id.clone(), timeframe)) else { return Ok(Bars::new()) };
        let Some(file) = series.files.iter().find(|f| f.year == year) else { return Ok(Bars::new()) };
        let range = Timestamp::from_micros(file.first)..Timestamp::from_micros(file.last.saturating_add(1));
        let mut columns = Columns::with_capacity(file.rows);
        self.read_file(id, timeframe, series, file, &range, &mut columns)?;
        columns.into_bars().map_err(|(row, rule)| {
            self.corrupt(id, timeframe, series, file, format!("bar {row} breaks a rule: {rule}"))
        })
    }

    /// Appends a file's bars in `range`, once the file is proven to be the one that the manifest names.
    pub(super) fn read_file(
        &self,
        id: &InstrumentId,
        timeframe: Timeframe,
        series: &Series,
        file: &YearFile,
        range: &Range<Timestamp>,
        columns: &mut Columns,
    ) -> Result<(), StoreError> {
        let corrupt = |what| self.corrupt(id, timeframe, series, file, what);
        let path = self.path(series, file);
        let bytes = fs::read(&path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => StoreError::Missing { path: path.clone(), id: id.clone(), timeframe },
            _ => StoreError::io("read", &path, e),
        })?;
        if bytes.len() as u64 != file.bytes {
            return Err(corrupt(format!(
                "it has {} bytes where the manifest says {}: cut short or replaced",
                bytes.len(),
                file.bytes
            )));
        }
        if manifest::crc32(&bytes) != file.crc32 {
            return Err(corrupt("its checksum does not hold: damaged or edited".to_owned()));
        }
        let before = columns.len();
        columns.append(Bytes::from(bytes), file.rows, range).map_err(corrupt)?;
        let added = columns.len() - before;
        if is_whole(file, range) && added != file.rows {
            return Err(corrupt(format!(
                "{added} bars lie in its span where the manifest says {}",
                file.rows
            )));
        }
        Ok(())
    }

    pub(super) fn path(&self, series: &Series, file: &YearFile) -> PathBuf {
        self.root.join(&series.folder).join(&file.name)
    }

    pub(super) fn corrupt(
        &self,
        id: &InstrumentId,
        timeframe: Timeframe,
        series: &Series,
        file: &YearFile,
        what: String,
    ) -> StoreError {
        StoreError::Corrupt { path: self.path(series, file), id: id.clone(), timeframe, what }
    }
}

/// The series, or an error that says what there is instead.
pub(super) fn find<'m>(
    manifest: &'m Manifest,
    id: &InstrumentId,
    timeframe: Timeframe,
) -> Result<&'m Series, StoreError> {
    manifest.series.get(&(id.clone(), timeframe)).ok_or_else(|| StoreError::NotStored {
        id: id.clone(),
        timeframe,
        stored: manifest.timeframes(id),
    })
}

/// Whether all of a file's bars lie in `range`.
fn is_whole(file: &YearFile, range: &Range<Timestamp>) -> bool {
    range.start.as_micros() <= file.first && file.last < range.end.as_micros()
}

/// `range` as far as the series has bars, widened to whole days.
fn whole_days(range: &Range<Timestamp>, series: &Series) -> Range<Timestamp> {
    let (Some(first), Some(last)) = (series.files.first(), series.files.last()) else {
        return range.clone();
    };
    // Narrowed first: the ends of time cannot be moved by a day.
    let from = range.start.max(Timestamp::from_micros(first.first));
    let to = range.end.min(Timestamp::from_micros(last.last.saturating_add(1)));
    if from >= to {
        return from..from;
    }
    let last_instant = Timestamp::from_micros(to.as_micros() - 1);
    from.day().start()..last_instant.day().next().start()
}
