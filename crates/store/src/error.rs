//! What can go wrong, by what the caller does next.

use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxMySqlError, SqlxPostgresError};
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
        match code(&error) {
            Some(code) => match standing(&code) {
                Standing::InTheWay => StoreError::Busy,
                Standing::Unable => StoreError::Unreachable(error.to_string()),
                Standing::Refuses => StoreError::Refused(error.to_string()),
            },
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
#[derive(Debug)]
enum Code {
    /// Extended: the lowest byte is the kind.
    Sqlite(i32),
    /// SQLSTATE.
    Postgres(String),
    /// The server's number: its SQLSTATE is `HY000` for most.
    MariaDb(u16),
}

/// What a code says of the same statement later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// Another writer was in the way.
    InTheWay,
    /// Nothing can be written now, whatever it is: no space, no memory, read only, shutting down.
    Unable,
    /// This will not be written.
    Refuses,
}

fn standing(code: &Code) -> Standing {
    match code {
        // Busy and locked; no memory, read only, I/O error, full, cannot open (sqlite.org/rescode.html, 2026).
        Code::Sqlite(code) => match code & 0xFF {
            5 | 6 => Standing::InTheWay,
            7 | 8 | 10 | 13 | 14 => Standing::Unable,
            _ => Standing::Refuses,
        },
        // Serialisation, deadlock, lock time-out; read only; classes 08 connection, 53 resources, 57P0 shutdown, 58
        // system error (PostgreSQL 18, appendix A).
        Code::Postgres(state) => match state.as_str() {
            "40001" | "40P01" | "55P03" => Standing::InTheWay,
            "25006" => Standing::Unable,
            _ if ["08", "53", "57P0", "58"].iter().any(|class| state.starts_with(class)) => Standing::Unable,
            _ => Standing::Refuses,
        },
        // Lock time-out, deadlock; then: cannot write a file (3, 1026), disk full (1021, and 1030 with the engine's own
        // number), no memory (1037, 1038, 1041), too many connections, shutting down, table full, started read only,
        // transaction read only, read-only mode (MariaDB's list of error codes, 2026).
        Code::MariaDb(number) => match number {
            1205 | 1213 => Standing::InTheWay,
            3 | 1021 | 1026 | 1030 | 1037 | 1038 | 1040 | 1041 | 1053 | 1114 | 1290 | 1792 | 1836 => {
                Standing::Unable
            }
            _ => Standing::Refuses,
        },
    }
}

fn code(error: &DbErr) -> Option<Code> {
    let (DbErr::Exec(RuntimeErr::SqlxError(why)) | DbErr::Query(RuntimeErr::SqlxError(why))) = error else {
        return None;
    };
    let said = why.as_database_error()?;
    if let Some(said) = said.try_downcast_ref::<SqlxMySqlError>() {
        return Some(Code::MariaDb(said.number()));
    }
    let code = said.code()?;
    if said.try_downcast_ref::<SqlxPostgresError>().is_some() {
        return Some(Code::Postgres(code.into_owned()));
    }
    code.parse().ok().map(Code::Sqlite)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told again in the same words is not given up; what would never fit is.
    #[test]
    fn a_database_that_cannot_write_now_is_no_refusal() {
        let postgres = |code: &str| Code::Postgres(code.to_owned());
        let (unable, way, no) = (Standing::Unable, Standing::InTheWay, Standing::Refuses);
        let cases = [
            (postgres("53100"), unable),
            (postgres("53200"), unable),
            (postgres("25006"), unable),
            (postgres("57P01"), unable),
            (postgres("58030"), unable),
            (postgres("40P01"), way),
            (postgres("22003"), no),
            (postgres("57014"), no),
            (Code::MariaDb(1021), unable),
            (Code::MariaDb(1114), unable),
            (Code::MariaDb(1290), unable),
            (Code::MariaDb(1836), unable),
            (Code::MariaDb(1205), way),
            (Code::MariaDb(1406), no),
            (Code::Sqlite(13), unable),
            (Code::Sqlite(8 | 4 << 8), unable),
            (Code::Sqlite(778), unable),
            (Code::Sqlite(517), way),
            (Code::Sqlite(19), no),
        ];
        for (code, expected) in cases {
            assert_eq!(standing(&code), expected, "{code:?}");
        }
    }
}
