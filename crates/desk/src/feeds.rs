//! The market as the desk sees it: prices, quotes of the day, candles.

mod candles;
mod market;
mod series;

pub use broker::Quote;
pub use market::{DayQuote, Listed, Market};
pub(crate) use series::minute_of;
