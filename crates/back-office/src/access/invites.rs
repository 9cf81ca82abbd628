//! Letting others in.

use domain::Timestamp;
use store::users::{self, InviteRecord, Role};
use store::{InviteId, Page, PageRequest};

use super::record::Act;
use super::users::may_manage_users;
use super::{Access, AccessError, Caller, Permission, Secret, secret};

const LIFE_SECONDS: i64 = 7 * 24 * 3_600;

#[derive(Clone, Debug)]
pub struct IssuedInvite {
    pub id: InviteId,
    /// What the invited person registers with; shown once.
    pub token: Secret,
    pub role: Role,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Access {
    pub async fn invites(
        &self,
        caller: &Caller,
        page: PageRequest,
    ) -> Result<Page<InviteRecord>, AccessError> {
        caller.needs(Permission::ManageUsers)?;
        Ok(users::invites(self.store(), page).await?)
    }

    pub async fn invite(&self, caller: &Caller, role: Role) -> Result<IssuedInvite, AccessError> {
        caller.needs(Permission::ManageUsers)?;
        let created_at = self.now();
        let token = secret::token("", self.inner.randomness.as_ref())?;
        let expires_at = Timestamp::from_micros(created_at.as_micros() + LIFE_SECONDS * 1_000_000);
        let unit = self.store().begin().await?;
        // Whoever is being shut out meanwhile issues nothing any more.
        may_manage_users(&users::get_locked(&unit, caller.user).await?)?;
        let id = users::create_invite(&unit, caller.user, &token.fingerprint(), role, created_at, expires_at)
            .await?;
        Act::by(caller, "invite.issued").on(id).with("role", role.name()).write(&unit, created_at).await?;
        unit.commit().await?;
        Ok(IssuedInvite { id, token, role, created_at, expires_at })
    }

    pub async fn revoke_invite(&self, caller: &Caller, id: InviteId) -> Result<(), AccessError> {
        caller.needs(Permission::ManageUsers)?;
        let unit = self.store().begin().await?;
        may_manage_users(&users::get_locked(&unit, caller.user).await?)?;
        users::revoke_invite(&unit, id, self.now()).await?;
        Act::by(caller, "invite.revoked").on(id).write(&unit, self.now()).await?;
        Ok(unit.commit().await?)
    }
}
