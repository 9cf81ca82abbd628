//! What users did: append-only, in the chain of the account that it touched, or in chain 0.

use domain::Timestamp;
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::audit::{self, ChainId, Record};
use crate::entity::activity;
use crate::page::newest_first;
use crate::{AccountId, Page, PageRequest, Read, SessionId, StoreError, Unit, UserId};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Activity {
    /// `None`: nobody known, as with a log-in under a name that nobody has.
    pub user: Option<UserId>,
    pub session: Option<SessionId>,
    pub account: Option<AccountId>,
    /// At most 48 characters.
    pub action: String,
    /// What it was done to; at most 96 characters.
    pub subject: String,
    /// The caller's JSON; no secrets.
    pub detail: String,
    /// At most 64 characters.
    pub address: String,
    pub at: Timestamp,
}

pub async fn record(unit: &Unit, done: &Activity) -> Result<(), StoreError> {
    if let Some(user) = done.user {
        crate::users::before_the_chain(unit, user).await?;
    }
    let account = match (done.user, done.account) {
        (Some(user), Some(account)) => crate::accounts::get(unit, user, account).await?.id.0,
        (None, Some(_)) => return Err(StoreError::NotFound { what: "account" }),
        (_, None) => 0,
    };
    let mut row = activity::Model {
        id: 0,
        chain: account,
        place: 0,
        user_id: done.user.map(|user| user.0),
        session_id: done.session.map(|session| session.0),
        action: done.action.clone(),
        subject: done.subject.clone(),
        detail: done.detail.clone(),
        address: done.address.clone(),
        at: done.at.as_micros(),
        link: String::new(),
    };
    let next = audit::next(unit, ChainId { record: Record::Activity, account }, &row.fields()).await?;
    (row.place, row.link) = (next.place, next.link);
    let mut row: activity::ActiveModel = row.into();
    row.id = sea_orm::NotSet;
    activity::Entity::insert(row.reset_all()).exec_without_returning(&unit.transaction).await?;
    Ok(())
}

/// A user's own activity, newest first.
pub async fn list(on: &impl Read, user: UserId, page: PageRequest) -> Result<Page<Activity>, StoreError> {
    let select = activity::Entity::find().filter(activity::Column::UserId.eq(user.0));
    newest_first(select, activity::Column::Id, page, on.connection(), |row| row.id, |row| Ok(row.into()))
        .await
}

/// Everybody's activity. For administrators: permission is the caller's to check.
pub async fn list_all(on: &impl Read, page: PageRequest) -> Result<Page<Activity>, StoreError> {
    let select = activity::Entity::find();
    newest_first(select, activity::Column::Id, page, on.connection(), |row| row.id, |row| Ok(row.into()))
        .await
}

impl From<activity::Model> for Activity {
    fn from(row: activity::Model) -> Activity {
        Activity {
            user: row.user_id.map(UserId),
            session: row.session_id.map(SessionId),
            account: (row.chain != 0).then_some(AccountId(row.chain)),
            action: row.action,
            subject: row.subject,
            detail: row.detail,
            address: row.address,
            at: Timestamp::from_micros(row.at),
        }
    }
}
