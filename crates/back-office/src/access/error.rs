//! What can go wrong, by what the caller does next.

use domain::Timestamp;
use store::StoreError;
use thiserror::Error;

use super::Permission;

#[derive(Debug, Error)]
pub enum AccessError {
    /// Nobody, or nobody any more: the words say what to do.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The password was right; the code of the second factor is missing or wrong.
    #[error("{0}")]
    TotpRequired(&'static str),
    #[error("this needs the permission `{}`, which your role or API key does not have; ask an administrator", .0.name())]
    Forbidden(Permission),
    /// Not a matter of permission: nobody may do it, or not with what they came with.
    #[error("{0}")]
    Refused(&'static str),
    /// It does not fit how things are now; the words say what to do first.
    #[error("{0}")]
    Conflict(String),
    /// Too many failures: nothing is looked at before this moment.
    #[error("too many failed attempts; wait and try again")]
    LockedOut { until: Timestamp, now: Timestamp },
    /// What was sent is not acceptable; the words name value and cure.
    #[error("{detail}")]
    Field { field: &'static str, detail: String },
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing the caller can mend. For the log, not for the answer.
    #[error("{0}")]
    Internal(String),
    /// The key file or the environment is not usable: the start fails.
    #[error("{0}")]
    Setting(String),
}

impl AccessError {
    pub(crate) fn conflict(words: impl Into<String>) -> AccessError {
        AccessError::Conflict(words.into())
    }

    pub(crate) fn field(field: &'static str, detail: impl Into<String>) -> AccessError {
        AccessError::Field { field, detail: detail.into() }
    }
}
