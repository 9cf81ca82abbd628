//! Every strategy of the registry: by hand on a few bars, and by law on any.

mod by_hand;
pub(crate) mod laws;
mod naive;
mod parameters;
pub(crate) mod series;
