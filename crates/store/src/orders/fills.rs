//! Executions, each once: the broker's own id of a fill is unique within its order.

use domain::order::OrderId;
use domain::{Money, Price, Qty, Timestamp};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use crate::entity::fill;
use crate::page::newest_first;
use crate::{AccountId, Page, PageRequest, Read, StoreError, Unit, UserId, words};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fill {
    pub broker_fill_id: String,
    pub quantity: Qty,
    pub price: Price,
    pub charges: Money,
    pub at: Timestamp,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FillRecord {
    pub order: OrderId,
    pub account: AccountId,
    pub fill: Fill,
}

/// Writes a fill; a repeat is [`StoreError::Taken`] and, with PostgreSQL, ends the unit: look for it first with
/// [`fills`] where repeats are expected.
pub async fn record_fill(unit: &Unit, user: UserId, order: OrderId, fill: &Fill) -> Result<(), StoreError> {
    let row = fill::ActiveModel {
        user_id: Set(user.0),
        account_id: Set(order.account()),
        order_id: Set(order.to_string()),
        broker_fill_id: Set(fill.broker_fill_id.clone()),
        quantity: Set(fill.quantity.raw()),
        price: Set(fill.price.raw()),
        charges: Set(fill.charges.raw()),
        at: Set(fill.at.as_micros()),
        ..Default::default()
    };
    fill::Entity::insert(row).exec_without_returning(&unit.transaction).await?;
    Ok(())
}

/// Fills of one order or of all, newest first.
pub async fn fills(
    on: &impl Read,
    user: UserId,
    order: Option<OrderId>,
    page: PageRequest,
) -> Result<Page<FillRecord>, StoreError> {
    let mut select = fill::Entity::find().filter(fill::Column::UserId.eq(user.0));
    if let Some(order) = order {
        select = select.filter(fill::Column::OrderId.eq(order.to_string()));
    }
    newest_first(
        select,
        fill::Column::Id,
        page,
        on.connection(),
        |row| row.id,
        |row| {
            Ok(FillRecord {
                order: words::order_id("fills", &row.order_id)?,
                account: AccountId(row.account_id),
                fill: Fill {
                    broker_fill_id: row.broker_fill_id,
                    quantity: Qty::from_raw(row.quantity),
                    price: Price::from_raw(row.price),
                    charges: Money::from_raw(row.charges),
                    at: Timestamp::from_micros(row.at),
                },
            })
        },
    )
    .await
}
