//! No bytes from the other side stop the adapter.

use proptest::prelude::*;
use tokio::runtime::Builder;

use super::*;

const LINES: &[&str] = &[
    r#"{"reply":{"n":1,"welcome":{"now":1795280047547474,"tickMicros":250000}}}"#,
    r#"{"answer":{"n":2,"brokerId":"P1"}}"#,
    r#"{"answer":{"n":2,"refused":{"code":"BUSY","words":"x"}}}"#,
    r#"{"done":{"n":2}}"#,
    r#"{"error":{"n":3,"code":"LINE","words":"x"}}"#,
    r#"{"trade":{"tag":"2611210A30000042","brokerId":"P1","number":1,"instrument":"NSE:SBIN-EQ","side":"BUY","qty":10,"price":"800.05","at":1795280047547474,"place":"open"}}"#,
    r#"{"triggered":{"tag":"2611210A30000042","brokerId":"P1"}}"#,
    r#"{"row":{"tag":"2611210A30000042","brokerId":"P1","instrument":"NSE:SBIN-EQ","product":"MIS","side":"SELL","qty":10,"filled":0,"terms":{"stop":{"trigger":"1","limit":"2"}},"status":"WORKING","triggered":false}}"#,
    r#"{"reply":{"n":4,"book":{"orders":[],"trades":[]}}}"#,
    r#"{"reply":{"n":5,"positions":[{"instrument":"NSE:SBIN-EQ","product":"MIS","qty":-3,"averagePrice":"1.5"}]}}"#,
    r#"{"reply":{"n":6,"funds":{"cash":"100000","marginUsed":"-2.5"}}}"#,
    r#"{"tick":{"instrument":"NSE:SBIN-EQ","at":1795280047547474,"price":"800","volume":7}}"#,
];

fn link() -> Link {
    let (_, inbox) = mpsc::unbounded_channel();
    let sink: Sink = Arc::new(|_| {});
    let market: MarketSink = Arc::new(|_| {});
    let dial: Dial = Arc::new(|| Box::pin(async { Err(std::io::Error::other("nobody")) }));
    let settings = Settings::new("A", domain::Money::ZERO);
    let outstanding = Arc::new(AtomicUsize::new(10));
    let mut link = Link::new(
        settings,
        dial,
        (sink, market),
        inbox,
        watch::channel(false).0,
        outstanding,
        Arc::default(),
    );
    link.ask(Ask::Status, Waiting::Hello);
    let order = "2611210A30000042".parse().unwrap();
    link.ask(Ask::Status, Waiting::Order(order, RequestKind::Place));
    link.ask(Ask::Status, Waiting::Order(order, RequestKind::Cancel));
    link.ask(Ask::Status, Waiting::Book(1));
    link.ask(Ask::Status, Waiting::Positions(1));
    link.ask(Ask::Status, Waiting::Funds(1));
    link
}

#[test]
fn every_line_of_the_document_is_read() {
    let mut link = link();
    for line in LINES {
        assert_eq!(link.take_line(line.as_bytes()), Ok(()), "{line}");
    }
    assert!(link.ready && link.pending.is_empty());
}

#[test]
fn a_line_that_cannot_be_read_ends_the_connection() {
    for line in
        ["", "{}", "[1]", r#"{"trade":{"tag":"x"}}"#, r#"{"error":{"n":null,"code":"LINE","words":"x"}}"#]
    {
        assert!(link().take_line(line.as_bytes()).is_err(), "{line}");
    }
    let huge = LINES[5].replace(r#""qty":10"#, r#""qty":9223372036854775807"#);
    assert!(link().take_line(huge.as_bytes()).is_err());
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut heard = BytesMut::from(&bytes[..]);
        let _ = link().take_lines(&mut heard);
    }

    /// Lines that are nearly right come closest to trouble.
    #[test]
    fn no_change_of_a_line_panics(
        changes in prop::collection::vec((0..LINES.len(), 0usize..300, prop_oneof![
            Just("9223372036854775807".to_owned()), Just("-9223372036854775808".to_owned()), Just("0".to_owned()),
            Just("null".to_owned()), Just("\"".to_owned()), Just("1e400".to_owned()), ".{0,3}",
        ], 0usize..20), 1..12),
    ) {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut link = link();
            for (line, at, with, cut) in changes {
                let line = LINES[line];
                let at = at.min(line.len());
                let end = (at + cut).min(line.len());
                let _ = link.take_line(format!("{}{with}{}", &line[..at], &line[end..]).as_bytes());
            }
        });
    }
}
