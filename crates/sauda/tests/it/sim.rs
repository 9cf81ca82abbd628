//! `sauda sim`: a process of its own, spoken to as any client would, killed and started again.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Child;
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::served::{Served, until};

/// A running exchange, and one connection to it.
struct Sim {
    child: Child,
    lines: BufReader<TcpStream>,
    asked: u64,
}

impl Sim {
    fn start(sauda: &Sauda, more: &[&str]) -> Sim {
        let args = [&["sim", "--paper", "0", "--seed", "5", "--tick-ms", "20"], more].concat();
        let mut child = sauda.command(&args).stdout(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let address = first.trim().rsplit(' ').next().unwrap().to_owned();
        let stream = TcpStream::connect(&address).unwrap_or_else(|error| panic!("{first}: {error}"));
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut sim = Sim { child, lines: BufReader::new(stream), asked: 0 };
        sim.reply(&json!({"hello": {"account": "A1", "cash": "100000"}}));
        sim
    }

    fn ask(&mut self, ask: &Value) -> u64 {
        self.asked += 1;
        let line = json!({"n": self.asked, "ask": ask});
        writeln!(self.lines.get_mut(), "{line}").unwrap();
        self.asked
    }

    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn until(&mut self, found: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.next();
            if found(&line) {
                return line;
            }
        }
    }

    fn reply(&mut self, ask: &Value) -> Value {
        let n = self.ask(ask);
        let line = self.until(|line| line["reply"]["n"] == n || line["error"]["n"] == n);
        assert!(line["reply"].is_object(), "{line}");
        line["reply"].clone()
    }

    fn place(&mut self, tag: &str, side: &str, terms: &Value) {
        let n = self.ask(&json!({"place": {
            "tag": tag, "instrument": "NSE:SBIN-EQ", "product": "MIS", "side": side, "qty": 10, "terms": terms,
        }}));
        let line = self.until(|line| line["answer"]["n"] == n);
        assert!(line["answer"]["brokerId"].is_string(), "{line}");
    }

