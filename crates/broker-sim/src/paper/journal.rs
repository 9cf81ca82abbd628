//! The durable log: what the exchange has done, a line each, written before anybody is told.
//!
//! `{crc32 of the rest, 8 hex digits} {JSON}\n`. The JSON is one of [`Entry`]: an account, a lane, an order's row as it
//! now stands (the last of a key holds), a trade, an id that was sent twice. On start all lines are read back. A last
//! line that is torn was never answered to and is cut off; any other damage is refused with its line. A write of several
//! lines may lose its last ones: each line is sound without those after it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use domain::{Money, Price};
use serde::{Deserialize, Serialize};

use super::OpenError;
use super::wire::{PlaceInBar, SideText, StatusText, TermsText, Text, ValidityText};

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Entry {
    Account { account: String, cash: Text<Money> },
    Lane { account: String, lane: u32, instrument: String, tick: Text<Price> },
    Order(OrderEntry),
    Trade(TradeEntry),
    SentTwice { account: String, tag: String },
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderEntry {
    pub account: String,
    /// Counts the account's orders from 0.
    pub key: u32,
    pub tag: String,
    pub instrument: String,
    pub lane: Option<u32>,
    pub product: String,
    pub side: SideText,
    pub validity: ValidityText,
    pub placed_at: i64,
    /// When it became what this row says; logs of before say nothing of it.
    #[serde(default)]
    pub changed_at: Option<i64>,
    pub qty: i64,
    pub terms: TermsText,
    /// Its stop's trigger has traded.
    pub triggered: bool,
    pub status: StatusText,
}

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct TradeEntry {
    pub account: String,
    pub key: u32,
    /// Counts the account's trades from 1.
    pub number: u64,
    pub qty: i64,
    pub price: Text<Price>,
    pub at: i64,
    pub place: PlaceInBar,
}

/// An open log.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    /// Each write reaches the disk itself, so that it survives a power cut; a kill it survives either way.
    fsync: bool,
    line: Vec<u8>,
}

impl Journal {
    /// Opens or begins the log, and gives what it holds.
    pub fn open(path: &Path, fsync: bool) -> Result<(Journal, Vec<Entry>), OpenError> {
        let failed = |error: io::Error| OpenError::Log { path: path.to_owned(), error };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let (entries, sound) = read(&file, path)?;
        if sound < file.metadata().map_err(failed)?.len() {
            file.set_len(sound).map_err(failed)?;
        }
        Ok((Journal { file, path: path.to_owned(), fsync, line: Vec::new() }, entries))
    }

    /// Writes entries together, and returns once they would survive this process.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), OpenError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.line.clear();
        let written = entries.iter().try_for_each(|entry| write_line(&mut self.line, entry)).and_then(|()| {
            self.file.write_all(&self.line)?;
            if self.fsync { self.file.sync_data() } else { Ok(()) }
        });
        written.map_err(|error| OpenError::Log { path: self.path.clone(), error })
    }
}

fn write_line(line: &mut Vec<u8>, entry: &Entry) -> io::Result<()> {
    let json = serde_json::to_vec(entry)?;
    write!(line, "{:08x} ", crc32fast::hash(&json))?;
    line.extend_from_slice(&json);
    line.push(b'\n');
    Ok(())
}

/// The entries, and how many bytes of the file are sound.
fn read(file: &File, path: &Path) -> Result<(Vec<Entry>, u64), OpenError> {
    let failed = |error: io::Error| OpenError::Log { path: path.to_owned(), error };
    let length = file.metadata().map_err(failed)?.len();
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let (mut entries, mut sound, mut number) = (Vec::new(), 0, 0usize);
    let mut line = Vec::new();
    loop {
        line.clear();
        number += 1;
        let taken = reader.read_until(b'\n', &mut line).map_err(failed)? as u64;
        if taken == 0 {
            return Ok((entries, sound));
        }
        match parse(&line) {
            Some(entry) => entries.push(entry),
            // The last line, torn by a kill: nobody was told of it.
            None if !line.ends_with(b"\n") && sound + taken == length => return Ok((entries, sound)),
            None => return Err(OpenError::Damaged { path: path.to_owned(), line: number }),
        }
        sound += taken;
    }
}

fn parse(line: &[u8]) -> Option<Entry> {
    let line = line.strip_suffix(b"\n")?;
    let (sum, json) = line.split_at_checked(9)?;
    let sum = std::str::from_utf8(sum).ok()?.strip_suffix(' ')?;
    let sum = u32::from_str_radix(sum, 16).ok()?;
    if crc32fast::hash(json) != sum {
        return None;
    }
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(tag: &str) -> Entry {
        Entry::SentTwice { account: "A".to_owned(), tag: tag.to_owned() }
    }

    fn written(path: &Path, tags: &[&str]) {
        let (mut journal, _) = Journal::open(path, false).unwrap();
        for tag in tags {
            journal.append(&[entry(tag)]).unwrap();
        }
    }

    #[test]
    fn a_torn_last_line_is_cut_wherever_it_broke() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("paper.log");
        written(&path, &["1", "2", "3"]);
        let whole = std::fs::read(&path).unwrap();
        let third = whole.len() / 3;
        for end in 2 * third + 1..whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            let (mut journal, entries) = Journal::open(&path, true).unwrap();
            assert_eq!(entries, [entry("1"), entry("2")], "cut at {end}");
            journal.append(&[entry("4")]).unwrap();
            drop(journal);
            assert_eq!(Journal::open(&path, false).unwrap().1, [entry("1"), entry("2"), entry("4")]);
        }
    }

    #[test]
    fn damage_in_the_middle_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("paper.log");
        written(&path, &["1", "2", "3"]);
        let whole = std::fs::read(&path).unwrap();
        // A whole last line was answered to: it is no torn one.
        for (at, line) in [(whole.len() / 2, "line 2"), (whole.len() - 5, "line 3")] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            let error = Journal::open(&path, false).unwrap_err().to_string();
            assert!(error.contains(line), "{error}");
        }
    }

    #[test]
    fn a_log_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("paper.log");
        let first = Journal::open(&path, false).unwrap();
        assert!(matches!(Journal::open(&path, false), Err(OpenError::InUse { .. })));
        drop(first);
        assert!(Journal::open(&path, false).is_ok());
    }
}
