//! Drives the engine and the simulated exchange over history, and measures what came out.
//!
//! [`Backtest::run`] is a shell around the engine like any other: it tells bars as events and carries effects out. What
//! makes it fast is what it leaves out: strategies mark their bars column by column beforehand, and between two bars at
//! which a mark, a price level or a time limit matters, nothing is told to anybody. [`Pace::EveryBar`] tells everything
//! (as live trading does); both give the same trades.
//!
//! Pure: no clock, files or randomness. The same inputs give the same outcome, whatever the number of threads.

mod columns;
pub mod court;
mod days;
mod lane;
mod latest;
pub mod metrics;
mod outcome;
mod played;
mod random;
mod run;
mod scan;
pub mod search;
mod shell;
pub mod sweep;
pub mod walk_forward;

pub use days::TimeExit;
pub use lane::LaneSpec;
pub use latest::latest_bar;
pub use outcome::{Outcome, RefusalLog};
pub use played::{Played, Step, Told};
pub use run::{Backtest, EquityAt, Pace};
