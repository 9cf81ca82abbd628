//! The clock and the randomness, so that a test can be both.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::Timestamp;

use super::AccessError;

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

pub trait Randomness: Send + Sync {
    /// Fills all of `bytes` with what nobody can guess.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), AccessError>;
}

/// The machine's clock.
pub struct SystemClock;

/// The operating system's randomness.
pub struct OsRandomness;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

impl Randomness for OsRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), AccessError> {
        getrandom::fill(bytes)
            .map_err(|why| AccessError::Internal(format!("the system gives no randomness: {why}")))
    }
}
