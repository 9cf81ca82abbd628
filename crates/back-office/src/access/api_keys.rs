//! Keys for programs: `sauda_…`, shown once, limited to scopes.

use domain::Timestamp;
use store::users::{self, ApiKeyRecord, NewApiKey};
use store::{ApiKeyId, Page, PageRequest};

use super::record::Act;
use super::{Access, AccessError, Caller, Permission, Secret, secret};

const PREFIX: &str = "sauda_";
/// Keys in force that one user can have.
const MOST: usize = 50;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyRequest {
    pub name: String,
    /// Names of permissions.
    pub scopes: Vec<String>,
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct IssuedKey {
    pub key: Secret,
    pub record: ApiKeyRecord,
}

impl Access {
    pub async fn api_keys(
        &self,
        caller: &Caller,
        page: PageRequest,
    ) -> Result<Page<ApiKeyRecord>, AccessError> {
        caller.needs(Permission::ManageCredentials)?;
        Ok(users::api_keys(self.store(), caller.user, page).await?)
    }

    pub async fn issue_api_key(&self, caller: &Caller, wish: KeyRequest) -> Result<IssuedKey, AccessError> {
        caller.needs(Permission::ManageCredentials)?;
        let now = self.now();
        let scopes = accept(caller, &wish, now)?;
        let key = secret::token(PREFIX, self.inner.randomness.as_ref())?;
        let new = NewApiKey {
            name: wish.name.trim().to_owned(),
            key_hash: key.fingerprint(),
            scopes,
            expires_at: wish.expires_at,
        };
        let unit = self.store().begin().await?;
        let known = users::api_keys(&unit, caller.user, PageRequest::first(PageRequest::MAX)?).await?;
        if known.rows.iter().filter(|key| key.revoked_at.is_none()).count() >= MOST {
            return Err(AccessError::conflict("there are 50 API keys in force already; revoke one first"));
        }
        let id = users::create_api_key(&unit, caller.user, &new, now).await?;
        let act = Act::by(caller, "key.issued").on(id).with("name", new.name.as_str());
        act.with("scopes", new.scopes.join(" ")).write(&unit, now).await?;
        let record = users::api_key(&unit, caller.user, id).await?;
        unit.commit().await?;
        Ok(IssuedKey { key, record })
    }

    pub async fn revoke_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<(), AccessError> {
        caller.needs(Permission::ManageCredentials)?;
        let unit = self.store().begin().await?;
        users::revoke_api_key(&unit, caller.user, id, self.now()).await?;
        Act::by(caller, "key.revoked").on(id).write(&unit, self.now()).await?;
        Ok(unit.commit().await?)
    }
}

/// The scopes, each once.
fn accept(caller: &Caller, wish: &KeyRequest, now: Timestamp) -> Result<Vec<String>, AccessError> {
    let length = wish.name.trim().chars().count();
    if !(1..=64).contains(&length) || wish.name.chars().any(char::is_control) {
        return Err(AccessError::field(
            "name",
            format!("a name of {length} characters cannot be; use 1 to 64 visible"),
        ));
    }
    if let Some(end) = wish.expires_at.filter(|end| *end <= now) {
        return Err(AccessError::field(
            "expiresAt",
            format!("{end} is past; name a later time or leave it out"),
        ));
    }
    if wish.scopes.is_empty() {
        return Err(AccessError::field("scopes", "a key without scopes can do nothing; name at least one"));
    }
    let mut scopes = Vec::new();
    for name in &wish.scopes {
        let allowed = || {
            let names: Vec<_> =
                caller.permissions.iter().filter(|p| p.fits_api_key()).map(Permission::name).collect();
            names.join(", ")
        };
        let granted = Permission::from_name(name).filter(|p| p.fits_api_key() && caller.permissions.has(*p));
        if granted.is_none() {
            let shown: String = name.chars().take(40).collect();
            let detail =
                format!("scope `{shown}` is none that you can give to a key; use any of {}", allowed());
            return Err(AccessError::field("scopes", detail));
        }
        if !scopes.contains(name) {
            scopes.push(name.clone());
        }
    }
    Ok(scopes)
}
