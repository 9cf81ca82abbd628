//! Golden values computed elsewhere, laws by simulation, and what must never happen.

pub(crate) mod engine;
mod golden;
mod laws;
mod saved;
mod sweeps;
