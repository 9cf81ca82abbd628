//! How much of each account's journal the tables hold.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, STATEMENTS).await
    }
}

const STATEMENTS: &[&str] = &["create table if not exists desk_cursors (
         account_id bigint not null primary key,
         place bigint not null,
         foreign key (account_id) references broker_accounts (id)
     ){table}"];
