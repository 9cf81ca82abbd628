//! Why the desk does not do what it was asked to, by what the caller does next.

use store::StoreError;
use thiserror::Error;

use crate::JournalError;
use crate::path::SetupError;

#[derive(Debug, Error)]
pub enum DeskError {
    /// Something in the request is wrong.
    #[error("{why}")]
    Invalid { field: &'static str, why: String },
    /// There is no such thing, or it is somebody else's.
    #[error("no such {what}")]
    NotFound { what: &'static str },
    /// A rule said no; it is recorded.
    #[error("{why}")]
    Refused { rule: String, why: String },
    /// It cannot be done as things stand.
    #[error("{0}")]
    Conflict(String),
    /// It cannot be done now; the same may be tried again.
    #[error("{0}")]
    Unavailable(String),
    #[error(transparent)]
    Store(StoreError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl DeskError {
    pub fn invalid(field: &'static str, why: impl std::fmt::Display) -> DeskError {
        DeskError::Invalid { field, why: why.to_string() }
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> DeskError {
        match error {
            StoreError::NotFound { what } => DeskError::NotFound { what },
            StoreError::Busy | StoreError::Unreachable(_) => {
                // The database's own words name hosts and users: they are for the log.
                tracing::warn!("the database is busy or away: {error}");
                DeskError::Unavailable("the database is busy or away; nothing was done, try again".to_owned())
            }
            StoreError::Stale { .. } | StoreError::Taken { .. } => DeskError::Conflict(error.to_string()),
            other => DeskError::Store(other),
        }
    }
}

impl From<SetupError> for DeskError {
    fn from(error: SetupError) -> DeskError {
        DeskError::Invalid { field: error.field, why: error.why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_says_does_not_get_out() {
        let away = StoreError::Unreachable("no route to sauda@10.1.2.3:5432".to_owned());
        let told = DeskError::from(away).to_string();
        assert_eq!(told, "the database is busy or away; nothing was done, try again");
    }
}
