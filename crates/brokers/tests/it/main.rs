//! Adapters against the servers that stand in for their brokers.

#![expect(clippy::unwrap_used, reason = "all of this is test code: what cannot go on stops where it stands")]

mod conformance;
mod paper;
