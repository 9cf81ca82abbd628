//! The database: users, accounts, strategies, runs, orders, books, risk and the audit, on SQLite, PostgreSQL or MariaDB.
//!
//! One module for each capability, its functions take the [`Store`] or a [`Unit`] of work first and, wherever rows
//! belong to somebody, the [`UserId`] second: what belongs to another user is not found. Records hold domain types;
//! instants are stored as microseconds, money in 1/10,000 rupee.
//!
//! Promises: what a unit writes commits together or not at all; an order id is never handed out twice; order events,
//! risk events and activity are never changed. Never does: decide about orders, hash passwords, make secrets, read the
//! clock.

pub mod accounts;
pub mod activity;
pub mod audit;
pub mod books;
mod connection;
pub mod desk_cursor;
mod entity;
mod error;
pub mod idempotency;
mod ids;
pub mod installation;
mod migration;
pub mod order_ids;
pub mod orders;
mod page;
pub mod risk;
pub mod runs;
pub mod sessions;
pub mod strategies;
mod unit;
pub mod users;
mod words;

pub use connection::{Location, Store};
pub use error::StoreError;
pub use ids::*;
pub use page::{Cursor, Page, PageRequest};
pub use unit::{Read, Unit};
pub use words::Book;
