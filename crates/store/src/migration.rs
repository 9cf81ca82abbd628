//! How the database gets its tables: one file for each migration, applied in the order of their names, each once.
//!
//! The SQL is written once. Where the three databases differ in a word, the text holds a placeholder of
//! [`dialect`]. Migrations only ever add; one that was released is never edited.

#![expect(
    elided_lifetimes_in_paths,
    reason = "the trait of migrations is declared without it, and the two must agree"
)]

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

mod m0001_users;
mod m0002_accounts;
mod m0003_strategies;
mod m0004_orders;
mod m0005_books;
mod m0006_risk;
mod m0007_audit;
mod m0008_append_only;
mod m0009_desk_cursors;
mod m0010_installation;

pub(crate) struct Migrations;

impl MigratorTrait for Migrations {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_users::Migration),
            Box::new(m0002_accounts::Migration),
            Box::new(m0003_strategies::Migration),
            Box::new(m0004_orders::Migration),
            Box::new(m0005_books::Migration),
            Box::new(m0006_risk::Migration),
            Box::new(m0007_audit::Migration),
            Box::new(m0008_append_only::Migration),
            Box::new(m0009_desk_cursors::Migration),
            Box::new(m0010_installation::Migration),
        ]
    }
}

/// Tables whose rows are never changed nor taken away, and hash-chained: [`crate::audit`].
pub(crate) const APPEND_ONLY: [&str; 3] = ["order_events", "risk_events", "activity"];

/// Runs statements one by one. Each names its table or index `if not exists`: `MariaDB` cannot take a half-done
/// migration back, so that the next start goes on where it stopped.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let database = manager.get_database_backend();
    for statement in statements {
        // As plain text: MariaDB refuses some definitions as prepared statements.
        manager.get_connection().execute_unprepared(&dialect(statement, database)).await?;
    }
    Ok(())
}

/// | placeholder | meaning |
/// |---|---|
/// | `{key}` | a counted primary key that is never handed out twice |
/// | `{bytes}` | bytes without a bound that matters |
/// | `{text}` | text without a bound that matters (never part of a key) |
/// | `{table}` | after a table's closing bracket |
///
/// `MariaDB` compares text without case unless told otherwise; a key of the others would not be one there.
fn dialect(statement: &str, database: DbBackend) -> String {
    let (key, bytes, text, table) = match database {
        DbBackend::Sqlite => ("integer primary key autoincrement", "blob", "text", ""),
        DbBackend::Postgres => ("bigserial primary key", "bytea", "text", ""),
        _ => (
            "bigint auto_increment primary key",
            "longblob",
            "longtext",
            " engine=innodb default charset=utf8mb4 collate=utf8mb4_bin",
        ),
    };
    statement
        .replace("{key}", key)
        .replace("{bytes}", bytes)
        .replace("{text}", text)
        .replace("{table}", table)
}
