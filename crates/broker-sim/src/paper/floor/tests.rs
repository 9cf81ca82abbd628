//! No bytes from a client stop the exchange.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::paper::Listing;

mod books;
mod orders;

const LINES: &[&str] = &[
    r#"{"n":1,"ask":{"hello":{"account":"A1","cash":"1000000"}}}"#,
    r#"{"n":2,"ask":{"place":{"tag":"2611210A30000042","instrument":"NSE:SBIN-EQ","product":"MIS","side":"BUY","qty":10,"terms":{"marketable":{"limit":"900.00"}}}}}"#,
    r#"{"n":3,"ask":{"place":{"tag":"T2","instrument":"NSE:SBIN-EQ","lane":1,"product":"MIS","side":"SELL","qty":10,"terms":{"stop":{"trigger":"700.00","limit":"690.00"}},"timing":"thisClose","validity":"IOC"}}}"#,
    r#"{"n":4,"ask":{"change":{"order":{"tag":"T2"},"change":1,"qty":20,"terms":{"limit":{"price":"800.00"}}}}}"#,
    r#"{"n":5,"ask":{"cancel":{"order":{"brokerId":"P1"}}}}"#,
    r#"{"n":6,"ask":"book"}"#,
    r#"{"n":7,"ask":"positions"}"#,
    r#"{"n":8,"ask":"funds"}"#,
    r#"{"n":9,"ask":"status"}"#,
    r#"{"n":10,"ask":{"subscribe":{"instruments":["NSE:SBIN-EQ"]}}}"#,
    r#"{"n":11,"ask":{"history":{"instrument":"NSE:SBIN-EQ","from":1795280000000000,"to":1795290000000000}}}"#,
    r#"{"n":12,"ask":{"lane":{"lane":1,"instrument":"NSE:SBIN-EQ","tick":"0.05"}}}"#,
    r#"{"n":13,"ask":{"phase":{"lane":1,"at":1795280000000000,"phase":{"begin":{"volume":1000}}}}}"#,
    r#"{"n":14,"ask":{"phase":{"lane":1,"at":1795280000000000,"phase":{"range":{"high":"900","low":"600"}}}}}"#,
    r#"{"n":15,"ask":{"phase":{"lane":1,"at":1795280000000000,"phase":{"close":{"price":"750"}}}}}"#,
    r#"{"n":16,"ask":{"phase":{"lane":1,"at":1795280000000000,"phase":"between"}}}"#,
    r#"{"n":17,"ask":{"faults":{"set":"lost=1,partial=500,repeat=500,delay=10ms"}}}"#,
    r#"{"n":18,"ask":"instruments"}"#,
];

/// A floor with one connection, and the lines that it is told.
fn floor(rules: FillRules) -> (Floor, ConnectionId, mpsc::Receiver<Bytes>, Timestamp) {
    let today = date(2026, 11, 23);
    let market = Arc::new(Market::new(3, Listing::usual(today), Span::micros(250_000)).unwrap());
    let now = Timestamp::from_micros(1_795_280_000_000_000);
    let mut floor = Floor::new(market, (rules, Faults::default(), 3), None, now).unwrap();
    let (sender, lines) = mpsc::channel(MOST_WAITING);
    let id = floor.connect(sender);
    (floor, id, lines, now)
}

#[test]
fn every_line_of_the_document_is_answered() {
    let (mut floor, id, mut lines, now) = floor(FillRules::default());
    for line in [0, 11].into_iter().chain(1..LINES.len()) {
        if line != 11 || lines.is_empty() {
            let wanted = floor.hear(id, LINES[line].as_bytes(), now);
            assert_eq!(wanted.is_some(), line == 10);
        }
        let mut told = String::new();
        while let Ok(line) = lines.try_recv() {
            told.push_str(std::str::from_utf8(&line).unwrap());
        }
        assert!(line == 10 || !told.is_empty() && !told.contains("error"), "{}: {told}", LINES[line]);
    }
}

#[test]
fn nothing_is_done_for_who_has_not_named_an_account() {
    let (mut floor, id, mut lines, now) = floor(FillRules::default());
    floor.hear(id, LINES[1].as_bytes(), now);
    let told = lines.try_recv().unwrap();
    assert!(std::str::from_utf8(&told).unwrap().contains("begin with hello"));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (mut floor, id, _lines, now) = floor(FillRules::default());
        for line in bytes.split(|b| *b == b'\n') {
            floor.hear(id, line, now);
        }
    }

    /// Lines that are nearly right, in any order, with time going on between them.
    #[test]
    fn no_change_of_a_line_panics(
        slippage in prop_oneof![Just("0"), Just("ticks=65535"), Just("bps=999")],
        changes in prop::collection::vec((0..LINES.len(), any::<bool>(), 0usize..300, prop_oneof![
            Just("9223372036854775807".to_owned()), Just("-9223372036854775808".to_owned()), Just("0".to_owned()),
            Just("100000000".to_owned()), Just("0.0001".to_owned()), Just("null".to_owned()), Just("1000000000".to_owned()),
            ".{0,3}",
        ], 0usize..20), 1..40),
    ) {
        let rules = FillRules {
            slippage: slippage.parse().unwrap(),
            participation: Some(1_000),
            ..FillRules::default()
        };
        let (mut floor, id, _lines, mut now) = floor(rules);
        floor.hear(id, LINES[0].as_bytes(), now);
        floor.hear(id, LINES[11].as_bytes(), now);
        for (line, whole, at, with, cut) in changes {
            let line = LINES[line];
            let at = if whole { line.len() } else { at.min(line.len()) };
            let end = (at + cut).min(line.len());
            let with = if whole { "" } else { &with };
            floor.hear(id, format!("{}{with}{}", &line[..at], &line[end..]).as_bytes(), now);
            now = now + Span::micros(130_000);
            floor.step(now);
        }
    }
}
