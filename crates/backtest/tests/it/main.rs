//! Tests of the crate from outside: what contracts say of fills, orders and limits, as a trader would tell it.

#![expect(clippy::unwrap_used, reason = "what a test cannot read ends it")]

mod story;
mod strategies;

mod accounts;
mod blocks;
mod distances;
mod entries;
mod exits;
mod finer_bars;
mod laws;
mod limits;
mod look_ahead;
mod market_orders;
mod participation;
mod played;
mod random;
mod reversals;
mod sma_reference;
mod span_ends;
mod time_exits;
mod trailing;
