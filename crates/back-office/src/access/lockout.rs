//! Waits that grow with each failed log-in.
//!
//! A failure counts twice. For the name at the address that it came from: there passwords are soon not looked at any
//! more, and the owner of the name, who comes from elsewhere, does not notice. And for the name wherever it comes from,
//! so that many addresses together cannot try out passwords either: that takes many, as it keeps the owner waiting too.
//! A day without a failure forgets what was.
//!
//! The first count is kept here, and a restart forgets it; the second is the users' in the database. Names that nobody
//! has are counted here by the same rules, so that the answer does not tell whether a name exists.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;
use domain::time::Span;
use store::users::UserRecord;

use super::Origin;

/// Failures in a row at one address that cost nothing yet.
pub(super) const FREE_AT_A_DOOR: i64 = 4;
/// The same of a name over all addresses.
pub(super) const FREE_OF_A_NAME: i64 = 99;
const FIRST_WAIT_SECONDS: i64 = 30;
const LONGEST_WAIT_SECONDS: i64 = 3_600;
/// So long after the last failure, or the wait for it, all are forgotten.
const FORGOTTEN_AFTER: Span = Span::minutes(24 * 60);
/// Doors, or names, remembered; past it the oldest is forgotten.
const MOST: usize = 16_384;

/// When the next attempt is looked at after so many failures in a row; `None`: at once.
pub(super) fn wait_until(failures: i64, free: i64, now: Timestamp) -> Option<Timestamp> {
    let step = u32::try_from(failures - free - 1).ok()?;
    let seconds = FIRST_WAIT_SECONDS.saturating_mul(2_i64.saturating_pow(step)).min(LONGEST_WAIT_SECONDS);
    Some(Timestamp::from_micros(now.as_micros() + seconds * 1_000_000))
}

/// Whether failures whose wait was over then are forgotten by now.
pub(super) fn is_forgotten(waited_until: Timestamp, now: Timestamp) -> bool {
    now - waited_until >= FORGOTTEN_AFTER
}

/// Where somebody tries to come in: a name, at an address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Door {
    name: String,
    /// An IPv4 address, or the /64 that one IPv6 subscriber has.
    place: String,
    /// Of the password in force: a new one opens a new door.
    lock: u64,
}

impl Door {
    pub fn of(name: &str, user: Option<&UserRecord>, origin: &Origin) -> Door {
        let mut lock = DefaultHasher::new();
        user.map(|user| &user.password_hash).hash(&mut lock);
        Door { name: name.to_owned(), place: place(&origin.address), lock: lock.finish() }
    }
}

fn place(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(v6)) => Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX)).to_string(),
        Ok(v4) => v4.to_string(),
        Err(_) => address.chars().take(64).collect(),
    }
}

/// Failures in a row, by what they are counted for.
pub(super) struct Failures<K> {
    known: Mutex<HashMap<K, Counted>>,
    free: i64,
}

#[derive(Clone, Copy)]
struct Counted {
    failures: i64,
    /// The moment of the last failure, or the end of the wait for it.
    until: Timestamp,
}

impl<K: Clone + Eq + Hash> Failures<K> {
    pub fn new(free: i64) -> Failures<K> {
        Failures { known: Mutex::default(), free }
    }

    pub fn locked_until(&self, key: &K) -> Option<Timestamp> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).map(|counted| counted.until)
    }

    /// How many there are now, and until when nothing is looked at.
    pub fn count(&self, key: K, now: Timestamp) -> (i64, Option<Timestamp>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST
            && !known.contains_key(&key)
            && let Some(oldest) = known.iter().min_by_key(|(_, c)| c.until).map(|(key, _)| key.clone())
        {
            known.remove(&oldest);
        }
        let counted = known.entry(key).or_insert(Counted { failures: 0, until: now });
        if is_forgotten(counted.until, now) {
            counted.failures = 0;
        }
        counted.failures += 1;
        let wait = wait_until(counted.failures, self.free, now);
        counted.until = wait.unwrap_or(now);
        (counted.failures, wait)
    }

    pub fn forget(&self, key: &K) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let zero = Timestamp::from_micros(0);
        let seconds = |n| wait_until(n, FREE_AT_A_DOOR, zero).map(|t| t.as_micros() / 1_000_000);
        assert_eq!(
            [1, 4, 5, 6, 11, 12, 500].map(seconds),
            [None, None, Some(30), Some(60), Some(1_920), Some(3_600), Some(3_600)]
        );
    }

    #[test]
    fn a_day_without_a_failure_forgets_them() {
        let failures = Failures::new(FREE_AT_A_DOOR);
        let hour = |n: i64| Timestamp::from_micros(n * 3_600_000_000);
        let counts = [0, 23, 46, 70].map(|at| failures.count("asha", hour(at)).0);
        assert_eq!(counts, [1, 2, 3, 1]);
    }

    #[test]
    fn the_names_of_strangers_do_not_fill_the_memory() {
        let failures = Failures::new(FREE_AT_A_DOOR);
        for i in 0..MOST + 50 {
            failures.count(i, Timestamp::from_micros(i as i64));
        }
        assert_eq!(failures.known.lock().unwrap().len(), MOST);
    }

    #[test]
    fn a_subscriber_is_one_place() {
        assert_eq!(place("2001:db8::1"), place("2001:db8::ffff:2"));
        assert_ne!(place("2001:db8::1"), place("2001:db8:0:1::1"));
        assert_eq!(place("::ffff:203.0.113.7"), place("203.0.113.7"));
        assert_ne!(place("203.0.113.7"), place("203.0.113.8"));
    }
}
