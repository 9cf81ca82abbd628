//! Orders by hand, from the wish to the trade.

use broker::RefusedCause;
use desk::DeskError;
use desk::orders::PlaceOrder;
use desk::path::{Door, Particulars};
use domain::order::OrderState;
use domain::trade::ExitReason;
use domain::{Money, OrderType, Price, Product, Qty, Side, Validity};
use serde_json::Value;

use crate::ground::{FUTURE, Ground, SHARE, cases, page};

cases![
    each_kind_of_order_is_filled,
    a_resting_order_is_changed_and_taken_back,
    all_open_orders_are_taken_back_and_stops_stay,
    an_order_fills_in_parts,
    a_rejected_order_is_placed_anew_only_where_that_can_cure,
    a_bracket_rests_one_exit_and_reaches_its_target_by_changing_it,
    a_stop_follows_partial_fills_and_closes_what_was_filled,
    an_order_above_the_freeze_quantity_is_cut,
    what_an_order_says_goes_with_it,
    a_rejection_says_why,
    the_figures_of_an_account_add_up_after_a_partial_exit,
    the_first_two_orders_at_once_share_a_book,
    somebody_elses_order_is_not_there,
    the_trade_log_is_the_trades,
];

async fn each_kind_of_order_is_filled(ground: Ground) {
    let market = ground.place(&ground.order(Side::Buy, 1)).await;
    assert_eq!(ground.state(market).await, OrderState::Filled);
    let limit = ground.place(&ground.limit(Side::Buy, 2, 95)).await;
    assert_eq!(ground.state(limit).await, OrderState::Open);
    ground.price(SHARE, 95).await;
    assert_eq!(ground.state(limit).await, OrderState::Filled);
    let at = |rupees| Some(Price::rupees(rupees));
    let stop =
        PlaceOrder { order_type: OrderType::StopMarket, trigger_price: at(97), ..ground.order(Side::Buy, 4) };
    let stop = ground.place(&stop).await;
    let both = PlaceOrder {
        order_type: OrderType::StopLimit,
        trigger_price: at(98),
        limit_price: at(99),
        ..ground.order(Side::Buy, 8)
    };
    let both = ground.place(&both).await;
    assert_eq!((ground.state(stop).await, ground.state(both).await), (OrderState::Open, OrderState::Open));
    ground.price(SHARE, 97).await;
    assert_eq!((ground.state(stop).await, ground.state(both).await), (OrderState::Filled, OrderState::Open));
    ground.price(SHARE, 98).await;
    assert_eq!(ground.state(both).await, OrderState::Filled);
    assert_eq!(ground.held(None), 15);
    // The books in the tables are the exchange's.
    let rows =
        store::books::positions(ground.store(), ground.asha, Some(ground.account), false).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.position.quantity.raw()).sum::<i64>(), 15);
    let value: i64 = ground.floor.trades().iter().map(|t| t.price.raw() * t.qty.raw()).sum();
    let stored: i64 = ground.orders().await.iter().map(|order| order.filled_value.raw()).sum();
    assert_eq!(stored, value);
    ground.check().await;
}

async fn a_resting_order_is_changed_and_taken_back(ground: Ground) {
    let id = ground.place(&ground.limit(Side::Buy, 4, 90)).await;
    let (qty, price) = (Some(Qty::units(6)), Some(Price::rupees(91)));
    let done = ground.desk().change(ground.asha, id, qty, price, None).await.unwrap();
    assert_eq!(done.changed, [id]);
    ground.settle().await;
    let row = ground.record(id).await;
    assert_eq!((row.state, row.quantity, row.limit_price), (OrderState::Open, Qty::units(6), price));
    assert_eq!(ground.desk().cancel(ground.asha, id).await.unwrap().cancelled, [id]);
    ground.settle().await;
    assert!(matches!(ground.state(id).await, OrderState::Cancelled { .. }));
    assert!(ground.floor.working(ground.account.0).is_empty());
    assert!(ground.desk().cancel(ground.asha, id).await.is_err(), "it is over");
    ground.check().await;
}

async fn all_open_orders_are_taken_back_and_stops_stay(ground: Ground) {
    let guarded = PlaceOrder { stop_loss: Some(Price::rupees(95)), ..ground.order(Side::Buy, 10) };
    ground.place(&guarded).await;
    let resting = [
        ground.place(&ground.limit(Side::Buy, 1, 90)).await,
        ground.place(&ground.limit(Side::Buy, 1, 91)).await,
    ];
    let mut gone = ground.desk().cancel_all(ground.asha, None).await.unwrap();
    gone.sort();
    assert_eq!(gone, resting);
    ground.settle().await;
    let left = ground.floor.working(ground.account.0);
    assert_eq!(left.len(), 1, "the stop stays: {left:?}");
    assert_eq!(ground.held(None), 10);
    ground.check().await;
}

