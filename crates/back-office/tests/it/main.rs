//! Access on PostgreSQL and MariaDB, where units of work run beside each other; skipped where their programs are not
//! installed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod beside;
#[expect(dead_code, reason = "the suite of the store needs more of it")]
#[path = "../../../store/tests/it/servers.rs"]
mod servers;
