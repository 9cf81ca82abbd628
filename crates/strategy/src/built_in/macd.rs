//! MACD line against its signal line.
//!
//! The line is the fast exponential average of the close minus the slow one, the signal is an exponential
//! average of the line; seeds and warm-up are those of TA-Lib's MACD.
//!
//! - Wants long while `line − signal > 1e-6`, short while `line − signal < −1e-6`, else what it has: a level.
//! - First judged at bar `slow + signal − 2`, where the signal line begins.

use indicators::Macd;

use super::{DEAD_BAND, Description, conflict, require_below};
use crate::{Block, Inputs, Parameter, ParameterError, Signals, Strategy, Values};

const NAME: &str = "macd";

const PARAMETERS: &[Parameter] = &[
    Parameter::integer("fast", 12, 2, 10_000, "bars in the fast average"),
    Parameter::integer("slow", 26, 3, 10_000, "bars in the slow average; more than fast"),
    Parameter::integer("signal", 9, 2, 10_000, "bars in the signal line's average of the MACD line"),
];

pub(super) const DESCRIPTION: Description = Description::built_in(
    NAME,
    "Long while the MACD line is above its signal line, short (or flat) while it is below.",
    PARAMETERS,
    |values| Ok(Box::new(MacdCross::new(values)?)),
);

/// Which of the MACD line and its signal line is above.
pub struct MacdCross {
    macd: Macd,
    line: Vec<f64>,
    signal: Vec<f64>,
    histogram: Vec<f64>,
}

impl MacdCross {
    pub fn new(values: &Values) -> Result<MacdCross, ParameterError> {
        require_below(NAME, values, "fast", "slow")?;
        let (fast, slow, signal) = (values.integer("fast"), values.integer("slow"), values.integer("signal"));
        Ok(MacdCross {
            macd: Macd::new(fast, slow, signal).map_err(conflict(NAME))?,
            line: Vec::new(),
            signal: Vec::new(),
            histogram: Vec::new(),
        })
    }
}

impl Strategy for MacdCross {
    fn inputs(&self) -> Inputs {
        Inputs::CLOSE
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        for column in [&mut self.line, &mut self.signal, &mut self.histogram] {
            column.resize(block.len, f64::NAN);
        }
        self.macd.extend(block.close, &mut self.line, &mut self.signal, &mut self.histogram);
        let histogram = &self.histogram[..block.len];
        out.extend_reversing(block.len, |i| histogram[i] > DEAD_BAND, |i| histogram[i] < -DEAD_BAND);
    }
}
