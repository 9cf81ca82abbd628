//! Exponential moving average crossover.
//!
//! An average is seeded with the plain mean of its first `n` closes and then moves by `2 / (n + 1)` of the
//! way to each new close, as TA-Lib's EMA.
//!
//! - Wants long while `fast − slow > 1e-6`, short while `fast − slow < −1e-6`, else what it has: a level.
//! - First judged at bar `slow − 1`, where both averages exist.

use indicators::Ema;

use super::{DEAD_BAND, Description, conflict, require_below};
use crate::{Block, ColumnKey, Inputs, Parameter, ParameterError, SharedColumns, Signals, Strategy, Values};

const NAME: &str = "ema_cross";

const PARAMETERS: &[Parameter] = &[
    Parameter::integer("fast", 9, 1, 10_000, "bars in the fast average"),
    Parameter::integer("slow", 21, 2, 10_000, "bars in the slow average; more than fast"),
];

pub(super) const DESCRIPTION: Description = Description::built_in(
    NAME,
    "Long while the fast exponential average is above the slow one, short (or flat) while it is below.",
    PARAMETERS,
    |values| Ok(Box::new(EmaCross::new(values)?)),
);

/// Which of two exponential averages is above.
pub struct EmaCross {
    fast: Ema,
    slow: Ema,
    periods: [usize; 2],
    fast_column: Vec<f64>,
    slow_column: Vec<f64>,
}

impl EmaCross {
    pub fn new(values: &Values) -> Result<EmaCross, ParameterError> {
        require_below(NAME, values, "fast", "slow")?;
        Ok(EmaCross {
            fast: Ema::new(values.integer("fast")).map_err(conflict(NAME))?,
            slow: Ema::new(values.integer("slow")).map_err(conflict(NAME))?,
            periods: [values.integer("fast"), values.integer("slow")],
            fast_column: Vec::new(),
            slow_column: Vec::new(),
        })
    }
}

impl Strategy for EmaCross {
    fn inputs(&self) -> Inputs {
        Inputs::CLOSE
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        self.fast_column.resize(block.len, f64::NAN);
        self.slow_column.resize(block.len, f64::NAN);
        self.fast.extend(block.close, &mut self.fast_column);
        self.slow.extend(block.close, &mut self.slow_column);
        let (fast, slow) = (&self.fast_column[..block.len], &self.slow_column[..block.len]);
        // Both comparisons are false while an average is NaN: not yet defined.
        out.extend_crossing(fast, slow, DEAD_BAND);
    }

    fn scan_whole(&mut self, bars: &Block<'_>, shared: &mut dyn SharedColumns, out: &mut Signals) {
        let key = |n: usize| ColumnKey::new("ema", [n as f64, 0.0, 0.0]);
        let [fast_bars, slow_bars] = self.periods;
        let fast = shared.column(key(fast_bars), &mut |column| self.fast.extend(bars.close, column));
        let slow = shared.column(key(slow_bars), &mut |column| self.slow.extend(bars.close, column));
        out.extend_crossing(&fast, &slow, DEAD_BAND);
    }
}
