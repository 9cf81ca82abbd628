//! What a merge and a removal do to the manifest and to the files of each year.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use domain::instrument::InstrumentId;
use domain::time::DayNumber;
use domain::{Bars, Timeframe, Timestamp};
use jiff::civil::date;

use super::columns::LARGEST_PRICE;
use super::manifest::Manifest;
use super::read::find;
use super::union::{Counts, union};
use super::write::{Change, Interrupt};
use super::{MergeReport, SeriesInfo, Store, StoreError};

/// Years that the store takes: outside them a time is a unit mistaken (seconds read as microseconds), not a market.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

impl Store {
    pub(super) fn merge_interruptibly(
        &self,
        source: &str,
        changes: Vec<(InstrumentId, Timeframe, Bars)>,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<MergeReport>, StoreError> {
        let changes = one_a_series(changes)?;
        if changes.iter().all(|(_, _, bars)| bars.is_empty()) {
            return Ok(changes.iter().map(|(id, tf, _)| report(id, *tf, Counts::default())).collect());
        }
        let mut change = Change::begin(&self.root, interrupt)?;
        let mut reports = Vec::with_capacity(changes.len());
        for (id, timeframe, bars) in changes {
            let mut counts = Counts::default();
            for (year, rows) in years(&bars) {
                let new = bars.slice(rows);
                let old = self.read_year(&change.manifest, &id, timeframe, year)?;
                let (joined, in_year) = union(&old, &new).map_err(|(row, rule)| StoreError::Joined {
                    id: id.clone(),
                    timeframe,
                    row,
                    rule,
                })?;
                if in_year.changed() {
                    change.stage(&id, timeframe, year, &joined, source)?;
                }
                counts += in_year;
            }
            reports.push((id, timeframe, counts));
        }
        if reports.iter().any(|(_, _, counts)| counts.changed()) {
            change.commit()?;
        }
        Ok(reports.into_iter().map(|(id, timeframe, counts)| report(&id, timeframe, counts)).collect())
    }

    pub(super) fn remove_interruptibly(
        &self,
        id: &InstrumentId,
        timeframe: Option<Timeframe>,
        interrupt: Interrupt<'_>,
    ) -> Result<Vec<SeriesInfo>, StoreError> {
        let gone = |manifest: &Manifest| -> Result<Vec<SeriesInfo>, StoreError> {
            let mut gone = Vec::new();
            match timeframe {
                Some(timeframe) => gone.extend(find(manifest, id, timeframe)?.info(id, timeframe)),
                None => gone.extend(
                    manifest
                        .timeframes(id)
                        .iter()
                        .filter_map(|&tf| find(manifest, id, tf).ok()?.info(id, tf)),
                ),
            }
            if gone.is_empty() { Err(StoreError::Unknown { id: id.clone() }) } else { Ok(gone) }
        };
        // Asked before the lock is taken: nothing to remove must not make a store.
        gone(&self.manifest()?)?;
        let mut change = Change::begin(&self.root, interrupt)?;
        let gone = gone(&change.manifest)?;
        for info in &gone {
            change.manifest.series.remove(&(info.id.clone(), info.timeframe));
        }
        change.commit()?;
        Ok(gone)
    }

    /// After a change that failed half way, clears what it staged.
    pub(super) fn settle<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        use StoreError::{Corrupt, Encode, Io, Joined, Missing};
        if let Err(Io { .. } | Encode { .. } | Joined { .. } | Corrupt { .. } | Missing { .. }) = outcome {
            Change::abandon(&self.root);
        }
        outcome
    }
}

fn report(id: &InstrumentId, timeframe: Timeframe, counts: Counts) -> MergeReport {
    let Counts { added, replaced, unchanged } = counts;
    MergeReport { id: id.clone(), timeframe, added, replaced, unchanged }
}

/// The changes with one entry a series, in order of first appearance; the later of two wins, bar by bar.
fn one_a_series(
    changes: Vec<(InstrumentId, Timeframe, Bars)>,
) -> Result<Vec<(InstrumentId, Timeframe, Bars)>, StoreError> {
    let mut places = BTreeMap::new();
    let mut series: Vec<(InstrumentId, Timeframe, Bars)> = Vec::with_capacity(changes.len());
    for (id, timeframe, bars) in changes {
        check(&id, timeframe, &bars)?;
        match places.entry((id.clone(), timeframe)) {
            Entry::Vacant(place) => {
                place.insert(series.len());
                series.push((id, timeframe, bars));
            }
            Entry::Occupied(place) => {
                let earlier = &mut series[*place.get()].2;
                let (joined, _) = union(earlier, &bars).map_err(|(row, rule)| StoreError::Joined {
                    id,
                    timeframe,
                    row,
                    rule,
                })?;
                *earlier = joined;
            }
        }
    }
    Ok(series)
}

/// Refuses what the file format or the folders by year cannot hold.
fn check(id: &InstrumentId, timeframe: Timeframe, bars: &Bars) -> Result<(), StoreError> {
    let refused = |row, what| StoreError::Refused { id: id.clone(), timeframe, row, what };
    let bounds = start_of(*YEARS.start())..start_of(*YEARS.end() + 1);
    let ends = [bars.times().first().map(|&t| (0, t)), bars.times().last().map(|&t| (bars.len() - 1, t))];
    for (row, time) in ends.into_iter().flatten() {
        if !bounds.contains(&time) {
            return Err(refused(
                row,
                format!(
                    "time {} µs since 1970 lies outside the years {} to {}; check the unit of the source's times",
                    time.as_micros(),
                    YEARS.start(),
                    YEARS.end()
                ),
            ));
        }
    }
    if let Some(row) = bars.highs().iter().position(|high| high.raw() > LARGEST_PRICE) {
        return Err(refused(row, format!("high {} is more than DECIMAL(18,4) holds", bars.highs()[row])));
    }
    Ok(())
}

/// The rows of each calendar year in IST; all times lie in [`YEARS`].
fn years(bars: &Bars) -> impl Iterator<Item = (i16, Range<usize>)> + '_ {
    let mut row = 0;
    std::iter::from_fn(move || {
        let year = bars.times().get(row)?.date().year();
        let rows = row..bars.first_at_or_after(start_of(year + 1));
        row = rows.end;
        Some((year, rows))
    })
}

fn start_of(year: i16) -> Timestamp {
    DayNumber::of(date(year, 1, 1)).start()
}
