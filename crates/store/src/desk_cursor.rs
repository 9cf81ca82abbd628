//! How much of an account's journal the tables hold: written in the same unit as what came of it, so that after a kill
//! the rest of the journal is written once more, and nothing twice.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use crate::entity::desk_cursor;
use crate::{AccountId, Read, StoreError, Unit};

/// The last place in the journal whose writes are stored; 0: none.
pub async fn get(on: &impl Read, account: AccountId) -> Result<i64, StoreError> {
    let row = desk_cursor::Entity::find_by_id(account.0).one(on.connection()).await?;
    Ok(row.map_or(0, |row| row.place))
}

/// Moves it on. `from` is where it stood: another process that writes for the same account is [`StoreError::Stale`].
pub async fn advance(unit: &Unit, account: AccountId, from: i64, to: i64) -> Result<(), StoreError> {
    if to <= from {
        return Err(StoreError::Unfit(format!("place {to} of the journal is not after {from}")));
    }
    let changed = desk_cursor::Entity::update_many()
        .col_expr(desk_cursor::Column::Place, Expr::value(to))
        .filter(desk_cursor::Column::AccountId.eq(account.0))
        .filter(desk_cursor::Column::Place.eq(from))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 1 {
        return Ok(());
    }
    if from != 0 || get(unit, account).await? != 0 {
        return Err(StoreError::Stale { what: "cursor of the account's journal" });
    }
    let row = desk_cursor::ActiveModel { account_id: Set(account.0), place: Set(to) };
    desk_cursor::Entity::insert(row).exec_without_returning(&unit.transaction).await?;
    Ok(())
}
