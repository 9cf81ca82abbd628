//! The list of files that are the store: what is not named here does not exist.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use domain::instrument::InstrumentId;
use domain::{Timeframe, Timestamp};
use serde::{Deserialize, Serialize};

use super::{SeriesInfo, StoreError};

/// The manifest's name below the history folder.
pub(crate) const FILE: &str = "manifest.json";
const FORMAT: u64 = 1;

/// A year's file of a series.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct YearFile {
    /// The calendar year in IST.
    pub year: i16,
    /// Its name in the series' folder.
    pub name: String,
    pub rows: usize,
    /// Open time of the first and last bar, microseconds since 1970 UTC.
    pub first: i64,
    pub last: i64,
    pub bytes: u64,
    /// CRC-32 of the whole file.
    pub crc32: u32,
    /// Where the bars came from, in the importer's words; the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// One instrument and timeframe.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Series {
    /// Below the history folder, with `/`.
    pub folder: String,
    /// Ascending by year.
    pub files: Vec<YearFile>,
}

/// Every series of the store, by instrument, then timeframe.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Manifest {
    /// Counts the writes.
    pub generation: u64,
    pub series: BTreeMap<(InstrumentId, Timeframe), Series>,
}

/// As it lies on disk: the series under their texts, and a checksum of them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: u64,
    generation: u64,
    /// CRC-32 of `series` as compact JSON with sorted keys: a flipped digit must not become a missing year.
    crc32: u32,
    series: BTreeMap<String, BTreeMap<String, Series>>,
}

#[derive(Deserialize)]
struct Format {
    format: u64,
}

impl Series {
    pub(crate) fn rows(&self) -> usize {
        self.files.iter().map(|f| f.rows).sum()
    }

    pub(crate) fn info(&self, id: &InstrumentId, timeframe: Timeframe) -> Option<SeriesInfo> {
        Some(SeriesInfo {
            id: id.clone(),
            timeframe,
            rows: self.rows(),
            first: Timestamp::from_micros(self.files.first()?.first),
            last: Timestamp::from_micros(self.files.last()?.last),
            bytes: self.files.iter().map(|f| f.bytes).sum(),
            sources: self.files.iter().fold(Vec::new(), |mut all, file| {
                all.extend(file.sources.iter().filter(|s| !all.contains(s)).cloned().collect::<Vec<_>>());
                all
            }),
        })
    }
}

impl Manifest {
    /// The manifest below `root`, `None` where there is no store yet.
    pub(crate) fn read(root: &Path) -> Result<Option<Manifest>, StoreError> {
        let path = root.join(FILE);
        let garbled =
            |what: String| StoreError::Manifest { path: path.clone(), folder: root.to_owned(), what };
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                // The first write puts an empty manifest before any candle file, so candle files without one mean
                // that it was lost, not that an import died.
                return match any_year_file(root).map_err(|e| StoreError::io("list", root, e))? {
                    // Unless that first write came just now.
                    Some(_) if path.exists() => Manifest::read(root),
                    Some(file) => Err(garbled(format!("it is missing although {} exists", file.display()))),
                    None => Ok(None),
                };
            }
            Err(e) => return Err(StoreError::io("read", path, e)),
        };
        let found: Format =
            serde_json::from_slice(&text).map_err(|e| garbled(format!("not a manifest: {e}")))?;
        if found.format > FORMAT {
            return Err(StoreError::Newer { path, found: found.format, known: FORMAT });
        }
        let document: Document =
            serde_json::from_slice(&text).map_err(|e| garbled(format!("not a manifest: {e}")))?;
        if checksum(&document.series).map_err(|e| garbled(e.to_string()))? != document.crc32 {
            return Err(garbled("its checksum does not hold: it was damaged or edited".to_owned()));
        }
        document.parse().map(Some).map_err(garbled)
    }

    /// The bytes to put on disk.
    pub(crate) fn encode(&self) -> serde_json::Result<Vec<u8>> {
        let mut series: BTreeMap<String, BTreeMap<String, Series>> = BTreeMap::new();
        for ((id, timeframe), entry) in &self.series {
            series.entry(id.to_string()).or_default().insert(timeframe.to_string(), entry.clone());
        }
        let document =
            Document { format: FORMAT, generation: self.generation, crc32: checksum(&series)?, series };
        let mut text = serde_json::to_vec_pretty(&document)?;
        text.push(b'\n');
        Ok(text)
    }

    /// The paths below `root` of all files that are the store.
    pub(crate) fn files<'a>(&'a self, root: &'a Path) -> impl Iterator<Item = PathBuf> + 'a {
        self.series.values().flat_map(|s| s.files.iter().map(|f| root.join(&s.folder).join(&f.name)))
    }

    /// The timeframes stored of an instrument, finest first.
    pub(crate) fn timeframes(&self, id: &InstrumentId) -> Vec<Timeframe> {
        self.series.keys().filter(|(i, _)| i == id).map(|&(_, timeframe)| timeframe).collect()
    }
}

