//! What an account was told, in order, on disk: append-only, each record with its length and checksum.
//!
//! Written before the input is acted on. A kill leaves at most a torn last record, which is cut off when the journal is
//! opened again; damage anywhere else is an error, since what follows it would be another history. A loss of power may
//! take the newest inputs with it unless [`Journal::sync`] was called; the desk calls it before an order is stored.
//!
//! One file begins with each snapshot: `00000000000000000042.journal` holds the inputs from place 42 on.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::path::Input;

const MAGIC: &[u8; 8] = b"SAUDAJ01";
/// Longer than any input: a reading of a book of ten thousand orders.
const LONGEST: usize = 16 << 20;

#[derive(Debug, Error)]
pub enum JournalError {
    #[error("journal {path}: {why}")]
    Io { path: PathBuf, why: io::Error },
    #[error(
        "journal {path} is damaged at byte {at}, before its end: {why}; restore the account's folder from a backup"
    )]
    Damaged { path: PathBuf, at: u64, why: &'static str },
    #[error("journal {path} was written by another version of this program and cannot be read: {why}")]
    Foreign { path: PathBuf, why: String },
    #[error(
        "journal {path} has place {found} where place {wanted} should follow: a file of it is missing; restore the account's folder from a backup"
    )]
    Missing { path: PathBuf, wanted: i64, found: i64 },
}

/// One input and when it came.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// From 1, without gaps.
    pub place: i64,
    pub at: Timestamp,
    pub input: Input,
}

#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    next: i64,
    buffer: Vec<u8>,
}

impl Journal {
    /// Opens the account's newest journal, or begins the first. Every entry in it from `from` on is handed to `each`.
    pub fn open(folder: &Path, from: i64, mut each: impl FnMut(Entry)) -> Result<Journal, JournalError> {
        fs::create_dir_all(folder).map_err(|why| io_error(folder, why))?;
        let files = files(folder)?;
        let Some(newest) = files.last() else { return Journal::begin(folder, from) };
        // Files before the one that holds `from` are not read.
        let first = files.iter().rposition(|path| begins(path) <= from).unwrap_or(0);
        let mut next = begins(&files[first]);
        if next > from {
            return Err(JournalError::Missing { path: files[first].clone(), wanted: from, found: next });
        }
        for path in &files[first..] {
            let is_newest = path == newest;
            let mut found = Some(begins(path)).filter(|place| *place != next);
            let read = read(path, is_newest, &mut |entry| {
                if entry.place != next || found.is_some() {
                    found.get_or_insert(entry.place);
                    return;
                }
                next += 1;
                if entry.place >= from {
                    each(entry);
                }
            })?;
            if let Some(found) = found {
                return Err(JournalError::Missing { path: path.clone(), wanted: next, found });
            }
            if is_newest {
                // What a kill left half written.
                let file = OpenOptions::new().write(true).open(path).map_err(|why| io_error(path, why))?;
                file.set_len(read).map_err(|why| io_error(path, why))?;
            }
        }
        if next < from {
            return Err(JournalError::Missing { path: newest.clone(), wanted: next, found: from });
        }
        let file = OpenOptions::new().append(true).open(newest).map_err(|why| io_error(newest, why))?;
        Ok(Journal { path: newest.clone(), file, next, buffer: Vec::new() })
    }

    /// Begins a new file; the older ones stay until snapshots have replaced them.
    pub fn begin(folder: &Path, first: i64) -> Result<Journal, JournalError> {
        let path = folder.join(format!("{first:020}.journal"));
        let mut file =
            OpenOptions::new().create(true).append(true).open(&path).map_err(|why| io_error(&path, why))?;
        let empty = file.metadata().map_err(|why| io_error(&path, why))?.len() == 0;
        if empty {
            file.write_all(MAGIC).map_err(|why| io_error(&path, why))?;
        }
        Ok(Journal { path, file, next: first, buffer: Vec::new() })
    }

    /// The place of the next entry.
    pub fn next(&self) -> i64 {
        self.next
    }

    /// Appends an input and gives its place. It survives a kill of the process from here on.
    pub fn append(&mut self, at: Timestamp, input: &Input) -> Result<i64, JournalError> {
        let place = self.next;
        self.buffer.clear();
        self.buffer.extend_from_slice(&[0; 8]);
        self.buffer = postcard::to_extend(&(place, at, input), std::mem::take(&mut self.buffer))
            .map_err(|why| JournalError::Foreign { path: self.path.clone(), why: why.to_string() })?;
        let length = (self.buffer.len() - 8) as u32;
        let sum = crc32fast::hash(&self.buffer[8..]);
        self.buffer[..4].copy_from_slice(&length.to_le_bytes());
        self.buffer[4..8].copy_from_slice(&sum.to_le_bytes());
        self.file.write_all(&self.buffer).map_err(|why| io_error(&self.path, why))?;
        self.next += 1;
        Ok(place)
    }

    /// A handle that [`Journal::sync`]s this file from another thread.
    pub fn syncer(&self) -> Result<File, JournalError> {
        self.file.try_clone().map_err(|why| io_error(&self.path, why))
    }

    /// Makes everything appended survive a loss of power.
    pub fn sync(&self) -> Result<(), JournalError> {
        self.file.sync_data().map_err(|why| io_error(&self.path, why))
    }
}

fn io_error(path: &Path, why: io::Error) -> JournalError {
    JournalError::Io { path: path.to_owned(), why }
}

/// The place of the first entry of a file, which names it.
fn begins(path: &Path) -> i64 {
    path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok()).unwrap_or(1)
}

