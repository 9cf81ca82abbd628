//! The front office: everything that can move money.

pub mod accounts;
mod clock;
mod desk;
mod error;
pub mod feeds;
pub mod hub;
mod journal;
mod limits;
mod locks;
pub mod orders;
pub mod path;
pub mod replay;
pub mod runs;
pub mod strategies;
pub mod tradelog;

pub use clock::Clock;
pub use desk::{Desk, DeskParts, Links, Mode, charges_of};
pub use error::DeskError;
pub use journal::{Entry, Journal, JournalError};
pub use limits::Limits;
pub use locks::Whom;
