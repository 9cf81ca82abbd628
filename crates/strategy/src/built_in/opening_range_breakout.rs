//! Opening range breakout.
//!
//! The range is the highest high and the lowest low of the bars that open in the session's first `minutes`;
//! it is complete at the first bar that opens after them. Prices are compared exactly; a close on the edge of
//! the range is inside it.
//!
//! - Enters long when the close crosses above the range, short when it crosses below: events, and more than
//!   one a day if the close comes back inside in between. The first bar after the range can enter: the bar
//!   before it was inside.
//! - Only bars that open before minute `until` of the session enter.
//! - Leaves a long while the close is below the range, a short while it is above: levels, from the completion
//!   of the range to the session's end.
//!
//! A session without a bar in its first `minutes`, and every session of daily bars, has no range and no
//! marks. A position held overnight is judged by the new day's range once that is complete.

use indicators::OpeningRange;

use super::lagged::Lagged;
use super::{Description, require_below};
use crate::{Block, Inputs, Parameter, ParameterError, SignalBits, Signals, Strategy, Values};

const NAME: &str = "opening_range_breakout";

const PARAMETERS: &[Parameter] = &[
    Parameter::integer(
        "minutes",
        15,
        1,
        1_440,
        "minutes from the session's open in which bars make the range",
    ),
    Parameter::integer(
        "until",
        285,
        2,
        1_440,
        "minutes from the session's open before which a bar must open to enter; more than minutes \
             (285 is 14:00 where the session opens at 09:15)",
    ),
];

pub(super) const DESCRIPTION: Description = Description::built_in(
    NAME,
    "Buys at a close above the range of the session's first minutes, sells short at one below it, and \
          leaves at a close beyond the other side.",
    PARAMETERS,
    |values| Ok(Box::new(OpeningRangeBreakout::new(values)?)),
);

/// The close against the range of the session's first minutes.
pub struct OpeningRangeBreakout {
    range: OpeningRange,
    until: u32,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Lagged,
}

impl OpeningRangeBreakout {
    pub fn new(values: &Values) -> Result<OpeningRangeBreakout, ParameterError> {
        require_below(NAME, values, "minutes", "until")?;
        Ok(OpeningRangeBreakout {
            range: OpeningRange::new(values.integer("minutes") as u32),
            until: values.integer("until") as u32,
            high: Vec::new(),
            low: Vec::new(),
            close: Lagged::new(),
        })
    }
}

impl Strategy for OpeningRangeBreakout {
    fn inputs(&self) -> Inputs {
        Inputs { clock: true, ..Inputs::HIGH_LOW_CLOSE }
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        self.high.resize(block.len, f64::NAN);
        self.low.resize(block.len, f64::NAN);
        self.range.extend(block.session, block.minute, block.high, block.low, &mut self.high, &mut self.low);
        self.close.advance(block.len).copy_from_slice(&block.close[..block.len]);
        let (before, close) = (self.close.before(), self.close.now());
        let (high, low, minute) =
            (&self.high[..block.len], &self.low[..block.len], &block.minute[..block.len]);
        // A range is only defined after another bar of the same session, and then no longer moves: the close
        // before always belongs to the session and can be held against this bar's range.
        out.extend(block.len, |i| {
            let may_enter = minute[i] < self.until;
            let (above, below) = (close[i] > high[i], close[i] < low[i]);
            let (was_under, was_over) = (before[i] <= high[i], before[i] >= low[i]);
            SignalBits {
                enter_long: may_enter & above & was_under,
                exit_long: below,
                enter_short: may_enter & below & was_over,
                exit_short: above,
            }
        });
    }
}