/// The journals of an account, oldest first.
fn files(folder: &Path) -> Result<Vec<PathBuf>, JournalError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|why| io_error(folder, why))? {
        let path = entry.map_err(|why| io_error(folder, why))?.path();
        if path.extension().is_some_and(|e| e == "journal") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a file, and says up to which byte it is whole.
fn read(path: &Path, may_be_torn: bool, each: &mut dyn FnMut(Entry)) -> Result<u64, JournalError> {
    let file = File::open(path).map_err(|why| io_error(path, why))?;
    let whole = file.metadata().map_err(|why| io_error(path, why))?.len();
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut magic = [0; 8];
    if whole < 8 && may_be_torn {
        // Killed while it was being begun: as if it were not there.
        fs::write(path, MAGIC).map_err(|why| io_error(path, why))?;
        return Ok(8);
    }
    reader.read_exact(&mut magic).map_err(|why| io_error(path, why))?;
    if &magic != MAGIC {
        let why = "it does not begin like a journal".to_owned();
        return Err(JournalError::Foreign { path: path.to_owned(), why });
    }
    let mut at = 8u64;
    let mut payload = Vec::new();
    loop {
        let mut head = [0; 8];
        if whole - at < 8 {
            return torn(path, at, whole, may_be_torn);
        }
        reader.read_exact(&mut head).map_err(|why| io_error(path, why))?;
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let sum = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let end = at + 8 + length as u64;
        if end > whole || length > LONGEST {
            return torn(path, at, whole, may_be_torn);
        }
        payload.resize(length, 0);
        reader.read_exact(&mut payload).map_err(|why| io_error(path, why))?;
        if crc32fast::hash(&payload) != sum {
            if end == whole {
                return torn(path, at, whole, may_be_torn);
            }
            return Err(JournalError::Damaged { path: path.to_owned(), at, why: "its checksum is wrong" });
        }
        let (place, moment, input) = postcard::from_bytes(&payload)
            .map_err(|why| JournalError::Foreign { path: path.to_owned(), why: why.to_string() })?;
        each(Entry { place, at: moment, input });
        at = end;
    }
}

fn torn(path: &Path, at: u64, whole: u64, allowed: bool) -> Result<u64, JournalError> {
    if at == whole || allowed {
        return Ok(at);
    }
    Err(JournalError::Damaged { path: path.to_owned(), at, why: "it ends in the middle of a record" })
}

#[cfg(test)]
mod tests {
    use domain::Price;
    use domain::time::DayNumber;
    use domain::trade::BookId;
    use engine::Event;

    use super::*;

    fn inputs() -> Vec<Input> {
        (0..50)
            .map(|i| match i % 3 {
                0 => Input::Ids { day: DayNumber::from_days(20_000), first: i + 1, count: 10 },
                _ => Input::Event(Event::Tick { book: BookId(i as u32), price: Price::rupees(i) }),
            })
            .collect()
    }

    fn written(folder: &Path) -> Vec<Input> {
        let mut journal = Journal::open(folder, 1, |_| panic!("it is new")).unwrap();
        for (i, input) in inputs().iter().enumerate() {
            assert_eq!(journal.append(Timestamp::from_micros(i as i64), input).unwrap(), i as i64 + 1);
        }
        inputs()
    }

    fn read_back(folder: &Path) -> Vec<Input> {
        let mut found = Vec::new();
        Journal::open(folder, 1, |entry| found.push(entry.input)).unwrap();
        found
    }

    #[test]
    fn what_was_appended_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let wrote = written(folder.path());
        assert_eq!(read_back(folder.path()), wrote);
    }

    #[test]
    fn cut_anywhere_it_is_a_prefix_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let wrote = written(folder.path());
        let path = files(folder.path()).unwrap().remove(0);
        let bytes = fs::read(&path).unwrap();
        for cut in (0..bytes.len()).step_by(7) {
            fs::write(&path, &bytes[..cut]).unwrap();
            let mut found = Vec::new();
            let mut journal = Journal::open(folder.path(), 1, |entry| found.push(entry.input)).unwrap();
            assert_eq!(found, wrote[..found.len()], "cut at {cut}");
            journal.append(Timestamp::from_micros(0), &wrote[0]).unwrap();
            found.push(wrote[0].clone());
            assert_eq!(read_back(folder.path()), found, "cut at {cut}");
        }
    }

    #[test]
    fn it_goes_on_in_a_new_file_and_a_missing_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let wrote = written(folder);
        for first in [51, 53] {
            let mut journal = Journal::begin(folder, first).unwrap();
            journal.append(Timestamp::from_micros(0), &wrote[0]).unwrap();
            journal.append(Timestamp::from_micros(0), &wrote[1]).unwrap();
        }
        let places = |from| {
            let mut places = Vec::new();
            let journal = Journal::open(folder, from, |entry| places.push(entry.place));
            journal.map(|journal| (places, journal.next()))
        };
        assert_eq!(places(1).unwrap(), ((1..=54).collect(), 55));
        assert_eq!(places(52).unwrap(), ((52..=54).collect(), 55));
        assert_eq!(places(55).unwrap(), (Vec::new(), 55));
        assert!(matches!(places(56), Err(JournalError::Missing { wanted: 55, .. })));
        let all = files(folder).unwrap();
        fs::remove_file(&all[1]).unwrap();
        assert!(matches!(places(1), Err(JournalError::Missing { wanted: 51, found: 53, .. })));
        assert_eq!(places(53).unwrap().1, 55);
        fs::remove_file(&all[0]).unwrap();
        assert!(matches!(places(1), Err(JournalError::Missing { wanted: 1, found: 53, .. })));
    }

    #[test]
    fn damage_inside_is_told() {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path());
        let path = files(folder.path()).unwrap().remove(0);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        assert!(Journal::open(folder.path(), 1, |_| ()).is_err());
    }
}
