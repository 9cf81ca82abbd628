//! Which installation the database is of: a random word that stands in its data directory too, so that the journals of
//! one are never played into the database of another.

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait as _, Set};

use crate::entity::installation;
use crate::{Read, StoreError, Unit};

/// There is one row.
const PLACE: i64 = 1;

/// The word, once it has one.
pub async fn token(on: &impl Read) -> Result<Option<String>, StoreError> {
    let row = installation::Entity::find_by_id(PLACE).one(on.connection()).await?;
    Ok(row.map(|row| row.token))
}

/// Gives it this word, unless it has one; the one that it has now.
pub async fn name(unit: &Unit, token: &str) -> Result<String, StoreError> {
    let row = installation::ActiveModel { place: Set(PLACE), token: Set(token.to_owned()) };
    // Of two processes that are the first at once one waits here, and takes the other's word.
    installation::Entity::insert(row)
        .on_conflict(
            OnConflict::column(installation::Column::Place)
                .do_nothing_on([installation::Column::Place])
                .to_owned(),
        )
        .exec_without_returning(&unit.transaction)
        .await?;
    self::token(unit).await?.ok_or(StoreError::Busy)
}
