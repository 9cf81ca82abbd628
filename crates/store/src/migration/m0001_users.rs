//! Who may come in: users, invites, sessions with their refresh tokens, API keys, settings.

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
    "create table if not exists users (
         id {key},
         name varchar(64) not null unique,
         password_hash varchar(255) not null,
         role varchar(16) not null,
         totp_sealed {bytes},
         totp_last_step bigint,
         failed_logins bigint not null default 0,
         locked_until bigint,
         disabled_at bigint,
         created_at bigint not null,
         version bigint not null default 1
     ){table}",
    "create table if not exists invites (
         id {key},
         token_hash char(64) not null unique,
         role varchar(16) not null,
         created_by bigint not null,
         created_at bigint not null,
         expires_at bigint not null,
         used_by bigint,
         used_at bigint,
         revoked_at bigint,
         foreign key (created_by) references users (id),
         foreign key (used_by) references users (id)
     ){table}",
    "create table if not exists sessions (
         id {key},
         user_id bigint not null,
         address varchar(64) not null,
         agent varchar(255) not null,
         created_at bigint not null,
         last_used_at bigint not null,
         expires_at bigint not null,
         revoked_at bigint,
         revoked_because varchar(32),
         foreign key (user_id) references users (id)
     ){table}",
    "create index if not exists sessions_of_user on sessions (user_id, id)",
    "create table if not exists refresh_tokens (
         id {key},
         session_id bigint not null,
         token_hash char(64) not null unique,
         issued_at bigint not null,
         used_at bigint,
         foreign key (session_id) references sessions (id)
     ){table}",
    "create index if not exists refresh_tokens_of_session on refresh_tokens (session_id)",
    "create table if not exists api_keys (
         id {key},
         user_id bigint not null,
         name varchar(64) not null,
         key_hash char(64) not null unique,
         scopes varchar(1000) not null,
         created_at bigint not null,
         expires_at bigint,
         last_used_at bigint,
         revoked_at bigint,
         foreign key (user_id) references users (id)
     ){table}",
    "create index if not exists api_keys_of_user on api_keys (user_id, id)",
    "create table if not exists user_settings (
         user_id bigint not null,
         name varchar(64) not null,
         value {text} not null,
         updated_at bigint not null,
         version bigint not null default 1,
         primary key (user_id, name),
         foreign key (user_id) references users (id)
     ){table}",
];
