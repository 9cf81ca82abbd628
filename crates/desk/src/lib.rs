//! The front office: everything that can move money.

mod journal;
pub mod path;

pub use journal::{Entry, Journal, JournalError};
