//! JSON shapes: money as numbers of at most four decimals, times ISO 8601 in IST, names in camelCase.

#![expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    reason = "serde hands every field to these by reference"
)]

pub mod audit;
pub mod backtest;
pub mod catalogue;
pub mod check;
pub mod config;
pub mod import;
pub mod indicators;
pub mod json;
pub mod market_data;
pub mod sweep;
pub mod table;
pub mod user;
pub mod verdict;
pub mod walk_forward;

use std::io::{self, Write};

use domain::{Money, Price, Timestamp};
use serde::{Serialize, Serializer};

/// Rupees as a JSON number.
pub fn money<S: Serializer>(value: &Money, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(value.to_f64())
}

/// Rupees as a JSON number, or null.
pub fn money_or_null<S: Serializer>(value: &Option<Money>, to: S) -> Result<S::Ok, S::Error> {
    value.map(Money::to_f64).serialize(to)
}

/// A price as a JSON number.
pub fn price<S: Serializer>(value: &Price, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(value.to_f64())
}

/// A price as a JSON number, or null.
pub fn price_or_null<S: Serializer>(value: &Option<Price>, to: S) -> Result<S::Ok, S::Error> {
    value.map(Price::to_f64).serialize(to)
}

/// An instant as `2024-01-01T09:15:00+05:30`.
pub fn time<S: Serializer>(value: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// Anything that prints, as text.
pub fn text<S: Serializer>(value: &impl std::fmt::Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// One document on one line.
pub fn write_json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
