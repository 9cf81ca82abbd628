//! The server's outside: routes, JSON shapes, errors, the OpenAPI document.
//!
//! [`router`] makes an `axum::Router` of an [`AppState`]. A handler does four things: extract, authorise, call one
//! use-case, shape the answer. What can be extracted is in [`extract`], what is answered in [`views`], every error in
//! [`problem`].
//!
//! Promises: money never passes through a float; an error names the field, the value and a way out, and never a secret;
//! a route that names no permission fails the authorisation test. Never does: decide about orders, read tables, hash.

pub mod extract;
mod layers;
mod measure;
mod openapi;
mod order_pages;
mod pages;
pub mod problem;
mod routes;
mod sockets;
mod state;
pub mod views;

pub use layers::address::client_address;
pub use layers::origin::origin_is_allowed;
pub use measure::{Unmeasured, install_metrics};
pub use openapi::document;
pub use pages::{Page, Pages};
pub use problem::Problem;
pub use routes::{router, router_with};
pub use state::{ApiSettings, AppState, Demo, NoParts, PartHealth, Parts, Rate, RateLimits};
