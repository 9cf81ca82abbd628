//! JSON as it leaves and comes: camelCase, rupees as numbers, times in IST. Domain types are never written out; each
//! shape is converted by hand.

pub mod access;
pub mod accounts;
mod amount;
mod list;
mod moment;
pub mod users;
mod words;

pub use amount::Amount;
pub use list::List;
pub use moment::Moment;
pub use words::{OrderTypeWord, ProductWord, SideWord, ValidityWord};
