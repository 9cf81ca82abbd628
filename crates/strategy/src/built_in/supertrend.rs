//! Supertrend follower.
//!
//! Bands at `(high + low) / 2 ± multiplier × ATR(period)` that only tighten while the trend lasts; the trend
//! turns up on a close above the upper band and down on a close below the lower one (a close on the band
//! turns nothing).
//!
//! - Wants long while the trend is up, short while it is down: a level, and it always wants one of the two.
//! - First judged at bar `period`, where the ATR begins. By convention the indicator starts down, so without
//!   bars to warm it up the first trade may be a short that no close has asked for.

use indicators::Supertrend;

use super::{Description, conflict};
use crate::{Block, Inputs, Parameter, ParameterError, Signals, Strategy, Values};

const NAME: &str = "supertrend";

const PARAMETERS: &[Parameter] = &[
    Parameter::integer("period", 10, 1, 10_000, "bars in the average true range"),
    Parameter::real("multiplier", 3.0, 0.1, 100.0, "average true ranges between the bar's middle and a band"),
];

pub(super) const DESCRIPTION: Description = Description::built_in(
    NAME,
    "Long while the Supertrend is up, short (or flat) while it is down.",
    PARAMETERS,
    |values| Ok(Box::new(SupertrendFollower::new(values)?)),
);

/// The direction of the Supertrend.
pub struct SupertrendFollower {
    supertrend: Supertrend,
    line: Vec<f64>,
    direction: Vec<f64>,
}

impl SupertrendFollower {
    pub fn new(values: &Values) -> Result<SupertrendFollower, ParameterError> {
        let supertrend = Supertrend::new(values.integer("period"), values.real("multiplier"));
        Ok(SupertrendFollower {
            supertrend: supertrend.map_err(conflict(NAME))?,
            line: Vec::new(),
            direction: Vec::new(),
        })
    }
}

impl Strategy for SupertrendFollower {
    fn inputs(&self) -> Inputs {
        Inputs::HIGH_LOW_CLOSE
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        self.line.resize(block.len, f64::NAN);
        self.direction.resize(block.len, f64::NAN);
        self.supertrend.extend(block.high, block.low, block.close, &mut self.line, &mut self.direction);
        let direction = &self.direction[..block.len];
        out.extend_reversing(block.len, |i| direction[i] > 0.0, |i| direction[i] < 0.0);
    }
}
