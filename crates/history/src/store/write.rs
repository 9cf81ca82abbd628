//! One change to the store: stage files, swap the manifest, sweep.
//!
//! Whoever kills it at any step leaves the store as it was before or as it is after, because only the rename of the
//! manifest makes staged files part of it. Left-overs are swept by the next change that succeeds.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use domain::instrument::{Exchange, InstrumentId};
use domain::{Bars, Timeframe};

use super::durable::{self, Stage};
use super::manifest::{self, Manifest, Series, YearFile, crc32, is_year_file, series_folders};
use super::{StoreError, columns};

const LOCK: &str = "write.lock";
/// How many sources a year remembers: enough for a trader's re-imports, bounded for a daily job's.
const SOURCES: usize = 16;

/// The points after which tests interrupt a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    Locked,
    Founded(Stage),
    File(Stage),
    FilesFlushed,
    Manifest(Stage),
    ManifestFlushed,
    Swept,
}

/// Called after each step; an error stops the change dead there, as a kill would.
pub(crate) type Interrupt<'a> = &'a mut dyn FnMut(Step) -> io::Result<()>;

/// A change in progress; holds the store's lock until dropped.
pub(crate) struct Change<'a> {
    root: &'a Path,
    pub manifest: Manifest,
    /// Folders with new entries, flushed once before the swap: a market's daily file makes thousands of series.
    touched: BTreeSet<PathBuf>,
    /// Files of the manifest as it lies on disk: their names cannot be given to other bytes.
    named: BTreeSet<PathBuf>,
    interrupt: Interrupt<'a>,
    _lock: Lock,
}

impl<'a> Change<'a> {
    /// Takes the lock and reads the manifest; makes an empty store where there is none.
    pub(crate) fn begin(root: &'a Path, interrupt: Interrupt<'a>) -> Result<Change<'a>, StoreError> {
        let grown = durable::make_folders(root).map_err(|e| StoreError::io("make the folder", root, e))?;
        let (path, lock) = lock(root)?;
        interrupt(Step::Locked).map_err(|e| StoreError::io("lock", &path, e))?;
        let manifest = if let Some(manifest) = Manifest::read(root)? {
            manifest
        } else {
            let manifest = Manifest::default();
            let path = root.join(manifest::FILE);
            let bytes = encode(&manifest, &path)?;
            durable::put(&path, &bytes, |stage| interrupt(Step::Founded(stage)))
                .and_then(|()| durable::flush_folder(root))
                .map_err(|e| StoreError::io("write", path, e))?;
            manifest
        };
        let named = manifest.files(root).collect();
        Ok(Change { root, manifest, touched: grown.into_iter().collect(), named, interrupt, _lock: lock })
    }

    /// Puts a year's bars on disk and names the file in the manifest to be, in place of that year's former file.
    pub(crate) fn stage(
        &mut self,
        id: &InstrumentId,
        timeframe: Timeframe,
        year: i16,
        bars: &Bars,
        source: &str,
    ) -> Result<(), StoreError> {
        let (Some(first), Some(last)) = (bars.times().first(), bars.times().last()) else { return Ok(()) };
        let bytes = columns::encode(bars).map_err(|e| StoreError::Encode {
            id: id.clone(),
            timeframe,
            what: e.to_string(),
        })?;
        let crc32 = crc32(&bytes);
        let key = (id.clone(), timeframe);
        let series = self
            .manifest
            .series
            .entry(key)
            .or_insert_with(|| Series { folder: folder_of(id, timeframe), files: Vec::new() });
        let folder = self.root.join(&series.folder);
        let name = free_name(&folder, year, crc32, &self.named);
        let path = folder.join(&name);

        let place = series.files.binary_search_by_key(&year, |f| f.year);
        let mut sources = place.map_or_else(|_| Vec::new(), |i| series.files[i].sources.clone());
        if !source.is_empty() {
            sources.retain(|s| s != source);
            sources.push(source.to_owned());
            sources.drain(..sources.len().saturating_sub(SOURCES));
        }
        let file = YearFile {
            year,
            name,
            rows: bars.len(),
            first: first.as_micros(),
            last: last.as_micros(),
            bytes: bytes.len() as u64,
            crc32,
            sources,
        };
        match place {
            Ok(i) => series.files[i] = file,
            Err(i) => series.files.insert(i, file),
        }

        let grown =
            durable::make_folders(&folder).map_err(|e| StoreError::io("make the folder", &folder, e))?;
        self.touched.extend(grown);
        let interrupt = &mut *self.interrupt;
        durable::put(&path, &bytes, |stage| interrupt(Step::File(stage)))
            .map_err(|e| StoreError::io("write", path, e))?;
        self.touched.insert(folder);
        Ok(())
    }

    /// Makes the staged manifest the store's, then clears away what it no longer names.
    pub(crate) fn commit(mut self) -> Result<(), StoreError> {
        for folder in &self.touched {
            durable::flush_folder(folder).map_err(|e| StoreError::io("flush the folder", folder, e))?;
        }
        let path = self.root.join(manifest::FILE);
        self.step(Step::FilesFlushed, &path)?;

        self.manifest.generation += 1;
        let bytes = encode(&self.manifest, &path)?;
        let interrupt = &mut *self.interrupt;
        durable::put(&path, &bytes, |stage| interrupt(Step::Manifest(stage)))
            .map_err(|e| StoreError::io("write", &path, e))?;
        durable::flush_folder(self.root)
            .map_err(|source| StoreError::NotDurable { path: self.root.to_owned(), source })?;
        self.step(Step::ManifestFlushed, &path)?;

        // The change is done; what cannot be swept now is ignored by readers and tried again next time.
        let _ = sweep(self.root, &self.manifest);
        self.step(Step::Swept, &path)
    }

    /// Clears away what a failed change left behind, as far as possible: a full disk must get its space back.
    pub(crate) fn abandon(root: &Path) {
        if let Ok((_, _lock)) = lock(root)
            && let Ok(Some(manifest)) = Manifest::read(root)
        {
            let _ = sweep(root, &manifest);
        }
    }

    fn step(&mut self, step: Step, path: &Path) -> Result<(), StoreError> {
        (self.interrupt)(step).map_err(|e| StoreError::io("write", path, e))
    }
}

