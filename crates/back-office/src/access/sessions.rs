//! Seeing and ending one's sessions.

use store::sessions::{self, SessionRecord};
use store::{Page, PageRequest, SessionId, users};

use super::record::Act;
use super::{Access, AccessError, Caller, Permission};

impl Access {
    pub async fn sessions(
        &self,
        caller: &Caller,
        page: PageRequest,
    ) -> Result<Page<SessionRecord>, AccessError> {
        caller.needs(Permission::ReadProfile)?;
        Ok(sessions::list(self.store(), caller.user, page).await?)
    }

    /// Ends the session that asks, or all of the user's.
    pub async fn log_out(&self, caller: &Caller, everywhere: bool) -> Result<(), AccessError> {
        let Some(session) = caller.session() else {
            return Err(AccessError::Refused("an API key has no session; revoke it under /api/auth/keys"));
        };
        if everywhere { self.end_all_sessions(caller).await } else { self.end_session(caller, session).await }
    }

    pub async fn end_session(&self, caller: &Caller, session: SessionId) -> Result<(), AccessError> {
        caller.needs(Permission::ManageCredentials)?;
        let unit = self.store().begin().await?;
        users::get_locked(&unit, caller.user).await?;
        sessions::revoke(&unit, caller.user, session, "by its user", self.now()).await?;
        Act::by(caller, "session.revoked").on(session).write(&unit, self.now()).await?;
        unit.commit().await?;
        self.note_revocation(session);
        Ok(())
    }

    pub async fn end_all_sessions(&self, caller: &Caller) -> Result<(), AccessError> {
        caller.needs(Permission::ManageCredentials)?;
        let unit = self.store().begin().await?;
        // A log-in beside it is ended too, or begins after it.
        users::get_locked(&unit, caller.user).await?;
        let count = sessions::revoke_all(&unit, caller.user, "by its user, everywhere", self.now()).await?;
        Act::by(caller, "session.revoked").on("all").with("count", count).write(&unit, self.now()).await?;
        unit.commit().await?;
        self.note_revocations().await;
        Ok(())
    }
}
