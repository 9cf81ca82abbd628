//! What a run is told to trade, and how.

mod sizing;
mod spec;

pub use sizing::{Sizing, SizingError};
pub use spec::{BookSpec, Contract, Sides};
