//! Reversion to the session's VWAP.
//!
//! The VWAP is the volume-weighted mean of `(high + low + close) / 3` since the session's first bar, this bar
//! included, and its bands lie `deviations` volume-weighted population standard deviations away. Comparisons
//! allow 1e-6 rupee.
//!
//! - Enters long when the close crosses below the lower band, short when it crosses above the upper one:
//!   events. The bar before must have bands too, which the session's first bar never has (its deviation is
//!   0): nothing crosses overnight.
//! - Only bars that open at minute `after` of the session or later enter: bands made of a few bars mean
//!   little. A close that went outside earlier must come back inside first.
//! - Leaves a long while the close is at or above the VWAP, a short while it is at or below it: levels, from
//!   the session's first bar with volume, also for what was held overnight.
//!
//! An index has no volume, hence no VWAP and no marks; on daily bars there are no bands and nothing enters.

use indicators::SessionVwap;

use super::lagged::Lagged;
use super::{DEAD_BAND, Description};
use crate::{Block, Inputs, Parameter, ParameterError, SignalBits, Signals, Strategy, Values};

const NAME: &str = "vwap_reversion";

const PARAMETERS: &[Parameter] = &[
    Parameter::real("deviations", 2.0, 0.1, 10.0, "standard deviations between the VWAP and a band"),
    Parameter::integer("after", 15, 0, 1_440, "minutes from the session's open before a bar may enter"),
];

pub(super) const DESCRIPTION: Description = Description::built_in(
    NAME,
    "Buys when the close falls below the lower band around the session's VWAP, sells short when it rises \
          above the upper one, and leaves at the VWAP. Needs volume.",
    PARAMETERS,
    |values| Ok(Box::new(VwapReversion::new(values)?)),
);

/// The close against the bands around the session's VWAP.
pub struct VwapReversion {
    vwap: SessionVwap,
    deviations: f64,
    after: u32,
    price: Vec<f64>,
    deviation: Vec<f64>,
    /// Rupees from the upper band up to the close; NaN without bands.
    above: Lagged,
    /// Rupees from the close up to the lower band; NaN without bands.
    below: Lagged,
}

impl VwapReversion {
    pub fn new(values: &Values) -> Result<VwapReversion, ParameterError> {
        Ok(VwapReversion {
            vwap: SessionVwap::new(),
            deviations: values.real("deviations"),
            after: values.integer("after") as u32,
            price: Vec::new(),
            deviation: Vec::new(),
            above: Lagged::new(),
            below: Lagged::new(),
        })
    }
}

impl Strategy for VwapReversion {
    fn inputs(&self) -> Inputs {
        Inputs { volume: true, clock: true, ..Inputs::HIGH_LOW_CLOSE }
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        let n = block.len;
        self.price.resize(n, f64::NAN);
        self.deviation.resize(n, f64::NAN);
        let (price, deviation) = (&mut self.price, &mut self.deviation);
        self.vwap.extend(block.session, block.high, block.low, block.close, block.volume, price, deviation);
        let (close, price, minute) = (&block.close[..n], &self.price[..n], &block.minute[..n]);
        let (above, below) = (self.above.advance(n), self.below.advance(n));
        for i in 0..n {
            let deviation = self.deviation[i];
            let width = if deviation > DEAD_BAND { self.deviations * deviation } else { f64::NAN };
            above[i] = close[i] - price[i] - width;
            below[i] = price[i] - close[i] - width;
        }
        let (above_before, above) = (self.above.before(), self.above.now());
        let (below_before, below) = (self.below.before(), self.below.now());
        out.extend(n, |i| {
            let may_enter = minute[i] >= self.after;
            let (was_over, is_below) = (below_before[i] <= DEAD_BAND, below[i] > DEAD_BAND);
            let (was_under, is_above) = (above_before[i] <= DEAD_BAND, above[i] > DEAD_BAND);
            SignalBits {
                enter_long: may_enter & was_over & is_below,
                exit_long: close[i] - price[i] >= -DEAD_BAND,
                enter_short: may_enter & was_under & is_above,
                exit_short: close[i] - price[i] <= DEAD_BAND,
            }
        });
    }
}
