//! An order, its event, the run's cursor and the audit link commit together or not at all.

use domain::order::OrderState;
use domain::{Money, OrderType, Price, Qty, Side, Validity};
use store::orders::{self, Decision, Fill, OrderFilter, OrderTerms, OrderUpdate};
use store::{Book, PageRequest, StoreError, audit, runs};

use crate::ground::{Ground, at, cases, is_not_found};

cases![
    an_order_reads_back_as_written,
    one_bar_gives_one_order,
    a_unit_that_is_dropped_leaves_nothing,
    an_order_moves_from_the_version_that_was_seen,
    another_users_orders_are_not_there,
    an_order_belongs_to_its_account_and_run,
    a_fill_counts_once,
];

fn update(state: OrderState) -> OrderUpdate {
    OrderUpdate {
        state,
        filled_quantity: Qty::ZERO,
        filled_value: Money::ZERO,
        terms: None,
        broker_order_id: None,
        because: None,
        event: "sent".to_owned(),
        detail: "{}".to_owned(),
        at: at(2),
    }
}

async fn an_order_reads_back_as_written(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let mut ids = asha.ids(store, 2).await;
    let (parent, id) = (ids.draw().unwrap(), ids.draw().unwrap());
    let mut new = asha.entry(id, at(0));
    new.parent = Some(parent);
    new.algo_id = Some("ALGO-1".to_owned());
    new.instrument = "NSE:NIFTY26AUG24500CE".parse().unwrap();
    (new.side, new.order_type, new.validity) = (Side::Sell, OrderType::StopLimit, Validity::Ioc);
    new.quantity = Qty::MAX;
    new.disclosed_quantity = Qty::units(75);
    new.limit_price = Some(Price::MAX);
    new.trigger_price = Some("0.0025".parse().unwrap());
    new.after_market = true;
    new.tag = Some("Größe ₹ \u{1F600} 'quoted' \"so\" \\".to_owned());
    let unit = store.begin().await.unwrap();
    orders::insert(&unit, asha.user, &asha.order(parent)).await.unwrap();
    orders::insert(&unit, asha.user, &new).await.unwrap();
    // What the unit wrote it reads, before anyone else does.
    assert_eq!(orders::get(&unit, asha.user, id).await.unwrap().quantity, Qty::MAX);
    assert!(is_not_found(orders::get(store, asha.user, id).await));
    unit.commit().await.unwrap();

    let read = orders::get(store, asha.user, id).await.unwrap();
    assert_eq!((read.id, read.user, read.account), (id, asha.user, asha.account));
    assert_eq!((read.book, &read.decision, read.parent), (new.book, &new.decision, new.parent));
    assert_eq!((read.strategy_version, &read.algo_id), (new.strategy_version, &new.algo_id));
    assert_eq!((read.origin, &read.instrument, read.side), (new.origin, &new.instrument, new.side));
    assert_eq!((read.order_type, read.product, read.validity), (new.order_type, new.product, new.validity));
    assert_eq!((read.quantity, read.disclosed_quantity), (new.quantity, new.disclosed_quantity));
    assert_eq!((read.limit_price, read.trigger_price), (new.limit_price, new.trigger_price));
    assert_eq!((read.after_market, &read.tag), (true, &new.tag));
    assert_eq!((read.state, read.filled_quantity), (OrderState::Pending, Qty::ZERO));
    assert_eq!((read.created_at, read.updated_at, read.version), (new.at, new.at, 1));

    let terms =
        OrderTerms { quantity: Qty::units(150), limit_price: Some(Price::rupees(5)), trigger_price: None };
    let filled = Qty::units(75);
    let change = OrderUpdate {
        filled_quantity: filled,
        filled_value: Money::rupees(-3),
        terms: Some(terms),
        broker_order_id: Some("B-1".to_owned()),
        because: Some("why".to_owned()),
        ..update(OrderState::PendingModify { filled })
    };
    let unit = store.begin().await.unwrap();
    orders::update(&unit, asha.user, id, 1, &change).await.unwrap();
    unit.commit().await.unwrap();
    let read = orders::get(store, asha.user, id).await.unwrap();
    assert_eq!((read.state, read.filled_value), (OrderState::PendingModify { filled }, Money::rupees(-3)));
    assert_eq!(
        (read.quantity, read.limit_price, read.trigger_price),
        (terms.quantity, terms.limit_price, None)
    );
    assert_eq!((read.broker_order_id.as_deref(), read.because.as_deref()), (Some("B-1"), Some("why")));
    assert_eq!((read.updated_at, read.version), (at(2), 2));
    let events = orders::events(store, asha.user, id).await.unwrap();
    let told: Vec<_> = events.iter().map(|e| (e.kind.as_str(), e.state.as_str(), e.at)).collect();
    assert_eq!(told, [("created", "pending", at(1)), ("sent", "pending-modify", at(2))]);
}

