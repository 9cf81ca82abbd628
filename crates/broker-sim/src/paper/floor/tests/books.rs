//! What the books show after days on which nobody was here, and after a kill in the middle of a write.

use std::path::{Path, PathBuf};

use domain::time::DayNumber;
use serde_json::Value;

use super::*;

const SBIN: &str = "NSE:SBIN-EQ";

/// An exchange with a log, and its one client.
pub(super) struct Desk {
    log: PathBuf,
    floor: Option<Floor>,
    id: ConnectionId,
    lines: mpsc::Receiver<Bytes>,
    now: Timestamp,
}

/// An hour of a day of November 2026; the 20th is a Friday.
pub(super) fn on(day: i8, hour: i64) -> Timestamp {
    DayNumber::of(date(2026, 11, day)).start() + Span::minutes(60 * hour)
}

impl Desk {
    pub fn open(log: &Path, now: Timestamp) -> Desk {
        let market =
            Arc::new(Market::new(3, Listing::usual(date(2026, 11, 20)), Span::micros(250_000)).unwrap());
        let opened = Journal::open(log, false).unwrap();
        let setup = (FillRules::default(), Faults::default(), 3);
        let mut floor = Floor::new(market, setup, Some(opened), now).unwrap();
        floor.step(now);
        let mut desk =
            Desk { log: log.to_owned(), floor: Some(floor), id: 0, lines: mpsc::channel(1).1, now };
        desk.connect();
        desk
    }

    pub fn floor(&mut self) -> &mut Floor {
        self.floor.as_mut().unwrap()
    }

    fn connect(&mut self) {
        let (sender, lines) = mpsc::channel(MOST_WAITING);
        (self.id, self.lines) = (self.floor().connect(sender), lines);
        self.ask(r#"{"hello":{"account":"A3","cash":"1000000"}}"#);
    }

    /// The exchange is killed and begins again.
    pub fn restart(&mut self, now: Timestamp) {
        self.floor = None;
        *self = Desk::open(&self.log, now);
    }

    /// All that is told by the end of a request.
    pub fn ask(&mut self, ask: &str) -> Vec<Value> {
        let (id, now) = (self.id, self.now);
        self.floor().hear(id, format!(r#"{{"n":1,"ask":{ask}}}"#).as_bytes(), now);
        self.told()
    }

    pub fn told(&mut self) -> Vec<Value> {
        let mut told = Vec::new();
        while let Ok(line) = self.lines.try_recv() {
            told.push(serde_json::from_slice(&line).unwrap());
        }
        told
    }

    fn place(&mut self, tag: &str, qty: i64, terms: &str) -> Vec<Value> {
        self.ask(&format!(
            r#"{{"place":{{"tag":"{tag}","instrument":"{SBIN}","product":"MIS","side":"BUY","qty":{qty},"terms":{terms}}}}}"#
        ))
    }

    /// Time goes on, tick by tick.
    pub fn pass(&mut self, span: Span) {
        let until = self.now + span;
        while self.now < until {
            self.now = self.now + Span::micros(250_000);
            let now = self.now;
            self.floor().step(now);
        }
    }

    /// Nothing happens for long: the process slept, or nobody asked.
    fn skip_to(&mut self, now: Timestamp) {
        self.now = now;
        self.floor().step(now);
    }

    /// The orders as `tag status filled`, and the units that the book's trades come to.
    pub fn book(&mut self) -> (Vec<String>, i64) {
        let told = self.ask("\"book\"");
        let book = &told.last().unwrap()["reply"]["book"];
        let row = |r: &Value| {
            format!("{} {} {}", r["tag"].as_str().unwrap(), r["status"].as_str().unwrap(), r["filled"])
        };
        let units = book["trades"].as_array().unwrap().iter().map(|t| t["qty"].as_i64().unwrap()).sum();
        (book["orders"].as_array().unwrap().iter().map(row).collect(), units)
    }
}

const LOW: &str = r#"{"limit":{"price":"100.00"}}"#;
const AT_MARKET: &str = r#"{"marketable":{"limit":"9000.00"}}"#;

#[test]
fn what_ended_over_a_weekend_is_shown_on_monday() {
    let folder = tempfile::tempdir().unwrap();
    for (midnight_in, restarted) in [(false, false), (false, true), (true, false), (true, true)] {
        let log = folder.path().join(format!("{midnight_in}{restarted}.log"));
        let mut desk = Desk::open(&log, on(19, 10));
        desk.place("THURSDAY", 3, AT_MARKET);
        desk.pass(Span::minutes(1));
        assert_eq!(desk.book(), (vec!["THURSDAY FILLED 3".to_owned()], 3));
        desk.skip_to(on(20, 10));
        desk.place("RESTS", 10, LOW);
        let id = desk.id;
        desk.book();
        desk.place("FILLS", 5, AT_MARKET);
        // The desk is killed: nobody hears that the order fills, nor, on Saturday, that the other expires.
        desk.floor().disconnect(id);
        desk.pass(Span::minutes(1));
        if midnight_in {
            desk.skip_to(on(21, 1));
        }
        let monday = on(23, 9);
        if restarted {
            desk.restart(monday);
        } else {
            desk.skip_to(monday);
        }
        desk.connect();
        let ended = vec!["RESTS EXPIRED 0".to_owned(), "FILLS FILLED 5".to_owned()];
        for reading in 0..2 {
            assert_eq!(desk.book(), (ended.clone(), 5), "{midnight_in} {restarted} {reading}");
        }
        // Who has read on Monday needs no more of Friday on Wednesday.
        desk.skip_to(on(24, 9));
        desk.book();
        desk.skip_to(on(25, 9));
        assert_eq!(desk.book(), (Vec::new(), 0));
    }
}

/// One write holds an order's row and its trade; a kill may leave any part of it, and nobody was told of the rest.
#[test]
fn a_write_torn_anywhere_leaves_an_exchange_that_starts() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("paper.log");
    let mut desk = Desk::open(&log, on(20, 10));
    desk.ask(r#"{"lane":{"lane":1,"instrument":"NSE:SBIN-EQ","tick":"0.05"}}"#);
    let phase = |phase: &str| format!(r#"{{"phase":{{"lane":1,"at":1795280000000000,"phase":{phase}}}}}"#);
    desk.ask(&phase(r#"{"begin":{"volume":null}}"#));
    desk.ask(&phase(r#"{"open":{"price":"800"}}"#));
    let whole_before = std::fs::metadata(&log).unwrap().len() as usize;
    // It comes while the bar is open: taken and filled in one write.
    let in_lane = AT_MARKET.to_owned() + r#","lane":1"#;
    desk.place("FILLS", 10, &in_lane);
    drop(desk.floor.take());
    let whole = std::fs::read(&log).unwrap();
    assert!(whole[whole_before..].split(|b| *b == b'\n').count() > 2, "one write of several lines");
    for end in whole_before..=whole.len() {
        std::fs::write(&log, &whole[..end]).unwrap();
        let mut desk = Desk::open(&log, on(20, 11));
        let (rows, units) = desk.book();
        let sound = match &rows[..] {
            [] => units == 0 && end < whole.len(),
            [row] if row == "FILLS WORKING 0" => units == 0 && end < whole.len(),
            [row] => row == "FILLS FILLED 10" && units == 10 && end == whole.len(),
            _ => false,
        };
        assert!(sound, "cut at {end} of {}: {rows:?}, {units} units", whole.len());
    }
}
