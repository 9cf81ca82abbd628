//! The process dies, anywhere; the exchange goes on.

use desk::orders::PlaceOrder;
use desk::path::OrderPath;
use domain::order::OrderState;
use domain::trade::ExitReason;
use domain::{Price, Side};

use crate::ground::{Ground, SHARE, cases, page};

cases![
    what_rests_goes_on_resting,
    what_filled_meanwhile_is_taken_in,
    a_bracket_by_hand_guards_after_a_restart,
    a_stop_that_was_jumped_over_meanwhile_is_chased,
    an_unanswered_order_is_looked_for_and_never_sent_again,
    what_waits_in_place_of_another_is_not_refused,
    killed_anywhere_nothing_is_lost_or_doubled,
    a_snapshot_and_the_whole_journal_give_the_same_account,
];

async fn what_rests_goes_on_resting(mut ground: Ground) {
    let id = ground.place(&ground.limit(Side::Buy, 5, 90)).await;
    ground.restart().await;
    ground.price(SHARE, 99).await;
    assert_eq!(ground.state(id).await, OrderState::Open);
    assert_eq!(ground.floor.working(ground.account.0).len(), 1);
    let price = Some(Price::rupees(91));
    assert_eq!(ground.desk().change(ground.asha, id, None, price, None).await.unwrap().changed, [id]);
    ground.settle().await;
    assert_eq!(ground.record(id).await.limit_price, price);
    // The next day it is gone.
    ground.pass(24 * 3_600).await;
    ground.price(SHARE, 99).await;
    assert!(ground.state(id).await.is_final());
    ground.check().await;
}

async fn what_filled_meanwhile_is_taken_in(mut ground: Ground) {
    let id = ground.place(&ground.limit(Side::Buy, 5, 90)).await;
    ground.kill().await;
    ground.floor.price(&SHARE.parse().unwrap(), Price::rupees(89));
    ground.start().await;
    assert_eq!((ground.state(id).await, ground.held(None)), (OrderState::Filled, 5));
    ground.restart().await;
    assert_eq!((ground.state(id).await, ground.held(None)), (OrderState::Filled, 5));
    let fills = store::orders::fills(ground.store(), ground.asha, Some(id), page()).await.unwrap().rows;
    assert_eq!(fills.len(), 1);
    ground.check().await;
}

async fn a_bracket_by_hand_guards_after_a_restart(mut ground: Ground) {
    let (stop_loss, target_price) = (Some(Price::rupees(95)), Some(Price::rupees(110)));
    ground.place(&PlaceOrder { stop_loss, target_price, ..ground.order(Side::Buy, 10) }).await;
    ground.restart().await;
    assert_eq!(ground.floor.working(ground.account.0).len(), 1);
    ground.price(SHARE, 111).await;
    assert_eq!(ground.held(None), 0);
    ground.place(&PlaceOrder { stop_loss, target_price: None, ..ground.order(Side::Buy, 10) }).await;
    ground.kill().await;
    ground.floor.price(&SHARE.parse().unwrap(), Price::rupees(95));
    ground.start().await;
    assert_eq!(ground.held(None), 0);
    let trades = store::books::trades(ground.store(), ground.asha, None, page()).await.unwrap().rows;
    let reasons: Vec<_> = trades.iter().map(|t| t.trade.exit_reason).collect();
    assert_eq!(reasons, [ExitReason::Stop, ExitReason::Target]);
    assert_eq!(ground.floor.most_exits_at_once(), 1);
    ground.check().await;
}

async fn a_stop_that_was_jumped_over_meanwhile_is_chased(mut ground: Ground) {
    let stop_loss = Some(Price::rupees(95));
    ground.place(&PlaceOrder { stop_loss, ..ground.order(Side::Buy, 10) }).await;
    ground.kill().await;
    // Through the trigger, and through the limit a band beyond it: the order rests where nobody buys.
    ground.floor.price(&SHARE.parse().unwrap(), Price::rupees(93));
    ground.start().await;
    ground.price(SHARE, 93).await;
    for _ in 0..10 {
        ground.pass(3).await;
        ground.price(SHARE, 93).await;
    }
    assert_eq!(ground.held(None), 0);
    ground.check().await;
}

async fn an_unanswered_order_is_looked_for_and_never_sent_again(mut ground: Ground) {
    ground.floor.silent(true);
    let id = ground.place(&ground.limit(Side::Buy, 5, 90)).await;
    assert!(matches!(ground.state(id).await, OrderState::Unknown { .. }), "{:?}", ground.state(id).await);
    ground.restart().await;
    ground.pass(11).await;
    assert!(matches!(ground.state(id).await, OrderState::Unknown { .. }));
    ground.floor.silent(false);
    for _ in 0..6 {
        ground.pass(11).await;
    }
    assert_eq!(ground.state(id).await, OrderState::Open);
    assert_eq!((ground.floor.arrived(), ground.view().in_doubt), (1, 0));
    ground.check().await;
}

/// Entries wait while an order's fate is not known. Who sends another meanwhile is not told that it was refused: it is
/// the one that goes.
async fn what_waits_in_place_of_another_is_not_refused(ground: Ground) {
    ground.floor.silent(true);
    let lost = ground.place(&ground.limit(Side::Buy, 5, 90)).await;
    assert!(matches!(ground.state(lost).await, OrderState::Unknown { .. }));
    for qty in [2, 3] {
        let done = ground.try_place(&ground.limit(Side::Buy, qty, 91)).await.unwrap();
        assert!(done.orders.is_empty(), "{done:?}");
    }
    ground.floor.silent(false);
    for _ in 0..6 {
        ground.pass(11).await;
    }
    let sent: Vec<i64> = ground.orders().await.iter().map(|order| order.quantity.raw()).collect();
    assert_eq!((sent.len(), sent.contains(&3)), (2, true), "{sent:?}");
    ground.check().await;
}

