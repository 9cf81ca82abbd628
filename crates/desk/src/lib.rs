//! The front office: everything that can move money.

pub mod accounts;
mod clock;
mod error;
pub mod feeds;
pub mod hub;
mod journal;
pub mod path;
pub mod runs;

pub use clock::Clock;
pub use error::DeskError;
pub use journal::{Entry, Journal, JournalError};
