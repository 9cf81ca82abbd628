//! The server through its routes, in one process, over a database in a temporary folder, with a clock that only tests
//! move.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod app;
mod entering;
mod frame;
mod openapi;
mod street;
mod trading;
