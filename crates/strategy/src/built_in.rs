//! The strategies that come with the platform.
//!
//! Each file states its rule so that a reader can work the marks out by hand. What all rules share:
//!
//! - They are judged at the close of a bar, from that bar and earlier ones; bars are counted from 0, the
//!   first one scanned. Nothing is marked while a value that the rule needs is not yet defined.
//! - A **level** is marked at every close while it holds, so a position that a stop has closed is opened
//!   again at the next close: trend followers (`sma_cross`, `ema_cross`, `macd`, `supertrend`) and
//!   `buy_and_hold` are levels. An **event** is marked at one bar only, and after a stop the strategy waits
//!   for the next one: breakouts and reversions enter on events. All exits are levels: whatever is held past
//!   its exit leaves at the next close.
//! - `x` **crosses above** `y` at a bar where `x > y` when at the bar before, `x ≤ y` and both were defined;
//!   crossing below is the mirror image.
//! - Computed values are compared with a tolerance of [`DEAD_BAND`]: above means more than that above, and at
//!   or above means less than that below. Prices as they were traded are compared exactly.
//! - What enters one side also leaves the other, so the same marks serve long only, short only and both. No
//!   bar is marked to enter both sides, or to enter and to leave the same one.

use crate::{Description, ParameterError, Text, Values};

mod bollinger_breakout;
mod buy_and_hold;
mod donchian_breakout;
mod ema_cross;
mod lagged;
mod macd;
mod opening_range_breakout;
mod rsi_reversion;
mod sma_cross;
mod supertrend;
#[cfg(test)]
pub(crate) mod tests;
mod vwap_reversion;

pub use bollinger_breakout::BollingerBreakout;
pub use buy_and_hold::BuyAndHold;
pub use donchian_breakout::DonchianBreakout;
pub use ema_cross::EmaCross;
pub use macd::MacdCross;
pub use opening_range_breakout::OpeningRangeBreakout;
pub use rsi_reversion::RsiReversion;
pub use sma_cross::SmaCross;
pub use supertrend::SupertrendFollower;
pub use vwap_reversion::VwapReversion;

static REGISTRY: [Description; 10] = [
    sma_cross::DESCRIPTION,
    ema_cross::DESCRIPTION,
    rsi_reversion::DESCRIPTION,
    macd::DESCRIPTION,
    bollinger_breakout::DESCRIPTION,
    supertrend::DESCRIPTION,
    opening_range_breakout::DESCRIPTION,
    vwap_reversion::DESCRIPTION,
    donchian_breakout::DESCRIPTION,
    buy_and_hold::DESCRIPTION,
];

/// Every strategy, by name.
pub fn registry() -> &'static [Description] {
    &REGISTRY
}

/// Rupees, or points of an oscillator. Averages on a 0.05 grid are often exactly equal; float noise must not
/// trade. A hundredth of the finest price step, and far above the rounding of any average.
const DEAD_BAND: f64 = 1e-6;

/// Turns an indicator's refusal into one that names the strategy.
fn conflict(strategy: &'static str) -> impl Fn(indicators::ParameterError) -> ParameterError {
    move |error| ParameterError::Conflict { strategy: Text::Borrowed(strategy), why: error.to_string() }
}

/// Checks that one parameter lies below another.
fn require_below(
    strategy: &'static str,
    values: &Values,
    lower: &'static str,
    upper: &'static str,
) -> Result<(), ParameterError> {
    let (low, high) = (values.real(lower), values.real(upper));
    if low < high {
        return Ok(());
    }
    let why = format!("{lower} {low} is not below {upper} {high}; lower {lower} or raise {upper}");
    Err(ParameterError::Conflict { strategy: Text::Borrowed(strategy), why })
}
