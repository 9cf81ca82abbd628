//! What stops orders: limits, locks, the kill switch.

use desk::orders::PlaceOrder;
use desk::path::InstrumentLists;
use desk::{DeskError, Limits, Whom};
use domain::{Money, Price, Qty, Side};
use sea_orm::ConnectionTrait as _;
use serde_json::Value;
use store::accounts::{Broker, NewAccount, Relation};

use crate::ground::{Ground, SHARE, cases, page, settings};

cases![
    each_limit_refuses_and_says_so_for_ever,
    a_daily_loss_closes_and_locks_until_the_next_day,
    the_switch_of_an_account_stops_it_alone_and_outlives_a_restart,
    the_switch_of_a_user_holds_accounts_that_come_later,
    the_switch_of_everyone_stops_everyone,
    the_switch_of_a_run_stops_the_run_alone,
    flattening_changes_each_stop_into_an_exit,
    the_reason_stays_with_the_lock,
    what_is_not_allowed_or_is_blocked_is_not_entered,
    the_other_side_of_a_run_names_the_run_and_the_cure,
];

async fn each_limit_refuses_and_says_so_for_ever(ground: Ground) {
    let none = Limits { max_orders_per_second: Some(9), ..Limits::default() };
    let units = |n| Some(Qty::units(n));
    let rupees = |n| Some(Money::rupees(n));
    let cases = [
        Limits { max_order_qty: units(9), ..none.clone() },
        Limits { max_order_value: rupees(999), ..none.clone() },
        Limits { max_position: units(9), ..none.clone() },
        Limits { max_capital: rupees(100), ..none.clone() },
        Limits { max_capital_per_book: rupees(100), ..none.clone() },
        Limits { max_open_positions: Some(0), ..none.clone() },
        Limits { max_trades_per_day: Some(0), ..none.clone() },
    ];
    let mut rules = Vec::new();
    for limits in cases {
        ground.desk().set_limits(ground.asha, ground.account, limits).await.unwrap();
        rules.push(ground.refused(&ground.order(Side::Buy, 10)).await);
        ground.pass(5).await;
    }
    let banded = Limits { price_band: Some(1_000), ..none.clone() };
    ground.desk().set_limits(ground.asha, ground.account, banded).await.unwrap();
    rules.push(ground.refused(&ground.limit(Side::Buy, 10, 80)).await);
    let twice = Limits { duplicate_seconds: Some(10), ..none.clone() };
    ground.desk().set_limits(ground.asha, ground.account, twice).await.unwrap();
    ground.place(&ground.limit(Side::Buy, 10, 90)).await;
    rules.push(ground.refused(&ground.limit(Side::Buy, 10, 90)).await);
    let slow = Limits { max_orders_per_second: Some(1), ..none.clone() };
    ground.desk().set_limits(ground.asha, ground.account, slow.clone()).await.unwrap();
    ground.pass(5).await;
    ground.place(&ground.limit(Side::Buy, 10, 91)).await;
    rules.push(ground.refused(&ground.limit(Side::Buy, 10, 92)).await);
    let mut distinct = rules.clone();
    distinct.sort();
    distinct.dedup();
    assert!(distinct.len() >= 8, "{rules:?}");
    assert_eq!(ground.floor.arrived(), 2, "what was refused did not leave");

    let events = store::risk::risk_events(ground.store(), ground.asha, None, page()).await.unwrap().rows;
    let told: Vec<_> = events.iter().rev().map(|event| event.event.rule.clone()).collect();
    assert_eq!(told, rules);
    assert!(events.iter().all(|e| e.event.detail.contains("why")), "{events:?}");
    let raw = ground.raw().await;
    for touched in ["update risk_events set detail = 'x'", "delete from risk_events"] {
        assert!(raw.execute_unprepared(touched).await.is_err(), "{touched}");
    }
    raw.close().await.unwrap();
    // They hold after a restart.
    let mut ground = ground;
    ground.restart().await;
    assert_eq!(ground.desk().limits(ground.asha, ground.account).await.unwrap(), slow);
    ground.check().await;
}

