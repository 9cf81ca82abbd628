//! Snapshots of an account beside its journal, so that a start does not tell the whole past again.
//!
//! `00000000000000000041.snapshot` holds the order path as it was after place 41 of the journal, with a checksum. It is
//! written whole or not at all. A damaged one is passed over: an older one, or the journal alone, gives the same.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"SAUDAS01";
/// How many are kept, with the journal from the oldest of them on.
const KEPT: usize = 3;

/// Makes a snapshot durable. The journal must be, up to its place, before.
pub(super) fn write(folder: &Path, place: i64, snapshot: &[u8]) -> io::Result<()> {
    let path = name(folder, place);
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(MAGIC)?;
    file.write_all(&crc32fast::hash(snapshot).to_le_bytes())?;
    file.write_all(snapshot)?;
    file.sync_all()?;
    fs::rename(&new, &path)?;
    File::open(folder)?.sync_all()
}

/// The newest whole snapshot that `read` can use, of a place not after `until`.
pub(super) fn newest<T>(
    folder: &Path,
    until: i64,
    read: impl Fn(&[u8]) -> Result<T, String>,
) -> io::Result<Option<(i64, T)>> {
    for (place, path) in all(folder)?.into_iter().rev().filter(|(place, _)| *place <= until) {
        match contents(&path)?.and_then(|bytes| read(&bytes)) {
            Ok(found) => return Ok(Some((place, found))),
            Err(why) => tracing::warn!("snapshot {} is passed over: {why}", path.display()),
        }
    }
    Ok(None)
}

/// Removes snapshots that newer ones replace for good, and the journals that only they needed. One of a place after
/// `stored` replaces nothing yet: what the database lacks is told again from before it.
pub(super) fn prune(folder: &Path, stored: i64) -> io::Result<()> {
    let settled: Vec<_> = all(folder)?.into_iter().filter(|(place, _)| *place <= stored).collect();
    let Some(too_many) = settled.len().checked_sub(KEPT).filter(|n| *n > 0) else { return Ok(()) };
    let oldest = settled[too_many].0;
    for (_, path) in &settled[..too_many] {
        fs::remove_file(path)?;
    }
    let journals = listed(folder, "journal")?;
    for pair in journals.windows(2) {
        // The next one begins where this one ends.
        if pair[1].0 <= oldest + 1 {
            fs::remove_file(&pair[0].1)?;
        }
    }
    Ok(())
}

fn name(folder: &Path, place: i64) -> PathBuf {
    folder.join(format!("{place:020}.snapshot"))
}

fn all(folder: &Path) -> io::Result<Vec<(i64, PathBuf)>> {
    listed(folder, "snapshot")
}

/// Files that are named by a place, in its order.
fn listed(folder: &Path, extension: &str) -> io::Result<Vec<(i64, PathBuf)>> {
    let mut found = Vec::new();
    let entries = match fs::read_dir(folder) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let place = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let Some(place) = place.filter(|_| path.extension().is_some_and(|e| e == extension)) {
            found.push((place, path));
        }
    }
    found.sort();
    Ok(found)
}

fn contents(path: &Path) -> io::Result<Result<Vec<u8>, String>> {
    let mut bytes = fs::read(path)?;
    let head = MAGIC.len() + 4;
    if bytes.len() < head || !bytes.starts_with(MAGIC) {
        return Ok(Err("it does not begin like a snapshot".to_owned()));
    }
    let body = bytes.split_off(head);
    let sum = crc32fast::hash(&body).to_le_bytes();
    Ok(if bytes[MAGIC.len()..] == sum { Ok(body) } else { Err("its checksum is wrong".to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "as a reader of snapshots is")]
    fn whole(bytes: &[u8]) -> Result<Vec<u8>, String> {
        Ok(bytes.to_vec())
    }

    #[test]
    fn the_newest_whole_one_that_the_database_has_reached_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for place in [10, 20, 30] {
            write(folder, place, format!("state {place}").as_bytes()).unwrap();
        }
        assert_eq!(newest(folder, 29, whole).unwrap(), Some((20, b"state 20".to_vec())));
        assert_eq!(newest(folder, 9, whole).unwrap(), None);
        let path = name(folder, 30);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(newest(folder, 99, whole).unwrap(), Some((20, b"state 20".to_vec())), "damaged");
        fs::write(&path, &bytes[..5]).unwrap();
        assert_eq!(newest(folder, 99, whole).unwrap().map(|(place, _)| place), Some(20), "torn");
        let unreadable =
            |bytes: &[u8]| if bytes == b"state 20" { Err("old".to_owned()) } else { whole(bytes) };
        assert_eq!(newest(folder, 99, unreadable).unwrap().map(|(place, _)| place), Some(10));
    }

    #[test]
    fn only_what_nothing_can_need_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for place in [10, 20, 30, 40, 50, 60] {
            write(folder, place, b"state").unwrap();
        }
        for first in [1, 11, 21, 31, 41, 51, 61] {
            fs::write(folder.join(format!("{first:020}.journal")), b"").unwrap();
        }
        // The database has not reached 60: 30, 40 and 50 are the newest it can begin with.
        prune(folder, 59).unwrap();
        let places = |extension| -> Vec<i64> {
            listed(folder, extension).unwrap().into_iter().map(|(place, _)| place).collect()
        };
        assert_eq!(places("snapshot"), [30, 40, 50, 60]);
        assert_eq!(places("journal"), [31, 41, 51, 61]);
    }
}