async fn an_order_fills_in_parts(ground: Ground) {
    ground.floor.share(Some(Qty::units(4)));
    let id = ground.place(&ground.limit(Side::Buy, 10, 100)).await;
    let row = ground.record(id).await;
    assert_eq!(row.filled_quantity, Qty::units(4));
    assert_eq!(ground.held(None), 4);
    ground.price(SHARE, 99).await;
    ground.price(SHARE, 98).await;
    let row = ground.record(id).await;
    assert_eq!((row.state, row.filled_quantity), (OrderState::Filled, Qty::units(10)));
    let fills = store::orders::fills(ground.store(), ground.asha, Some(id), page()).await.unwrap().rows;
    assert_eq!(fills.iter().map(|f| f.fill.quantity.raw()).collect::<Vec<_>>(), [2, 4, 4]);
    ground.check().await;
}

async fn a_rejected_order_is_placed_anew_only_where_that_can_cure(ground: Ground) {
    ground.floor.refuse(RefusedCause::Margin);
    let id = ground.place(&ground.order(Side::Buy, 1)).await;
    ground.pass(30).await;
    assert_eq!(ground.state(id).await, OrderState::Rejected);
    assert_eq!((ground.floor.arrived(), ground.held(None)), (1, 0));
    // A run's entry is the engine's own: it is cured, with a new id, at most twice.
    ground.minute(100).await;
    let run = ground.run(ground.account, crate::ground::settings()).await;
    ground.floor.refuse(RefusedCause::Busy);
    ground.minute(101).await;
    ground.minute(102).await;
    ground.pass(30).await;
    assert_eq!(ground.held(Some(&run)), 10, "{:?}", ground.orders().await);
    let states: Vec<_> = ground.orders().await.iter().map(|o| o.state).collect();
    assert_eq!(states, [OrderState::Filled, OrderState::Rejected, OrderState::Rejected]);
    ground.check().await;
}

async fn a_bracket_rests_one_exit_and_reaches_its_target_by_changing_it(ground: Ground) {
    let (stop_loss, target_price) = (Some(Price::rupees(95)), Some(Price::rupees(110)));
    ground.place(&PlaceOrder { stop_loss, target_price, ..ground.order(Side::Buy, 10) }).await;
    let resting = ground.floor.working(ground.account.0);
    assert_eq!(resting.len(), 1, "{resting:?}");
    assert_eq!(resting[0].terms.on_the_wire().0, stop_loss);
    ground.price(SHARE, 105).await;
    // Traded through, not only touched.
    ground.price(SHARE, 111).await;
    assert_eq!(ground.held(None), 0);
    assert!(ground.floor.working(ground.account.0).is_empty());
    assert_eq!((ground.floor.most_exits_at_once(), ground.floor.arrived()), (1, 2));
    let trades = store::books::trades(ground.store(), ground.asha, None, page()).await.unwrap().rows;
    assert_eq!(trades.len(), 1);
    let trade = &trades[0].trade;
    assert_eq!((trade.exit_reason, trade.exit_price), (ExitReason::Target, Price::rupees(111)));
    assert_eq!((trade.stop_loss, trade.target_price), (stop_loss, target_price));
    ground.check().await;
}

async fn a_stop_follows_partial_fills_and_closes_what_was_filled(ground: Ground) {
    ground.floor.share(Some(Qty::units(3)));
    let stop_loss = Some(Price::rupees(95));
    let entry = ground.place(&PlaceOrder { stop_loss, ..ground.limit(Side::Buy, 10, 100) }).await;
    let stop = |ground: &Ground| {
        let rows = ground.floor.working(ground.account.0);
        rows.iter().filter(|r| r.side == Side::Sell).map(|r| r.qty.raw() - r.filled.raw()).collect::<Vec<_>>()
    };
    assert_eq!((ground.held(None), stop(&ground)), (3, vec![3]));
    ground.price(SHARE, 99).await;
    assert_eq!((ground.held(None), stop(&ground)), (6, vec![6]));
    ground.floor.share(None);
    ground.desk().cancel(ground.asha, entry).await.unwrap();
    ground.settle().await;
    ground.price(SHARE, 96).await;
    // Beyond the stop's own limit at once: it is chased.
    ground.price(SHARE, 94).await;
    ground.pass(10).await;
    assert_eq!((ground.held(None), ground.floor.held(ground.account.0)), (0, 0));
    let trades = store::books::trades(ground.store(), ground.asha, None, page()).await.unwrap().rows;
    assert_eq!(trades[0].trade.quantity, Qty::units(6));
    assert_eq!(trades[0].trade.exit_reason, ExitReason::Stop);
    ground.check().await;
}