async fn one_bar_gives_one_order(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let mut ids = asha.ids(store, 5).await;
    let unit = store.begin().await.unwrap();
    orders::insert(&unit, asha.user, &asha.entry(ids.draw().unwrap(), at(0))).await.unwrap();
    unit.commit().await.unwrap();
    // The restarted run sees the bar again, with a new id.
    let unit = store.begin().await.unwrap();
    let again = orders::insert(&unit, asha.user, &asha.entry(ids.draw().unwrap(), at(0))).await.unwrap_err();
    assert_eq!(again.to_string(), "decision of this run, bar, leg and action is already taken");
    drop(unit);
    // The next bar, and another leg of the same, are other decisions.
    let unit = store.begin().await.unwrap();
    orders::insert(&unit, asha.user, &asha.entry(ids.draw().unwrap(), at(300))).await.unwrap();
    let mut leg = asha.entry(ids.draw().unwrap(), at(0));
    leg.decision = Some(Decision { bar_open: at(0), leg: 1, action: "enter".to_owned() });
    orders::insert(&unit, asha.user, &leg).await.unwrap();
    unit.commit().await.unwrap();
    // So is an id that was used.
    let unit = store.begin().await.unwrap();
    let again = orders::insert(&unit, asha.user, &asha.order(leg.id)).await.unwrap_err();
    assert_eq!(again.to_string(), "order id is already taken");
}

async fn a_unit_that_is_dropped_leaves_nothing(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let mut ids = asha.ids(store, 2).await;
    let id = ids.draw().unwrap();
    let unit = store.begin().await.unwrap();
    orders::insert(&unit, asha.user, &asha.entry(id, at(0))).await.unwrap();
    runs::advance(&unit, asha.user, asha.run, 0, 7).await.unwrap();
    drop(unit);
    assert!(is_not_found(orders::get(store, asha.user, id).await));
    assert_eq!(runs::get(store, asha.user, asha.run).await.unwrap().event_cursor, 0);
    // The cursor that was digested already takes the order with it.
    let unit = store.begin().await.unwrap();
    runs::advance(&unit, asha.user, asha.run, 0, 7).await.unwrap();
    orders::insert(&unit, asha.user, &asha.entry(id, at(0))).await.unwrap();
    unit.commit().await.unwrap();
    let unit = store.begin().await.unwrap();
    orders::insert(&unit, asha.user, &asha.entry(ids.draw().unwrap(), at(300))).await.unwrap();
    let stale = runs::advance(&unit, asha.user, asha.run, 0, 7).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })));
    drop(unit);
    assert_eq!(orders::of_run(store, asha.user, asha.run).await.unwrap().len(), 1);
    assert!(audit::verify(store).await.unwrap().iter().all(audit::ChainReport::is_whole));
}

async fn an_order_moves_from_the_version_that_was_seen(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let id = asha.place(store, 1).await[0];
    let unit = store.begin().await.unwrap();
    orders::update(&unit, asha.user, id, 1, &update(OrderState::Submitted)).await.unwrap();
    unit.commit().await.unwrap();
    let unit = store.begin().await.unwrap();
    let stale = orders::update(&unit, asha.user, id, 1, &update(OrderState::Rejected)).await;
    assert!(matches!(stale, Err(StoreError::Stale { what: "order" })));
    drop(unit);
    assert_eq!(orders::get(store, asha.user, id).await.unwrap().state, OrderState::Submitted);
    assert_eq!(orders::unsettled(store, asha.user, asha.account).await.unwrap().len(), 1);
    let unit = store.begin().await.unwrap();
    orders::update(&unit, asha.user, id, 2, &update(OrderState::Rejected)).await.unwrap();
    unit.commit().await.unwrap();
    assert!(orders::unsettled(store, asha.user, asha.account).await.unwrap().is_empty());
}

