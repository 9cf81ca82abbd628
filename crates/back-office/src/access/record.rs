//! What was done, for the activity log.

use domain::Timestamp;
use store::activity::{self, Activity};
use store::{AccountId, SessionId, Unit, UserId};

use super::{Access, AccessError, Caller, Credential, Origin};

/// One line of the log, before it is written.
pub(crate) struct Act<'a> {
    pub user: Option<UserId>,
    pub session: Option<SessionId>,
    pub account: Option<AccountId>,
    pub action: &'static str,
    pub subject: String,
    pub detail: serde_json::Value,
    pub origin: &'a Origin,
}

impl Access {
    /// Writes into the activity log what was done elsewhere, as on the desk. `account` is the caller's own.
    pub async fn note(
        &self,
        who: &Caller,
        action: &'static str,
        account: Option<AccountId>,
        subject: &str,
        detail: &serde_json::Value,
    ) -> Result<(), AccessError> {
        let mut act = Act::by(who, action).on(subject);
        act.account = account;
        for (key, value) in detail.as_object().into_iter().flatten() {
            act = act.with(key, value.clone());
        }
        let unit = self.store().begin().await?;
        act.write(&unit, self.now()).await?;
        Ok(unit.commit().await?)
    }
}

impl<'a> Act<'a> {
    pub fn of(user: UserId, action: &'static str, origin: &'a Origin) -> Act<'a> {
        let detail = serde_json::json!({});
        Act { user: Some(user), session: None, account: None, action, subject: String::new(), detail, origin }
    }

    pub fn by(caller: &'a Caller, action: &'static str) -> Act<'a> {
        let mut act = Act::of(caller.user, action, &caller.origin);
        match caller.credential {
            Credential::Session(id) => act.session = Some(id),
            Credential::ApiKey(id) => act.detail = serde_json::json!({ "apiKey": id.0 }),
        }
        act
    }

    pub fn on(mut self, subject: impl std::fmt::Display) -> Self {
        self.subject = cut(&subject.to_string(), 96);
        self
    }

    pub fn in_session(mut self, session: SessionId) -> Self {
        self.session = Some(session);
        self
    }

    pub fn in_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    pub fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        if let serde_json::Value::Object(detail) = &mut self.detail {
            detail.insert(key.to_owned(), value.into());
        }
        self
    }

    pub async fn write(self, unit: &Unit, at: Timestamp) -> Result<(), AccessError> {
        let done = Activity {
            user: self.user,
            session: self.session,
            account: self.account,
            action: self.action.to_owned(),
            subject: self.subject,
            detail: self.detail.to_string(),
            address: cut(&self.origin.address, 64),
            at,
        };
        Ok(activity::record(unit, &done).await?)
    }
}

fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
