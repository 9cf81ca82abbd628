//! Accounts at work: one task for each owns its order path, journal and broker; another writes to the database.
//!
//! The task takes one message at a time: it writes the input to the journal, hands it to the pure
//! [`OrderPath`](crate::path::OrderPath), passes on what must be stored to the [`writer`] and sends what must be sent. An order
//! leaves only after the writer has said that it is durable. Replies to callers wait for the same.

mod account;
mod days;
mod message;
mod snapshots;
mod start;
mod task;
mod view;
mod writer;

pub use account::Account;
pub use message::{Done, Wish};
pub use start::{AccountSettings, Link};
pub use view::{AccountState, AccountView, BookView};
