//! The database, its key and its mirror: what belongs together, opened the same by the server and at the console.

mod bound;

use std::path::{Path, PathBuf};

use back_office::access::{MasterKey, OsRandomness};
use store::{Location, Store};

use crate::failure::Failure;

/// Where an installation lies.
pub struct Installation {
    pub folder: PathBuf,
    pub database: Location,
}

/// An installation at work.
pub struct Opened {
    pub store: Store,
    pub key: MasterKey,
}

impl Installation {
    /// From what `--database` says; the file in the data directory where it says nothing.
    pub fn named(database: Option<&str>, data_dir: &Path) -> Result<Installation, Failure> {
        let database = match database {
            Some(text) => {
                Location::parse(text).map_err(|why| Failure::usage(format!("--database: {why}")))?
            }
            None => Location::Sqlite(data_dir.join("sauda.db")),
        };
        Ok(Installation { folder: data_dir.to_owned(), database })
    }

    /// Opens it; makes what is not there yet.
    pub async fn open(&self) -> Result<Opened, Failure> {
        self.make_folder()?;
        if self.is_made() && !self.has_key() {
            return Err(self.no_key());
        }
        let key = self.key()?;
        let store =
            Store::open(&self.database, key.audit(), &self.mirror()).await.map_err(Failure::failed)?;
        self.bind(&store).await?;
        Ok(Opened { store, key })
    }

    fn make_folder(&self) -> Result<(), Failure> {
        std::fs::create_dir_all(&self.folder).map_err(|why| {
            Failure::failed(format!("cannot make the folder {}: {why}", self.folder.display()))
        })
    }

    /// Opens one that is there.
    pub async fn open_existing(&self) -> Result<Opened, Failure> {
        self.must_exist()?;
        self.open().await
    }

    /// Opens one that is there to look at it: nothing in it changes, the mirror neither.
    pub async fn look(&self) -> Result<Store, Failure> {
        self.must_exist()?;
        if !self.has_key() {
            return Err(self.no_key());
        }
        let key = self.key()?;
        Store::look(&self.database, key.audit(), &self.mirror()).await.map_err(Failure::failed)
    }

    fn must_exist(&self) -> Result<(), Failure> {
        match &self.database {
            Location::Sqlite(path) if !self.is_made() => Err(Failure::usage(format!(
                "there is no database {}; name another with --data-dir or --database, or make the first user with \
                 `sauda user add`",
                path.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Whether the embedded database has been made; of a server's it is not known.
    fn is_made(&self) -> bool {
        match &self.database {
            Location::Sqlite(path) => std::fs::metadata(path).is_ok_and(|file| file.len() > 0),
            Location::Server(_) => false,
        }
    }

    fn has_key(&self) -> bool {
        std::env::var_os(MasterKey::VARIABLE).is_some() || self.key_file().exists()
    }

    /// A new key would open nothing that the old one sealed, and call the audit forged.
    fn no_key(&self) -> Failure {
        Failure::failed(format!(
            "the key file {} is not there, and {} is not set; restore it from your copy: without it sealed secrets \
             cannot be read and the audit cannot be checked",
            self.key_file().display(),
            MasterKey::VARIABLE
        ))
    }

    fn key(&self) -> Result<MasterKey, Failure> {
        let environment = std::env::var(MasterKey::VARIABLE).ok();
        MasterKey::load(environment.as_deref(), &self.key_file(), &OsRandomness).map_err(Failure::failed)
    }

    fn key_file(&self) -> PathBuf {
        self.folder.join("master.key")
    }

    fn mirror(&self) -> PathBuf {
        self.folder.join("audit-mirror")
    }
}
