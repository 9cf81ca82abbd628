//! Coming in for the first time: the first administrator with the set-up token, all others with an invite.

use store::users::Role;
use store::{StoreError, UserId, users};

use super::record::Act;
use super::{Access, AccessError, Origin, Secret, User, password};

/// What allows somebody to register.
#[derive(Clone, Debug)]
pub enum Ticket {
    /// The first administrator's, from the console.
    SetupToken(Secret),
    Invite(Secret),
}

#[derive(Clone, Debug)]
pub struct Registration {
    pub name: String,
    pub password: Secret,
    pub ticket: Option<Ticket>,
    pub origin: Origin,
}

const NO_INVITE: AccessError =
    AccessError::Refused("the invite was used, withdrawn or is too old; ask an administrator for another");

impl Access {
    /// Whether nobody has registered yet.
    pub async fn setup_needed(&self) -> Result<bool, AccessError> {
        Ok(users::none_yet(self.store()).await?)
    }

    pub async fn register(&self, new: Registration) -> Result<User, AccessError> {
        password::accept_name(&new.name)?;
        password::accept(&new.password, &new.name, "password")?;
        match &new.ticket {
            Some(Ticket::SetupToken(token)) => self.register_first(&new, token).await,
            Some(Ticket::Invite(token)) => self.register_invited(&new, token).await,
            None if self.setup_needed().await? => Err(AccessError::Refused(
                "the first user registers with `setupToken`, which the server printed on its console at start",
            )),
            None => Err(AccessError::Refused(
                "registration is closed; ask an administrator for an invite and send it as `invite`",
            )),
        }
    }

    async fn register_first(&self, new: &Registration, token: &Secret) -> Result<User, AccessError> {
        // Held to the end: of two who come at once with the token one is the first.
        let mut setup = self.inner.setup_token.lock().await;
        if !setup.as_ref().is_some_and(|right| right.same_as(token)) {
            return Err(AccessError::Refused(
                "the set-up token is not the one that the server printed at its last start, or was used",
            ));
        }
        let hash = self.inner.passwords.hash(&new.password, self.inner.randomness.as_ref()).await?;
        let unit = self.store().begin().await?;
        if !users::none_yet(&unit).await? {
            *setup = None;
            return Err(AccessError::Refused("there is an administrator already; ask for an invite"));
        }
        let id = users::create(&unit, &new.name, &hash, Role::Admin, self.now()).await?;
        let act =
            Act::of(id, "user.registered", &new.origin).with("role", "admin").with("by", "set-up token");
        act.write(&unit, self.now()).await?;
        let user = users::get(&unit, id).await?;
        unit.commit().await?;
        *setup = None;
        Ok(user.into())
    }

    async fn register_invited(&self, new: &Registration, token: &Secret) -> Result<User, AccessError> {
        let hash = self.inner.passwords.hash(&new.password, self.inner.randomness.as_ref()).await?;
        let unit = self.store().begin().await?;
        if let Some(holder) = users::by_name(&unit, &new.name).await? {
            // Only somebody with a good invite learns that the name is taken; the unit is dropped, the invite stays.
            self.spend(&unit, token, holder.id).await?;
            return Err(StoreError::Taken { what: "user name" }.into());
        }
        let id = users::create(&unit, &new.name, &hash, Role::Viewer, self.now()).await?;
        let role = self.spend(&unit, token, id).await?;
        users::set_role(&unit, id, role).await?;
        let act = Act::of(id, "user.registered", &new.origin).with("role", role.name()).with("by", "invite");
        act.write(&unit, self.now()).await?;
        let user = users::get(&unit, id).await?;
        unit.commit().await?;
        Ok(user.into())
    }

    async fn spend(&self, unit: &store::Unit, token: &Secret, user: UserId) -> Result<Role, AccessError> {
        match users::use_invite(unit, &token.fingerprint(), user, self.now()).await {
            Err(StoreError::NotFound { .. }) => Err(NO_INVITE),
            other => Ok(other?),
        }
    }
}
