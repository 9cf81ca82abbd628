//! A user's settings: named JSON texts, each with a version.

use domain::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};

use crate::entity::user_setting;
use crate::{Read, StoreError, Unit, UserId};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    pub name: String,
    pub value: String,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// All of them, by name.
pub async fn settings(on: &impl Read, user: UserId) -> Result<Vec<Setting>, StoreError> {
    let rows = user_setting::Entity::find()
        .filter(user_setting::Column::UserId.eq(user.0))
        .order_by_asc(user_setting::Column::Name)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Setting::from).collect())
}

pub async fn setting(on: &impl Read, user: UserId, name: &str) -> Result<Option<Setting>, StoreError> {
    let row = user_setting::Entity::find_by_id((user.0, name.to_owned())).one(on.connection()).await?;
    Ok(row.map(Setting::from))
}

/// Writes a setting. `seen` is the version that the change was decided on; `None`: there was none.
pub async fn set_setting(
    unit: &Unit,
    user: UserId,
    name: &str,
    value: &str,
    seen: Option<i64>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let stale = StoreError::Stale { what: "setting" };
    let Some(seen) = seen else {
        let row = user_setting::ActiveModel {
            user_id: Set(user.0),
            name: Set(name.to_owned()),
            value: Set(value.to_owned()),
            updated_at: Set(at.as_micros()),
            version: Set(1),
        };
        let done = user_setting::Entity::insert(row).exec_without_returning(&unit.transaction).await;
        return match done.map_err(StoreError::from) {
            Err(why) if why.is_taken() => Err(stale),
            other => other.map(|_| ()),
        };
    };
    let changed = user_setting::Entity::update_many()
        .col_expr(user_setting::Column::Value, Expr::value(value))
        .col_expr(user_setting::Column::UpdatedAt, Expr::value(at.as_micros()))
        .col_expr(user_setting::Column::Version, Expr::col(user_setting::Column::Version).add(1))
        .filter(user_setting::Column::UserId.eq(user.0))
        .filter(user_setting::Column::Name.eq(name))
        .filter(user_setting::Column::Version.eq(seen))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 { Err(stale) } else { Ok(()) }
}

impl From<user_setting::Model> for Setting {
    fn from(row: user_setting::Model) -> Setting {
        Setting {
            name: row.name,
            value: row.value,
            updated_at: Timestamp::from_micros(row.updated_at),
            version: row.version,
        }
    }
}
