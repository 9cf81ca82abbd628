//! Locks: kill switches, and what a breach of a limit shut. They outlive a restart; releasing one is recorded in it.

use domain::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};

use super::Scope;
use crate::entity::lock;
use crate::page::newest_first;
use crate::{LockId, Page, PageRequest, Read, StoreError, Unit, UserId};

const TABLE: &str = "locks";

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewLock {
    pub scope: Scope,
    /// `kill-switch`, `daily-loss` and the like; at most 24 characters.
    pub kind: String,
    pub because: String,
    /// `None`: a rule did it.
    pub by: Option<UserId>,
    /// `None`: until it is released.
    pub until: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LockRecord {
    pub id: LockId,
    pub lock: NewLock,
    pub locked_at: Timestamp,
    pub released_by: Option<UserId>,
    pub released_at: Option<Timestamp>,
}

/// Locks. `owner` is whose trading it stops; `None` only for [`Scope::Everybody`], whose permission is the caller's
/// to check.
pub async fn lock(
    unit: &Unit,
    owner: Option<UserId>,
    new: &NewLock,
    at: Timestamp,
) -> Result<LockId, StoreError> {
    match owner {
        Some(owner) => new.scope.owned_by(unit, owner).await?,
        None if new.scope == Scope::Everybody => {}
        None => return Err(StoreError::NotFound { what: "scope" }),
    }
    let (kind, id) = new.scope.columns();
    let row = lock::ActiveModel {
        user_id: Set(owner.map(|owner| owner.0)),
        scope: Set(kind.to_owned()),
        scope_id: Set(id),
        kind: Set(new.kind.clone()),
        because: Set(new.because.clone()),
        locked_by: Set(new.by.map(|by| by.0)),
        locked_at: Set(at.as_micros()),
        until: Set(new.until.map(Timestamp::as_micros)),
        ..Default::default()
    };
    Ok(LockId(lock::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id))
}

/// Releases a lock of this owner (`None`: one on everybody).
pub async fn release(
    unit: &Unit,
    owner: Option<UserId>,
    id: LockId,
    by: UserId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let changed = lock::Entity::update_many()
        .col_expr(lock::Column::ReleasedBy, Expr::value(by.0))
        .col_expr(lock::Column::ReleasedAt, Expr::value(at.as_micros()))
        .filter(lock::Column::Id.eq(id.0))
        .filter(match owner {
            Some(owner) => lock::Column::UserId.eq(owner.0),
            None => lock::Column::UserId.is_null(),
        })
        .filter(lock::Column::ReleasedAt.is_null())
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 { Err(StoreError::NotFound { what: "lock in force" }) } else { Ok(()) }
}

/// Every lock of anybody that holds at a moment, oldest first: what a start must take over.
pub async fn locks_in_force(on: &impl Read, at: Timestamp) -> Result<Vec<LockRecord>, StoreError> {
    let rows = lock::Entity::find()
        .filter(lock::Column::ReleasedAt.is_null())
        .filter(
            Condition::any().add(lock::Column::Until.is_null()).add(lock::Column::Until.gt(at.as_micros())),
        )
        .order_by_asc(lock::Column::Id)
        .all(on.connection())
        .await?;
    rows.into_iter().map(LockRecord::try_from).collect()
}

/// What locks or locked a user's trading, the newest first; those on everybody among them.
pub async fn locks(on: &impl Read, user: UserId, page: PageRequest) -> Result<Page<LockRecord>, StoreError> {
    let select = lock::Entity::find()
        .filter(Condition::any().add(lock::Column::UserId.eq(user.0)).add(lock::Column::UserId.is_null()));
    newest_first(select, lock::Column::Id, page, on.connection(), |row| row.id, LockRecord::try_from).await
}

impl TryFrom<lock::Model> for LockRecord {
    type Error = StoreError;

    fn try_from(row: lock::Model) -> Result<LockRecord, StoreError> {
        let lock = NewLock {
            scope: Scope::read(TABLE, &row.scope, row.scope_id)?,
            kind: row.kind,
            because: row.because,
            by: row.locked_by.map(UserId),
            until: row.until.map(Timestamp::from_micros),
        };
        Ok(LockRecord {
            id: LockId(row.id),
            lock,
            locked_at: Timestamp::from_micros(row.locked_at),
            released_by: row.released_by.map(UserId),
            released_at: row.released_at.map(Timestamp::from_micros),
        })
    }
}
