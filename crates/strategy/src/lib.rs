//! Strategies: pure functions over market data and their own book, which return what they want done.
//!
//! A [`Strategy`] first *scans* a block of closed bars and marks, column by column, the bars at which it would enter
//! or leave; the engine comes back only at those bars and asks it to *decide*, showing it its position. A block of one
//! bar (live) and of a million (backtest) give the same marks. A strategy never sees a broker, a clock or a bar that
//! has not closed.
//!
//! Stops, targets, trailing, time exits and sizing belong to the engine, the same for every strategy.

mod block;
pub mod built_in;
mod description;
mod intent;
mod parameters;
pub mod rules;
mod shared;
mod signals;

pub use block::{Block, Inputs, UNKNOWN_CLOSE};
pub use built_in::registry;
pub use description::Description;
pub use intent::{Distances, Entry, EntryPrice, Intent, Moment};
pub use parameters::{Parameter, ParameterError, Text, Value, Values};
pub use shared::{ColumnKey, Known, SharedColumns, StepColumns, StepKey};
pub use signals::{SignalBits, Signals};

/// A trading rule for one instrument.
pub trait Strategy: Send {
    /// The columns that [`Strategy::scan`] reads; the others are empty.
    fn inputs(&self) -> Inputs;

    /// Marks the bars of the next block in `out` (bar `i` of the block is bar `out.start() + i`).
    ///
    /// Blocks come in order without gaps; state carries over, so that any cut into blocks gives the same marks. A mark
    /// at a bar may depend on that bar and earlier ones alone.
    fn scan(&mut self, block: &Block<'_>, out: &mut Signals);

    /// Marks all bars at once on a fresh strategy, with columns that other strategies over the same bars may have made.
    /// The marks are those of [`Strategy::scan`].
    fn scan_whole(&mut self, bars: &Block<'_>, shared: &mut dyn SharedColumns, out: &mut Signals) {
        let _ = shared;
        self.scan(bars, out);
    }

    /// What to do at the close of a marked bar. Only bars with a mark that matters to the position are asked about.
    fn decide(&self, moment: &Moment) -> Intent {
        moment.default_intent()
    }
}
