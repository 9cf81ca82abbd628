//! What orders are held to when they fill in part, are changed, or trigger.

use super::books::{Desk, on};
use super::*;

#[test]
fn fills_in_part_are_whole_lots() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder.path().join("paper.log"), on(20, 10));
    let future = desk.floor().market.listings().iter().find(|l| l.expiry.is_some()).unwrap().clone();
    assert!(future.lot > Qty::units(1));
    desk.ask(r#"{"faults":{"set":"partial=1000"}}"#);
    let qty = future.lot.raw() * 12;
    let terms = r#"{"marketable":{"limit":"90000.00"}}"#;
    desk.ask(&format!(
        r#"{{"place":{{"tag":"F1","instrument":"{}","product":"NRML","side":"BUY","qty":{qty},"terms":{terms}}}}}"#,
        future.id
    ));
    let mut parts: Vec<i64> = Vec::new();
    while parts.iter().sum::<i64>() < qty {
        desk.pass(Span::micros(250_000));
        parts.extend(desk.told().iter().filter_map(|line| line["trade"]["qty"].as_i64()));
    }
    assert!(parts.len() > 1 && parts.iter().all(|part| part % future.lot.raw() == 0), "{parts:?}");
}

#[test]
fn a_change_is_held_to_the_rules_of_a_new_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder.path().join("paper.log"), on(20, 10));
    let future = desk.floor().market.listings().iter().find(|l| l.expiry.is_some()).unwrap().clone();
    let (lot, freeze) = (future.lot.raw(), future.freeze.unwrap());
    desk.ask(&format!(
        r#"{{"place":{{"tag":"F1","instrument":"{}","product":"NRML","side":"BUY","qty":{lot},"terms":{{"limit":{{"price":"100"}}}}}}}}"#,
        future.id
    ));
    let beyond = (freeze.raw() / lot + 1) * lot;
    for (qty, price, says) in
        [(lot + 1, "100", "LOT"), (beyond, "100", "QUANTITY"), (lot, "100.03", "TICK"), (lot * 2, "101", "")]
    {
        let told = desk.ask(&format!(
            r#"{{"change":{{"order":{{"tag":"F1"}},"change":1,"qty":{qty},"terms":{{"limit":{{"price":"{price}"}}}}}}}}"#
        ));
        let refused = told[0]["answer"]["refused"]["code"].as_str().unwrap_or_default();
        assert_eq!(refused, says, "{told:?}");
    }
}

/// The trigger has traded and the market is beyond the limit: it rests there, whatever happens to the exchange.
#[test]
fn a_stop_limit_is_not_filled_beyond_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder.path().join("paper.log"), on(20, 10));
    desk.ask(
        r#"{"place":{"tag":"S1","instrument":"NSE:SBIN-EQ","product":"MIS","side":"SELL","qty":5,"terms":{"stop":{"trigger":"9000","limit":"8000"}}}}"#,
    );
    desk.pass(Span::minutes(1));
    assert_eq!(desk.book(), (vec!["S1 WORKING 0".to_owned()], 0));
    desk.restart(on(20, 11));
    desk.pass(Span::minutes(1));
    assert_eq!(desk.book(), (vec!["S1 WORKING 0".to_owned()], 0));
    desk.ask(r#"{"change":{"order":{"tag":"S1"},"change":1,"qty":5,"terms":{"stop":{"trigger":"9000","limit":"100"}}}}"#);
    desk.pass(Span::minutes(1));
    assert_eq!(desk.book(), (vec!["S1 FILLED 5".to_owned()], 5));
}

#[test]
fn an_immediate_order_of_a_replay_does_not_rest() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::open(&folder.path().join("paper.log"), on(20, 10));
    desk.ask(r#"{"lane":{"lane":1,"instrument":"NSE:SBIN-EQ","tick":"0.05"}}"#);
    let tell = |desk: &mut Desk, phase: &str| {
        desk.ask(&format!(r#"{{"phase":{{"lane":1,"at":1795280000000000,"phase":{phase}}}}}"#))
    };
    let place = |desk: &mut Desk, tag: &str, limit: &str| {
        desk.ask(&format!(
            r#"{{"place":{{"tag":"{tag}","instrument":"NSE:SBIN-EQ","lane":1,"product":"MIS","side":"BUY","qty":5,"terms":{{"limit":{{"price":"{limit}"}}}},"validity":"IOC"}}}}"#
        ))
    };
    let open = r#"{"open":{"price":"800"}}"#;
    tell(&mut desk, r#"{"begin":{"volume":null}}"#);
    tell(&mut desk, open);
    // While prices are on: taken, and taken back, in one.
    let told = place(&mut desk, "LOW", "799");
    assert!(told.iter().any(|line| line["row"]["status"] == "CANCELLED"), "{told:?}");
    place(&mut desk, "HIGH", "801");
    tell(&mut desk, r#"{"close":{"price":"800"}}"#);
    tell(&mut desk, "\"between\"");
    // Between two bars the next open is the first price, also after a restart.
    place(&mut desk, "LATER", "799");
    place(&mut desk, "MEETS", "801");
    let before = ["LOW CANCELLED 0", "HIGH FILLED 5", "LATER WORKING 0", "MEETS WORKING 0"];
    assert_eq!(desk.book().0, before);
    desk.restart(on(20, 11));
    assert_eq!(desk.book().0, before);
    tell(&mut desk, open);
    let after = ["LOW CANCELLED 0", "HIGH FILLED 5", "LATER CANCELLED 0", "MEETS FILLED 5"];
    assert_eq!(desk.book().0, after);
}
