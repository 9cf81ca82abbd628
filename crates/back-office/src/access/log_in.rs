//! Logging in: password, second factor, lockout, a new session.

use domain::Timestamp;
use store::sessions::{self, NewSession};
use store::users::{self, UserRecord};
use store::{SessionId, Unit};

use super::lockout::Door;
use super::record::Act;
use super::{Access, AccessError, Origin, Secret, User, lockout, password, secret, totp};

const WRONG: AccessError = AccessError::Unauthenticated("name or password is wrong");

#[derive(Clone, Debug)]
pub struct LogIn {
    pub name: String,
    pub password: Secret,
    /// The code of the second factor, of whoever has one.
    pub code: Option<Secret>,
    pub origin: Origin,
}

/// What somebody who was let in goes on with.
#[derive(Clone, Debug)]
pub struct Entry {
    pub user: User,
    pub session: SessionId,
    pub access_token: Secret,
    pub access_expires_at: Timestamp,
    /// Good once: a refresh gives the next.
    pub refresh_token: Secret,
    pub refresh_expires_at: Timestamp,
}

impl Access {
    pub async fn log_in(&self, who: LogIn) -> Result<Entry, AccessError> {
        let name = who.name.trim().to_lowercase();
        // A name that nobody can have is not asked for: no database need hold its bytes.
        let known = match password::accept_name(&name) {
            Ok(()) => users::by_name(self.store(), &name).await?,
            Err(_) => None,
        };
        let locked_until = match &known {
            Some(user) => user.locked_until,
            None => self.inner.strangers.locked_until(&name),
        };
        let door = Door::of(&name, known.as_ref(), &who.origin);
        self.refuse_locked(&door, locked_until)?;
        let right = self
            .inner
            .passwords
            .verify(&who.password, known.as_ref().map(|u| u.password_hash.as_str()))
            .await?;
        let Some(checked) = known else {
            self.inner.doors.count(door, self.now());
            self.inner.strangers.count(name, self.now());
            // Not the name: people type passwords into the wrong field.
            let unit = self.store().begin().await?;
            let act = Act { user: None, ..Act::of(store::UserId(0), "login.failed", &who.origin) };
            act.with("because", "unknown name").write(&unit, self.now()).await?;
            unit.commit().await?;
            return Err(WRONG);
        };
        let unit = self.store().begin().await?;
        // Others may have failed, or changed the password, while this one was checked.
        let user = users::get_locked(&unit, checked.id).await?;
        self.refuse_locked(&door, user.locked_until)?;
        if !right || user.password_hash != checked.password_hash {
            self.count_failure(unit, &user, "wrong password", &who.origin).await?;
            return Err(WRONG);
        }
        if user.disabled_at.is_some() {
            return Err(AccessError::Refused("this user is disabled; ask an administrator"));
        }
        if let Some(sealed) = &user.totp_sealed {
            let Some(code) = &who.code else {
                return Err(AccessError::TotpRequired("send the code of your authenticator app as `totp`"));
            };
            let step = totp::matching_step(&self.inner.seal, user.id, sealed, code, self.now())?;
            let fresh = match step {
                Some(step) => users::use_totp_step(&unit, user.id, step).await?,
                None => false,
            };
            if !fresh {
                self.count_failure(unit, &user, "wrong code", &who.origin).await?;
                return Err(totp::WRONG_CODE);
            }
        }
        self.open_session(unit, &user, who.origin).await
    }

    async fn open_session(
        &self,
        unit: Unit,
        user: &UserRecord,
        origin: Origin,
    ) -> Result<Entry, AccessError> {
        let now = self.now();
        let refresh_token = secret::token("", self.inner.randomness.as_ref())?;
        let refresh_expires_at =
            Timestamp::from_micros(now.as_micros() + self.inner.session_seconds * 1_000_000);
        let new = NewSession {
            address: origin.address.clone(),
            agent: origin.agent.clone(),
            expires_at: refresh_expires_at,
            token_hash: refresh_token.fingerprint(),
        };
        let session = sessions::open(&unit, user.id, &new, now).await?;
        if user.failed_logins > 0 || user.locked_until.is_some() {
            users::clear_failed_logins(&unit, user.id).await?;
        }
        let act = Act::of(user.id, "session.opened", &origin).in_session(session).on(session);
        act.with("secondFactor", user.totp_sealed.is_some()).write(&unit, now).await?;
        unit.commit().await?;
        self.inner.doors.forget(&Door::of(&user.name, Some(user), &origin));
        let (access_token, access_expires_at) =
            self.inner.tokens.issue(user.id, (session, refresh_expires_at), user.role, now)?;
        let user = User::from(user.clone());
        Ok(Entry { user, session, access_token, access_expires_at, refresh_token, refresh_expires_at })
    }

    /// While somebody must wait at this door, or with this name at all doors until then.
    pub(super) fn refuse_locked(&self, door: &Door, name: Option<Timestamp>) -> Result<(), AccessError> {
        let now = self.now();
        match self.inner.doors.locked_until(door).max(name) {
            Some(until) if until > now => Err(AccessError::LockedOut { until, now }),
            _ => Ok(()),
        }
    }

    /// Counts it and commits: a wrong code of the second factor as well as a wrong password.
    pub(super) async fn count_failure(
        &self,
        unit: Unit,
        user: &UserRecord,
        because: &'static str,
        origin: &Origin,
    ) -> Result<(), AccessError> {
        let now = self.now();
        let (here, wait_here) = self.inner.doors.count(Door::of(&user.name, Some(user), origin), now);
        if user.locked_until.is_some_and(|until| lockout::is_forgotten(until, now)) {
            users::clear_failed_logins(&unit, user.id).await?;
        }
        let all = users::count_failed_login(&unit, user.id).await?;
        let wait = lockout::wait_until(all, lockout::FREE_OF_A_NAME, now);
        // Without a wait it is the moment of the failure: from it the day counts that forgets them.
        users::lock_until(&unit, user.id, Some(wait.unwrap_or(now))).await?;
        let until = wait_here.max(wait);
        let act = Act::of(user.id, "login.failed", origin).with("because", because);
        let act = act.with("failures", here).with("failuresEverywhere", all);
        act.with("lockedUntil", until.map(|t| t.to_string())).write(&unit, now).await?;
        Ok(unit.commit().await?)
    }
}
