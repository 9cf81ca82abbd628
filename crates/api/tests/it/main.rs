//! The server through its routes, in one process, over a database in a temporary folder, with a clock that only tests
//! move.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod app;
mod authorisation;
mod bad_input;
mod contents;
mod entering;
mod frame;
mod keys;
mod market;
mod measure;
mod openapi;
mod route_table;
mod second_factor;
mod sockets;
mod street;
mod trading;
mod users;
