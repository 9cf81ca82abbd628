//! Strategies, their versions (never changed), the runs of a version, snapshots of a run.

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
    "create table if not exists strategies (
         id {key},
         user_id bigint not null,
         name varchar(64) not null,
         kind varchar(16) not null,
         created_at bigint not null,
         archived_at bigint,
         constraint strategy_name unique (user_id, name),
         constraint strategy_owner unique (id, user_id),
         foreign key (user_id) references users (id)
     ){table}",
    "create table if not exists strategy_versions (
         id {key},
         strategy_id bigint not null,
         user_id bigint not null,
         number bigint not null,
         definition {text} not null,
         algo_id varchar(64),
         created_at bigint not null,
         constraint strategy_version_number unique (strategy_id, number),
         constraint strategy_version_owner unique (id, user_id),
         foreign key (strategy_id, user_id) references strategies (id, user_id)
     ){table}",
    "create table if not exists strategy_runs (
         id {key},
         user_id bigint not null,
         account_id bigint not null,
         strategy_version_id bigint not null,
         mode varchar(16) not null,
         timeframe varchar(16) not null,
         instruments {text} not null,
         config {text} not null,
         state varchar(16) not null,
         because {text},
         event_cursor bigint not null default 0,
         created_at bigint not null,
         started_at bigint,
         ended_at bigint,
         version bigint not null default 1,
         constraint run_owner unique (id, user_id, account_id),
         foreign key (account_id, user_id) references broker_accounts (id, user_id),
         foreign key (strategy_version_id, user_id) references strategy_versions (id, user_id)
     ){table}",
    "create index if not exists runs_of_user on strategy_runs (user_id, id)",
    "create index if not exists runs_of_account on strategy_runs (account_id, state)",
    "create table if not exists run_snapshots (
         id {key},
         run_id bigint not null,
         event_cursor bigint not null,
         taken_at bigint not null,
         state {bytes} not null,
         constraint snapshot_cursor unique (run_id, event_cursor),
         foreign key (run_id) references strategy_runs (id)
     ){table}",
];
