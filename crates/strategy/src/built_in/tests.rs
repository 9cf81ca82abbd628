//! Every strategy of the registry: by hand on a few bars, and by law on any.

mod by_hand;
mod laws;
mod naive;
mod parameters;
mod series;
