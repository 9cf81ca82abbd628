//! Broker accounts. The pair of id and owner is a key, so that every row about an account names its true owner.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, STATEMENTS).await
    }
}

const STATEMENTS: &[&str] = &["create table if not exists broker_accounts (
         id {key},
         user_id bigint not null,
         name varchar(64) not null,
         broker varchar(16) not null,
         relation varchar(16) not null,
         initial_cash bigint not null,
         settings {text} not null,
         created_at bigint not null,
         closed_at bigint,
         version bigint not null default 1,
         constraint account_name unique (user_id, name),
         constraint account_owner unique (id, user_id),
         foreign key (user_id) references users (id)
     ){table}"];
