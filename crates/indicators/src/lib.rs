//! Incremental and column indicators over plain `f64`.
//!
//! Each indicator is a struct that takes one bar in O(1) (`next`) or a block of bars (`extend`) and carries its state
//! from one call to the next. Both ways give the same bits, and so does a column cut into blocks of any size: live
//! trading and backtests cannot disagree. An indicator that is not yet defined is NaN, never zero.
//!
//! Where TA-Lib has an indicator its values and warm-up hold. The [`mod@catalogue`] module makes these indicators, and
//! every function of TA-Lib, usable by name.
//!
//! This crate knows no instruments, reads no clock or file, draws no random numbers and does not panic on any input.
//! A NaN handed to one of the structs may stay in its state; the catalogue steps over such bars instead.

mod atr;
mod bollinger;
pub mod catalogue;
mod decay;
mod directional;
mod donchian;
mod extreme;
mod heikin_ashi;
mod macd;
mod moving_average;
mod opening_range;
mod parameter;
mod pivots;
mod rsi;
mod stochastic;
mod supertrend;
mod vwap;
mod window;

pub use atr::{Atr, TrueRange};
pub use bollinger::{Bands, Bollinger};
pub use catalogue::{
    Bar, Column, Columns, Instance, Spec, SpecError, catalogue, compute, compute_all, parse,
};
pub use directional::{Adx, DirectionalIndicator, Side};
pub use donchian::{Channel, Donchian};
pub use heikin_ashi::{Candle, HeikinAshi};
pub use macd::{Macd, MacdValue};
pub use moving_average::{Ema, Sma};
pub use opening_range::{OpeningRange, Range};
pub use parameter::{MAX_PERIOD, ParameterError};
pub use pivots::{CentralPivotRange, Levels};
pub use rsi::Rsi;
pub use stochastic::{Stochastic, StochasticRaw, StochasticValue};
pub use supertrend::{Supertrend, Trend};
pub use vwap::{AnchoredVwap, SessionVwap, Vwap};
