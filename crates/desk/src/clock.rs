//! What time it is: the computer's clock, or the one of a day that is replayed.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::Timestamp;

/// Cloned, it is the same clock.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// Of a day that is replayed: stands still until it is set, and goes back between books.
    Told(Arc<AtomicI64>),
    /// Stands still until it is set; else the market is as it is by the computer's clock.
    Stepped(Arc<AtomicI64>),
}

impl Clock {
    pub fn told(at: Timestamp) -> Clock {
        Clock::Told(Arc::new(AtomicI64::new(at.as_micros())))
    }

    pub fn stepped(at: Timestamp) -> Clock {
        Clock::Stepped(Arc::new(AtomicI64::new(at.as_micros())))
    }

    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                Timestamp::from_micros(since.map_or(0, |d| d.as_micros() as i64))
            }
            Clock::Told(at) | Clock::Stepped(at) => Timestamp::from_micros(at.load(Ordering::SeqCst)),
        }
    }

    /// A day that is replayed goes on where an account has been already: its time must not run backwards.
    pub fn not_before(&self, at: Timestamp) {
        if let Clock::Told(clock) = self {
            clock.fetch_max(at.as_micros(), Ordering::SeqCst);
        }
    }

    /// Sets a clock that stands still; the computer's own goes by itself.
    pub fn set(&self, at: Timestamp) {
        if let Clock::Told(clock) | Clock::Stepped(clock) = self {
            clock.store(at.as_micros(), Ordering::SeqCst);
        }
    }
}
