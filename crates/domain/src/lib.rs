//! The words of the trade: money, time, calendar, instruments, candles, orders, lots, positions, charges.
//!
//! Knows no other crate. Pure: no clock, files, sockets, randomness or async; dated tables arrive as text
//! (the built-in ones are compiled in). Everything that is money is an integer.

pub mod bars;
pub mod calendar;
pub mod charges;
mod dated_table;
mod decimal;
mod exchange;
pub mod expiry;
pub mod instrument;
pub mod lots;
pub mod money;
pub mod order;
pub mod time;
pub mod timeframe;
pub mod trade;

pub use bars::Bars;
pub use dated_table::TableError;
pub use exchange::Exchange;
pub use money::{Money, Price, Qty, Tick};
pub use order::{OrderType, Product, Side, Validity};
pub use time::{Date, Timestamp};
pub use timeframe::Timeframe;
