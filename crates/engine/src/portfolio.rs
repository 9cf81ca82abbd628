//! Who holds what: the account's cash and the virtual books that share it.

mod account;
mod book;

pub use account::Account;
pub use book::{Book, OpenPosition, RetireError};
pub(crate) use book::{BookFill, LastEntry, Manual, Pending, Waiting};
