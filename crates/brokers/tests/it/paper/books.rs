//! Orders outlive the exchange's process; what it refuses it says.

use broker::{Failure, Outcome, RequestKind, RowStatus};
use domain::order::Terms;
use domain::{Qty, Side, Validity};

use super::*;
use crate::conformance::{answer, at_market, cancel, done, failed, id, order, place, read, resting, trades};

#[tokio::test(start_paused = true)]
async fn a_restart_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("paper.log");
    let mut stage = PaperStage::in_memory(Some(&log)).await;
    let terms = resting(&stage, 80);
    place(&stage, &order(&stage, 1, Side::Buy, 10, terms));
    place(&stage, &order(&stage, 1, Side::Buy, 10, terms));
    place(&stage, &order(&stage, 2, Side::Buy, 5, at_market(&stage)));
    place(&stage, &order(&stage, 3, Side::Sell, 3, Terms::Limit { price: Price::rupees(9_000) }));
    trades(&mut stage, 5).await;
    cancel(&stage, 3, None);
    done(&mut stage, 3, RequestKind::Cancel).await;
    let before = read(&mut stage, 1).await.unwrap();
    stage.server.stop();

    let mut stage = PaperStage::in_memory(Some(&log)).await;
    assert_eq!(read(&mut stage, 1).await.unwrap(), before);
    assert_eq!(stage.sent_twice().await, [id(1).to_string()]);
    // What rests can still be cancelled, what is new gets a number of its own.
    place(&stage, &order(&stage, 4, Side::Sell, 5, Terms::Marketable { limit: Price::rupees(1) }));
    let sold = trades(&mut stage, 5).await.remove(0);
    assert!(before.trades.iter().all(|t| t.number != sold.number));
    let broker_id = before.orders[0].broker_id.clone();
    cancel(&stage, 1, Some(broker_id.clone()));
    done(&mut stage, 1, RequestKind::Cancel).await;
    let book = read(&mut stage, 2).await.unwrap();
    let status = |id: &str| book.orders.iter().find(|row| row.broker_id == id).unwrap().status;
    assert_eq!(status(&broker_id), RowStatus::Cancelled);
    assert_eq!(status(&before.orders[1].broker_id), RowStatus::Working, "its twin works on");
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_has_triggered_stays_so_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("paper.log");
    let mut stage = PaperStage::in_memory(Some(&log)).await;
    stage.trouble(Trouble { partial: 1_000, ..Trouble::default() }).await;
    let (_, price) = stage.instrument();
    let trigger = Price::from_raw(price.raw() * 2).floor_to(domain::Tick::DEFAULT);
    place(&stage, &order(&stage, 1, Side::Sell, 500, Terms::Stop { trigger, limit: Price::rupees(1) }));
    while stage.next().await != (Update::Triggered { order: id(1) }) {}
    stage.server.stop();
    let mut stage = PaperStage::in_memory(Some(&log)).await;
    let book = read(&mut stage, 1).await.unwrap();
    let left = 500 - book.orders[0].filled.raw();
    assert!(left > 0 && book.orders[0].status == RowStatus::Working);
    assert_eq!(trades(&mut stage, left).await.iter().map(|t| t.qty.raw()).sum::<i64>(), left);
}

#[tokio::test(start_paused = true)]
async fn orders_fill_while_nobody_listens() {
    let mut stage = PaperStage::in_memory(None).await;
    place(&stage, &order(&stage, 1, Side::Buy, 10, at_market(&stage)));
    stage.cut().await;
    while stage.next().await != Update::Connected {}
    let book = read(&mut stage, 1).await.unwrap();
    // Cut before or after it was written: then it is not there, or it has filled.
    assert!(book.orders.is_empty() || book.orders[0].filled == Qty::units(10));
}

#[tokio::test(start_paused = true)]
async fn an_immediate_order_that_finds_nobody_is_taken_back() {
    let mut stage = PaperStage::in_memory(None).await;
    let mut immediate = order(&stage, 1, Side::Buy, 10, resting(&stage, 80));
    immediate.validity = Validity::Ioc;
    place(&stage, &immediate);
    done(&mut stage, 1, RequestKind::Place).await;
    let row = loop {
        if let Update::Row(row) = stage.next().await {
            break row;
        }
    };
    assert_eq!((row.id, row.status, row.filled), (Some(id(1)), RowStatus::Cancelled, Qty::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_days_order_expires_with_its_day() {
    let mut stage = PaperStage::in_memory(None).await;
    place(&stage, &order(&stage, 1, Side::Buy, 10, resting(&stage, 50)));
    done(&mut stage, 1, RequestKind::Place).await;
    tokio::time::advance(Duration::from_secs(14 * 3_600 + 1)).await;
    let row = loop {
        if let Update::Row(row) = stage.next().await {
            break row;
        }
    };
    assert_eq!(row.status, RowStatus::Expired);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_traded_is_refused_with_the_rule() {
    let mut stage = PaperStage::in_memory(None).await;
    let future = stage.paper.instruments().await.unwrap().last().unwrap().clone();
    let limit = |price: &str| Terms::Limit { price: price.parse().unwrap() };
    let cases = [
        ("NSE:NIFTY50-INDEX", 1, limit("25000"), "its future can be traded"),
        ("NSE:NOSUCH-EQ", 1, limit("100"), "not listed"),
        ("NSE:SBIN-EQ", 0, limit("800"), "must be 1 to"),
        ("NSE:SBIN-EQ", 1, limit("800.03"), "tick size"),
        (future.id.as_str(), 1, limit("25000"), "lot size"),
        (future.id.as_str(), future.lot.raw() * 100_000, limit("25000"), "freeze quantity"),
    ];
    for (number, (instrument, qty, terms, says)) in (1..).zip(cases) {
        let mut wrong = order(&stage, number, Side::Buy, qty, terms);
        wrong.instrument = instrument.parse().unwrap();
        place(&stage, &wrong);
        let failure = failed(&mut stage, number, RequestKind::Place).await;
        assert!(matches!(&failure, Failure::Refused { words, .. } if words.contains(says)), "{failure}");
    }
    assert!(read(&mut stage, 1).await.unwrap().orders.is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_accounts_see_their_own_orders_only() {
    let mut stage = PaperStage::in_memory(None).await;
    let server = stage.server.clone();
    let ((sink, market), mut updates, _) = sinks();
    let other = Paper::start(
        Settings::new("B7", Money::rupees(5)),
        in_memory(move || server.connect()),
        sink,
        market,
    );
    assert!(other.connected(Duration::from_secs(1)).await);
    place(&stage, &order(&stage, 1, Side::Buy, 10, at_market(&stage)));
    let (outcome, _) = answer(&mut stage, 1, RequestKind::Place).await;
    assert!(matches!(outcome, Outcome::Done { .. }));
    trades(&mut stage, 10).await;
    assert_eq!(other.status().await.unwrap().orders, 0);
    assert_eq!(updates.recv().await, Some(Update::Connected));
    assert!(updates.try_recv().is_err());
}
