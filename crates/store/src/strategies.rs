//! Strategies and their versions. A version is never changed: what a run traded can always be read again.

use domain::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};

use crate::entity::{strategy, strategy_version};
use crate::page::newest_first;
use crate::words::{Word as _, words};
use crate::{Page, PageRequest, Read, StoreError, StrategyId, StrategyVersionId, Unit, UserId};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StrategyKind {
    BuiltIn,
    Rules,
    Model,
    Options,
}

words! {
    StrategyKind {
        StrategyKind::BuiltIn => "built-in",
        StrategyKind::Rules => "rules",
        StrategyKind::Model => "model",
        StrategyKind::Options => "options",
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StrategyRecord {
    pub id: StrategyId,
    pub name: String,
    pub kind: StrategyKind,
    pub created_at: Timestamp,
    pub archived_at: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VersionRecord {
    pub id: StrategyVersionId,
    pub strategy: StrategyId,
    /// From 1.
    pub number: i64,
    /// The rule file, or name and parameters as JSON.
    pub definition: String,
    pub algo_id: Option<String>,
    pub created_at: Timestamp,
}

pub async fn create(
    unit: &Unit,
    user: UserId,
    name: &str,
    kind: StrategyKind,
    at: Timestamp,
) -> Result<StrategyId, StoreError> {
    let row = strategy::ActiveModel {
        user_id: Set(user.0),
        name: Set(name.to_owned()),
        kind: Set(kind.word().to_owned()),
        created_at: Set(at.as_micros()),
        ..Default::default()
    };
    Ok(StrategyId(strategy::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id))
}

pub async fn get(on: &impl Read, user: UserId, id: StrategyId) -> Result<StrategyRecord, StoreError> {
    let row = strategy::Entity::find_by_id(id.0)
        .filter(strategy::Column::UserId.eq(user.0))
        .one(on.connection())
        .await?;
    row.ok_or(StoreError::NotFound { what: "strategy" })?.try_into()
}

pub async fn list(
    on: &impl Read,
    user: UserId,
    page: PageRequest,
) -> Result<Page<StrategyRecord>, StoreError> {
    let select = strategy::Entity::find().filter(strategy::Column::UserId.eq(user.0));
    newest_first(select, strategy::Column::Id, page, on.connection(), |row| row.id, StrategyRecord::try_from)
        .await
}

pub async fn archive(unit: &Unit, user: UserId, id: StrategyId, at: Timestamp) -> Result<(), StoreError> {
    let changed = strategy::Entity::update_many()
        .col_expr(strategy::Column::ArchivedAt, Expr::value(at.as_micros()))
        .filter(strategy::Column::Id.eq(id.0))
        .filter(strategy::Column::UserId.eq(user.0))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 { Err(StoreError::NotFound { what: "strategy" }) } else { Ok(()) }
}

/// Adds the next version. Two at once: one is [`StoreError::Taken`] and may try again.
pub async fn add_version(
    unit: &Unit,
    user: UserId,
    strategy: StrategyId,
    definition: &str,
    algo_id: Option<&str>,
    at: Timestamp,
) -> Result<VersionRecord, StoreError> {
    get(unit, user, strategy).await?;
    let number = latest(unit, user, strategy).await?.map_or(1, |version| version.number + 1);
    let row = strategy_version::ActiveModel {
        strategy_id: Set(strategy.0),
        user_id: Set(user.0),
        number: Set(number),
        definition: Set(definition.to_owned()),
        algo_id: Set(algo_id.map(str::to_owned)),
        created_at: Set(at.as_micros()),
        ..Default::default()
    };
    let id = strategy_version::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id;
    version(unit, user, StrategyVersionId(id)).await
}

pub async fn version(
    on: &impl Read,
    user: UserId,
    id: StrategyVersionId,
) -> Result<VersionRecord, StoreError> {
    let row = strategy_version::Entity::find_by_id(id.0)
        .filter(strategy_version::Column::UserId.eq(user.0))
        .one(on.connection())
        .await?;
    row.map(VersionRecord::from).ok_or(StoreError::NotFound { what: "strategy version" })
}

/// The newest version; `None` before the first.
pub async fn latest(
    on: &impl Read,
    user: UserId,
    strategy: StrategyId,
) -> Result<Option<VersionRecord>, StoreError> {
    let row = strategy_version::Entity::find()
        .filter(strategy_version::Column::StrategyId.eq(strategy.0))
        .filter(strategy_version::Column::UserId.eq(user.0))
        .order_by_desc(strategy_version::Column::Number)
        .one(on.connection())
        .await?;
    Ok(row.map(VersionRecord::from))
}

pub async fn versions(
    on: &impl Read,
    user: UserId,
    strategy: StrategyId,
    page: PageRequest,
) -> Result<Page<VersionRecord>, StoreError> {
    let select = strategy_version::Entity::find()
        .filter(strategy_version::Column::StrategyId.eq(strategy.0))
        .filter(strategy_version::Column::UserId.eq(user.0));
    newest_first(
        select,
        strategy_version::Column::Id,
        page,
        on.connection(),
        |row| row.id,
        |row| Ok(row.into()),
    )
    .await
}

impl TryFrom<strategy::Model> for StrategyRecord {
    type Error = StoreError;

    fn try_from(row: strategy::Model) -> Result<StrategyRecord, StoreError> {
        Ok(StrategyRecord {
            id: StrategyId(row.id),
            name: row.name,
            kind: StrategyKind::read("strategies", "kind", &row.kind)?,
            created_at: Timestamp::from_micros(row.created_at),
            archived_at: row.archived_at.map(Timestamp::from_micros),
        })
    }
}

impl From<strategy_version::Model> for VersionRecord {
    fn from(row: strategy_version::Model) -> VersionRecord {
        VersionRecord {
            id: StrategyVersionId(row.id),
            strategy: StrategyId(row.strategy_id),
            number: row.number,
            definition: row.definition,
            algo_id: row.algo_id,
            created_at: Timestamp::from_micros(row.created_at),
        }
    }
}
