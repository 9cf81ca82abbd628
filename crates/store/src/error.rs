//! What can go wrong, by what the caller does next.

use sea_orm::{DbErr, RuntimeErr, SqlErr};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum StoreError {
    /// A setting is wrong: the start fails.
    #[error("{0}")]
    Setting(String),
    /// The database cannot be reached now. Nothing was written; entries wait.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Another writer was in the way (lock, deadlock, time-out). Nothing was written; the same can be tried again.
    #[error("the database is busy with another writer: try again")]
    Busy,
    /// The connection broke while the transaction was being committed: read again to learn whether it was.
    #[error("the database did not say whether it committed: {0}; read again before anything is repeated")]
    InDoubt(String),
    /// There is one already: `what` says of what.
    #[error("{what} is already taken")]
    Taken { what: &'static str },
    /// Not there, or not this user's: the two look the same from outside.
    #[error("no such {what}")]
    NotFound { what: &'static str },
    /// Somebody else changed it since it was read.
    #[error("{what} was changed in the meantime: read it again")]
    Stale { what: &'static str },
    /// A value that does not fit its column.
    #[error("{0}")]
    Unfit(String),
    /// A stored row does not mean anything: a newer program wrote it, or a foreign hand did.
    #[error("{table} holds `{value}` as {column}, which means nothing here")]
    Damaged { table: &'static str, column: &'static str, value: String },
    /// Anything else that the database said.
    #[error("the database refused: {0}")]
    Refused(String),
}

impl StoreError {
    /// The unique keys that matter to callers: part of the database's words (name of the key, or with SQLite its
    /// last column), and what is taken.
    const KEYS: [(&'static str, &'static str); 18] = [
        ("order_client_id", "order id"),
        ("orders.order_id", "order id"),
        ("order_decision", "decision of this run, bar, leg and action"),
        ("orders.bar_open", "decision of this run, bar, leg and action"),
        ("account_name", "account name"),
        ("broker_accounts.name", "account name"),
        ("strategy_name", "strategy name"),
        ("strategies.name", "strategy name"),
        ("strategy_version_number", "version number"),
        ("strategy_versions.number", "version number"),
        ("fill_broker_id", "fill"),
        ("fills.broker_fill_id", "fill"),
        ("trade_close", "trade of this closing order"),
        ("trades.closing_order_id", "trade of this closing order"),
        ("users.name", "user name"),
        ("users_name_key", "user name"),
        ("position_key", "position"),
        ("positions.product", "position"),
    ];

    pub(crate) fn is_taken(&self) -> bool {
        matches!(self, StoreError::Taken { .. })
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> StoreError {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(words)) => {
                let known = StoreError::KEYS.iter().find(|(part, _)| words.contains(part));
                // MariaDB names a key that was given no name after its column.
                let user = words.ends_with("'name'") || words.ends_with("users.name'");
                let what = known.map_or(if user { "user name" } else { "key" }, |(_, what)| what);
                return StoreError::Taken { what };
            }
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => {
                return StoreError::NotFound { what: "row that this one belongs to" };
            }
            _ => {}
        }
        if let DbErr::RecordNotUpdated = error {
            return StoreError::NotFound { what: "row" };
        }
        match code(&error).as_deref() {
            // SQLite: busy, locked, busy with a snapshot. PostgreSQL: serialisation, deadlock, lock time-out.
            // MariaDB: deadlock and lock time-out by SQLSTATE or number.
            Some("5" | "6" | "261" | "262" | "517" | "40001" | "40P01" | "55P03" | "1205" | "1213") => {
                StoreError::Busy
            }
            Some(_) => StoreError::Refused(error.to_string()),
            None => match error {
                DbErr::ConnectionAcquire(_) => StoreError::Busy,
                DbErr::Conn(RuntimeErr::SqlxError(why)) => StoreError::Unreachable(why.to_string()),
                DbErr::Exec(RuntimeErr::SqlxError(why)) | DbErr::Query(RuntimeErr::SqlxError(why))
                    if matches!(*why, sea_orm::SqlxError::PoolTimedOut) =>
                {
                    StoreError::Busy
                }
                DbErr::Exec(RuntimeErr::SqlxError(why)) | DbErr::Query(RuntimeErr::SqlxError(why))
                    if matches!(*why, sea_orm::SqlxError::Io(_) | sea_orm::SqlxError::PoolClosed) =>
                {
                    StoreError::Unreachable(why.to_string())
                }
                other => StoreError::Refused(other.to_string()),
            },
        }
    }
}

/// The database's own code for what went wrong.
fn code(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(why)) | DbErr::Query(RuntimeErr::SqlxError(why))) = error else {
        return None;
    };
    Some(why.as_database_error()?.code()?.into_owned())
}
