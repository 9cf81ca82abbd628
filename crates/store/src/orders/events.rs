//! What happened to an order: append-only, one chain for each account.

use domain::Timestamp;
use domain::order::{OrderId, OrderState};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::audit::{self, ChainId, Record};
use crate::entity::order_event;
use crate::words::state_word;
use crate::{Read, StoreError, Unit, UserId};

/// More than any order lives through; a bound all the same.
const MOST: u64 = 10_000;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderEventRecord {
    pub kind: String,
    /// The word of the state that it led to.
    pub state: String,
    /// The caller's JSON.
    pub detail: String,
    pub at: Timestamp,
}

/// Adds an event that does not move the order's row: a question asked, a repeat seen.
pub async fn record_event(
    unit: &Unit,
    user: UserId,
    id: OrderId,
    state: OrderState,
    kind: &str,
    detail: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut row = order_event::Model {
        id: 0,
        chain: id.account(),
        place: 0,
        user_id: user.0,
        order_id: id.to_string(),
        kind: kind.to_owned(),
        state: state_word(state).to_owned(),
        detail: detail.to_owned(),
        at: at.as_micros(),
        link: String::new(),
    };
    let chain = ChainId { record: Record::OrderEvents, account: id.account() };
    let next = audit::next(unit, chain, &row.fields()).await?;
    (row.place, row.link) = (next.place, next.link);
    let mut row: order_event::ActiveModel = row.into();
    row.id = sea_orm::NotSet;
    order_event::Entity::insert(row.reset_all()).exec_without_returning(&unit.transaction).await?;
    Ok(())
}

/// The events of an order, oldest first.
pub async fn events(on: &impl Read, user: UserId, id: OrderId) -> Result<Vec<OrderEventRecord>, StoreError> {
    let rows = order_event::Entity::find()
        .filter(order_event::Column::OrderId.eq(id.to_string()))
        .filter(order_event::Column::UserId.eq(user.0))
        .order_by_asc(order_event::Column::Id)
        .limit(MOST)
        .all(on.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| OrderEventRecord {
            kind: row.kind,
            state: row.state,
            detail: row.detail,
            at: Timestamp::from_micros(row.at),
        })
        .collect())
}
