//! The file outside the database that says where each chain ended after each batch.
//!
//! One line for each batch: table, account, length before and after, last link, seal. Lines are only added, so that a
//! torn one costs one batch, and rows that were written in place of others show as batches that overlap. Opening writes
//! the file afresh with one line for each chain, unless something is wrong with it. It is not flushed to the disk at
//! each batch: after a power cut it may lag, and a mirror that lags is no alarm.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{AuditKey, ChainId, Grown, Head, Record};
use crate::StoreError;

/// Characters of a seal: 32 bytes in hex.
const SEAL: usize = 64;

pub(crate) struct Mirror {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Lines that could not be written yet.
    pending: String,
    fault: Option<String>,
}

/// What the file says.
pub(crate) struct Reading {
    pub heads: BTreeMap<ChainId, Head>,
    /// Chains of which rows were written a second time, from that place on: after their tail was cut.
    pub rewritten: BTreeMap<ChainId, i64>,
    pub exists: bool,
    /// The first whole line that carries no true seal.
    pub forged_line: Option<usize>,
}

impl Mirror {
    /// Nothing is written yet; that the folder can be written is known at once.
    pub(super) fn new(path: &Path) -> Mirror {
        Mirror { path: path.to_owned(), state: Mutex::default() }
    }

    pub(crate) fn open(path: &Path, key: &AuditKey) -> Result<Mirror, StoreError> {
        let mirror = Mirror::new(path);
        mirror.read(key).map_err(|why| setting(path, &why))?;
        Ok(mirror)
    }