async fn another_users_orders_are_not_there(ground: Ground) {
    let (store, asha, ravi) = (&ground.store, ground.asha, ground.ravi);
    let id = asha.place(store, 1).await[0];
    let page = PageRequest::first(10).unwrap();
    assert!(is_not_found(orders::get(store, ravi.user, id).await));
    assert!(orders::events(store, ravi.user, id).await.unwrap().is_empty());
    assert!(orders::unsettled(store, ravi.user, asha.account).await.unwrap().is_empty());
    let all = OrderFilter { account: Some(asha.account), ..OrderFilter::default() };
    assert!(orders::list(store, ravi.user, &all, page).await.unwrap().rows.is_empty());
    let unit = store.begin().await.unwrap();
    assert!(is_not_found(orders::update(&unit, ravi.user, id, 1, &update(OrderState::Rejected)).await));
    drop(unit);
    // Neither by an event of his on her order, nor by a fill.
    let unit = store.begin().await.unwrap();
    let event = orders::record_event(&unit, ravi.user, id, OrderState::Open, "x", "{}", at(3)).await;
    assert!(is_not_found(event));
    drop(unit);
    let unit = store.begin().await.unwrap();
    let fill = Fill {
        broker_fill_id: "F-1".to_owned(),
        quantity: Qty::units(1),
        price: Price::rupees(1),
        charges: Money::ZERO,
        at: at(3),
    };
    assert!(is_not_found(orders::record_fill(&unit, ravi.user, id, &fill).await));
    drop(unit);
    assert_eq!(orders::get(store, asha.user, id).await.unwrap().state, OrderState::Pending);
    assert_eq!(orders::events(store, asha.user, id).await.unwrap().len(), 1);
}

async fn an_order_belongs_to_its_account_and_run(ground: Ground) {
    let (store, asha, ravi) = (&ground.store, ground.asha, ground.ravi);
    let id = asha.ids(store, 1).await.draw().unwrap();
    let theirs = ravi.ids(store, 1).await.draw().unwrap();
    // His account, his id, her name.
    let unit = store.begin().await.unwrap();
    assert!(is_not_found(orders::insert(&unit, asha.user, &ravi.order(theirs)).await));
    drop(unit);
    // Her account, his run.
    let mut order = asha.order(id);
    order.book = Book::Run(ravi.run);
    let unit = store.begin().await.unwrap();
    assert!(is_not_found(orders::insert(&unit, asha.user, &order).await));
    drop(unit);
    // An id of another account's block.
    let unit = store.begin().await.unwrap();
    let wrong = orders::insert(&unit, asha.user, &asha.order(theirs)).await.unwrap_err();
    assert!(matches!(wrong, StoreError::Unfit(_)), "{wrong}");
}

async fn a_fill_counts_once(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let id = asha.place(store, 1).await[0];
    let fill = Fill {
        broker_fill_id: "F-1".to_owned(),
        quantity: Qty::units(4),
        price: "811.95".parse().unwrap(),
        charges: Money::paise(312),
        at: at(3),
    };
    let unit = store.begin().await.unwrap();
    orders::record_fill(&unit, asha.user, id, &fill).await.unwrap();
    unit.commit().await.unwrap();
    let unit = store.begin().await.unwrap();
    let again = orders::record_fill(&unit, asha.user, id, &fill).await.unwrap_err();
    assert_eq!(again.to_string(), "fill is already taken");
    drop(unit);
    let page = PageRequest::first(10).unwrap();
    let fills = orders::fills(store, asha.user, Some(id), page).await.unwrap();
    assert_eq!(fills.rows.iter().map(|row| row.fill.clone()).collect::<Vec<_>>(), [fill]);
    assert!(orders::fills(store, ground.ravi.user, Some(id), page).await.unwrap().rows.is_empty());
}
