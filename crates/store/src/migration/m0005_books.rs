//! What the books hold (positions) and what they closed (trades).

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
    "create table if not exists positions (
         id {key},
         user_id bigint not null,
         account_id bigint not null,
         book varchar(24) not null,
         run_id bigint,
         instrument varchar(48) not null,
         product varchar(8) not null,
         quantity bigint not null,
         average_price bigint not null,
         realised bigint not null,
         charges bigint not null,
         stop_loss bigint,
         target_price bigint,
         lots {text} not null,
         updated_at bigint not null,
         version bigint not null default 1,
         constraint position_key unique (account_id, book, instrument, product),
         foreign key (account_id, user_id) references broker_accounts (id, user_id),
         foreign key (run_id, user_id, account_id) references strategy_runs (id, user_id, account_id)
     ){table}",
    "create index if not exists positions_of_user on positions (user_id, id)",
    "create table if not exists trades (
         id {key},
         user_id bigint not null,
         account_id bigint not null,
         book varchar(24) not null,
         run_id bigint,
         closing_order_id varchar(20) not null,
         instrument varchar(48) not null,
         product varchar(8) not null,
         timeframe varchar(16),
         direction varchar(8) not null,
         entry_time bigint not null,
         entry_price bigint not null,
         exit_time bigint not null,
         exit_price bigint not null,
         stop_loss bigint,
         target_price bigint,
         quantity bigint not null,
         gross_pnl bigint not null,
         charges bigint not null,
         charges_by_kind {text} not null,
         exit_reason varchar(16) not null,
         constraint trade_close unique (closing_order_id),
         foreign key (closing_order_id, user_id, account_id) references orders (order_id, user_id, account_id),
         foreign key (run_id, user_id, account_id) references strategy_runs (id, user_id, account_id)
     ){table}",
    "create index if not exists trades_of_user on trades (user_id, id)",
    "create index if not exists trades_of_run on trades (run_id, id)",
    "create index if not exists trades_by_exit on trades (user_id, exit_time)",
];