async fn a_daily_loss_closes_and_locks_until_the_next_day(mut ground: Ground) {
    let limits = Limits { max_daily_loss: Some(Money::rupees(500)), ..Limits::default() };
    ground.desk().set_limits(ground.asha, ground.account, limits).await.unwrap();
    ground.place(&ground.order(Side::Buy, 100)).await;
    ground.price(SHARE, 96).await;
    assert_eq!(ground.held(None), 100);
    ground.price(SHARE, 94).await;
    assert_eq!((ground.held(None), ground.floor.held(ground.account.0)), (0, 0));
    assert_eq!(ground.desk().locks(ground.asha).await.unwrap().len(), 1);
    ground.refused(&ground.order(Side::Buy, 1)).await;
    ground.restart().await;
    ground.price(SHARE, 94).await;
    ground.refused(&ground.order(Side::Buy, 1)).await;
    // That the limit was passed is on record, beside what was refused because of it.
    let events = store::risk::risk_events(ground.store(), ground.asha, None, page()).await.unwrap().rows;
    assert_eq!(events.iter().filter(|row| row.event.instrument.is_none()).count(), 1, "{events:?}");
    for row in &events {
        assert_eq!(row.event.rule, "maxDailyLoss");
        let figures: Value = serde_json::from_str(&row.event.detail).unwrap();
        assert_eq!(figures["limit"], 500.0, "{figures}");
        assert!(figures["lost"].as_f64().unwrap() >= 500.0 && figures["why"].is_string(), "{figures}");
    }
    ground.pass(24 * 3_600).await;
    ground.price(SHARE, 94).await;
    assert!(ground.desk().locks(ground.asha).await.unwrap().is_empty());
    ground.place(&ground.order(Side::Buy, 1)).await;
    ground.check().await;
}

async fn the_switch_of_an_account_stops_it_alone_and_outlives_a_restart(mut ground: Ground) {
    let resting = ground.place(&ground.limit(Side::Buy, 5, 90)).await;
    let done = ground.desk().kill(ground.asha, Whom::Account(ground.account), false, "news").await.unwrap();
    assert_eq!(done.cancelled, [resting]);
    ground.settle().await;
    for _ in 0..2 {
        assert!(ground.floor.working(ground.account.0).is_empty());
        assert_eq!(ground.refused(&ground.order(Side::Buy, 1)).await, "killSwitch");
        ground.place(&PlaceOrder { account: ground.second, ..ground.order(Side::Buy, 1) }).await;
        assert_eq!(ground.desk().locks(ground.asha).await.unwrap().len(), 1);
        assert!(ground.desk().locks(ground.ravi).await.unwrap().is_empty());
        ground.restart().await;
        ground.price(SHARE, 100).await;
    }
    ground.desk().unlock(ground.asha, ground.ravi, Whom::Account(ground.account)).await.unwrap();
    ground.restart().await;
    ground.price(SHARE, 100).await;
    ground.place(&ground.order(Side::Buy, 1)).await;
    let locks = store::risk::locks(ground.store(), ground.asha, page()).await.unwrap().rows;
    assert_eq!(locks.len(), 1, "{locks:?}");
    assert_eq!(locks[0].released_by, Some(ground.ravi));
    ground.check().await;
}

