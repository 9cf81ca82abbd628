//! Waits that grow with each failed log-in.
//!
//! Users carry their count in the database. Names that nobody has are counted here, by the same rule, so that the
//! answer does not tell whether a name exists.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;

/// Failures in a row that cost nothing yet.
const FREE: i64 = 4;
const FIRST_WAIT_SECONDS: i64 = 30;
const LONGEST_WAIT_SECONDS: i64 = 3_600;
/// Names remembered; past it the oldest is forgotten.
const STRANGERS: usize = 4_096;

/// When the next attempt is looked at after so many failures in a row; `None`: at once.
pub(super) fn wait_until(failures: i64, now: Timestamp) -> Option<Timestamp> {
    let step = u32::try_from(failures - FREE - 1).ok()?;
    let seconds = FIRST_WAIT_SECONDS.saturating_mul(2_i64.saturating_pow(step)).min(LONGEST_WAIT_SECONDS);
    Some(Timestamp::from_micros(now.as_micros() + seconds * 1_000_000))
}

#[derive(Default)]
pub(super) struct Strangers(Mutex<HashMap<String, Stranger>>);

#[derive(Default, Clone, Copy)]
struct Stranger {
    failures: i64,
    locked_until: Option<Timestamp>,
    last: Timestamp,
}

impl Strangers {
    pub fn locked_until(&self, name: &str) -> Option<Timestamp> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).and_then(|stranger| stranger.locked_until)
    }

    pub fn count_failure(&self, name: &str, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= STRANGERS
            && !known.contains_key(name)
            && let Some(oldest) = known.iter().min_by_key(|(_, s)| s.last).map(|(name, _)| name.clone())
        {
            known.remove(&oldest);
        }
        let stranger = known.entry(name.to_owned()).or_default();
        stranger.failures += 1;
        stranger.last = now;
        stranger.locked_until = wait_until(stranger.failures, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let zero = Timestamp::from_micros(0);
        let seconds = |n| wait_until(n, zero).map(|t| t.as_micros() / 1_000_000);
        assert_eq!(
            [1, 4, 5, 6, 11, 12, 500].map(seconds),
            [None, None, Some(30), Some(60), Some(1_920), Some(3_600), Some(3_600)]
        );
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let strangers = Strangers::default();
        for i in 0..STRANGERS + 50 {
            strangers.count_failure(&format!("n{i}"), Timestamp::from_micros(i as i64));
        }
        assert_eq!(strangers.0.lock().unwrap().len(), STRANGERS);
    }
}
