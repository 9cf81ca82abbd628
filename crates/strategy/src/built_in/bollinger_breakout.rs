//! Bollinger band breakout.
//!
//! Bands at the mean of the last `period` closes ± `deviations` population standard deviations, this close
//! included. Comparisons allow 1e-6 rupee, so that closes which do not move, and bands of no width, break
//! nothing.
//!
//! - Enters long when the close crosses above the upper band, short when it crosses below the lower band:
//!   events.
//! - Leaves a long while the close is at or below the middle band, a short while it is at or above it:
//!   levels.
//! - Exits are first judged at bar `period − 1`, where the bands begin, entries at the bar after.
//!
//! A close lies at most `√(period − 1)` deviations from a mean that includes it: bands at or beyond that are
//! never broken, and parameters that ask for them are refused.

use indicators::Bollinger;

use super::lagged::Lagged;
use super::{DEAD_BAND, Description, conflict};
use crate::{Block, Inputs, Parameter, ParameterError, SignalBits, Signals, Strategy, Values};

const NAME: &str = "bollinger_breakout";

const PARAMETERS: &[Parameter] = &[
    Parameter::integer("period", 20, 3, 10_000, "bars in the mean and its deviation"),
    Parameter::real("deviations", 2.0, 0.1, 10.0, "standard deviations between the middle and a band"),
];

pub(super) const DESCRIPTION: Description = Description::built_in(
    NAME,
    "Buys when the close breaks above the upper Bollinger band, sells short when it breaks below the \
          lower one, and leaves at the middle band.",
    PARAMETERS,
    |values| Ok(Box::new(BollingerBreakout::new(values)?)),
);

/// The close against the Bollinger bands.
pub struct BollingerBreakout {
    bollinger: Bollinger,
    upper: Vec<f64>,
    middle: Vec<f64>,
    lower: Vec<f64>,
    /// Rupees from the upper band up to the close.
    above: Lagged,
    /// Rupees from the close up to the lower band.
    below: Lagged,
}

impl BollingerBreakout {
    pub fn new(values: &Values) -> Result<BollingerBreakout, ParameterError> {
        let (period, deviations) = (values.integer("period"), values.real("deviations"));
        let reach = ((period - 1) as f64).sqrt();
        if deviations >= reach {
            let why = format!(
                "no close can break a band {deviations} deviations from the mean of {period} closes; \
                 use fewer than {reach:.3} deviations or a longer period"
            );
            return Err(ParameterError::Conflict { strategy: NAME.into(), why });
        }
        Ok(BollingerBreakout {
            bollinger: Bollinger::new(period, deviations).map_err(conflict(NAME))?,
            upper: Vec::new(),
            middle: Vec::new(),
            lower: Vec::new(),
            above: Lagged::new(),
            below: Lagged::new(),
        })
    }
}

impl Strategy for BollingerBreakout {
    fn inputs(&self) -> Inputs {
        Inputs::CLOSE
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        for column in [&mut self.upper, &mut self.middle, &mut self.lower] {
            column.resize(block.len, f64::NAN);
        }
        self.bollinger.extend(block.close, &mut self.upper, &mut self.middle, &mut self.lower);
        let (close, middle) = (&block.close[..block.len], &self.middle[..block.len]);
        for ((gap, close), band) in self.above.advance(block.len).iter_mut().zip(close).zip(&self.upper) {
            *gap = close - band;
        }
        for ((gap, close), band) in self.below.advance(block.len).iter_mut().zip(close).zip(&self.lower) {
            *gap = band - close;
        }
        let (above_before, above) = (self.above.before(), self.above.now());
        let (below_before, below) = (self.below.before(), self.below.now());
        out.extend(block.len, |i| {
            let (was_under, is_above) = (above_before[i] <= DEAD_BAND, above[i] > DEAD_BAND);
            let (was_over, is_below) = (below_before[i] <= DEAD_BAND, below[i] > DEAD_BAND);
            SignalBits {
                enter_long: was_under & is_above,
                exit_long: close[i] - middle[i] <= DEAD_BAND,
                enter_short: was_over & is_below,
                exit_short: close[i] - middle[i] >= -DEAD_BAND,
            }
        });
    }
}
