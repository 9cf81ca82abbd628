//! RSI mean reversion.
//!
//! Wilder's RSI of the close, as TA-Lib's; 0 when nothing has moved yet. Comparisons allow 1e-6 points.
//!
//! - Enters long when the RSI crosses back above `oversold`, unless it is already at or above `exit`; short
//!   when it crosses back below `overbought`, unless it is already at or below `exit`: events.
//! - Leaves a long while the RSI is at or above `exit`, a short while it is at or below `exit`: levels.
//! - Exits are first judged at bar `period`, where the RSI begins, entries at the bar after.
//!
//! The `unless` also keeps an instrument that has not moved since its first bar, RSI 0, from being bought as
//! oversold at its first tick up, which makes the RSI 100.

use indicators::Rsi;

use super::lagged::Lagged;
use super::{DEAD_BAND, Description, conflict, require_below};
use crate::{Block, Inputs, Parameter, ParameterError, SignalBits, Signals, Strategy, Values};

const NAME: &str = "rsi_reversion";

const PARAMETERS: &[Parameter] = &[
    Parameter::integer("period", 14, 2, 10_000, "bars in the RSI"),
    Parameter::real("oversold", 30.0, 0.0, 100.0, "RSI level below which the market is oversold"),
    Parameter::real("overbought", 70.0, 0.0, 100.0, "RSI level above which the market is overbought"),
    Parameter::real("exit", 50.0, 0.0, 100.0, "RSI level at which both sides leave; between the other two"),
];

pub(super) const DESCRIPTION: Description = Description::built_in(
    NAME,
    "Buys when the RSI comes back up out of oversold, sells short when it comes back down out of \
          overbought, and leaves at the exit level between them.",
    PARAMETERS,
    |values| Ok(Box::new(RsiReversion::new(values)?)),
);

/// The RSI against three levels.
pub struct RsiReversion {
    rsi: Rsi,
    oversold: f64,
    overbought: f64,
    exit: f64,
    column: Lagged,
}

impl RsiReversion {
    pub fn new(values: &Values) -> Result<RsiReversion, ParameterError> {
        require_below(NAME, values, "oversold", "exit")?;
        require_below(NAME, values, "exit", "overbought")?;
        Ok(RsiReversion {
            rsi: Rsi::new(values.integer("period")).map_err(conflict(NAME))?,
            oversold: values.real("oversold"),
            overbought: values.real("overbought"),
            exit: values.real("exit"),
            column: Lagged::new(),
        })
    }
}

impl Strategy for RsiReversion {
    fn inputs(&self) -> Inputs {
        Inputs::CLOSE
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        self.rsi.extend(block.close, self.column.advance(block.len));
        let (before, now) = (self.column.before(), self.column.now());
        let (rising, falling) = (self.oversold + DEAD_BAND, self.overbought - DEAD_BAND);
        let (leave_long, leave_short) = (self.exit - DEAD_BAND, self.exit + DEAD_BAND);
        out.extend(block.len, |i| {
            let (before, now) = (before[i], now[i]);
            let (was_low, is_up, room_above) = (before <= rising, now > rising, now < leave_long);
            let (was_high, is_down, room_below) = (before >= falling, now < falling, now > leave_short);
            SignalBits {
                enter_long: was_low & is_up & room_above,
                exit_long: now >= leave_long,
                enter_short: was_high & is_down & room_below,
                exit_short: now <= leave_short,
            }
        });
    }
}
