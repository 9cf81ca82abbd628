//! What holds a data directory and a database together: a random word that stands in both.
//!
//! The directory has the journals of the accounts. Played into another database they would bring orders back that it
//! never had, under ids that it gave to others.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::PathBuf;

use back_office::access::{OsRandomness, Randomness as _};
use store::{PageRequest, Store};

use super::Installation;
use crate::failure::Failure;
use crate::outside;

impl Installation {
    /// Refuses a directory and a database that are not of one installation; marks both where they have no mark yet.
    pub(super) async fn bind(&self, store: &Store) -> Result<(), Failure> {
        let of_database = store::installation::token(store).await.map_err(Failure::failed)?;
        let of_folder = self.mark()?;
        let word = match (of_database, of_folder) {
            (Some(database), Some(folder)) if database == folder => return Ok(()),
            (Some(_), Some(_)) => return Err(self.of_another("both have a mark, and the marks differ")),
            (Some(word), None) if self.has_journals()? => {
                return Err(self.of_another(&format!(
                    "the directory has journals and no mark; the database's mark is {word}"
                )));
            }
            (Some(word), None) => word,
            (None, Some(_)) if self.has_journals()? => {
                return Err(self.of_another("the database has no mark, as a new or an old one"));
            }
            (None, None) if self.has_journals()? && is_empty(store).await? => {
                return Err(self.of_another("the directory has journals, and the database has no user"));
            }
            // From before there were marks, or new: what is here now belongs together.
            (None, _) => {
                let unit = store.begin().await.map_err(Failure::failed)?;
                let word = store::installation::name(&unit, &word()?).await.map_err(Failure::failed)?;
                unit.commit().await.map_err(Failure::failed)?;
                word
            }
        };
        outside::write_whole(&self.mark_file(), |file| writeln!(file, "{word}"))
    }

    /// The directory is this process's for as long as the file lives: two servers would write the same journals.
    pub fn hold(&self) -> Result<File, Failure> {
        self.make_folder()?;
        let path = self.folder.join("server.lock");
        let failed = |why| Failure::failed(format!("cannot lock {}: {why}", path.display()));
        let file = OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Failure::failed(format!(
                "the data directory {} is in use by another server; stop that one, or name another with --data-dir",
                self.folder.display()
            ))),
            Err(TryLockError::Error(why)) => Err(failed(why)),
        }
    }

    fn of_another(&self, because: &str) -> Failure {
        Failure::failed(format!(
            "the data directory {} is not of the database {:?} ({because}): its journals would bring orders into it that \
             it never had; name the directory that was used with this database with --data-dir, an empty one, or the \
             other database with --database. If they do belong together, as after a backup was restored, delete {} and, \
             where the database has a mark, write that one into it",
            self.folder.display(),
            self.database,
            self.mark_file().display()
        ))
    }

    fn mark(&self) -> Result<Option<String>, Failure> {
        let path = self.mark_file();
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
            Err(why) => Err(Failure::failed(format!("cannot read {}: {why}", path.display()))),
        }
    }

    fn mark_file(&self) -> PathBuf {
        self.folder.join("installation")
    }

    fn has_journals(&self) -> Result<bool, Failure> {
        let path = self.folder.join("accounts");
        match fs::read_dir(&path) {
            Ok(mut entries) => Ok(entries.next().is_some()),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(false),
            Err(why) => Err(Failure::failed(format!("cannot read {}: {why}", path.display()))),
        }
    }
}

/// Whether nobody has used the database yet.
async fn is_empty(store: &Store) -> Result<bool, Failure> {
    let page = PageRequest::first(1).map_err(Failure::failed)?;
    Ok(store::users::list(store, page).await.map_err(Failure::failed)?.rows.is_empty())
}

fn word() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    OsRandomness.fill(&mut bytes).map_err(Failure::failed)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
