//! From what a request carries to a [`Caller`].

use domain::Timestamp;
use store::{SessionId, users};
use tokio::sync::broadcast;

use super::{
    Access, AccessError, Caller, Credential, Origin, Permission, Permissions, Secret, permissions_of,
};

/// How seldom the last use of an API key is written: a program that asks ten times a second would else write as often.
const NOTE_USE_AFTER_SECONDS: i64 = 60;

impl Access {
    /// Whose access token this is.
    pub async fn by_access_token(&self, token: &Secret, origin: Origin) -> Result<Caller, AccessError> {
        let now = self.now();
        let named = self.inner.tokens.read(token, now)?;
        if self.inner.revoked.has(named.session, self.store(), now).await? {
            return Err(AccessError::Unauthenticated("this session was ended; log in again"));
        }
        Ok(Caller {
            user: named.user,
            role: named.role,
            credential: Credential::Session(named.session),
            permissions: permissions_of(named.role),
            expires_at: Some(named.expires_at),
            origin,
        })
    }

    /// Whose API key this is.
    pub async fn by_api_key(&self, key: &Secret, origin: Origin) -> Result<Caller, AccessError> {
        let now = self.now();
        let found = users::api_key_by_hash(self.store(), &key.fingerprint()).await?;
        let good = found.filter(|key| key.revoked_at.is_none());
        let key = good.ok_or(AccessError::Unauthenticated(
            "the API key is not one in force; make another under POST /api/auth/keys",
        ))?;
        if key.expires_at.is_some_and(|end| end <= now) {
            return Err(AccessError::Unauthenticated(
                "the API key has expired; make another under POST /api/auth/keys",
            ));
        }
        let user = users::get(self.store(), key.user).await?;
        if user.disabled_at.is_some() {
            return Err(AccessError::Unauthenticated("this user is disabled; ask an administrator"));
        }
        let used = key.last_used_at.map_or(i64::MIN, Timestamp::as_micros);
        if now.as_micros().saturating_sub(used) >= NOTE_USE_AFTER_SECONDS * 1_000_000 {
            let unit = self.store().begin().await?;
            users::touch_api_key(&unit, key.id, now).await?;
            unit.commit().await?;
        }
        let scopes: Vec<Permission> = key
            .scopes
            .iter()
            .filter_map(|name| Permission::from_name(name))
            .filter(|p| p.fits_api_key())
            .collect();
        Ok(Caller {
            user: user.id,
            role: user.role,
            credential: Credential::ApiKey(key.id),
            permissions: Permissions::of(&scopes).both(permissions_of(user.role)),
            expires_at: key.expires_at,
            origin,
        })
    }

    /// Whether one who was let in earlier, as at a socket, would still be let in.
    pub async fn is_still_good(&self, caller: &Caller) -> Result<bool, AccessError> {
        let now = self.now();
        match caller.credential {
            Credential::Session(id) => Ok(!self.inner.revoked.has(id, self.store(), now).await?),
            Credential::ApiKey(id) => {
                let user = users::get(self.store(), caller.user).await?;
                let key = users::api_key(self.store(), caller.user, id).await?;
                let in_time = key.expires_at.is_none_or(|end| end > now);
                Ok(user.disabled_at.is_none() && key.revoked_at.is_none() && in_time)
            }
        }
    }

    /// Sessions as they are revoked, also by other processes (these within seconds). One who lags asks
    /// [`Access::is_still_good`].
    pub fn revocations(&self) -> broadcast::Receiver<SessionId> {
        self.inner.revoked.listen()
    }

    /// Lets the list of revoked sessions catch up after a unit that ended sessions.
    pub(super) async fn note_revocations(&self) {
        if self.inner.revoked.replace(self.store(), self.now()).await.is_err() {
            // They are ended all the same: until the list can be read again, nobody is let in by it.
            self.inner.revoked.distrust();
        }
    }

    pub(super) fn note_revocation(&self, session: SessionId) {
        self.inner.revoked.add(session);
    }
}
