//! Opening the database: which one, with which settings, and its tables brought up to date.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend};
use sea_orm_migration::MigratorTrait;
use sqlx::Executor as _;

use crate::StoreError;
use crate::audit::{AuditKey, Mirror};
use crate::migration::Migrations;

/// How long a writer waits for another one before it gives up.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// Connections beside the writer. Reads of one process never need more at once than it has cores to shape them.
const READERS: u32 = 8;
const WRITERS: u32 = 8;

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// The embedded database, one file (and its `-wal` and `-shm` beside it).
    Sqlite(PathBuf),
    /// `postgres://…` or `mysql://…`; holds a password.
    Server(String),
}

impl Location {
    /// From what a person writes: a file for SQLite (`sqlite:sauda.db`), or the address of a server.
    pub fn parse(text: &str) -> Result<Location, StoreError> {
        if let Some(path) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            if path.is_empty() || path.starts_with(":memory:") {
                return Err(StoreError::Setting(
                    "database `sqlite:` names no file; orders must outlive the process: use sqlite:PATH"
                        .to_owned(),
                ));
            }
            return Ok(Location::Sqlite(PathBuf::from(path)));
        }
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some("postgres" | "postgresql" | "mysql") => Ok(Location::Server(text.to_owned())),
            Some("mariadb") => Ok(Location::Server(text.replacen("mariadb", "mysql", 1))),
            // Never the whole text: it may hold a password.
            _ => Err(StoreError::Setting(format!(
                "database `{}…` is of no kind known here; use sqlite:PATH, postgres://USER:PASSWORD@HOST/NAME or \
                 mysql://USER:PASSWORD@HOST/NAME",
                text.chars().take_while(char::is_ascii_alphanumeric).take(16).collect::<String>()
            ))),
        }
    }
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Location::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Location::Server(url) => write!(f, "{}://***", url.split("://").next().unwrap_or_default()),
        }
    }
}

/// The open database. Cheap to clone; all clones share its connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    /// With SQLite one connection: it has one writer anyway, and a queue here is fairer than its retries.
    pub(crate) writer: DatabaseConnection,
    pub(crate) reader: DatabaseConnection,
    pub(crate) key: AuditKey,
    pub(crate) mirror: Mirror,
}

impl Store {
    /// Opens the database, makes it if it is a file that does not exist, applies the migrations that it lacks.
    /// `mirror` is a file outside the database: where the audit chains ended after each batch.
    pub async fn open(location: &Location, key: AuditKey, mirror: &Path) -> Result<Store, StoreError> {
        let (writer, reader) = match location {
            Location::Sqlite(path) => {
                own_file(path)?;
                // The first connection alone switches to WAL and migrates; readers come after it.
                let writer = Database::connect(sqlite(path, 1, false)).await?;
                Migrations::up(&writer, None).await?;
                (writer, Database::connect(sqlite(path, READERS, true)).await?)
            }
            Location::Server(url) => {
                let connection = Database::connect(server(url)).await?;
                Migrations::up(&connection, None).await?;
                (connection.clone(), connection)
            }
        };
        let mirror = Mirror::open(mirror, &key)?;
        let store = Store { inner: Arc::new(Inner { writer, reader, key, mirror }) };
        crate::audit::catch_up(&store).await?;
        Ok(store)
    }

    /// Opens a database that is there to look at it: no migration, no write, and the mirror stays as it is.
    pub async fn look(location: &Location, key: AuditKey, mirror: &Path) -> Result<Store, StoreError> {
        let reader = match location {
            Location::Sqlite(path) => Database::connect(sqlite(path, READERS, true)).await?,
            Location::Server(url) => Database::connect(server(url)).await?,
        };
        let mirror = Mirror::open(mirror, &key)?;
        Ok(Store { inner: Arc::new(Inner { writer: reader.clone(), reader, key, mirror }) })
    }

    /// Whether the database answers now.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.inner.reader.execute_unprepared("select 1").await?;
        Ok(())
    }

    /// Why the mirror of the audit chains could not be written, if it could not; it is tried again at each batch.
    pub fn mirror_fault(&self) -> Option<String> {
        self.inner.mirror.fault()
    }

    /// Lets the connections go. SQLite folds its `-wal` file in.
    pub async fn close(self) -> Result<(), StoreError> {
        self.inner.reader.close_by_ref().await?;
        self.inner.writer.close_by_ref().await?;
        Ok(())
    }

    pub(crate) fn kind(&self) -> DbBackend {
        self.inner.writer.get_database_backend()
    }
}

/// The database holds password hashes: a new file is its owner's alone. SQLite gives `-wal` and `-shm` the same mode.
fn own_file(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|why| {
        StoreError::Setting(format!("database file {} cannot be written: {why}", path.display()))
    })
}

fn sqlite(path: &Path, connections: u32, read_only: bool) -> ConnectOptions {
    let file = path.to_owned();
    let mut options = ConnectOptions::new("sqlite:unused");
    options.max_connections(connections).min_connections(1).sqlx_logging(false);
    // A connection to a file does not go away, and opening one is dearer than a query.
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>).test_before_acquire(false);
    options.acquire_timeout(LOCK_WAIT * 2);
    options.map_sqlx_sqlite_opts(move |base| {
        base.filename(&file)
            .journal_mode(SqliteJournalMode::Wal)
            // An order leaves only after it is on the disk, through a power cut too: NORMAL could lose it.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(LOCK_WAIT)
            .foreign_keys(true)
            // Else `replace into` would take rows away without asking the triggers.
            .pragma("recursive_triggers", "on")
            .pragma("query_only", if read_only { "on" } else { "off" })
    });
    options
}

fn server(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(WRITERS + READERS).min_connections(1).sqlx_logging(false);
    options.acquire_timeout(LOCK_WAIT * 2).connect_timeout(LOCK_WAIT);
    // Left alone, PostgreSQL waits for a lock without end and MariaDB for 50 s.
    options
        .map_sqlx_postgres_opts(|base| base.options([("lock_timeout", LOCK_WAIT.as_millis().to_string())]));
    options.map_sqlx_mysql_pool_opts(|pool| {
        pool.after_connect(|connection, _| {
            Box::pin(async move {
                let wait = format!("set session innodb_lock_wait_timeout = {}", LOCK_WAIT.as_secs());
                connection.execute(sqlx::AssertSqlSafe(wait)).await.map(drop)
            })
        })
    });
    options
}
