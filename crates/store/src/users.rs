//! Users: the row, what a log-in does to it, and the second factor. Hashes and sealed secrets arrive ready-made.

mod api_keys;
mod invites;
mod settings;

pub use api_keys::{
    ApiKeyRecord, NewApiKey, api_key, api_key_by_hash, api_keys, create_api_key, revoke_api_key,
    touch_api_key,
};
pub use invites::{InviteRecord, create_invite, invites, revoke_invite, revoke_invites_of, use_invite};
pub use settings::{Setting, set_setting, setting, settings};

use domain::Timestamp;
use sea_orm::sea_query::LockType;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, DbBackend, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select, Set,
};

use crate::entity::user;
use crate::page::newest_first;
use crate::words::{Word, words};
use crate::{Page, PageRequest, Read, StoreError, Unit, UserId};

/// What a user may do as a matter of course.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    Admin,
    Trader,
    Viewer,
}

words! {
    Role { Role::Admin => "admin", Role::Trader => "trader", Role::Viewer => "viewer", }
}

impl Role {
    pub fn name(self) -> &'static str {
        self.word()
    }

    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.iter().find(|(_, word)| *word == name).map(|(role, _)| *role)
    }
}

#[derive(Clone, PartialEq, Eq)]
pub struct UserRecord {
    pub id: UserId,
    /// Lower case.
    pub name: String,
    pub password_hash: String,
    pub role: Role,
    /// The secret of the second factor, sealed; `None`: no second factor.
    pub totp_sealed: Option<Vec<u8>>,
    /// The last time step whose code was used: no code is good twice.
    pub totp_last_step: Option<i64>,
    pub failed_logins: i64,
    /// The end of the wait for the last failed log-in, or its own moment; `None`: none since the last that succeeded.
    pub locked_until: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub version: i64,
}

impl std::fmt::Debug for UserRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRecord").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Names are the same in any case.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

pub async fn create(
    unit: &Unit,
    name: &str,
    password_hash: &str,
    role: Role,
    at: Timestamp,
) -> Result<UserId, StoreError> {
    let row = user::ActiveModel {
        name: Set(folded(name)),
        password_hash: Set(password_hash.to_owned()),
        role: Set(role.word().to_owned()),
        failed_logins: Set(0),
        created_at: Set(at.as_micros()),
        version: Set(1),
        ..Default::default()
    };
    Ok(UserId(user::Entity::insert(row).exec(&unit.transaction).await?.last_insert_id))
}

pub async fn get(on: &impl Read, id: UserId) -> Result<UserRecord, StoreError> {
    let row = user::Entity::find_by_id(id.0).one(on.connection()).await?;
    row.ok_or(StoreError::NotFound { what: "user" })?.try_into()
}

/// The same for a unit that decides by what it finds: it waits for whoever is changing the user, and nobody changes the
/// user before the unit ends. Of several users the lower id is locked first, and all before anything is written: rows
/// of users come before sessions and invites, these before the ends of the audit chains.
pub async fn get_locked(unit: &Unit, id: UserId) -> Result<UserRecord, StoreError> {
    let row = locked(unit, user::Entity::find_by_id(id.0)).one(&unit.transaction).await?;
    row.ok_or(StoreError::NotFound { what: "user" })?.try_into()
}

/// All administrators, locked as by [`get_locked`]; also those who are disabled.
pub async fn administrators_locked(unit: &Unit) -> Result<Vec<UserRecord>, StoreError> {
    let select =
        user::Entity::find().filter(user::Column::Role.eq(Role::Admin.word())).order_by_asc(user::Column::Id);
    let rows = locked(unit, select).all(&unit.transaction).await?;
    rows.into_iter().map(UserRecord::try_from).collect()
}

fn locked(unit: &Unit, select: Select<user::Entity>) -> Select<user::Entity> {
    match unit.store.kind() {
        // A unit of SQLite is alone anyway.
        DbBackend::Sqlite => select,
        // Rows that name the user, as those of the activity, can still be written: they do not touch what is locked here.
        DbBackend::Postgres => select.lock(LockType::NoKeyUpdate),
        _ => select.lock_exclusive(),
    }
}

/// MariaDB locks the user whom a new row names. A row of a chain is written once the chain's end is held: it would wait
/// for a unit that holds the user and waits for the chain. So its user is locked before.
pub(crate) async fn before_the_chain(unit: &Unit, id: UserId) -> Result<(), StoreError> {
    if unit.store.kind() == DbBackend::MySql {
        user::Entity::find_by_id(id.0).lock_shared().one(&unit.transaction).await?;
    }
    Ok(())
}

