//! Who asks, once that is known.

use domain::Timestamp;
use store::users::Role;
use store::{ApiKeyId, SessionId, UserId};

use super::{AccessError, Permission, Permissions};

/// Where a request came from, as far as can be told.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    /// At most 64 characters are kept.
    pub address: String,
    /// The program, as it calls itself; at most 255 characters are kept.
    pub agent: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Credential {
    Session(SessionId),
    ApiKey(ApiKeyId),
}

/// Somebody whose token or key was good when they asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    pub user: UserId,
    pub role: Role,
    pub credential: Credential,
    /// What role and scopes leave.
    pub permissions: Permissions,
    /// When the token or key ends; `None`: a key without an end.
    pub expires_at: Option<Timestamp>,
    pub origin: Origin,
}

impl Caller {
    pub fn needs(&self, permission: Permission) -> Result<(), AccessError> {
        if self.permissions.has(permission) { Ok(()) } else { Err(AccessError::Forbidden(permission)) }
    }

    pub fn session(&self) -> Option<SessionId> {
        match self.credential {
            Credential::Session(id) => Some(id),
            Credential::ApiKey(_) => None,
        }
    }
}
