//! Blocks of order ids, reserved durably before one of them is used.
//!
//! A number is handed out once: by one process or by several, whatever is killed when. What a process did not use of
//! its block is lost, never used by another.

use domain::order::OrderId;
use domain::time::DayNumber;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use crate::entity::id_block;
use crate::{AccountId, Store, StoreError};

/// Numbers `next ..= last` of an account and a trading day: nobody else will ever draw them.
#[derive(Debug)]
pub struct OrderIdBlock {
    account: AccountId,
    day: DayNumber,
    next: i64,
    last: i64,
}

impl OrderIdBlock {
    /// The next id; `None` when the block is used up: reserve another.
    pub fn draw(&mut self) -> Option<OrderId> {
        if self.next > self.last {
            return None;
        }
        let id = OrderId::new(self.day, self.account.0, self.next).ok()?;
        self.next += 1;
        Some(id)
    }

    pub fn left(&self) -> i64 {
        self.last + 1 - self.next
    }

    /// The number that is drawn next.
    pub fn first(&self) -> i64 {
        self.next
    }

    pub fn day(&self) -> DayNumber {
        self.day
    }
}

/// Reserves `count` ids and commits that before it answers.
pub async fn reserve(
    store: &Store,
    account: AccountId,
    day: DayNumber,
    count: i64,
) -> Result<OrderIdBlock, StoreError> {
    let unfit = |why: domain::order::NotAnOrderId| StoreError::Unfit(why.to_string());
    OrderId::new(day, account.0, count).map_err(unfit)?;
    let row_of_day = id_block::ActiveModel {
        account_id: Set(account.0),
        trading_day: Set(i64::from(day.as_days())),
        next_number: Set(1),
    };
    let key = [id_block::Column::AccountId, id_block::Column::TradingDay];
    let known =
        id_block::Entity::find_by_id((account.0, i64::from(day.as_days()))).one(&store.inner.reader).await?;
    if known.is_none() {
        // On its own: a second process that does the same waits for nothing but this one row.
        id_block::Entity::insert(row_of_day)
            .on_conflict(OnConflict::columns(key).do_nothing_on(key).to_owned())
            .exec_without_returning(&store.inner.writer)
            .await?;
    }
    let unit = store.begin().await?;
    // Writing first locks the row: another that reserves waits here until this one has committed.
    id_block::Entity::update_many()
        .col_expr(id_block::Column::NextNumber, Expr::col(id_block::Column::NextNumber).add(count))
        .filter(id_block::Column::AccountId.eq(account.0))
        .filter(id_block::Column::TradingDay.eq(i64::from(day.as_days())))
        .exec(&unit.transaction)
        .await?;
    let row = id_block::Entity::find_by_id((account.0, i64::from(day.as_days())))
        .one(&unit.transaction)
        .await?
        .ok_or(StoreError::NotFound { what: "block of order ids" })?;
    let last = row.next_number - 1;
    // Refused before the commit: the day's numbers are used up.
    OrderId::new(day, account.0, last).map_err(unfit)?;
    unit.commit().await?;
    Ok(OrderIdBlock { account, day, next: row.next_number - count, last })
}
