//! Users as others may see them; changing them; their activity.

use domain::Timestamp;
use store::activity::{self, Activity};
use store::audit::{self, ChainReport};
use store::users::{self, Role, UserRecord};
use store::{Page, PageRequest, Unit, UserId, sessions};

use super::lockout::Door;
use super::record::Act;
use super::{Access, AccessError, Caller, Permission, Secret, password, permissions_of};

/// A user without what is secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub has_second_factor: bool,
    pub disabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// What is to become of a user; `None`: as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct UserChange {
    pub role: Option<Role>,
    pub disabled: Option<bool>,
}

impl From<UserRecord> for User {
    fn from(record: UserRecord) -> User {
        User {
            id: record.id,
            has_second_factor: record.totp_sealed.is_some(),
            name: record.name,
            role: record.role,
            disabled_at: record.disabled_at,
            created_at: record.created_at,
        }
    }
}

impl Access {
    /// The caller.
    pub async fn profile(&self, caller: &Caller) -> Result<User, AccessError> {
        caller.needs(Permission::ReadProfile)?;
        Ok(users::get(self.store(), caller.user).await?.into())
    }

    /// Ends every session, also the one that asks: who knew the old password may be in one of them.
    pub async fn change_password(
        &self,
        caller: &Caller,
        current: &Secret,
        new: &Secret,
    ) -> Result<(), AccessError> {
        caller.needs(Permission::ManageCredentials)?;
        let checked = users::get(self.store(), caller.user).await?;
        let door = Door::of(&checked.name, Some(&checked), &caller.origin);
        self.refuse_locked(&door, checked.locked_until)?;
        password::accept(new, &checked.name, "newPassword")?;
        let right = self.inner.passwords.verify(current, Some(&checked.password_hash)).await?;
        let hash = self.inner.passwords.hash(new, self.inner.randomness.as_ref()).await?;
        let unit = self.store().begin().await?;
        let user = users::get_locked(&unit, caller.user).await?;
        if !right || user.password_hash != checked.password_hash {
            self.count_failure(unit, &user, "wrong password", &caller.origin).await?;
            return Err(AccessError::field(
                "currentPassword",
                "this is not your password now; send that first",
            ));
        }
        users::set_password(&unit, user.id, &hash).await?;
        sessions::revoke_all(&unit, user.id, "password changed", self.now()).await?;
        Act::by(caller, "password.changed").write(&unit, self.now()).await?;
        unit.commit().await?;
        self.note_revocations().await;
        Ok(())
    }

    pub async fn users(&self, caller: &Caller, page: PageRequest) -> Result<Page<User>, AccessError> {
        caller.needs(Permission::ManageUsers)?;
        let Page { rows, next } = users::list(self.store(), page).await?;
        Ok(Page { rows: rows.into_iter().map(User::from).collect(), next })
    }

    /// Ends the user's sessions when anything changes: their tokens name the old role.
    pub async fn change_user(
        &self,
        caller: &Caller,
        id: UserId,
        change: UserChange,
    ) -> Result<User, AccessError> {
        caller.needs(Permission::ManageUsers)?;
        if id == caller.user {
            // So there is always one administrator: the one who asks.
            return Err(AccessError::Refused("nobody changes their own role; ask another administrator"));
        }
        let now = self.now();
        let unit = self.store().begin().await?;
        // Of two who shut each other out at once one comes first, and the other is no administrator then.
        let (first, second) = (caller.user.min(id), caller.user.max(id));
        let (first, second) =
            (users::get_locked(&unit, first).await?, users::get_locked(&unit, second).await?);
        let (own, before) = if first.id == caller.user { (first, second) } else { (second, first) };
        may_manage_users(&own)?;
        let role = change.role.filter(|role| *role != before.role);
        let disabled = change.disabled.filter(|disabled| *disabled != before.disabled_at.is_some());
        if let Some(role) = role {
            users::set_role(&unit, id, role).await?;
        }
        if let Some(disabled) = disabled {
            users::set_disabled(&unit, id, disabled.then_some(now)).await?;
        }
        let after = users::get(&unit, id).await?;
        let changed = role.is_some() || disabled.is_some();
        if changed {
            sessions::revoke_all(&unit, id, "role or rights changed", now).await?;
            take_back_invites(&unit, &after, now).await?;
        }
        if let Some(role) = role {
            let act = Act::by(caller, "user.role").on(id).with("from", before.role.name());
            act.with("to", role.name()).write(&unit, now).await?;
        }
        if let Some(disabled) = disabled {
            let action = if disabled { "user.disabled" } else { "user.enabled" };
            Act::by(caller, action).on(id).write(&unit, now).await?;
        }
        unit.commit().await?;
        if changed {
            self.note_revocations().await;
        }
        Ok(after.into())
    }

    /// What the caller did.
    pub async fn activity(&self, caller: &Caller, page: PageRequest) -> Result<Page<Activity>, AccessError> {
        caller.needs(Permission::ReadProfile)?;
        Ok(activity::list(self.store(), caller.user, page).await?)
    }

    /// Walks all audit chains to their first broken links.
    pub async fn verify_audit(&self, caller: &Caller) -> Result<Vec<ChainReport>, AccessError> {
        caller.needs(Permission::ReadAudit)?;
        Ok(audit::verify(self.store()).await?)
    }
}

/// Whether a user, as they are now, may do what their token says that they may.
pub(super) fn may_manage_users(user: &UserRecord) -> Result<(), AccessError> {
    if user.disabled_at.is_none() && permissions_of(user.role).has(Permission::ManageUsers) {
        return Ok(());
    }
    Err(AccessError::Unauthenticated("you are no longer an administrator; log in again"))
}

/// Who may let nobody in has no invites out either: else they came back by one of their own.
pub(super) async fn take_back_invites(
    unit: &Unit,
    user: &UserRecord,
    at: Timestamp,
) -> Result<(), AccessError> {
    if may_manage_users(user).is_err() {
        users::revoke_invites_of(unit, user.id, at).await?;
    }
    Ok(())
}
