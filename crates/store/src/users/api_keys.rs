//! Keys for programs. Only the hash of a key is kept.

use domain::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, Set};

use crate::entity::api_key;
use crate::page::newest_first;
use crate::{ApiKeyId, Page, PageRequest, Read, StoreError, Unit, UserId};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewApiKey {
    pub name: String,
    /// SHA-256 of the key, in hex.
    pub key_hash: String,
    /// Names of permissions, none of which holds a blank.
    pub scopes: Vec<String>,
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiKeyRecord {
    pub id: ApiKeyId,
    pub user: UserId,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

pub async fn create_api_key(
    unit: &Unit,
    user: UserId,
    new: &NewApiKey,
    at: Timestamp,
) -> Result<ApiKeyId, StoreError> {
    let row = api_key::ActiveModel {
        user_id: Set(user.0),
        name: Set(new.name.clone()),
        key_hash: Set(new.key_hash.clone()),
        scopes: Set(new.scopes.join(" ")),
        created_at: Set(at.as_micros()),
        expires_at: Set(new.expires_at.map(Timestamp::as_micros)),
        ..Default::default()
    };
    Ok(ApiKeyId(api_key::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id))
}

/// The key of this hash, of whomever. Whether it is revoked or expired is the caller's to judge.
pub async fn api_key_by_hash(on: &impl Read, key_hash: &str) -> Result<Option<ApiKeyRecord>, StoreError> {
    let row =
        api_key::Entity::find().filter(api_key::Column::KeyHash.eq(key_hash)).one(on.connection()).await?;
    Ok(row.map(ApiKeyRecord::from))
}

pub async fn api_key(on: &impl Read, user: UserId, id: ApiKeyId) -> Result<ApiKeyRecord, StoreError> {
    let row = api_key::Entity::find_by_id(id.0)
        .filter(api_key::Column::UserId.eq(user.0))
        .one(on.connection())
        .await?;
    row.map(ApiKeyRecord::from).ok_or(StoreError::NotFound { what: "API key" })
}

pub async fn api_keys(
    on: &impl Read,
    user: UserId,
    page: PageRequest,
) -> Result<Page<ApiKeyRecord>, StoreError> {
    let select = api_key::Entity::find().filter(api_key::Column::UserId.eq(user.0));
    newest_first(select, api_key::Column::Id, page, on.connection(), |row| row.id, |row| Ok(row.into())).await
}

pub async fn revoke_api_key(
    unit: &Unit,
    user: UserId,
    id: ApiKeyId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let changed = api_key::Entity::update_many()
        .col_expr(api_key::Column::RevokedAt, Expr::value(at.as_micros()))
        .filter(api_key::Column::Id.eq(id.0))
        .filter(api_key::Column::UserId.eq(user.0))
        .filter(api_key::Column::RevokedAt.is_null())
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 { Err(StoreError::NotFound { what: "API key in force" }) } else { Ok(()) }
}

/// Notes that the key was used.
pub async fn touch_api_key(unit: &Unit, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
    api_key::Entity::update_many()
        .col_expr(api_key::Column::LastUsedAt, Expr::value(at.as_micros()))
        .filter(api_key::Column::Id.eq(id.0))
        .exec(&unit.transaction)
        .await?;
    Ok(())
}

impl From<api_key::Model> for ApiKeyRecord {
    fn from(row: api_key::Model) -> ApiKeyRecord {
        ApiKeyRecord {
            id: ApiKeyId(row.id),
            user: UserId(row.user_id),
            name: row.name,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            created_at: Timestamp::from_micros(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_micros),
            last_used_at: row.last_used_at.map(Timestamp::from_micros),
            revoked_at: row.revoked_at.map(Timestamp::from_micros),
        }
    }
}
