//! Donchian channel breakout.
//!
//! The channel of a bar is the highest high and the lowest low of the `n` bars **before** it; the bar itself
//! could not close beyond a channel that includes it. Prices are compared exactly.
//!
//! - Enters long at a close above the highest high of the `entry` bars before, short at one below their
//!   lowest low: events. Each such bar is a breakout of its own, since the channel has moved up to the high
//!   of the last one.
//! - Leaves a long while the close is below the lowest low of the `exit` bars before, a short while it is
//!   above their highest high: levels. `exit` may equal `entry`, which reverses and is never flat; it may not
//!   be longer.
//! - A close on the channel breaks nothing. Entries are first judged at bar `entry`, exits at bar `exit`.

use indicators::Donchian;

use super::lagged::Lagged;
use super::{Description, conflict};
use crate::{Block, Inputs, Parameter, ParameterError, SignalBits, Signals, Strategy, Values};

const NAME: &str = "donchian_breakout";

const PARAMETERS: &[Parameter] = &[
    Parameter::integer("entry", 20, 1, 10_000, "bars in the channel that enters"),
    Parameter::integer("exit", 10, 1, 10_000, "bars in the channel that leaves; at most entry"),
];

pub(super) const DESCRIPTION: Description = Description::built_in(
    NAME,
    "Buys at a close above the highest high of the bars before, sells short at one below their lowest \
          low, and leaves when a shorter channel breaks the other way.",
    PARAMETERS,
    |values| Ok(Box::new(DonchianBreakout::new(values)?)),
);

/// The close against two channels of earlier bars.
pub struct DonchianBreakout {
    entry: Channel,
    exit: Channel,
}

struct Channel {
    donchian: Donchian,
    high: Lagged,
    low: Lagged,
    middle: Vec<f64>,
}

impl Channel {
    fn new(bars: usize) -> Result<Channel, ParameterError> {
        let donchian = Donchian::new(bars).map_err(conflict(NAME))?;
        Ok(Channel { donchian, high: Lagged::new(), low: Lagged::new(), middle: Vec::new() })
    }

    /// Highs and lows of the channel before each bar of the block.
    fn extend(&mut self, block: &Block<'_>) -> (&[f64], &[f64]) {
        self.middle.resize(block.len, f64::NAN);
        let (high, low) = (self.high.advance(block.len), self.low.advance(block.len));
        self.donchian.extend(block.high, block.low, high, low, &mut self.middle);
        (self.high.before(), self.low.before())
    }
}

impl DonchianBreakout {
    pub fn new(values: &Values) -> Result<DonchianBreakout, ParameterError> {
        let (entry, exit) = (values.integer("entry"), values.integer("exit"));
        if exit > entry {
            let why = format!("exit {exit} is above entry {entry}; lower exit or raise entry");
            return Err(ParameterError::Conflict { strategy: NAME.into(), why });
        }
        Ok(DonchianBreakout { entry: Channel::new(entry)?, exit: Channel::new(exit)? })
    }
}

impl Strategy for DonchianBreakout {
    fn inputs(&self) -> Inputs {
        Inputs::HIGH_LOW_CLOSE
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        let close = &block.close[..block.len];
        let (entry_high, entry_low) = self.entry.extend(block);
        let (exit_high, exit_low) = self.exit.extend(block);
        out.extend(block.len, |i| SignalBits {
            enter_long: close[i] > entry_high[i],
            exit_long: close[i] < exit_low[i],
            enter_short: close[i] < entry_low[i],
            exit_short: close[i] > exit_high[i],
        });
    }
}
