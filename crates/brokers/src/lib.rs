//! Adapters: how each broker is spoken to. Each implements [`broker::Broker`] and knows nothing of the others.
//!
//! An adapter sends nothing twice, and says of each request exactly once what became of it; what it cannot read is an
//! error of its own, never a guess.

pub mod paper;