    pub(crate) fn read(&self, key: &AuditKey) -> std::io::Result<Reading> {
        let mut reading =
            Reading { heads: BTreeMap::new(), rewritten: BTreeMap::new(), exists: true, forged_line: None };
        let text = match std::fs::read(&self.path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
                reading.exists = false;
                return Ok(reading);
            }
            Err(why) => return Err(why),
        };
        let mut batches: BTreeMap<ChainId, BTreeSet<(i64, i64)>> = BTreeMap::new();
        for (i, line) in text.split_inclusive('\n').enumerate() {
            // The process ended inside its last line.
            let Some(line) = line.strip_suffix('\n') else { break };
            match parse(line, key) {
                Ok((chain, from, head)) => {
                    batches.entry(chain).or_default().insert((from, head.length));
                    let known = reading.heads.get(&chain);
                    // Two processes may write in any order.
                    if known.is_none_or(|known| known.length <= head.length) {
                        reading.heads.insert(chain, head);
                    }
                }
                Err(NotALine::Torn) => {}
                Err(NotALine::Forged) => {
                    reading.forged_line.get_or_insert(i + 1);
                }
            }
        }
        for (chain, batches) in batches {
            let mut written = 0;
            for (from, to) in batches {
                if from < written {
                    reading.rewritten.entry(chain).or_insert(from + 1);
                }
                written = written.max(to);
            }
        }
        Ok(reading)
    }

    /// Adds the ends of a batch. The batch is committed already: what fails here is kept for the next time and told by
    /// [`Mirror::fault`].
    pub(crate) fn append(&self, key: &AuditKey, chains: &BTreeMap<ChainId, Grown>) {
        if chains.is_empty() {
            return;
        }
        let mut state = self.state();
        let lines: String =
            chains.iter().map(|(chain, grown)| line(*chain, grown.from, &grown.end, key)).collect();
        state.pending.push_str(&lines);
        match self.write(&state.pending) {
            Ok(()) => *state = State::default(),
            Err(why) => {
                // Part of a line may stand there: what follows begins a new one.
                if !state.pending.starts_with('\n') {
                    state.pending.insert(0, '\n');
                }
                state.fault = Some(format!("{}: {why}", self.path.display()));
            }
        }
    }

    /// Replaces the file by these ends.
    pub(crate) fn replace(&self, key: &AuditKey, heads: &BTreeMap<ChainId, Head>) -> Result<(), StoreError> {
        let mut state = self.state();
        let text: String = heads.iter().map(|(chain, head)| line(*chain, 0, head, key)).collect();
        let new = self.path.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut file = own(OpenOptions::new().write(true).create(true).truncate(true)).open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&new, &self.path)
        };
        write().map_err(|why| setting(&self.path, &why))?;
        *state = State::default();
        Ok(())
    }

    pub(crate) fn fault(&self) -> Option<String> {
        self.state().fault.clone()
    }

    fn write(&self, text: &str) -> std::io::Result<()> {
        // Opened each time: another process may have replaced the file when it started.
        let mut file = own(OpenOptions::new().append(true).create(true)).open(&self.path)?;
        // One call: lines of two processes do not mix.
        file.write_all(text.as_bytes())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn setting(path: &Path, why: &std::io::Error) -> StoreError {
    StoreError::Setting(format!(
        "the audit mirror {} cannot be used: {why}; give it a folder that can be written",
        path.display()
    ))
}

/// Its owner's alone.
fn own(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn line(chain: ChainId, from: i64, end: &Head, key: &AuditKey) -> String {
    let text = format!("{} {} {from} {} {}", chain.record.name(), chain.account, end.length, end.link);
    format!("{text} {}\n", key.seal(&text))
}

enum NotALine {
    /// Part of one: a write was cut short.
    Torn,
    Forged,
}

fn parse(line: &str, key: &AuditKey) -> Result<(ChainId, i64, Head), NotALine> {
    let words: Vec<&str> = line.split(' ').collect();
    let &[record, account, from, length, link, seal] = words.as_slice() else { return Err(NotALine::Torn) };
    if seal.len() != SEAL {
        return Err(NotALine::Torn);
    }
    let number = |word: &str| word.parse::<i64>().map_err(|_| NotALine::Forged);
    let chain =
        ChainId { record: Record::from_name(record).ok_or(NotALine::Forged)?, account: number(account)? };
    let text = line.strip_suffix(seal).unwrap_or_default().trim_end();
    if key.seal(text) != seal {
        return Err(NotALine::Forged);
    }
    Ok((chain, number(from)?, Head { length: number(length)?, link: link.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: ChainId = ChainId { record: Record::RiskEvents, account: 3 };

    fn end(length: i64) -> Head {
        Head { length, link: format!("{length:064x}") }
    }

    fn batch(from: i64, to: i64) -> BTreeMap<ChainId, Grown> {
        BTreeMap::from([(CHAIN, Grown { from, end: end(to) })])
    }

    #[test]
    fn the_longest_end_counts_and_a_torn_line_costs_one_batch() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        let key = AuditKey::derive(&[1; 32]);
        let mirror = Mirror::new(&path);
        assert!(!mirror.read(&key).unwrap().exists);
        // Three processes, one behind the others.
        for (from, to) in [(0, 2), (4, 5), (2, 4)] {
            mirror.append(&key, &batch(from, to));
        }
        let reading = mirror.read(&key).unwrap();
        assert_eq!((&reading.heads[&CHAIN], reading.rewritten.len()), (&end(5), 0));

        let text = std::fs::read_to_string(&path).unwrap();
        for torn in [1, 9, 70, 150] {
            std::fs::write(&path, &text[..text.len() - torn]).unwrap();
            mirror.append(&key, &batch(5, 6));
            let reading = mirror.read(&key).unwrap();
            assert_eq!((reading.rewritten.len(), reading.exists), (0, true));
        }
        std::fs::write(&path, text.replacen("risk_events 3 4 5", "risk_events 3 4 9", 1)).unwrap();
        let reading = mirror.read(&key).unwrap();
        assert_eq!((&reading.heads[&CHAIN], reading.forged_line), (&end(4), Some(2)));
    }

    #[test]
    fn rows_written_a_second_time_show() {
        let folder = tempfile::tempdir().unwrap();
        let key = AuditKey::derive(&[1; 32]);
        let mirror = Mirror::new(&folder.path().join("audit"));
        for (from, to) in [(0, 3), (3, 5), (3, 8)] {
            mirror.append(&key, &batch(from, to));
        }
        assert_eq!(mirror.read(&key).unwrap().rewritten, BTreeMap::from([(CHAIN, 4)]));
    }

    #[test]
    fn what_could_not_be_written_is_written_with_the_next_batch() {
        let folder = tempfile::tempdir().unwrap();
        let key = AuditKey::derive(&[1; 32]);
        let mirror = Mirror::new(&folder.path().join("later").join("audit"));
        mirror.append(&key, &batch(0, 2));
        assert!(mirror.fault().unwrap().contains("later"));
        std::fs::create_dir(folder.path().join("later")).unwrap();
        mirror.append(&key, &batch(2, 3));
        assert_eq!(mirror.fault(), None);
        let reading = mirror.read(&key).unwrap();
        assert_eq!(
            (&reading.heads[&CHAIN], reading.rewritten.len(), reading.forged_line),
            (&end(3), 0, None)
        );
    }
}