async fn killed_anywhere_nothing_is_lost_or_doubled(mut ground: Ground) {
    for round in 0..8_u64 {
        let stop_loss = Some(Price::rupees(90));
        let wishes = [
            PlaceOrder { stop_loss, ..ground.order(Side::Buy, 2) },
            ground.limit(Side::Buy, 1, 99),
            ground.limit(Side::Buy, 1, 98),
        ];
        {
            let desk = ground.desk();
            let sending = async {
                for wish in &wishes {
                    let _ = desk.place(ground.asha, wish).await;
                }
                ground.floor.price(&SHARE.parse().unwrap(), Price::rupees(98));
                let _ = desk.close_all(ground.asha, None).await;
            };
            let _ = tokio::time::timeout(std::time::Duration::from_millis(round * 4), sending).await;
        }
        ground.kill().await;
        ground.floor.price(&SHARE.parse().unwrap(), Price::rupees(100));
        ground.start().await;
        ground.price(SHARE, 100).await;
        for _ in 0..4 {
            ground.pass(11).await;
        }
        assert_eq!(ground.view().in_doubt, 0);
        ground.check().await;
    }
    ground.desk().cancel_all(ground.asha, None).await.unwrap();
    ground.desk().close_all(ground.asha, None).await.unwrap();
    ground.settle().await;
    assert_eq!(ground.held(None), 0);
    for row in ground.orders().await {
        assert!(row.state.is_final(), "{row:?}");
    }
    let filled: i64 = ground.orders().await.iter().map(|o| o.filled_quantity.raw()).sum();
    assert_eq!(filled, ground.floor.trades().iter().map(|t| t.qty.raw()).sum::<i64>());
    assert!(ground.floor.working(ground.account.0).is_empty());
    ground.check().await;
}

/// Told again from `from` on, after what a snapshot had.
fn told_again(folder: &std::path::Path, from: i64, mut path: OrderPath, until: i64) -> (OrderPath, i64) {
    let mut last = from - 1;
    desk::Journal::open(folder, from, |entry| {
        if entry.place <= until {
            path.handle(entry.at, &entry.input, &mut Vec::new());
            last = entry.place;
        }
    })
    .unwrap();
    (path, last)
}

async fn a_snapshot_and_the_whole_journal_give_the_same_account(mut ground: Ground) {
    let limits = desk::Limits { max_orders_per_second: Some(9), ..desk::Limits::default() };
    ground.desk().set_limits(ground.asha, ground.account, limits).await.unwrap();
    ground.minute(100).await;
    let run = ground.run(ground.account, crate::ground::settings()).await;
    for step in 0..12_i64 {
        // Answers fail to come, and orders fill in parts.
        ground.floor.silent(step % 5 == 3);
        ground.floor.share((step % 3 == 1).then(|| domain::Qty::units(2)));
        let stop_loss = Some(Price::rupees(90));
        let _ = ground.try_place(&PlaceOrder { stop_loss, ..ground.order(Side::Buy, 3) }).await;
        let _ = ground.try_place(&ground.limit(Side::Sell, 2, 108)).await;
        ground.minute(100 + step * 7 % 5).await;
        if step == 6 {
            ground.desk().runs().stop(ground.asha, run.id, true).await.unwrap();
            ground.desk().kill(ground.asha, desk::Whom::Run(run.id), false, "odd").await.unwrap();
        }
        ground.pass(11).await;
    }
    ground.floor.silent(false);
    for _ in 0..4 {
        ground.pass(11).await;
    }
    ground.kill().await;
    // As pure steps: cut anywhere, byte for byte.
    let fresh = || {
        let cash = domain::Money::rupees(1_000_000);
        OrderPath::new(ground.account, cash, engine::AccountLimits::default(), engine::Conduct::Broker)
    };
    let (whole, last) = told_again(&ground.journal(), 1, fresh(), i64::MAX);
    assert!(last > 200, "{last} inputs are no day");
    for cut in [1, last / 3, last / 2, last - 1] {
        let (part, _) = told_again(&ground.journal(), 1, fresh(), cut);
        let bytes = part.snapshot().unwrap();
        let restored = OrderPath::restore(ground.account, engine::Conduct::Broker, &bytes).unwrap();
        let (goes_on, _) = told_again(&ground.journal(), cut + 1, restored, i64::MAX);
        assert!(goes_on.snapshot().unwrap() == whole.snapshot().unwrap(), "cut at {cut} of {last}");
    }
    // As accounts: the first start tells all again and leaves a snapshot, from which the second starts.
    ground.start().await;
    let before = ground.view();
    let files = || std::fs::read_dir(ground.journal()).unwrap().count();
    for _ in 0..200 {
        if files() > 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(files() > 2, "a journal that went on, and a snapshot");
    ground.restart().await;
    let after = ground.view();
    assert_eq!((&after.books, &after.locks), (&before.books, &before.locks));
    assert_eq!(
        (after.cash, after.equity, after.margin_used, after.available, after.in_doubt),
        (before.cash, before.equity, before.margin_used, before.available, before.in_doubt)
    );
    ground.check().await;
}