impl Document {
    fn parse(self) -> Result<Manifest, String> {
        let mut manifest = Manifest { generation: self.generation, series: BTreeMap::new() };
        for (id, timeframes) in self.series {
            let id: InstrumentId = id.parse().map_err(|e| format!("{e}"))?;
            for (timeframe, series) in timeframes {
                let timeframe: Timeframe = timeframe.parse().map_err(|e| format!("{id}: {e}"))?;
                check(&series).map_err(|what| format!("{id} {timeframe}: {what}"))?;
                manifest.series.insert((id.clone(), timeframe), series);
            }
        }
        Ok(manifest)
    }
}

/// The rules that reading relies on.
fn check(series: &Series) -> Result<(), String> {
    let inside = |path: &str| Path::new(path).components().all(|c| matches!(c, Component::Normal(_)));
    if series.files.is_empty() {
        return Err("no files".to_owned());
    }
    if !inside(&series.folder) {
        return Err(format!("folder `{}` is not below the store", series.folder));
    }
    for file in &series.files {
        if !is_year_file(&file.name) || !inside(&file.name) {
            return Err(format!("`{}` is not the name of a year's file", file.name));
        }
        if file.rows == 0 || file.first > file.last {
            return Err(format!("`{}` holds no bars", file.name));
        }
    }
    if series.files.windows(2).any(|w| w[0].year >= w[1].year || w[0].last >= w[1].first) {
        return Err("its years are out of order".to_owned());
    }
    Ok(())
}

fn checksum(series: &BTreeMap<String, BTreeMap<String, Series>>) -> serde_json::Result<u32> {
    Ok(crc32(&serde_json::to_vec(series)?))
}

/// CRC-32 as in gzip.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// `2024-1a2b3c4d.parquet`, perhaps with `-1` before the dot: the names that the store gives, and may sweep.
pub(crate) fn is_year_file(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".parquet") else { return false };
    let mut parts = stem.split('-');
    let digits = |part: Option<&str>, ok: fn(&u8) -> bool, len: std::ops::RangeInclusive<usize>| {
        part.is_some_and(|p| len.contains(&p.len()) && p.bytes().all(|b| ok(&b)))
    };
    digits(parts.next(), u8::is_ascii_digit, 4..=4)
        && digits(parts.next(), u8::is_ascii_hexdigit, 8..=8)
        && (parts.clone().next().is_none() || digits(parts.next(), u8::is_ascii_digit, 1..=9))
        && parts.next().is_none()
}

/// The folders three deep below `root`, where candle files lie.
pub(crate) fn series_folders(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = vec![root.to_owned()];
    for _ in 0..3 {
        let mut deeper = Vec::new();
        for folder in folders {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                Err(e) => return Err(e),
            };
            for entry in entries {
                let entry = entry?;
                // Links are not followed: the store makes none.
                if entry.file_type()?.is_dir() {
                    deeper.push(entry.path());
                }
            }
        }
        folders = deeper;
    }
    Ok(folders)
}

fn any_year_file(root: &Path) -> io::Result<Option<PathBuf>> {
    for folder in series_folders(root)? {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(is_year_file) {
                return Ok(Some(entry.path()));
            }
        }
    }
    Ok(None)
}
