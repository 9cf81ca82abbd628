//! What the operator does at the machine itself, who has the database anyway: no caller, no permission.
//!
//! Promises: each act is in the activity log, as done by the operator at the console; there is always an administrator
//! who can log in. A running server sees it within seconds. Never does: ask, print.

use store::users::{self, Role, UserRecord};
use store::{PageRequest, Unit, sessions};

use super::record::Act;
use super::users::take_back_invites;
use super::{Access, AccessError, Origin, Secret, User, password};

/// Where the operator sits, as the activity log says it.
fn console() -> Origin {
    Origin { address: "console".to_owned(), agent: String::new() }
}

impl Access {
    /// Adds a user without a ticket; the first one closes registration, as the set-up token would.
    pub async fn add_user(&self, name: &str, password: &Secret, role: Role) -> Result<User, AccessError> {
        password::accept_name(name)?;
        password::accept(password, name, "password")?;
        let hash = self.inner.passwords.hash(password, self.inner.randomness.as_ref()).await?;
        let mut setup = self.inner.setup_token.lock().await;
        let unit = self.store().begin().await?;
        let id = users::create(&unit, name, &hash, role, self.now()).await?;
        let origin = console();
        let act = Act::of(id, "user.registered", &origin).with("role", role.name()).with("by", "operator");
        act.write(&unit, self.now()).await?;
        let user = users::get(&unit, id).await?;
        unit.commit().await?;
        *setup = None;
        Ok(user.into())
    }

    /// Everybody, the first one first.
    pub async fn all_users(&self) -> Result<Vec<User>, AccessError> {
        let mut page = PageRequest::first(PageRequest::MAX)?;
        let mut all = Vec::new();
        loop {
            let found = users::list(self.store(), page).await?;
            all.extend(found.rows.into_iter().map(User::from));
            match found.next {
                Some(cursor) => page = page.after(cursor),
                None => break,
            }
        }
        all.reverse();
        Ok(all)
    }

    /// Whether this password would let this user in (but for a second factor). Counts nothing: nobody is at the door.
    pub async fn can_log_in(&self, name: &str, password: &Secret) -> Result<bool, AccessError> {
        let Some(user) = users::by_name(self.store(), name).await? else { return Ok(false) };
        Ok(user.disabled_at.is_none()
            && self.inner.passwords.verify(password, Some(&user.password_hash)).await?)
    }

    /// Gives a user another password, ends their sessions and forgets their failed log-ins.
    pub async fn replace_password(&self, name: &str, new: &Secret) -> Result<User, AccessError> {
        password::accept(new, name, "password")?;
        let hash = self.inner.passwords.hash(new, self.inner.randomness.as_ref()).await?;
        let unit = self.store().begin().await?;
        let user = named(&unit, name).await?;
        users::set_password(&unit, user.id, &hash).await?;
        users::clear_failed_logins(&unit, user.id).await?;
        sessions::revoke_all(&unit, user.id, "password replaced at the console", self.now()).await?;
        let origin = console();
        Act::of(user.id, "password.changed", &origin).with("by", "operator").write(&unit, self.now()).await?;
        let user = users::get(&unit, user.id).await?;
        unit.commit().await?;
        self.note_revocations().await;
        Ok(user.into())
    }

    /// Keeps a user out and ends their sessions, or lets them in again. Who is so already stays so.
    pub async fn disable_user(&self, name: &str, disabled: bool) -> Result<User, AccessError> {
        let unit = self.store().begin().await?;
        let seen = named(&unit, name).await?;
        // All of them: two who are disabled at once would each count on the other.
        let administrators = match seen.role {
            Role::Admin => users::administrators_locked(&unit).await?,
            Role::Trader | Role::Viewer => Vec::new(),
        };
        let user = users::get_locked(&unit, seen.id).await?;
        if user.disabled_at.is_some() == disabled {
            return Ok(user.into());
        }
        if disabled && user.role == Role::Admin && is_only_one(&administrators, &user) {
            return Err(AccessError::conflict(format!(
                "{} is the only administrator; add another one first",
                user.name
            )));
        }
        let now = self.now();
        users::set_disabled(&unit, user.id, disabled.then_some(now)).await?;
        sessions::revoke_all(&unit, user.id, "role or rights changed", now).await?;
        let user = users::get(&unit, user.id).await?;
        take_back_invites(&unit, &user, now).await?;
        let (origin, action) = (console(), if disabled { "user.disabled" } else { "user.enabled" });
        Act::of(user.id, action, &origin).on(user.id).with("by", "operator").write(&unit, now).await?;
        unit.commit().await?;
        self.note_revocations().await;
        Ok(user.into())
    }
}

async fn named(unit: &Unit, name: &str) -> Result<UserRecord, AccessError> {
    let found = users::by_name(unit, name).await?;
    found.ok_or_else(|| {
        let shown: String = name.chars().take(64).collect();
        AccessError::field("name", format!("nobody is called `{shown}`"))
    })
}

/// Whether nobody else who can log in is an administrator.
fn is_only_one(administrators: &[UserRecord], user: &UserRecord) -> bool {
    !administrators.iter().any(|other| other.id != user.id && other.disabled_at.is_none())
}