async fn an_order_above_the_freeze_quantity_is_cut(ground: Ground) {
    let future = |qty| PlaceOrder {
        instrument: FUTURE.parse().unwrap(),
        product: Product::Nrml,
        ..ground.order(Side::Buy, qty)
    };
    let done = ground.try_place(&future(120)).await.unwrap();
    let mut sizes = Vec::new();
    for id in &done.orders {
        sizes.push(ground.record(*id).await.quantity.raw());
    }
    assert_eq!(sizes, [50, 50, 20]);
    assert_eq!(ground.held(None), 120);
    assert_eq!(ground.refused(&future(7)).await, "quantity");
    ground.check().await;
}

async fn the_first_two_orders_at_once_share_a_book(ground: Ground) {
    let one = ground.limit(Side::Buy, 1, 90);
    let desk = ground.desk();
    let (a, b, c) = tokio::join!(
        desk.place(ground.asha, &one),
        desk.place(ground.asha, &one),
        desk.place(ground.asha, &one)
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok(), "{a:?} {b:?} {c:?}");
    ground.settle().await;
    assert_eq!(ground.view().books.len(), 1);
    assert_eq!(ground.floor.working(ground.account.0).len(), 3);
    ground.check().await;
}

async fn somebody_elses_order_is_not_there(ground: Ground) {
    let id = ground.place(&ground.limit(Side::Buy, 1, 90)).await;
    let desk = ground.desk();
    let not_found = |outcome: Result<_, DeskError>| matches!(outcome, Err(DeskError::NotFound { .. }));
    assert!(not_found(desk.cancel(ground.ravi, id).await));
    assert!(not_found(desk.change(ground.ravi, id, Some(Qty::units(5)), None, None).await));
    assert!(not_found(desk.place(ground.ravi, &ground.order(Side::Buy, 1)).await));
    let book = ground.view().books[0].id;
    assert!(not_found(desk.close_book(ground.ravi, ground.account, book).await));
    assert_eq!(ground.state(id).await, OrderState::Open);
    ground.check().await;
}

async fn the_trade_log_is_the_trades(ground: Ground) {
    for (bought, sold) in [(100, 104), (104, 103), (103, 108)] {
        ground.price(SHARE, bought).await;
        let stop_loss = Some(Price::rupees(bought - 10));
        ground.place(&PlaceOrder { stop_loss, ..ground.order(Side::Buy, 10) }).await;
        ground.pass(61).await;
        ground.price(SHARE, sold).await;
        ground.desk().close_all(ground.asha, None).await.unwrap();
        ground.settle().await;
    }
    let path = ground.desk().tradelog_path(ground.asha);
    desk::tradelog::write(ground.store(), ground.asha, &path).await.unwrap();
    let log: Vec<Value> = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let mut trades = store::books::trades(ground.store(), ground.asha, None, page()).await.unwrap().rows;
    trades.reverse();
    assert_eq!((log.len(), trades.len()), (3, 3));
    for (entry, record) in log.iter().zip(&trades) {
        let trade = &record.trade;
        assert_eq!(entry["instrument"], SHARE);
        assert_eq!(
            (&entry["tradeType"], &entry["direction"]),
            (&Value::from("Manual"), &Value::from("Long"))
        );
        assert_eq!(entry["entryPrice"].as_f64().unwrap(), trade.entry_price.to_f64());
        assert_eq!(entry["exitPrice"].as_f64().unwrap(), trade.exit_price.to_f64());
        assert_eq!(entry["stopLoss"].as_f64().unwrap(), trade.stop_loss.unwrap().to_f64());
        assert_eq!(entry["pnl"].as_f64().unwrap(), trade.pnl().to_f64());
        assert_eq!(entry["quantity"], 10);
        assert_eq!(entry["holdingTimeSeconds"], 61);
        let status = if trade.pnl().raw() > 0 { "Win" } else { "Loss" };
        assert_eq!(entry["status"], status);
    }
    // Trades that closed just before the end are in it too.
    std::fs::remove_file(&path).unwrap();
    let keeper = tokio::spawn(ground.desk().clone().keep_tradelog(ground.asha));
    while !path.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    std::fs::write(&path, "[]").unwrap();
    ground.desk().close().await;
    keeper.abort();
    assert_eq!(serde_json::from_slice::<Vec<Value>>(&std::fs::read(&path).unwrap()).unwrap(), log);
    // What the account says it made is what its trades made.
    let made: i64 = trades.iter().map(|t| t.trade.pnl().raw()).sum();
    assert_eq!(ground.view().equity.raw(), 10_000_000_000 + made);
    ground.check().await;
}

