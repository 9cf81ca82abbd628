//! One suite of cases, run on every database: `SQLite` always, `PostgreSQL` and `MariaDB` on private servers where
//! their programs are installed. Each case gets a fresh database and names itself when it fails.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on ends")]

mod access;
mod audit_chain;
mod desk;
mod ground;
mod id_blocks;
mod listing;
mod order_path;
mod servers;

use ground::{Case, Ground};
use servers::Server;

/// A case that takes longer waits for something.
const SLOW: std::time::Duration = std::time::Duration::from_secs(4);

/// Runs every case, one after the other, and fails with all that failed.
fn run(server: &Server) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut failed = Vec::new();
    for (name, case) in cases() {
        let began = std::time::Instant::now();
        let ground = runtime.block_on(Ground::new(server, name));
        let outcome = runtime.block_on(async { tokio::spawn(case(ground)).await });
        if began.elapsed() > SLOW {
            println!("slow on {server:?}: {name} took {:?}", began.elapsed());
        }
        if outcome.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "failed on {server:?}: {failed:?}");
}

fn cases() -> Vec<(&'static str, Case)> {
    [access::CASES, audit_chain::CASES, desk::CASES, id_blocks::CASES, listing::CASES, order_path::CASES]
        .concat()
}

#[test]
fn sqlite() {
    run(&Server::Sqlite);
}

#[test]
fn postgres() {
    match servers::postgres() {
        Ok(server) => run(&server),
        Err(why) => println!("skipped: PostgreSQL: {why}"),
    }
}

#[test]
fn mariadb() {
    match servers::mariadb() {
        Ok(server) => run(&server),
        Err(why) => println!("skipped: MariaDB: {why}"),
    }
}
