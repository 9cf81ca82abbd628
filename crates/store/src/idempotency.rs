//! Idempotent requests: who asked under which key, and what was answered.
//!
//! A key is taken in a unit of its own before the work and [`answer`]ed in one after it: the work has units of its own
//! and may take long. If it was refused before it did anything, [`release`] frees the key.

use domain::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use crate::entity::idempotency_key;
use crate::{Read as _, Store, StoreError, Unit, UserId};

/// What a key says of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// Nobody asked under this key, and nobody else will be told so: do the work, then [`answer`].
    New,
    /// The same was asked and answered.
    Answered { status: i64, answer: String },
    /// The same was asked and is not answered: it is at work, or broke off.
    InProgress,
    /// The key was used for another request.
    Other,
}

/// Times that a key may be let go between the failed try to take it and the look at who has it.
const TRIES: usize = 5;

/// Takes a key, and only if nobody has it. `fingerprint` is a hash of the request, in hex.
pub async fn claim(
    store: &Store,
    user: UserId,
    key: &str,
    fingerprint: &str,
    at: Timestamp,
) -> Result<Claim, StoreError> {
    for _ in 0..TRIES {
        let row = idempotency_key::ActiveModel {
            user_id: Set(user.0),
            idempotency_key: Set(key.to_owned()),
            fingerprint: Set(fingerprint.to_owned()),
            created_at: Set(at.as_micros()),
            ..Default::default()
        };
        let unit = store.begin().await?;
        let added = idempotency_key::Entity::insert(row).exec_without_returning(&unit.transaction).await;
        match added.map_err(StoreError::from) {
            Ok(_) => {
                unit.commit().await?;
                return Ok(Claim::New);
            }
            // Of two at once the database lets one insert, whatever either has read before. After that a unit of
            // PostgreSQL can do nothing more.
            Err(why) if why.is_taken() => drop(unit),
            Err(why) => return Err(why),
        }
        let by_key = idempotency_key::Entity::find_by_id((user.0, key.to_owned()));
        let Some(found) = by_key.one(store.connection()).await? else { continue };
        return Ok(match (found.status, found.answer) {
            _ if found.fingerprint.trim_end() != fingerprint => Claim::Other,
            (Some(status), Some(answer)) => Claim::Answered { status, answer },
            _ => Claim::InProgress,
        });
    }
    Err(StoreError::Busy)
}

/// Keeps the answer of the request that took the key.
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