/// `None` for a name that nobody has: the caller takes as long over it as over a wrong password.
pub async fn by_name(on: &impl Read, name: &str) -> Result<Option<UserRecord>, StoreError> {
    let row = user::Entity::find().filter(user::Column::Name.eq(folded(name))).one(on.connection()).await?;
    row.map(UserRecord::try_from).transpose()
}

/// Whether there is nobody yet: the first one may register.
pub async fn none_yet(on: &impl Read) -> Result<bool, StoreError> {
    Ok(user::Entity::find().count(on.connection()).await? == 0)
}

/// All users, the newest first. For administrators: permission is the caller's to check.
pub async fn list(on: &impl Read, page: PageRequest) -> Result<Page<UserRecord>, StoreError> {
    newest_first(
        user::Entity::find(),
        user::Column::Id,
        page,
        on.connection(),
        |row| row.id,
        UserRecord::try_from,
    )
    .await
}

/// Counts a failed log-in, in one statement: attempts at once all count. Returns how many there are now.
pub async fn count_failed_login(unit: &Unit, id: UserId) -> Result<i64, StoreError> {
    user::Entity::update_many()
        .col_expr(user::Column::FailedLogins, Expr::col(user::Column::FailedLogins).add(1))
        .filter(user::Column::Id.eq(id.0))
        .exec(&unit.transaction)
        .await?;
    Ok(get(unit, id).await?.failed_logins)
}

pub async fn lock_until(unit: &Unit, id: UserId, until: Option<Timestamp>) -> Result<(), StoreError> {
    change(unit, id, user::Column::LockedUntil, Expr::value(until.map(Timestamp::as_micros))).await
}

pub async fn clear_failed_logins(unit: &Unit, id: UserId) -> Result<(), StoreError> {
    change(unit, id, user::Column::FailedLogins, Expr::value(0i64)).await?;
    lock_until(unit, id, None).await
}

pub async fn set_password(unit: &Unit, id: UserId, hash: &str) -> Result<(), StoreError> {
    change(unit, id, user::Column::PasswordHash, Expr::value(hash)).await
}

pub async fn set_role(unit: &Unit, id: UserId, role: Role) -> Result<(), StoreError> {
    change(unit, id, user::Column::Role, Expr::value(role.word())).await
}

/// `None` lets the user in again.
pub async fn set_disabled(unit: &Unit, id: UserId, at: Option<Timestamp>) -> Result<(), StoreError> {
    change(unit, id, user::Column::DisabledAt, Expr::value(at.map(Timestamp::as_micros))).await
}

pub async fn set_totp(unit: &Unit, id: UserId, sealed: Option<Vec<u8>>) -> Result<(), StoreError> {
    change(unit, id, user::Column::TotpLastStep, Expr::value(None::<i64>)).await?;
    change(unit, id, user::Column::TotpSealed, Expr::value(sealed)).await
}

/// Takes the time step of a code for used; `false` when it or a later one was used before.
pub async fn use_totp_step(unit: &Unit, id: UserId, step: i64) -> Result<bool, StoreError> {
    let fresh = user::Column::TotpLastStep.is_null().or(user::Column::TotpLastStep.lt(step));
    let changed = user::Entity::update_many()
        .col_expr(user::Column::TotpLastStep, Expr::value(step))
        .filter(user::Column::Id.eq(id.0))
        .filter(fresh)
        .exec(&unit.transaction)
        .await?;
    Ok(changed.rows_affected == 1)
}

async fn change(unit: &Unit, id: UserId, column: user::Column, value: Expr) -> Result<(), StoreError> {
    let changed = user::Entity::update_many()
        .col_expr(column, value)
        .col_expr(user::Column::Version, Expr::col(user::Column::Version).add(1))
        .filter(user::Column::Id.eq(id.0))
        .exec(&unit.transaction)
        .await?;
    if changed.rows_affected == 0 { Err(StoreError::NotFound { what: "user" }) } else { Ok(()) }
}

impl TryFrom<user::Model> for UserRecord {
    type Error = StoreError;

    fn try_from(row: user::Model) -> Result<UserRecord, StoreError> {
        Ok(UserRecord {
            id: UserId(row.id),
            name: row.name,
            password_hash: row.password_hash,
            role: Role::read("users", "role", &row.role)?,
            totp_sealed: row.totp_sealed,
            totp_last_step: row.totp_last_step,
            failed_logins: row.failed_logins,
            locked_until: row.locked_until.map(Timestamp::from_micros),
            disabled_at: row.disabled_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(row.created_at),
            version: row.version,
        })
    }
}
