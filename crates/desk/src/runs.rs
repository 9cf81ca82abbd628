//! Live runs: a strategy's version in an account, bar by bar.
//!
//! At each minute the minutes that have closed are fetched; whatever bar of a run has closed with them is marked by a
//! fresh strategy over all bars kept, as a backtest would mark it, and told to the account. A run that fails stops
//! alone: its entries stop, its stops stay, and why is stored with it.

mod boundaries;
mod come_back;
mod ends;
mod live;
mod pasts;
mod settings;

pub use boundaries::Minutes;
/// Limits of one run.
pub use engine::BookLimits as RunLimits;
pub use live::{LiveRun, Runs};
pub use settings::{RunSettings, StartRun};
pub(crate) use settings::{facts, tradable};
