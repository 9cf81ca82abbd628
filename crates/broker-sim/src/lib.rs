//! Servers that stand in for brokers, for paper trading and for tests.
//!
//! [`paper`] is the paper exchange: a simulated or told market behind JSON lines, with books that survive a kill. No
//! wire type is shared with the adapters in `brokers`: a shared type would hide a shared mistake.

pub mod paper;
