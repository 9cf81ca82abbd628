//! What a person or a use-case orders, but for orders.

use domain::order::Timing;
use domain::trade::{BookId, Direction, ExitReason};
use domain::{Qty, Timestamp};

use super::Engine;
use crate::event::Command;
use crate::protect::Bracket;
use crate::{Breach, Effect, Lock, LockCause, LockScope, Refusal};

impl Engine {
    pub(super) fn on_command(&mut self, at: Timestamp, command: Command, out: &mut Vec<Effect>) {
        if let Some(book) = command.book().filter(|book| !self.is_traded(*book)) {
            let (direction, qty) = (Direction::Long, Qty::ZERO);
            let breach = Breach::NoBook { book };
            out.push(Effect::Refused(Refusal { at, book, direction, qty, breach }));
            return;
        }
        match command {
            Command::Order(order) => self.on_manual_order(at, &order, out),
            Command::Change(change) => self.on_change(at, change, out),
            Command::Cancel { order } => self.on_cancel(at, order, out),
            Command::Protect { book, stop, target } => {
                self.on_protect(at, book, Bracket { stop, target }, out);
            }
            Command::Flatten { book } => {
                self.drop_waiting(at, book, out);
                self.flatten(at, book, ExitReason::Manual, Timing::Next, out);
            }
            Command::DropWaiting { book } => self.drop_waiting(at, book, out),
            Command::Pause { book } => {
                self.books[book.0 as usize].paused = true;
                self.drop_waiting(at, book, out);
                self.cancel_entries(book, out);
            }
            Command::Resume { book } => self.books[book.0 as usize].paused = false,
            Command::Kill { scope, flatten } => {
                self.lock(Lock { scope, cause: LockCause::KillSwitch, since: at }, out);
                for id in self.books_of(scope) {
                    self.drop_waiting(at, id, out);
                    self.cancel_entries(id, out);
                    if flatten {
                        self.flatten(at, id, ExitReason::Manual, Timing::Next, out);
                    }
                }
            }
            Command::Unlock { scope } => {
                let lifted = self.locks.lift(|lock| lock.scope == scope);
                if lifted.iter().any(|lock| matches!(lock.cause, LockCause::Drawdown { .. })) {
                    // Else the same loss would lock it again at the next price.
                    self.account.peak = self.account.equity();
                }
                out.extend(lifted.into_iter().map(Effect::Unlocked));
            }
        }
    }

    fn is_traded(&self, id: BookId) -> bool {
        self.books.get(id.0 as usize).is_some_and(|book| !book.retired)
    }

    pub(super) fn lock(&mut self, lock: Lock, out: &mut Vec<Effect>) {
        if self.locks.add(lock) {
            out.push(Effect::Locked(lock));
        }
    }

    fn books_of(&self, scope: LockScope) -> Vec<BookId> {
        match scope {
            LockScope::Book(id) => vec![id],
            _ => (0..self.books.len() as u32).map(BookId).collect(),
        }
    }
}

impl Command {
    /// The book that it names, if it is of one.
    fn book(&self) -> Option<BookId> {
        match *self {
            Command::Order(order) => Some(order.book),
            Command::Protect { book, .. }
            | Command::Flatten { book }
            | Command::DropWaiting { book }
            | Command::Pause { book }
            | Command::Resume { book }
            | Command::Kill { scope: LockScope::Book(book), .. } => Some(book),
            Command::Change(_) | Command::Cancel { .. } | Command::Kill { .. } | Command::Unlock { .. } => {
                None
            }
        }
    }
}
