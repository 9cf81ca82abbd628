//! What users did, where each audit chain ends, and the answers given to idempotent requests.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, STATEMENTS).await
    }
}

const STATEMENTS: &[&str] = &[
    "create table if not exists activity (
         id {key},
         chain bigint not null,
         place bigint not null,
         user_id bigint,
         session_id bigint,
         action varchar(48) not null,
         subject varchar(96) not null,
         detail {text} not null,
         address varchar(64) not null,
         at bigint not null,
         link char(64) not null,
         constraint activity_place unique (chain, place),
         foreign key (user_id) references users (id)
     ){table}",
    "create index if not exists activity_of_user on activity (user_id, id)",
    "create table if not exists audit_heads (
         record varchar(24) not null,
         chain bigint not null,
         length bigint not null,
         head char(64) not null,
         primary key (record, chain)
     ){table}",
    "create table if not exists idempotency_keys (
         user_id bigint not null,
         idempotency_key varchar(128) not null,
         fingerprint char(64) not null,
         status bigint,
         answer {text},
         created_at bigint not null,
         primary key (user_id, idempotency_key),
         foreign key (user_id) references users (id)
     ){table}",
    "create index if not exists idempotency_keys_by_age on idempotency_keys (created_at)",
];
