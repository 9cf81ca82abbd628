//! Sessions: one log-in each, with the refresh tokens that followed each other in it. Only hashes of tokens are kept.
//!
//! A refresh token is good once. One that comes a second time was stolen, or its thief was first: the whole family is
//! revoked, and nobody goes on with it.

use domain::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set};

use crate::entity::{refresh_token, session};
use crate::page::newest_first;
use crate::{Page, PageRequest, Read, SessionId, StoreError, Unit, UserId};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewSession {
    /// Where it was opened from, and with which program; cut to what the columns hold.
    pub address: String,
    pub agent: String,
    pub expires_at: Timestamp,
    /// SHA-256 of the first refresh token, in hex.
    pub token_hash: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRecord {
    pub id: SessionId,
    pub user: UserId,
    pub address: String,
    pub agent: String,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub revoked_because: Option<String>,
}

/// What a refresh came to. All of them are to be committed: a token that came twice revokes its family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refresh {
    Rotated(SessionRecord),
    /// The token was used before: its session is revoked now.
    Reused(SessionRecord),
    /// The session was revoked or is too old.
    Ended(SessionRecord),
    UnknownToken,
}

pub async fn open(
    unit: &Unit,
    user: UserId,
    new: &NewSession,
    at: Timestamp,
) -> Result<SessionId, StoreError> {
    let row = session::ActiveModel {
        user_id: Set(user.0),
        address: Set(cut(&new.address, 64)),
        agent: Set(cut(&new.agent, 255)),
        created_at: Set(at.as_micros()),
        last_used_at: Set(at.as_micros()),
        expires_at: Set(new.expires_at.as_micros()),
        ..Default::default()
    };
    let id = session::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id;
    issue(unit, id, &new.token_hash, at).await?;
    Ok(SessionId(id))
}

/// Exchanges a refresh token for the next. Of two that come at once with one token, one rotates and the other revokes.
pub async fn refresh(
    unit: &Unit,
    token_hash: &str,
    next_hash: &str,
    at: Timestamp,
) -> Result<Refresh, StoreError> {
    let spent = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(at.as_micros()))
        .filter(refresh_token::Column::TokenHash.eq(token_hash))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(&unit.transaction)
        .await?;
    let token = refresh_token::Entity::find()
        .filter(refresh_token::Column::TokenHash.eq(token_hash))
        .one(&unit.transaction)
        .await?;
    let Some(token) = token else { return Ok(Refresh::UnknownToken) };
    let found = session::Entity::find_by_id(token.session_id).one(&unit.transaction).await?;
    let Some(found) = found.map(SessionRecord::from) else { return Ok(Refresh::UnknownToken) };
    if spent.rows_affected == 0 {
        revoke(unit, found.user, found.id, "refresh token used twice", at).await?;
        return Ok(Refresh::Reused(found));
    }
    let used = session::Entity::update_many()
        .col_expr(session::Column::LastUsedAt, Expr::value(at.as_micros()))
        .filter(session::Column::Id.eq(found.id.0))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(at.as_micros()))
        .exec(&unit.transaction)
        .await?;
    if used.rows_affected == 0 {
        return Ok(Refresh::Ended(found));
    }
    issue(unit, found.id.0, next_hash, at).await?;
    Ok(Refresh::Rotated(found))
}

/// Ends a session; one that has ended stays as it is.
pub async fn revoke(
    unit: &Unit,
    user: UserId,
    id: SessionId,
    because: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    get(unit, user, id).await?;
    end(unit, session::Column::Id.eq(id.0), because, at).await?;
    Ok(())
}

/// Ends all of a user's sessions; how many there were.
pub async fn revoke_all(unit: &Unit, user: UserId, because: &str, at: Timestamp) -> Result<u64, StoreError> {
    end(unit, session::Column::UserId.eq(user.0), because, at).await
}

pub async fn get(on: &impl Read, user: UserId, id: SessionId) -> Result<SessionRecord, StoreError> {
    let row = session::Entity::find_by_id(id.0)
        .filter(session::Column::UserId.eq(user.0))
        .one(on.connection())
        .await?;
    row.map(SessionRecord::from).ok_or(StoreError::NotFound { what: "session" })
}

pub async fn list(
    on: &impl Read,
    user: UserId,
    page: PageRequest,
) -> Result<Page<SessionRecord>, StoreError> {
    let select = session::Entity::find().filter(session::Column::UserId.eq(user.0));
    newest_first(select, session::Column::Id, page, on.connection(), |row| row.id, |row| Ok(row.into())).await
}

/// Sessions of anybody that were revoked at or after a moment: what a cache of revoked sessions starts from.
pub async fn revoked_since(on: &impl Read, moment: Timestamp) -> Result<Vec<SessionId>, StoreError> {
    let rows = session::Entity::find()
        .filter(session::Column::RevokedAt.gte(moment.as_micros()))
        .order_by_asc(session::Column::Id)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(|row| SessionId(row.id)).collect())
}

async fn end(
    unit: &Unit,
    which: impl sea_orm::sea_query::IntoCondition,
    because: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let ended = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(at.as_micros()))
        .col_expr(session::Column::RevokedBecause, Expr::value(cut(because, 32)))
        .filter(which.into_condition())
        .filter(session::Column::RevokedAt.is_null())
        .exec(&unit.transaction)
        .await?;
    Ok(ended.rows_affected)
}

async fn issue(unit: &Unit, session: i64, token_hash: &str, at: Timestamp) -> Result<(), StoreError> {
    let row = refresh_token::ActiveModel {
        session_id: Set(session),
        token_hash: Set(token_hash.to_owned()),
        issued_at: Set(at.as_micros()),
        ..Default::default()
    };
    refresh_token::Entity::insert(row).exec_without_returning(&unit.transaction).await?;
    Ok(())
}

/// What a browser says of itself can be of any length.
fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

impl From<session::Model> for SessionRecord {
    fn from(row: session::Model) -> SessionRecord {
        SessionRecord {
            id: SessionId(row.id),
            user: UserId(row.user_id),
            address: row.address,
            agent: row.agent,
            created_at: Timestamp::from_micros(row.created_at),
            last_used_at: Timestamp::from_micros(row.last_used_at),
            expires_at: Timestamp::from_micros(row.expires_at),
            revoked_at: row.revoked_at.map(Timestamp::from_micros),
            revoked_because: row.revoked_because,
        }
    }
}