/// The store's lock. The system frees it when its process dies.
struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Closing alone would not do: a child process that is being started elsewhere in this program holds a copy of the
    /// file until it runs its own program, and would keep the next writer out.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn lock(root: &Path) -> Result<(PathBuf, Lock), StoreError> {
    let path = root.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|e| StoreError::io("open", &path, e))?;
    match file.try_lock() {
        Ok(()) => Ok((path, Lock { file })),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path }),
        Err(TryLockError::Error(e)) => Err(StoreError::io("lock", path, e)),
    }
}

fn encode(manifest: &Manifest, path: &Path) -> Result<Vec<u8>, StoreError> {
    manifest.encode().map_err(|e| StoreError::io("encode", path, e.into()))
}

/// `NSE/SBIN-EQ/1m`, below the history folder.
fn folder_of(id: &InstrumentId, timeframe: Timeframe) -> String {
    let exchange = match id.exchange() {
        Exchange::Nse => "NSE",
        Exchange::Bse => "BSE",
        Exchange::Mcx => "MCX",
    };
    let name = id.folder_name();
    // `NSE_SBIN-EQ`: the folder above says the exchange already.
    let symbol = name.strip_prefix(exchange).and_then(|rest| rest.strip_prefix('_')).unwrap_or(&name);
    format!("{exchange}/{symbol}/{timeframe}")
}

/// A name with the content's checksum. Two contents of one checksum (one chance in four thousand million) must not
/// share a name: overwriting a file that readers use would break the promise of the swap.
fn free_name(folder: &Path, year: i16, crc32: u32, named: &BTreeSet<PathBuf>) -> String {
    let mut name = format!("{year:04}-{crc32:08x}.parquet");
    let mut n = 0;
    while named.contains(&folder.join(&name)) {
        n += 1;
        name = format!("{year:04}-{crc32:08x}-{n}.parquet");
    }
    name
}

/// Deletes candle files that the manifest does not name, half-written ones, and folders left empty. Files of other
/// names are someone else's and stay.
fn sweep(root: &Path, manifest: &Manifest) -> io::Result<()> {
    let named: BTreeSet<PathBuf> = manifest.files(root).collect();
    for folder in series_folders(root)? {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let ours = is_year_file(name.strip_suffix(".tmp").unwrap_or(name));
            if ours && entry.file_type()?.is_file() && !named.contains(&entry.path()) {
                fs::remove_file(entry.path())?;
            }
        }
        // Fails on a folder that is not empty, which is what is wanted.
        for folder in folder.ancestors().take_while(|f| *f != root) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
    Ok(())
}