async fn the_switch_of_a_user_holds_accounts_that_come_later(mut ground: Ground) {
    ground.desk().kill(ground.asha, Whom::User, false, "leaving").await.unwrap();
    let later = NewAccount {
        name: "Later".to_owned(),
        broker: Broker::Paper,
        relation: Relation::Own,
        initial_cash: Money::rupees(100_000),
        settings: "{}".to_owned(),
    };
    let unit = ground.store().begin().await.unwrap();
    let later = store::accounts::create(&unit, ground.asha, &later, ground.clock.now()).await.unwrap();
    unit.commit().await.unwrap();
    let record = store::accounts::get(ground.store(), ground.asha, later).await.unwrap();
    ground.desk().take_up(record).await.unwrap();
    for account in [ground.account, ground.second, later] {
        let wish = PlaceOrder { account, ..ground.order(Side::Buy, 1) };
        assert_eq!(ground.refused(&wish).await, "killSwitch", "account {account}");
    }
    ground.place(&PlaceOrder { account: ground.foreign, ..ground.order(Side::Buy, 1) }).await;
    ground.restart().await;
    ground.price(SHARE, 100).await;
    ground.desk().unlock(ground.asha, ground.asha, Whom::User).await.unwrap();
    for account in [ground.account, ground.second, later] {
        ground.place(&PlaceOrder { account, ..ground.order(Side::Buy, 1) }).await;
    }
    ground.restart().await;
    ground.price(SHARE, 100).await;
    ground.place(&ground.order(Side::Buy, 1)).await;
    ground.check().await;
}

async fn the_switch_of_everyone_stops_everyone(ground: Ground) {
    let all = [ground.account, ground.second, ground.foreign];
    for account in all {
        ground.place(&PlaceOrder { account, ..ground.order(Side::Buy, 3) }).await;
    }
    ground.desk().kill(ground.ravi, Whom::Everyone, true, "the exchange is mad").await.unwrap();
    ground.settle().await;
    for account in all {
        assert_eq!(ground.floor.held(account.0), 0);
        let wish = PlaceOrder { account, ..ground.order(Side::Buy, 1) };
        assert_eq!(ground.refused(&wish).await, "killSwitch");
    }
    for user in [ground.asha, ground.ravi] {
        assert_eq!(ground.desk().locks(user).await.unwrap().len(), 1);
    }
    ground.desk().unlock(ground.asha, ground.asha, Whom::Everyone).await.unwrap();
    for account in all {
        ground.place(&PlaceOrder { account, ..ground.order(Side::Buy, 3) }).await;
    }
    ground.check().await;
}

async fn the_switch_of_a_run_stops_the_run_alone(mut ground: Ground) {
    let opposite = Limits { allow_opposite_books: true, ..Limits::default() };
    ground.desk().set_limits(ground.asha, ground.account, opposite).await.unwrap();
    ground.minute(100).await;
    let (one, other) =
        (ground.run(ground.account, settings()).await, ground.run(ground.account, settings()).await);
    ground.desk().kill(ground.asha, Whom::Run(one.id), true, "odd").await.unwrap();
    ground.settle().await;
    ground.minute(101).await;
    ground.minute(102).await;
    assert_eq!((ground.held(Some(&one)), ground.held(Some(&other))), (0, 10));
    ground.restart().await;
    ground.minute(101).await;
    ground.minute(100).await;
    assert_eq!((ground.held(Some(&one)), ground.held(Some(&other))), (0, -10));
    ground.desk().unlock(ground.asha, ground.asha, Whom::Run(one.id)).await.unwrap();
    ground.minute(99).await;
    ground.minute(101).await;
    ground.minute(98).await;
    assert_eq!((ground.held(Some(&one)), ground.held(Some(&other))), (-10, -10));
    ground.check().await;
}

async fn flattening_changes_each_stop_into_an_exit(ground: Ground) {
    let stop_loss = Some(Price::rupees(95));
    ground.place(&PlaceOrder { stop_loss, ..ground.order(Side::Buy, 10) }).await;
    ground.desk().kill(ground.asha, Whom::Account(ground.account), false, "drill").await.unwrap();
    ground.settle().await;
    assert_eq!(ground.floor.working(ground.account.0).len(), 1, "the stop stays");
    ground.desk().kill(ground.asha, Whom::Account(ground.account), true, "drill").await.unwrap();
    ground.settle().await;
    assert_eq!((ground.held(None), ground.floor.held(ground.account.0)), (0, 0));
    assert_eq!((ground.floor.arrived(), ground.floor.most_exits_at_once()), (2, 1));
    assert_eq!(ground.desk().locks(ground.asha).await.unwrap().len(), 1);
    ground.check().await;
}

