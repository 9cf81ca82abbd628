//! What stands in the database, row by row: to see that nothing has changed.

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use store::UserId;

use crate::app::TestApp;

/// Tables that belong to nobody: to all administrators together, or to the database itself.
const NOBODYS: [&str; 6] =
    ["audit_heads", "installation", "invites", "order_id_blocks", "seaql_migrations", "sqlite_sequence"];

/// Everything, as text. `without`: columns that may change at any request.
pub async fn everything(app: &TestApp, without: &[&str]) -> Vec<String> {
    dump(app, |_, _| Some("true".to_owned()), without).await
}

/// All rows of one user.
pub async fn of_user(app: &TestApp, user: UserId) -> Vec<String> {
    let whose = |table: &str, columns: &[String]| {
        if NOBODYS.contains(&table) {
            return None;
        }
        let has = |name: &str| columns.iter().any(|column| column == name);
        let owner = |table: &str| format!("in (select id from {table} where user_id = {user})");
        Some(match table {
            "users" => format!("id = {user}"),
            _ if has("user_id") => format!("user_id = {user}"),
            _ if has("session_id") => format!("session_id {}", owner("sessions")),
            _ if has("account_id") => format!("account_id {}", owner("broker_accounts")),
            _ if has("strategy_id") => format!("strategy_id {}", owner("strategies")),
            _ if has("run_id") => format!("run_id {}", owner("strategy_runs")),
            _ if has("order_id") => {
                format!("order_id in (select order_id from orders where user_id = {user})")
            }
            _ => panic!("whose are the rows of {table}? say so in tests/it/contents.rs"),
        })
    };
    dump(app, whose, &[]).await
}

async fn dump(
    app: &TestApp,
    whose: impl Fn(&str, &[String]) -> Option<String>,
    without: &[&str],
) -> Vec<String> {
    let database = connect(app).await;
    let mut lines = Vec::new();
    for table in texts(&database, "select name from sqlite_master where type = 'table' order by name").await {
        let columns = texts(&database, &format!("select name from pragma_table_info('{table}')")).await;
        let Some(condition) = whose(&table, &columns) else { continue };
        let shown: Vec<String> = columns
            .iter()
            .filter(|column| !without.contains(&column.as_str()))
            .map(|column| format!("'{column}=' || quote({column})"))
            .collect();
        let sql =
            format!("select '{table}: ' || {} from {table} where {condition}", shown.join(" || ' ' || "));
        lines.extend(texts(&database, &sql).await);
    }
    database.close().await.unwrap();
    lines.sort();
    lines
}

async fn connect(app: &TestApp) -> DatabaseConnection {
    Database::connect(format!("sqlite:{}?mode=ro", app.folder.path().join("sauda.db").display()))
        .await
        .unwrap()
}

async fn texts(database: &DatabaseConnection, sql: &str) -> Vec<String> {
    let rows = database.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
}

/// Panics with what differs.
#[track_caller]
pub fn same(before: &[String], after: &[String], what: &str) {
    let gone: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
    let new: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
    assert!(gone.is_empty() && new.is_empty(), "{what} changed rows:\n- {gone:#?}\n+ {new:#?}");
}
