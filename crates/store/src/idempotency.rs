//! Idempotent requests: who asked under which key, and what was answered.
//!
//! Taken in the unit that does the work, a key is free again when that fails, and of two at once one waits and then finds
//! the answer of the other. Work in units of its own takes the key in a unit before and [`answer`]s in one after; if it
//! was refused before it did anything, [`release`] frees the key.

use domain::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, Set};

use crate::entity::idempotency_key;
use crate::{StoreError, Unit, UserId};

/// What a key says of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// Nobody asked under this key: do the work, then [`answer`] in the same unit.
    New,
    /// The same was asked and answered.
    Answered { status: i64, answer: String },
    /// The same was asked, and its unit ended without an answer.
    InProgress,
    /// The key was used for another request.
    Other,
}

/// `fingerprint` is a hash of the request, in hex.
pub async fn claim(
    unit: &Unit,
    user: UserId,
    key: &str,
    fingerprint: &str,
    at: Timestamp,
) -> Result<Claim, StoreError> {
    let row = idempotency_key::ActiveModel {
        user_id: Set(user.0),
        idempotency_key: Set(key.to_owned()),
        fingerprint: Set(fingerprint.to_owned()),
        created_at: Set(at.as_micros()),
        ..Default::default()
    };
    let by_key = || idempotency_key::Entity::find_by_id((user.0, key.to_owned()));
    // How many rows an insert with a conflict touched means something else on each database: so look before.
    let known = by_key().one(&unit.transaction).await?.is_some();
    let columns = [idempotency_key::Column::UserId, idempotency_key::Column::IdempotencyKey];
    let added = idempotency_key::Entity::insert(row)
        .on_conflict(OnConflict::columns(columns).do_nothing_on(columns).to_owned())
        .exec_without_returning(&unit.transaction)
        .await;
    match added {
        Ok(_) | Err(sea_orm::DbErr::RecordNotInserted) => {}
        Err(why) => return Err(why.into()),
    }
    let found = by_key().lock_exclusive().one(&unit.transaction).await?.ok_or(StoreError::Busy)?;
    Ok(match (found.status, found.answer) {
        _ if found.fingerprint.trim_end() != fingerprint => Claim::Other,
        (Some(status), Some(answer)) => Claim::Answered { status, answer },
        _ if known => Claim::InProgress,
        _ => Claim::New,
    })
}

/// Keeps the answer, in the unit that took the key.
pub async fn answer(
    unit: &Unit,
    user: UserId,
    key: &str,
    status: i64,
    answer: &str,
) -> Result<(), StoreError> {
    idempotency_key::Entity::update_many()
        .col_expr(idempotency_key::Column::Status, Expr::value(status))
        .col_expr(idempotency_key::Column::Answer, Expr::value(answer))
        .filter(idempotency_key::Column::UserId.eq(user.0))
        .filter(idempotency_key::Column::IdempotencyKey.eq(key))
        .exec(&unit.transaction)
        .await?;
    Ok(())
}

/// Lets a key go whose request was refused before it did anything: the same can be asked again under it.
pub async fn release(unit: &Unit, user: UserId, key: &str) -> Result<(), StoreError> {
    idempotency_key::Entity::delete_many()
        .filter(idempotency_key::Column::UserId.eq(user.0))
        .filter(idempotency_key::Column::IdempotencyKey.eq(key))
        .filter(idempotency_key::Column::Status.is_null())
        .exec(&unit.transaction)
        .await?;
    Ok(())
}

/// Lets keys go that were taken before a moment; how many.
pub async fn forget_before(unit: &Unit, moment: Timestamp) -> Result<u64, StoreError> {
    let gone = idempotency_key::Entity::delete_many()
        .filter(idempotency_key::Column::CreatedAt.lt(moment.as_micros()))
        .exec(&unit.transaction)
        .await?;
    Ok(gone.rows_affected)
}
