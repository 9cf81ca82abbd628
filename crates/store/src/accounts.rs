//! Broker accounts and whose they are.

use domain::{Money, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};

use crate::entity::broker_account;
use crate::page::newest_first;
use crate::words::{Word as _, words};
use crate::{AccountId, Page, PageRequest, Read, StoreError, Unit, UserId};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Broker {
    Paper,
}

/// What the account's owner at the broker is to the user: regulation allows no others.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Relation {
    Own,
    Spouse,
    DependentChild,
    DependentParent,
}

words! {
    Broker { Broker::Paper => "paper", }
    Relation {
        Relation::Own => "self",
        Relation::Spouse => "spouse",
        Relation::DependentChild => "child",
        Relation::DependentParent => "parent",
    }
}

impl Broker {
    pub fn name(self) -> &'static str {
        self.word()
    }
}

impl Relation {
    pub fn name(self) -> &'static str {
        self.word()
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAccount {
    pub name: String,
    pub broker: Broker,
    pub relation: Relation,
    pub initial_cash: Money,
    /// The caller's JSON; no secrets.
    pub settings: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountRecord {
    pub id: AccountId,
    pub user: UserId,
    pub name: String,
    pub broker: Broker,
    pub relation: Relation,
    pub initial_cash: Money,
    pub settings: String,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub version: i64,
}

pub async fn create(
    unit: &Unit,
    user: UserId,
    new: &NewAccount,
    at: Timestamp,
) -> Result<AccountId, StoreError> {
    let row = broker_account::ActiveModel {
        user_id: Set(user.0),
        name: Set(new.name.clone()),
        broker: Set(new.broker.word().to_owned()),
        relation: Set(new.relation.word().to_owned()),
        initial_cash: Set(new.initial_cash.raw()),
        settings: Set(new.settings.clone()),
        created_at: Set(at.as_micros()),
        version: Set(1),
        ..Default::default()
    };
    Ok(AccountId(broker_account::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id))
}

pub async fn get(on: &impl Read, user: UserId, id: AccountId) -> Result<AccountRecord, StoreError> {
    let row = broker_account::Entity::find_by_id(id.0)
        .filter(broker_account::Column::UserId.eq(user.0))
        .one(on.connection())
        .await?;
    row.ok_or(StoreError::NotFound { what: "account" })?.try_into()
}

pub async fn list(
    on: &impl Read,
    user: UserId,
    page: PageRequest,
) -> Result<Page<AccountRecord>, StoreError> {
    let select = broker_account::Entity::find().filter(broker_account::Column::UserId.eq(user.0));
    newest_first(
        select,
        broker_account::Column::Id,
        page,
        on.connection(),
        |row| row.id,
        AccountRecord::try_from,
    )
    .await
}

/// The accounts of everybody that are not closed: for the start of the desk, never for a request.
pub async fn all_open(on: &impl Read) -> Result<Vec<AccountRecord>, StoreError> {
    let rows = broker_account::Entity::find()
        .filter(broker_account::Column::ClosedAt.is_null())
        .order_by_asc(broker_account::Column::Id)
        .all(on.connection())
        .await?;
    rows.into_iter().map(AccountRecord::try_from).collect()
}

/// Changes name and settings; `seen` is the version that was read.
pub async fn change(
    unit: &Unit,
    user: UserId,
    id: AccountId,
    seen: i64,
    name: &str,
    settings: &str,
) -> Result<(), StoreError> {
    let values = [
        (broker_account::Column::Name, Expr::value(name)),
        (broker_account::Column::Settings, Expr::value(settings)),
    ];
    write(unit, user, id, seen, values).await
}

/// Nothing is deleted: its orders and trades stay.
pub async fn close(
    unit: &Unit,
    user: UserId,
    id: AccountId,
    seen: i64,
    at: Timestamp,
) -> Result<(), StoreError> {
    write(unit, user, id, seen, [(broker_account::Column::ClosedAt, Expr::value(at.as_micros()))]).await
}

async fn write(
    unit: &Unit,
    user: UserId,
    id: AccountId,
    seen: i64,
    values: impl IntoIterator<Item = (broker_account::Column, Expr)>,
) -> Result<(), StoreError> {
    let mut query = broker_account::Entity::update_many()
        .col_expr(broker_account::Column::Version, Expr::col(broker_account::Column::Version).add(1));
    for (column, value) in values {
        query = query.col_expr(column, value);
    }
    let changed = query
        .filter(broker_account::Column::Id.eq(id.0))
        .filter(broker_account::Column::UserId.eq(user.0))
        .filter(broker_account::Column::Version.eq(seen))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 {
        get(unit, user, id).await?;
        return Err(StoreError::Stale { what: "account" });
    }
    Ok(())
}

impl TryFrom<broker_account::Model> for AccountRecord {
    type Error = StoreError;

    fn try_from(row: broker_account::Model) -> Result<AccountRecord, StoreError> {
        Ok(AccountRecord {
            id: AccountId(row.id),
            user: UserId(row.user_id),
            name: row.name,
            broker: Broker::read("broker_accounts", "broker", &row.broker)?,
            relation: Relation::read("broker_accounts", "relation", &row.relation)?,
            initial_cash: Money::from_raw(row.initial_cash),
            settings: row.settings,
            created_at: Timestamp::from_micros(row.created_at),
            closed_at: row.closed_at.map(Timestamp::from_micros),
            version: row.version,
        })
    }
}
