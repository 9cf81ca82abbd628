//! Invites: after the first administrator nobody comes in without one. Each is good once.

use domain::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use super::Role;
use crate::entity::invite;
use crate::page::newest_first;
use crate::words::Word as _;
use crate::{InviteId, Page, PageRequest, Read, StoreError, Unit, UserId};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InviteRecord {
    pub id: InviteId,
    pub role: Role,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_by: Option<UserId>,
    pub revoked_at: Option<Timestamp>,
}

pub async fn create_invite(
    unit: &Unit,
    by: UserId,
    token_hash: &str,
    role: Role,
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<InviteId, StoreError> {
    let row = invite::ActiveModel {
        token_hash: Set(token_hash.to_owned()),
        role: Set(role.word().to_owned()),
        created_by: Set(by.0),
        created_at: Set(at.as_micros()),
        expires_at: Set(expires_at.as_micros()),
        ..Default::default()
    };
    Ok(InviteId(invite::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id))
}

/// Spends an invite for a user who was made in the same unit; the role that it gives. Two who come at once with one
/// invite: one is let in.
pub async fn use_invite(
    unit: &Unit,
    token_hash: &str,
    user: UserId,
    at: Timestamp,
) -> Result<Role, StoreError> {
    let spent = invite::Entity::update_many()
        .col_expr(invite::Column::UsedBy, Expr::value(user.0))
        .col_expr(invite::Column::UsedAt, Expr::value(at.as_micros()))
        .filter(invite::Column::TokenHash.eq(token_hash))
        .filter(invite::Column::UsedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .filter(invite::Column::ExpiresAt.gt(at.as_micros()))
        .exec(&unit.transaction)
        .await?;
    let row = invite::Entity::find()
        .filter(invite::Column::TokenHash.eq(token_hash))
        .one(&unit.transaction)
        .await?;
    match row {
        Some(row) if spent.rows_affected == 1 => Role::read("invites", "role", &row.role),
        _ => Err(StoreError::NotFound { what: "invite in force" }),
    }
}

pub async fn revoke_invite(unit: &Unit, id: InviteId, at: Timestamp) -> Result<(), StoreError> {
    let changed = invite::Entity::update_many()
        .col_expr(invite::Column::RevokedAt, Expr::value(at.as_micros()))
        .filter(invite::Column::Id.eq(id.0))
        .filter(invite::Column::UsedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 { Err(StoreError::NotFound { what: "invite in force" }) } else { Ok(()) }
}

/// Takes back what a user issued and nobody has used; how many there were.
pub async fn revoke_invites_of(unit: &Unit, by: UserId, at: Timestamp) -> Result<u64, StoreError> {
    let changed = invite::Entity::update_many()
        .col_expr(invite::Column::RevokedAt, Expr::value(at.as_micros()))
        .filter(invite::Column::CreatedBy.eq(by.0))
        .filter(invite::Column::UsedAt.is_null())
        .filter(invite::Column::RevokedAt.is_null())
        .exec(&unit.transaction)
        .await?;
    Ok(changed.rows_affected)
}

/// All invites, newest first. For administrators: permission is the caller's to check.
pub async fn invites(on: &impl Read, page: PageRequest) -> Result<Page<InviteRecord>, StoreError> {
    newest_first(
        invite::Entity::find(),
        invite::Column::Id,
        page,
        on.connection(),
        |row| row.id,
        |row| {
            Ok(InviteRecord {
                id: InviteId(row.id),
                role: Role::read("invites", "role", &row.role)?,
                created_by: UserId(row.created_by),
                created_at: Timestamp::from_micros(row.created_at),
                expires_at: Timestamp::from_micros(row.expires_at),
                used_by: row.used_by.map(UserId),
                revoked_at: row.revoked_at.map(Timestamp::from_micros),
            })
        },
    )
    .await
}
