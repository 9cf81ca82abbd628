//! The order desk over each database: SQLite always, PostgreSQL and MariaDB on private servers where their programs are
//! installed. Prices, time, the exchange's moods and the process's death are told by the cases; nothing waits long.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod floor;
mod ground;
mod orders;
mod restart;
mod risk;
mod runs;
#[path = "../../../store/tests/it/servers.rs"]
mod servers;
mod trouble;

use ground::{Case, Ground};
use servers::Server;

/// Runs every case, one after the other, and fails with all that failed.
fn run(server: &Server) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let only = std::env::var("SAUDA_CASE").unwrap_or_default();
    let mut failed = Vec::new();
    for (name, case) in cases().into_iter().filter(|(name, _)| name.contains(&only)) {
        let ground = runtime.block_on(Ground::new(server, name));
        let work = async { tokio::spawn(tokio::time::timeout(PATIENCE, case(ground))).await };
        match runtime.block_on(work) {
            Ok(Ok(())) => {}
            Ok(Err(_)) => failed.push(format!("{name} (hangs)")),
            Err(_) => failed.push(name.to_owned()),
        }
    }
    assert!(failed.is_empty(), "failed on {server:?}: {failed:?}");
}

/// A case that takes this long never ends.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

fn cases() -> Vec<(&'static str, Case)> {
    [orders::CASES, restart::CASES, risk::CASES, runs::CASES, trouble::CASES].concat()
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
