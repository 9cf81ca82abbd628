//! Limits, locks (kill switches among them), what a rule refused, and incidents that a person must look at.

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
    "create table if not exists risk_limits (
         id {key},
         user_id bigint not null,
         scope varchar(8) not null,
         scope_id bigint not null,
         rule varchar(48) not null,
         value {text} not null,
         updated_at bigint not null,
         version bigint not null default 1,
         constraint risk_limit_key unique (user_id, scope, scope_id, rule),
         foreign key (user_id) references users (id)
     ){table}",
    "create table if not exists risk_events (
         id {key},
         chain bigint not null,
         place bigint not null,
         user_id bigint not null,
         run_id bigint,
         order_id varchar(20),
         rule varchar(48) not null,
         instrument varchar(48),
         detail {text} not null,
         at bigint not null,
         link char(64) not null,
         constraint risk_event_place unique (chain, place),
         foreign key (chain, user_id) references broker_accounts (id, user_id),
         foreign key (run_id, user_id, chain) references strategy_runs (id, user_id, account_id)
     ){table}",
    "create index if not exists risk_events_of_user on risk_events (user_id, id)",
    "create index if not exists risk_events_of_run on risk_events (run_id, id)",
    "create table if not exists locks (
         id {key},
         user_id bigint,
         scope varchar(8) not null,
         scope_id bigint not null,
         kind varchar(24) not null,
         because {text} not null,
         locked_by bigint,
         locked_at bigint not null,
         until bigint,
         released_by bigint,
         released_at bigint,
         foreign key (user_id) references users (id),
         foreign key (locked_by) references users (id),
         foreign key (released_by) references users (id)
     ){table}",
    "create index if not exists locks_in_force on locks (released_at, scope, scope_id)",
    "create index if not exists locks_of_user on locks (user_id, id)",
    "create table if not exists incidents (
         id {key},
         user_id bigint not null,
         account_id bigint not null,
         kind varchar(32) not null,
         subject varchar(96) not null,
         detail {text} not null,
         opened_at bigint not null,
         resolved_at bigint,
         resolved_by bigint,
         resolution {text},
         foreign key (account_id, user_id) references broker_accounts (id, user_id),
         foreign key (resolved_by) references users (id)
     ){table}",
    "create index if not exists incidents_of_user on incidents (user_id, id)",
    "create index if not exists incidents_open on incidents (account_id, resolved_at)",
];
