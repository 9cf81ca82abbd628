//! The back office: all use-cases that move no money: who may come in and what they may do ([`access`]), what users have
//! set for themselves ([`preferences`]), and paper accounts ([`accounts`]).
//!
//! Promises: every act that touches somebody's safety is in the activity log, in the unit that did it. Never does: HTTP,
//! JSON shapes, orders.

pub mod access;
pub mod accounts;
pub mod preferences;