async fn the_reason_stays_with_the_lock(mut ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    let wide = [Whom::Run(run.id), Whom::Account(ground.account), Whom::User];
    for (whom, reason) in wide.into_iter().zip(["it is odd", "news", "leaving"]) {
        ground.desk().kill(ground.asha, whom, false, reason).await.unwrap();
    }
    ground.settle().await;
    for _ in 0..2 {
        let locks = ground.desk().locks(ground.asha).await.unwrap();
        let mut said: Vec<_> = locks.iter().map(|l| (l.lock.because.as_str(), l.lock.by)).collect();
        said.sort_unstable();
        let asha = Some(ground.asha);
        assert_eq!(said, [("it is odd", asha), ("leaving", asha), ("news", asha)]);
        ground.restart().await;
    }
}

async fn what_is_not_allowed_or_is_blocked_is_not_entered(mut ground: Ground) {
    let (share, future) = (|| vec![SHARE.parse().unwrap()], || vec![crate::ground::FUTURE.parse().unwrap()]);
    let set = async |ground: &Ground, allowed, blocked| {
        let limits = Limits { instruments: InstrumentLists { allowed, blocked }, ..Limits::default() };
        ground.desk().set_limits(ground.asha, ground.account, limits).await
    };
    ground.place(&ground.order(Side::Buy, 10)).await;
    for (allowed, blocked, words) in
        [(Some(future()), vec![], "allowedInstruments"), (Some(share()), share(), "blockedInstruments")]
    {
        set(&ground, allowed, blocked).await.unwrap();
        for _ in 0..2 {
            let refused = ground.try_place(&ground.order(Side::Buy, 1)).await.unwrap_err();
            let DeskError::Refused { rule, why } = refused else { panic!("{refused:?}") };
            assert_eq!(rule, "instrumentAllowed");
            assert!(why.contains(SHARE) && why.contains(words), "{why}");
            ground.restart().await;
            ground.price(SHARE, 100).await;
        }
        ground.place(&ground.order(Side::Sell, 1)).await;
    }
    // The list holds for what no book has traded yet, too.
    let second = PlaceOrder { product: domain::Product::Cnc, ..ground.order(Side::Buy, 1) };
    assert_eq!(ground.refused(&second).await, "instrumentAllowed");
    set(&ground, None, future()).await.unwrap();
    ground.place(&ground.order(Side::Buy, 1)).await;
    set(&ground, Some(vec![]), vec![]).await.unwrap_err();
    set(&ground, Some(vec!["NSE:NOBODY-EQ".parse().unwrap()]), vec![]).await.unwrap_err();
    ground.check().await;
}

async fn the_other_side_of_a_run_names_the_run_and_the_cure(ground: Ground) {
    ground.minute(100).await;
    let run = ground.run(ground.account, settings()).await;
    ground.minute(101).await;
    ground.minute(102).await;
    assert_eq!(ground.held(Some(&run)), 10);
    let why = ground.try_place(&ground.order(Side::Sell, 1)).await.unwrap_err().to_string();
    let words = format!(
        "run {} (sma_cross) holds or enters the other side of {SHARE}; close that first, or set allowOppositeBooks in \
         the account's limits",
        run.id
    );
    assert_eq!(why, words);
    // And the other way round: the run is refused, and its event says whose position is in the way.
    ground.desk().runs().stop(ground.asha, run.id, true).await.unwrap();
    ground.settle().await;
    ground.place(&ground.order(Side::Buy, 1)).await;
    ground.run(ground.account, settings()).await;
    ground.minute(101).await;
    ground.minute(100).await;
    let events = store::risk::risk_events(ground.store(), ground.asha, None, page()).await.unwrap().rows;
    assert!(events[0].event.detail.contains("manual trading holds"), "{events:?}");
    ground.check().await;
}
