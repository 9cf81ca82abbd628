//! Who holds what: the account's cash and the virtual books that share it.

mod account;
mod book;
mod entries;
mod episode;

pub use account::Account;
pub use book::{Book, RetireError};
pub(crate) use entries::{LastEntry, Manual, Pending, Waiting};
pub use episode::OpenPosition;
pub(crate) use episode::{BookFill, Episode};
