//! Finding orders.

use domain::instrument::InstrumentId;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::OrderRecord;
use crate::entity::order;
use crate::page::newest_first;
use crate::{AccountId, Page, PageRequest, Read, RunId, StoreError, UserId};

/// Which orders; what is `None` does not matter.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct OrderFilter {
    pub account: Option<AccountId>,
    pub run: Option<RunId>,
    pub instrument: Option<InstrumentId>,
    /// Whether something is still expected of them.
    pub open: Option<bool>,
}

/// A user's orders, newest first.
pub async fn list(
    on: &impl Read,
    user: UserId,
    filter: &OrderFilter,
    page: PageRequest,
) -> Result<Page<OrderRecord>, StoreError> {
    let mut select = order::Entity::find().filter(order::Column::UserId.eq(user.0));
    if let Some(account) = filter.account {
        select = select.filter(order::Column::AccountId.eq(account.0));
    }
    if let Some(run) = filter.run {
        select = select.filter(order::Column::RunId.eq(run.0));
    }
    if let Some(instrument) = &filter.instrument {
        select = select.filter(order::Column::Instrument.eq(instrument.as_str()));
    }
    if let Some(open) = filter.open {
        select = select.filter(order::Column::IsOpen.eq(open));
    }
    newest_first(select, order::Column::Id, page, on.connection(), |row| row.id, OrderRecord::try_from).await
}

/// All orders of an account that something is still expected of, oldest first: what a start must ask the broker about.
pub async fn unsettled(
    on: &impl Read,
    user: UserId,
    account: AccountId,
) -> Result<Vec<OrderRecord>, StoreError> {
    let rows = order::Entity::find()
        .filter(order::Column::AccountId.eq(account.0))
        .filter(order::Column::IsOpen.eq(true))
        .filter(order::Column::UserId.eq(user.0))
        .order_by_asc(order::Column::Id)
        .all(on.connection())
        .await?;
    rows.into_iter().map(OrderRecord::try_from).collect()
}

/// All orders of a run, oldest first.
pub async fn of_run(on: &impl Read, user: UserId, run: RunId) -> Result<Vec<OrderRecord>, StoreError> {
    let rows = order::Entity::find()
        .filter(order::Column::RunId.eq(run.0))
        .filter(order::Column::UserId.eq(user.0))
        .order_by_asc(order::Column::Id)
        .all(on.connection())
        .await?;
    rows.into_iter().map(OrderRecord::try_from).collect()
}