    /// The book with nothing in it that passes by itself.
    fn book(&mut self) -> Value {
        self.reply(&json!("book"))["book"].clone()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn orders_survive_a_kill() {
    let sauda = Sauda::new();
    let mut sim = Sim::start(&sauda, &[]);
    sim.place("A1", "BUY", &json!({"limit": {"price": "1.00"}}));
    sim.place("A2", "SELL", &json!({"limit": {"price": "90000.00"}}));
    sim.place("A3", "BUY", &json!({"marketable": {"limit": "90000.00"}}));
    let trade = sim.until(|line| line["trade"].is_object());
    let before = sim.book();
    let funds = sim.reply(&json!("funds"))["funds"].clone();
    sim.kill();

    let mut sim = Sim::start(&sauda, &[]);
    assert_eq!(sim.book(), before);
    assert_eq!(sim.reply(&json!("funds"))["funds"], funds);
    let statuses: Vec<&str> =
        before["orders"].as_array().unwrap().iter().map(|o| o["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["WORKING", "WORKING", "FILLED"]);
    assert_eq!(before["trades"][0], trade["trade"]);
    // What rested is still there to trade.
    let n = sim.ask(&json!({"change": {
        "order": {"tag": "A1"}, "change": 1, "qty": 10, "terms": {"marketable": {"limit": "90000.00"}},
    }}));
    sim.until(|line| line["answer"]["n"] == n);
    let trade = sim.until(|line| line["trade"].is_object());
    assert_eq!((&trade["trade"]["tag"], &trade["trade"]["number"]), (&json!("A1"), &json!(2)));
    sim.kill();
}

#[test]
fn a_kill_while_orders_stream_in_loses_none_that_was_answered() {
    let sauda = Sauda::new();
    let mut answered = 0;
    for round in 0..4u32 {
        let mut sim = Sim::start(&sauda, &["--no-fsync"]);
        let book = sim.book();
        let orders = book["orders"].as_array().unwrap();
        assert!(orders.len() >= answered, "{} of {answered} orders are left", orders.len());
        let traded: i64 = book["trades"].as_array().unwrap().iter().map(|t| t["qty"].as_i64().unwrap()).sum();
        let filled: i64 = orders.iter().map(|o| o["filled"].as_i64().unwrap()).sum();
        assert_eq!(traded, filled);
        answered = orders.len();
        let mut killer = Some(sim.child.id());
        for i in 0..60 + round * 37 {
            sim.place(&format!("R{round}N{i}"), "BUY", &json!({"marketable": {"limit": "90000.00"}}));
            answered += 1;
            if i == 40 + round * 31
                && let Some(id) = killer.take()
            {
                // More are on their way when it dies.
                for j in 0..5 {
                    let place = json!({"place": {"tag": format!("X{round}N{j}"), "instrument": "NSE:SBIN-EQ",
                        "product": "MIS", "side": "BUY", "qty": 1, "terms": {"limit": {"price": "1.00"}}}});
                    sim.ask(&place);
                }
                assert!(Command::new("kill").args(["-9", &id.to_string()]).status().unwrap().success());
                break;
            }
        }
        sim.child.wait().unwrap();
    }
}

#[test]
fn the_market_is_the_same_after_a_restart() {
    let sauda = Sauda::new();
    let history = || {
        let mut sim = Sim::start(&sauda, &[]);
        let from = 1_790_000_000_000_000i64;
        let ask =
            json!({"history": {"instrument": "NSE:TCS-EQ", "from": from, "to": from + 3_600_000_000i64}});
        let bars = sim.reply(&ask)["history"]["bars"].clone();
        sim.kill();
        bars
    };
    let first = history();
    assert_eq!(first.as_array().unwrap().len(), 60);
    assert_eq!(first, history());
}

#[test]
fn a_mistake_in_a_flag_is_bad_usage_and_names_the_cure() {
    let sauda = Sauda::new();
    for (flags, says) in [
        (&["--faults", "lots=5"][..], "unanswered"),
        (&["--slippage", "much"], "ticks=1"),
        (&["--tick-ms", "5"], "10ms"),
        (&["--list", "NSE:SBIN-EQ"], "NSE:SBIN-EQ=800"),
        (&["--list", "NSE:SBIN-EQ=0.5"], "start price"),
        (&["--seed", "x"], "--seed"),
    ] {
        let ended = sauda.run(&[&["sim", "--paper", "0"], flags].concat());
        assert_eq!(ended.code, 2, "{flags:?}: {}", ended.err);
        assert!(ended.err.contains(says), "{flags:?}: {}", ended.err);
    }
    assert_eq!(sauda.run(&["sim"]).code, 2);
}

/// A feed that is gone must not look well: prices stand still on every screen.
#[test]
fn the_server_says_when_its_exchange_is_away() {
    let (exchange, server) = (Sauda::new(), Sauda::new());
    let sim = Sim::start(&exchange, &[]);
    let address = sim.lines.get_ref().peer_addr().unwrap().to_string();
    let served = Served::start(&server, &["--paper", &address]);
    let health = || served.nobody().ask("GET", "/api/health", None, None).unwrap();
    assert_eq!((health().status, &health().body["parts"]["exchange"]), (200, &json!("ok")));
    sim.kill();
    until("health tells of the exchange", || health().status == 503);
    let told = health().body;
    assert_eq!(told["status"], "degraded");
    assert!(told["parts"]["exchange"].as_str().unwrap().contains("exchange"), "{told}");
}

#[test]
fn a_damaged_log_and_a_second_exchange_are_refused() {
    let sauda = Sauda::new();
    let mut sim = Sim::start(&sauda, &[]);
    sim.place("A1", "BUY", &json!({"limit": {"price": "1.00"}}));
    let second = sauda.run(&["sim", "--paper", "0"]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains("in use"), "{}", second.err);
    sim.kill();
    let log = sauda.data_dir().join("paper/exchange.log");
    let mut bytes = fs::read(&log).unwrap();
    bytes[12] ^= 1;
    fs::write(&log, bytes).unwrap();
    let damaged = sauda.run(&["sim", "--paper", "0"]);
    assert_eq!(damaged.code, 1);
    assert!(damaged.err.contains("line 1"), "{}", damaged.err);
}
