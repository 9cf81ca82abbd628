//! From what a request carries to a [`Caller`].

use domain::Timestamp;
use domain::time::Span;
use store::{SessionId, users};
use tokio::sync::broadcast;

use super::{
    Access, AccessError, Caller, Credential, Origin, Permission, Permissions, Secret, permissions_of,
};

/// How seldom the last use of an API key is written: a program that asks ten times a second would else write as often.
const NOTE_USE_AFTER_SECONDS: i64 = 60;

/// How long past its end a token or key still holds a connection open: whose page renews it in time is not cut off.
const EXPIRED_FOR_SECONDS: i64 = 30;

/// What has become of somebody who was let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Good,
    /// Token or key are too old: with a new one they may come again.
    Expired,
    /// The session was ended, the key taken back, or the user shut out.
    Revoked,
}

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

    /// How one who was let in earlier, as at a socket, stands now.
    pub async fn standing(&self, caller: &Caller) -> Result<Standing, AccessError> {
        let now = self.now();
        let revoked = match caller.credential {
            Credential::Session(id) => self.inner.revoked.has(id, self.store(), now).await?,
            Credential::ApiKey(id) => {
                let user = users::get(self.store(), caller.user).await?;
                let key = users::api_key(self.store(), caller.user, id).await?;
                user.disabled_at.is_some() || key.revoked_at.is_some()
            }
        };
        let grace = Span::micros(EXPIRED_FOR_SECONDS * 1_000_000);
        Ok(match caller.expires_at {
            _ if revoked => Standing::Revoked,
            Some(end) if now - end > grace => Standing::Expired,
            _ => Standing::Good,
        })
    }

    /// Sessions as they are revoked, also by other processes (these within seconds). One who lags asks
    /// [`Access::standing`].
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
