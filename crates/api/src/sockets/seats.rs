//! How many sockets a user has open: each holds queues and tasks, and a page that is opened again and again must not
//! take the server's memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::UserId;

use crate::Problem;
use crate::problem::Code;

pub(crate) struct Seats {
    each: usize,
    taken: Mutex<HashMap<UserId, usize>>,
}

/// One open socket, for as long as this lives.
pub(super) struct Seat {
    seats: Arc<Seats>,
    user: UserId,
}

impl Seats {
    pub fn new(each: usize) -> Seats {
        Seats { each, taken: Mutex::default() }
    }

    /// Open sockets of all users.
    pub fn count(&self) -> usize {
        self.taken().values().sum()
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    pub fn take(seats: &Arc<Seats>, user: UserId) -> Result<Seat, Problem> {
        let mut taken = seats.taken();
        let mine = taken.entry(user).or_default();
        if *mine >= seats.each {
            let words = format!(
                "{mine} sockets of this user are open, the most that one may have; close a page or program that holds one"
            );
            return Err(Problem::new(Code::TooManyRequests, words));
        }
        *mine += 1;
        drop(taken);
        Ok(Seat { seats: seats.clone(), user })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        if let Some(mine) = taken.get_mut(&self.user) {
            *mine -= 1;
            if *mine == 0 {
                taken.remove(&self.user);
            }
        }
    }
}
