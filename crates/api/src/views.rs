//! JSON as it leaves and comes: camelCase, rupees as numbers, times in IST. Domain types are never written out; each
//! shape is converted by hand.

pub mod access;
pub mod accounts;
mod amount;
mod list;
pub mod market;
mod moment;
pub mod options;
pub mod orders;
pub mod positions;
pub mod risk;
pub mod run_settings;
pub mod runs;
pub mod strategies;
pub mod users;
mod words;

pub use amount::{Amount, price, quantity};
pub use list::List;
pub use moment::{Moment, date, moment};
pub use words::{OrderTypeWord, ProductWord, SideWord, ValidityWord, instrument, timeframe};
