//! The back office: all use-cases that move no money. Today: who may come in, and what they may do ([`access`]).
//!
//! Promises: every act that touches somebody's safety is in the activity log, in the unit that did it. Never does: HTTP,
//! JSON shapes, orders.

pub mod access;
