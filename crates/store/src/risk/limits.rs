//! Limits: a value for each scope and rule.

use domain::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};

use super::Scope;
use crate::entity::risk_limit;
use crate::{Read, StoreError, Unit, UserId};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limit {
    pub scope: Scope,
    pub rule: String,
    /// The caller's JSON.
    pub value: String,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// All limits of a user, by scope and rule.
pub async fn limits(on: &impl Read, user: UserId) -> Result<Vec<Limit>, StoreError> {
    let rows = risk_limit::Entity::find()
        .filter(risk_limit::Column::UserId.eq(user.0))
        .order_by_asc(risk_limit::Column::Scope)
        .order_by_asc(risk_limit::Column::ScopeId)
        .order_by_asc(risk_limit::Column::Rule)
        .all(on.connection())
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Limit {
                scope: Scope::read("risk_limits", &row.scope, row.scope_id)?,
                rule: row.rule,
                value: row.value,
                updated_at: Timestamp::from_micros(row.updated_at),
                version: row.version,
            })
        })
        .collect()
}

/// Writes a limit. `seen` is the version that the change was decided on; `None`: there was none.
pub async fn set_limit(
    unit: &Unit,
    user: UserId,
    scope: Scope,
    rule: &str,
    value: &str,
    seen: Option<i64>,
    at: Timestamp,
) -> Result<(), StoreError> {
    scope.owned_by(unit, user).await?;
    let (kind, id) = scope.columns();
    let stale = StoreError::Stale { what: "limit" };
    let Some(seen) = seen else {
        let row = risk_limit::ActiveModel {
            user_id: Set(user.0),
            scope: Set(kind.to_owned()),
            scope_id: Set(id),
            rule: Set(rule.to_owned()),
            value: Set(value.to_owned()),
            updated_at: Set(at.as_micros()),
            version: Set(1),
            ..Default::default()
        };
        let done = risk_limit::Entity::insert(row).exec_without_returning(&unit.transaction).await;
        return match done.map_err(StoreError::from) {
            Err(why) if why.is_taken() => Err(stale),
            other => other.map(|_| ()),
        };
    };
    let changed = risk_limit::Entity::update_many()
        .col_expr(risk_limit::Column::Value, Expr::value(value))
        .col_expr(risk_limit::Column::UpdatedAt, Expr::value(at.as_micros()))
        .col_expr(risk_limit::Column::Version, Expr::col(risk_limit::Column::Version).add(1))
        .filter(risk_limit::Column::UserId.eq(user.0))
        .filter(risk_limit::Column::Scope.eq(kind))
        .filter(risk_limit::Column::ScopeId.eq(id))
        .filter(risk_limit::Column::Rule.eq(rule))
        .filter(risk_limit::Column::Version.eq(seen))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 { Err(stale) } else { Ok(()) }
}
