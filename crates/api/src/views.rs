//! JSON as it leaves and comes: camelCase, rupees as numbers, times in IST. Domain types are never written out; each
//! shape is converted by hand.

mod amount;
mod list;
mod moment;
pub mod users;

pub use amount::Amount;
pub use list::List;
pub use moment::Moment;
