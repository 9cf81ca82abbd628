//! Triggers that refuse every change and removal in the append-only tables.
//!
//! They stop mistakes, not an owner of the database, who can drop them: what such a hand does shows in the chain.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use super::APPEND_ONLY;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let database = manager.get_database_backend();
        let connection = manager.get_connection();
        if database == DbBackend::Postgres {
            connection.execute_unprepared(POSTGRES_FUNCTION).await?;
        }
        for table in APPEND_ONLY {
            for statement in triggers(database, table) {
                connection.execute_unprepared(&statement).await?;
            }
        }
        Ok(())
    }
}

const POSTGRES_FUNCTION: &str = "create or replace function refuse_change() returns trigger language plpgsql as \
    $$ begin raise exception '% is append-only', tg_table_name; end $$";

fn triggers(database: DbBackend, table: &str) -> Vec<String> {
    match database {
        DbBackend::Postgres => vec![
            // Emptying a table passes row triggers by.
            format!(
                "create or replace trigger {table}_append_only before update or delete or truncate on {table} \
                 for each statement execute function refuse_change()"
            ),
        ],
        DbBackend::Sqlite => ["update", "delete"]
            .map(|verb| {
                format!(
                    "create trigger if not exists {table}_no_{verb} before {verb} on {table} \
                     begin select raise(abort, '{table} is append-only'); end"
                )
            })
            .to_vec(),
        _ => ["update", "delete"]
            .map(|verb| {
                format!(
                    "create trigger if not exists {table}_no_{verb} before {verb} on {table} for each row \
                     signal sqlstate '45000' set message_text = '{table} is append-only'"
                )
            })
            .to_vec(),
    }
}