async fn what_an_order_says_goes_with_it(mut ground: Ground) {
    let particulars = Particulars {
        door: Door::Batch,
        validity: Validity::Ioc,
        disclosed: Qty::units(4),
        tag: Some("morning basket".to_owned()),
    };
    let said = PlaceOrder { particulars, ..ground.limit(Side::Buy, 10, 90) };
    let order = ground.place(&said).await;
    // Nothing of it is said of the next one, nor of what the engine makes.
    ground.place(&PlaceOrder { stop_loss: Some(Price::rupees(95)), ..ground.order(Side::Buy, 1) }).await;
    ground.restart().await;
    let sent = ground.floor.asked(order);
    assert_eq!((sent.validity, sent.disclosed), (Validity::Ioc, Qty::units(4)));
    for row in ground.orders().await {
        let says = (row.origin, row.validity, row.disclosed_quantity, row.tag.as_deref());
        let expected = match row.id {
            id if id == order => {
                (store::orders::Origin::Batch, Validity::Ioc, Qty::units(4), Some("morning basket"))
            }
            _ => (store::orders::Origin::Manual, Validity::Day, Qty::ZERO, None),
        };
        assert_eq!(says, expected);
    }
    for (field, particulars, order_type) in [
        ("validity", Particulars { validity: Validity::Ioc, ..Particulars::default() }, OrderType::Market),
        ("validity", Particulars { validity: Validity::Gtt, ..Particulars::default() }, OrderType::Limit),
        (
            "disclosedQuantity",
            Particulars { disclosed: Qty::units(11), ..Particulars::default() },
            OrderType::Limit,
        ),
        (
            "disclosedQuantity",
            Particulars { disclosed: Qty::units(-1), ..Particulars::default() },
            OrderType::Limit,
        ),
        ("tag", Particulars { tag: Some("a\nb".to_owned()), ..Particulars::default() }, OrderType::Limit),
        ("tag", Particulars { tag: Some("x".repeat(41)), ..Particulars::default() }, OrderType::Limit),
    ] {
        let limit_price = (order_type == OrderType::Limit).then_some(Price::rupees(90));
        let wish = PlaceOrder { particulars, order_type, limit_price, ..ground.order(Side::Buy, 10) };
        let refused = ground.desk().place(ground.asha, &wish).await;
        assert!(matches!(&refused, Err(DeskError::Invalid { field: f, .. }) if *f == field), "{refused:?}");
    }
    ground.check().await;
}

async fn a_rejection_says_why(ground: Ground) {
    ground.floor.refuse(RefusedCause::Margin);
    let id = ground.place(&ground.limit(Side::Buy, 1, 90)).await;
    let row = ground.orders().await.into_iter().find(|row| row.id == id).unwrap();
    assert_eq!(row.state, OrderState::Rejected);
    assert_eq!(row.because.as_deref(), Some("refused: it is refused (17070)"));
}

async fn the_figures_of_an_account_add_up_after_a_partial_exit(ground: Ground) {
    ground.place(&ground.order(Side::Buy, 10)).await;
    ground.price(SHARE, 104).await;
    ground.place(&ground.order(Side::Buy, 7)).await;
    ground.place(&ground.order(Side::Sell, 5)).await;
    let future = PlaceOrder {
        instrument: FUTURE.parse().unwrap(),
        product: Product::Nrml,
        ..ground.order(Side::Buy, 70)
    };
    ground.place(&future).await;
    ground.price(FUTURE, 20_010).await;
    let view = ground.view();
    let share = view.books.iter().find(|book| book.instrument.as_str() == SHARE).unwrap();
    // Five at 100 and seven at 104 are left.
    assert_eq!((share.quantity, share.realised), (Qty::units(12), Money::rupees(20)));
    assert_eq!(share.average_price.to_string(), "102.3333");
    assert_eq!(share.unrealised, Money::rupees(20));
    assert_eq!(view.cash, Money::rupees(1_000_000) + view.realised - view.charges);
    assert_eq!(view.equity, view.cash + view.unrealised);
    let stored =
        store::books::positions(ground.store(), ground.asha, Some(ground.account), false).await.unwrap();
    assert!(stored.iter().any(|row| row.position.average_price == share.average_price), "{stored:?}");
}
