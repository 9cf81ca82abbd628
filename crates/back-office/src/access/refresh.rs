//! Exchanging a refresh token for the next one and a new access token.

use store::sessions::{self, Refresh};
use store::users;

use super::record::Act;
use super::{Access, AccessError, Entry, Origin, Secret, secret};

impl Access {
    /// A token that comes a second time ends its session: it was stolen, or its thief was first.
    pub async fn refresh(&self, token: &Secret, origin: Origin) -> Result<Entry, AccessError> {
        let now = self.now();
        let next = secret::token("", self.inner.randomness.as_ref())?;
        let unit = self.store().begin().await?;
        let outcome = sessions::refresh(&unit, &token.fingerprint(), &next.fingerprint(), now).await?;
        match outcome {
            Refresh::Rotated(session) => {
                let user = users::get(&unit, session.user).await?;
                if user.disabled_at.is_some() {
                    return Err(AccessError::Unauthenticated("this user is disabled; ask an administrator"));
                }
                unit.commit().await?;
                let (access_token, access_expires_at) =
                    self.inner.tokens.issue(user.id, (session.id, session.expires_at), user.role, now)?;
                Ok(Entry {
                    user: user.into(),
                    session: session.id,
                    access_token,
                    access_expires_at,
                    refresh_token: next,
                    refresh_expires_at: session.expires_at,
                })
            }
            Refresh::Reused(session) => {
                let act = Act::of(session.user, "session.revoked", &origin).in_session(session.id);
                act.on(session.id).with("because", "refresh token used twice").write(&unit, now).await?;
                unit.commit().await?;
                self.note_revocation(session.id);
                Err(AccessError::Unauthenticated(
                    "this refresh token was used before, so its session was ended; log in again",
                ))
            }
            Refresh::Ended(_) => {
                unit.commit().await?;
                Err(AccessError::Unauthenticated("this session has ended; log in again"))
            }
            Refresh::UnknownToken => {
                Err(AccessError::Unauthenticated("the refresh token is not one of ours; log in again"))
            }
        }
    }
}
