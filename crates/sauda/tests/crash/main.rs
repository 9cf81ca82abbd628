//! The server is killed while it trades, again and again; no order may be lost, doubled, or counted wrongly.
//!
//! The paper exchange is a process of its own and goes on trading meanwhile. Each round trades by hand over HTTP, beside
//! the demo's strategies, ends the server at a random moment and starts it again; what was answered must be there, and
//! what was not is asked again under the same `Idempotency-Key`. Every few rounds all comes to rest, and server, database
//! and exchange must agree to the unit.
//!
//! `SAUDA_CRASH_ROUNDS=200` runs as many kills (10 unless said); `SAUDA_CRASH_SEED` chooses the decisions. A failure says
//! its seed and keeps its folder. `SAUDA_CRASH_BINARY` names another build of the server, as a release is faster.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "all of this is test code: what cannot go on stops where it stands"
)]

mod agreement;
mod http;
mod processes;
mod stored;
mod trading;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use agreement::{Book, disagreement};
use http::Client;
use processes::{Exchange, Server};
use trading::{Dice, FAR, Ledger, Trader};

/// Rounds of one folder: then another begins with a seed of its own.
const ROUNDS_OF_A_FOLDER: u64 = 20;
/// Rounds between two rests.
const ROUNDS_BETWEEN_RESTS: u64 = 5;
/// An order that never arrived is known to have not after two readings ten seconds apart.
const REST: Duration = Duration::from_mins(1);
const FAULTS: &str =
    "lost=20,unanswered=40,reject=20,refuse=20,repeat=50,partial=300,unreadable=50,delay=80ms,timeout=1s";

#[test]
fn killed_at_any_moment_no_order_is_lost_or_doubled() {
    let rounds = number("SAUDA_CRASH_ROUNDS").unwrap_or(10);
    let first = number("SAUDA_CRASH_SEED").unwrap_or(1);
    let mut left = rounds;
    for seed in first.. {
        let folder = tempfile::Builder::new().prefix("sauda-crash-").tempdir().unwrap().keep();
        println!("seed {seed}: {}", folder.display());
        let rounds = left.min(ROUNDS_OF_A_FOLDER);
        Story::begin(&folder, seed).play(rounds);
        std::fs::remove_dir_all(&folder).unwrap();
        left -= rounds;
        if left == 0 {
            return;
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text}: write a whole number")))
}

/// How a round ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Kill,
    /// Killed, and killed again while it comes back.
    KillTwice,
    /// SIGTERM.
    Stop,
    /// The exchange is killed; the server stays.
    Exchange,
}

struct Story {
    folder: PathBuf,
    seed: u64,
    dice: Dice,
    exchange: Exchange,
    ledger: Arc<Mutex<Ledger>>,
    account: i64,
    rounds: BTreeMap<String, usize>,
    deals: usize,
}

impl Story {
    fn begin(folder: &Path, seed: u64) -> Story {
        Story {
            folder: folder.to_owned(),
            seed,
            dice: Dice::new(seed),
            exchange: Exchange::start(&folder.join("exchange"), "0", seed),
            ledger: Arc::default(),
            account: 0,
            rounds: BTreeMap::new(),
            deals: 0,
        }
    }

    fn play(mut self, rounds: u64) {
        let began = Instant::now();
        let mut server = self.start();
        let mut client = self.log_in(&server);
        let accounts = client.get("/api/accounts").unwrap();
        self.account = accounts["items"][0]["id"].as_i64().unwrap();
        let limits = format!("/api/risk/limits?accountId={}", self.account);
        let fast = json!({"maxOrdersPerSecond": 9, "allowOppositeBooks": true});
        let answer = client.ask("PUT", &limits, None, Some(&fast)).unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        for round in 1..=rounds {
            let end = match round {
                4 => End::Stop,
                7 => End::Exchange,
                _ if self.dice.roll(6) == 0 => End::KillTwice,
                _ => End::Kill,
            };
            *self.rounds.entry(format!("{end:?}")).or_default() += 1;
            self.exchange.set_faults(if round % 2 == 0 { FAULTS } else { "" });
            server = self.round(server, end);
            self.look(&server, round);
            if round % ROUNDS_BETWEEN_RESTS == 0 || round == rounds {
                server = self.rest(server, round);
            }
        }
        drop(server);
        let ledger = self.ledger.lock().unwrap();
        println!(
            "seed {}: {rounds} rounds {:?} in {:?}: {} orders answered, {} trades, answers {:#?}, {} requests without an answer",
            self.seed,
            self.rounds,
            began.elapsed(),
            ledger.answered.len(),
            self.deals,
            ledger.statuses,
            ledger.unanswered.len(),
        );
    }

    fn data(&self) -> PathBuf {
        self.folder.join("server")
    }

    fn name(&self) -> String {
        format!("account-{}", self.account)
    }

    fn start(&self) -> Server {
        Server::start(&self.data(), &self.exchange.address)
    }

    fn log_in(&self, server: &Server) -> Client {
        Client::log_in(&server.address)
            .unwrap_or_else(|why| panic!("seed {}: {why}; the server: {}", self.seed, server.fate()))
    }

