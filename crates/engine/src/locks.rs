//! Locks: what stops entries until it is lifted. They outlive a restart: [`crate::Engine::locks`] is stored at each
//! [`crate::Effect::Locked`] and handed back to [`crate::Engine::restore_locks`].

use domain::trade::BookId;
use domain::{Money, Timestamp};
use serde::{Deserialize, Serialize};

/// Whom a lock holds. One engine knows one account: a lock of a user or of everyone is told to each of theirs, and is
/// lifted only as it was made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum LockScope {
    /// One run, or the book of a person.
    Book(BookId),
    Account,
    User,
    Everyone,
}

/// Why it was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum LockCause {
    /// A person threw the switch.
    KillSwitch,
    /// Rupees lost since the day began reached the limit. Ends with the day.
    DailyLoss { lost: Money, limit: Money },
    /// Rupees lost since the highest equity reached the limit. Ends when a person lifts it.
    Drawdown { lost: Money, limit: Money },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lock {
    pub scope: LockScope,
    pub cause: LockCause,
    pub since: Timestamp,
}

/// Those in force.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Locks(Vec<Lock>);

impl Lock {
    fn holds(&self, book: BookId) -> bool {
        match self.scope {
            LockScope::Book(one) => one == book,
            LockScope::Account | LockScope::User | LockScope::Everyone => true,
        }
    }
}

impl Locks {
    pub fn all(&self) -> &[Lock] {
        &self.0
    }

    pub fn restore(&mut self, locks: &[Lock]) {
        self.0 = locks.to_vec();
    }

    /// False if the same scope is locked for the same cause already.
    pub fn add(&mut self, lock: Lock) -> bool {
        let cause = std::mem::discriminant(&lock.cause);
        let known = self.0.iter().any(|l| l.scope == lock.scope && std::mem::discriminant(&l.cause) == cause);
        if !known {
            self.0.push(lock);
        }
        !known
    }

    /// Lifts every lock for which `ends` is true, and gives them.
    pub fn lift(&mut self, mut ends: impl FnMut(&Lock) -> bool) -> Vec<Lock> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let (lifted, kept) = self.0.iter().partition(|lock| ends(lock));
        self.0 = kept;
        lifted
    }

    /// The oldest lock that holds a book.
    #[inline]
    pub fn on(&self, book: BookId) -> Option<&Lock> {
        self.0.iter().find(|lock| lock.holds(book))
    }
}
