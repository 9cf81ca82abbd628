//! Orders, what happened to them, their fills, and the blocks that their ids are drawn from.

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
    "create table if not exists id_blocks (
         account_id bigint not null,
         trading_day bigint not null,
         next_number bigint not null,
         primary key (account_id, trading_day),
         foreign key (account_id) references broker_accounts (id)
     ){table}",
    "create table if not exists orders (
         id {key},
         order_id varchar(20) not null,
         user_id bigint not null,
         account_id bigint not null,
         book varchar(24) not null,
         run_id bigint,
         bar_open bigint,
         leg bigint,
         action varchar(16),
         parent_order_id varchar(20),
         strategy_version_id bigint,
         algo_id varchar(64),
         origin varchar(16) not null,
         instrument varchar(48) not null,
         side varchar(4) not null,
         order_type varchar(8) not null,
         product varchar(8) not null,
         validity varchar(8) not null,
         quantity bigint not null,
         disclosed_quantity bigint not null default 0,
         limit_price bigint,
         trigger_price bigint,
         after_market boolean not null default false,
         tag varchar(64),
         state varchar(20) not null,
         filled_quantity bigint not null default 0,
         filled_value bigint not null default 0,
         broker_order_id varchar(64),
         because {text},
         is_open boolean not null,
         created_at bigint not null,
         updated_at bigint not null,
         version bigint not null default 1,
         constraint order_client_id unique (order_id),
         constraint order_owner unique (order_id, user_id, account_id),
         constraint order_decision unique (run_id, bar_open, leg, action),
         foreign key (account_id, user_id) references broker_accounts (id, user_id),
         foreign key (run_id, user_id, account_id) references strategy_runs (id, user_id, account_id),
         foreign key (parent_order_id) references orders (order_id),
         foreign key (strategy_version_id) references strategy_versions (id)
     ){table}",
    "create index if not exists orders_of_user on orders (user_id, id)",
    "create index if not exists orders_of_account on orders (account_id, is_open, id)",
    "create index if not exists orders_of_run on orders (run_id, id)",
    "create index if not exists orders_of_instrument on orders (user_id, instrument, id)",
    "create index if not exists orders_of_broker on orders (account_id, broker_order_id)",
    "create table if not exists order_events (
         id {key},
         chain bigint not null,
         place bigint not null,
         user_id bigint not null,
         order_id varchar(20) not null,
         kind varchar(24) not null,
         state varchar(20) not null,
         detail {text} not null,
         at bigint not null,
         link char(64) not null,
         constraint order_event_place unique (chain, place),
         foreign key (order_id, user_id, chain) references orders (order_id, user_id, account_id)
     ){table}",
    "create index if not exists events_of_order on order_events (order_id, id)",
    "create table if not exists fills (
         id {key},
         user_id bigint not null,
         account_id bigint not null,
         order_id varchar(20) not null,
         broker_fill_id varchar(64) not null,
         quantity bigint not null,
         price bigint not null,
         charges bigint not null,
         at bigint not null,
         constraint fill_broker_id unique (order_id, broker_fill_id),
         foreign key (order_id, user_id, account_id) references orders (order_id, user_id, account_id)
     ){table}",
    "create index if not exists fills_of_user on fills (user_id, id)",
    "create index if not exists fills_of_account on fills (account_id, id)",
];
