//! Tests of the crate from outside, a module per promise.

mod by_hand;
mod golden;
mod hostile;
mod look_ahead;
mod market;
mod parsing;
mod same_bits;
mod ta_lib_sweep;