    /// Trades for a while, ends the server, and brings it back.
    fn round(&mut self, server: Server, end: End) -> Server {
        let client = self.log_in(&server);
        let stop = Arc::new(AtomicBool::new(false));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let trader = Trader {
                    client: client.another(),
                    ledger: self.ledger.clone(),
                    dice: Dice::new(self.dice.roll(u64::MAX)),
                    account: self.account,
                    pace: 300,
                };
                let stop = stop.clone();
                std::thread::spawn(move || trader.trade(&stop))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(self.dice.between(200, 2_500)));
        let server = match end {
            End::Kill | End::KillTwice => {
                server.kill();
                None
            }
            End::Stop => {
                server.terminate();
                None
            }
            End::Exchange => {
                let port = self.exchange.port();
                self.exchange.kill();
                std::thread::sleep(Duration::from_millis(self.dice.between(100, 1_500)));
                self.exchange = Exchange::start(&self.folder.join("exchange"), &port, self.seed);
                std::thread::sleep(Duration::from_millis(self.dice.between(500, 3_000)));
                Some(server)
            }
        };
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().unwrap();
        }
        if let Some(server) = server {
            return server;
        }
        if self.dice.roll(3) == 0 {
            // Prices move, and orders trade, while nobody looks.
            std::thread::sleep(Duration::from_millis(self.dice.between(500, 2_500)));
        }
        if end == End::KillTwice {
            let after = Duration::from_millis(self.dice.between(5, 1_200));
            Server::start_and_kill(&self.data(), &self.exchange.address, after);
        }
        self.start()
    }

    /// What must hold at any moment, right after a start too.
    fn look(&mut self, server: &Server, round: u64) {
        let at = format!("seed {}, round {round}", self.seed);
        let mut client = self.log_in(server);
        let mut ledger = self.ledger.lock().unwrap();
        // Asked again under the same key: done now, done then, or it is said that nobody knows.
        let mut in_doubt = 0;
        for asked in std::mem::take(&mut ledger.unanswered) {
            let again = client.ask("POST", &asked.path, Some(&asked.key), Some(&asked.body)).unwrap();
            let known = [200, 201, 403, 404, 409, 422].contains(&again.status);
            assert!(known, "{at}: {asked:?} again: {again:?}");
            in_doubt += usize::from(again.status == 409);
            ledger.note(asked, &Ok(again));
        }
        let stored = client.all("/api/orders").unwrap();
        let ids: BTreeSet<&str> = stored.iter().map(|o| o["id"].as_str().unwrap()).collect();
        for (id, key) in &ledger.answered {
            assert!(ids.contains(id.as_str()), "{at}: order {id} (asked as {key}) was answered and is gone");
        }
        let mut far: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for order in stored.iter().filter(|order| order["instrument"] == FAR && order["origin"] == "manual") {
            far.entry(order["limitPrice"].to_string()).or_default().push(order);
        }
        for orders in far.values() {
            // What the exchange refused may be placed again, twice at most.
            let alive = orders.iter().filter(|order| order["state"] != "rejected").count();
            assert!(alive <= 1 && orders.len() <= 3, "{at}: one request, several orders: {orders:#?}");
        }
        let status = self.exchange.ask(&self.name(), &json!("status"))["status"].clone();
        assert_eq!(status["sentTwice"], json!([]), "{at}");
        let audit = client.get("/api/admin/audit").unwrap();
        assert_eq!(audit["whole"], true, "{at}: {audit}");
        assert!(ledger.wrong.is_empty(), "{at}: {:#?}", ledger.wrong);
        println!("{at}: {} orders, {in_doubt} requests of this kill in doubt", ids.len());
    }

    /// Brings all to rest and compares everything; then the server goes on.
    fn rest(&mut self, server: Server, round: u64) -> Server {
        let at = format!("seed {}, round {round}, at rest", self.seed);
        self.exchange.set_faults("");
        let mut client = self.log_in(&server);
        let post = |client: &mut Client, run: &Value, what: &str| {
            let path = format!("/api/runs/{}/{what}", run["id"]);
            client.ask("POST", &path, None, Some(&json!({}))).unwrap()
        };
        let runs = client.all("/api/runs?state=running").unwrap();
        assert_eq!(runs.len(), 2, "{at}: both runs go on after every start");
        for run in &runs {
            assert_eq!(post(&mut client, run, "pause").status, 200, "{at}: {run}");
        }
        let began = Instant::now();
        let path = format!("/api/orders?accountId={}", self.account);
        let book = loop {
            client.ask("DELETE", &path, None, None).unwrap();
            std::thread::sleep(Duration::from_millis(500));
            match disagreement(&mut client, &self.exchange, &self.name()) {
                Ok(book) => break book,
                Err(why) => assert!(began.elapsed() < REST, "{at}: {why}"),
            }
        };
        println!(
            "{at}: {} orders and {} trades agree after {:?}",
            book.orders.len(),
            book.trades.len(),
            began.elapsed()
        );
        server.terminate();
        let stored = stored::read(&self.data());
        assert!(stored.broken.is_empty(), "{at}: {:?}", stored.broken);
        assert!(stored.odd.is_empty(), "{at}: {:#?}", stored.odd);
        assert_eq!(stored.fills, stored.deals.len(), "{at}: a fill is stored twice");
        let after = Book::read(&self.exchange, &self.name());
        let (agreed, now) = (book.deals(), after.deals());
        assert!(
            stored.deals.is_superset(&agreed),
            "{at}: not stored: {:?}",
            agreed.difference(&stored.deals)
        );
        assert!(stored.deals.is_subset(&now), "{at}: invented: {:?}", stored.deals.difference(&now));
        // A stop may have traded between the two looks.
        if stored.deals.len() == now.len() {
            assert_eq!(stored.positions, after.positions(), "{at}");
        } else if stored.deals == agreed {
            assert_eq!(stored.positions, book.positions(), "{at}");
        }
        self.deals = now.len();

        let server = self.start();
        let mut client = self.log_in(&server);
        for run in &runs {
            let answer = post(&mut client, run, "resume");
            assert_eq!(answer.status, 200, "{at}: {answer:?}");
        }
        server
    }
}
