//! Candles on disk: the Parquet store, its checks against the calendar, export, and seeded synthetic markets.
//!
//! The only crate that knows Parquet and CSV. Holds no market data of its own and decides nothing about
//! trading; it promises that what is read is what was written, or an error that names the file.

pub mod export;
pub mod import;
pub mod store;
pub mod synthetic;
pub mod verify;

pub use store::{Loaded, MergeReport, SeriesInfo, Store, StoreError};
