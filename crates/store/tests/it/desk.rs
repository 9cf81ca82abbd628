//! Runs, books and risk: round trips, versions, scopes.

use domain::trade::{Direction, ExitReason};
use domain::{Money, Price, Product, Qty};
use store::books::{self, ClosedTrade, Position};
use store::risk::{self, NewIncident, NewLock, Scope};
use store::runs::{self, RunState, Snapshot};
use store::{Book, PageRequest, StoreError};

use crate::ground::{Ground, at, cases, is_not_found};

cases![
    a_run_lives_through_its_states,
    the_newest_snapshots_are_kept,
    a_position_changes_from_the_version_that_was_seen,
    an_order_closes_one_trade,
    a_lock_outlives_a_restart,
    limits_and_incidents_are_their_owners,
];

fn page() -> PageRequest {
    PageRequest::first(10).unwrap()
}

async fn a_run_lives_through_its_states(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let unit = store.begin().await.unwrap();
    runs::set_state(&unit, asha.user, asha.run, 1, RunState::Running, None, at(1)).await.unwrap();
    runs::set_state(&unit, asha.user, asha.run, 2, RunState::Paused, Some("late data"), at(2)).await.unwrap();
    runs::set_state(&unit, asha.user, asha.run, 3, RunState::Running, None, at(3)).await.unwrap();
    let stale = runs::set_state(&unit, asha.user, asha.run, 3, RunState::Stopped, None, at(4)).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })));
    unit.commit().await.unwrap();
    assert_eq!(runs::unfinished(store, asha.user, asha.account).await.unwrap().len(), 1);
    let unit = store.begin().await.unwrap();
    runs::advance(&unit, asha.user, asha.run, 0, 12).await.unwrap();
    assert!(runs::advance(&unit, asha.user, asha.run, 12, 12).await.is_err());
    runs::set_state(&unit, asha.user, asha.run, 4, RunState::Failed, Some("boom"), at(5)).await.unwrap();
    unit.commit().await.unwrap();
    let run = runs::get(store, asha.user, asha.run).await.unwrap();
    assert_eq!((run.state, run.because.as_deref(), run.event_cursor), (RunState::Failed, Some("boom"), 12));
    assert_eq!((run.started_at, run.ended_at), (Some(at(1)), Some(at(5))));
    assert_eq!((run.timeframe.to_string().as_str(), run.instruments[0].as_str()), ("5m", "NSE:SBIN-EQ"));
    assert!(runs::unfinished(store, asha.user, asha.account).await.unwrap().is_empty());
}

async fn the_newest_snapshots_are_kept(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    assert_eq!(runs::latest_snapshot(store, asha.user, asha.run).await.unwrap(), None);
    for event_cursor in [5, 9, 14] {
        let snapshot =
            Snapshot { event_cursor, taken_at: at(event_cursor), state: vec![event_cursor as u8; 3000] };
        let unit = store.begin().await.unwrap();
        assert!(is_not_found(runs::save_snapshot(&unit, ground.ravi.user, asha.run, &snapshot).await));
        runs::save_snapshot(&unit, asha.user, asha.run, &snapshot).await.unwrap();
        unit.commit().await.unwrap();
        assert_eq!(runs::latest_snapshot(store, asha.user, asha.run).await.unwrap(), Some(snapshot));
    }
}

async fn a_position_changes_from_the_version_that_was_seen(ground: Ground) {
    let (store, asha, ravi) = (&ground.store, ground.asha, ground.ravi);
    let mut position = Position {
        account: asha.account,
        book: Book::Run(asha.run),
        instrument: "NSE:SBIN-EQ".parse().unwrap(),
        product: Product::Mis,
        quantity: Qty::units(-15),
        average_price: "812.35".parse().unwrap(),
        realised: Money::rupees(-120),
        charges: Money::paise(4_711),
        stop_loss: Some(Price::rupees(820)),
        target_price: None,
        lots: "[[-15,812.35]]".to_owned(),
        updated_at: at(9),
    };
    let unit = store.begin().await.unwrap();
    books::save_position(&unit, asha.user, &position, None).await.unwrap();
    unit.commit().await.unwrap();
    let read = books::positions(store, asha.user, Some(asha.account), true).await.unwrap();
    assert_eq!((read.len(), &read[0].position, read[0].version), (1, &position, 1));
    // Another book of the same instrument is another position; a second of the same is not.
    let manual = Position { book: Book::Manual, ..position.clone() };
    let unit = store.begin().await.unwrap();
    books::save_position(&unit, asha.user, &manual, None).await.unwrap();
    unit.commit().await.unwrap();
    let unit = store.begin().await.unwrap();
    let again = books::save_position(&unit, asha.user, &position, None).await.unwrap_err();
    assert_eq!(again.to_string(), "position is already taken");
    drop(unit);
    position.quantity = Qty::ZERO;
    let unit = store.begin().await.unwrap();
    books::save_position(&unit, asha.user, &position, Some(1)).await.unwrap();
    for (user, seen) in [(asha.user, 1), (ravi.user, 2)] {
        let stale = books::save_position(&unit, user, &position, Some(seen)).await;
        assert!(matches!(stale, Err(StoreError::Stale { .. })));
    }
    unit.commit().await.unwrap();
    let open = books::positions(store, asha.user, None, true).await.unwrap();
    assert_eq!(open.iter().map(|row| row.position.book).collect::<Vec<_>>(), [Book::Manual]);
    assert!(books::positions(store, ravi.user, Some(asha.account), false).await.unwrap().is_empty());
    let instrument = &position.instrument;
    let his = books::position(store, ravi.user, asha.account, Book::Manual, instrument, Product::Mis)
        .await
        .unwrap();
    assert_eq!(his, None);
}

async fn an_order_closes_one_trade(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let closing_order = asha.place(store, 1).await[0];
    let trade = ClosedTrade {
        account: asha.account,
        book: Book::Run(asha.run),
        closing_order,
        instrument: "NSE:SBIN-EQ".parse().unwrap(),
        product: Product::Mis,
        timeframe: Some("5m".parse().unwrap()),
        direction: Direction::Short,
        entry_time: at(0),
        entry_price: "812.3333".parse().unwrap(),
        exit_time: at(600),
        exit_price: Price::rupees(800),
        stop_loss: None,
        target_price: Some(Price::rupees(799)),
        quantity: Qty::units(15),
        gross_pnl: "185.0001".parse().unwrap(),
        charges: Money::paise(4_711),
        charges_by_kind: "{\"stt\":20}".to_owned(),
        exit_reason: ExitReason::TrailingStop,
    };
    let unit = store.begin().await.unwrap();
    books::record_trade(&unit, asha.user, &trade).await.unwrap();
    unit.commit().await.unwrap();
    let unit = store.begin().await.unwrap();
    let again = books::record_trade(&unit, asha.user, &trade).await.unwrap_err();
    assert_eq!(again.to_string(), "trade of this closing order is already taken");
    drop(unit);
    let read = books::trades(store, asha.user, Some(asha.run), page()).await.unwrap().rows;
    assert_eq!(read.iter().map(|row| &row.trade).collect::<Vec<_>>(), [&trade]);
    assert!(books::trades(store, ground.ravi.user, Some(asha.run), page()).await.unwrap().rows.is_empty());
}

async fn a_lock_outlives_a_restart(ground: Ground) {
    let (store, asha, ravi) = (&ground.store, ground.asha, ground.ravi);
    let lock = |scope, until| NewLock {
        scope,
        kind: "kill-switch".to_owned(),
        because: "the owner said so".to_owned(),
        by: Some(asha.user),
        until,
    };
    let unit = store.begin().await.unwrap();
    let (hers, today) = (lock(Scope::Account(asha.account), None), lock(Scope::Run(asha.run), Some(at(100))));
    let id = risk::lock(&unit, Some(asha.user), &hers, at(0)).await.unwrap();
    risk::lock(&unit, Some(asha.user), &today, at(0)).await.unwrap();
    let all = risk::lock(&unit, None, &lock(Scope::Everybody, None), at(0)).await.unwrap();
    for (owner, scope) in [
        (Some(ravi.user), Scope::Account(asha.account)),
        (Some(ravi.user), Scope::Run(asha.run)),
        (Some(ravi.user), Scope::User(asha.user)),
        (Some(ravi.user), Scope::Everybody),
        (None, Scope::User(asha.user)),
    ] {
        assert!(is_not_found(risk::lock(&unit, owner, &lock(scope, None), at(0)).await), "{scope:?}");
    }
    unit.commit().await.unwrap();
    let store = ground.open_again().await;
    let at_once = risk::locks_in_force(&store, at(99)).await.unwrap();
    assert_eq!(
        at_once.iter().map(|l| l.lock.scope).collect::<Vec<_>>(),
        [hers.scope, today.scope, Scope::Everybody]
    );
    assert_eq!(risk::locks_in_force(&store, at(100)).await.unwrap().len(), 2);
    let unit = store.begin().await.unwrap();
    assert!(is_not_found(risk::release(&unit, Some(ravi.user), id, ravi.user, at(50)).await));
    assert!(is_not_found(risk::release(&unit, Some(ravi.user), all, ravi.user, at(50)).await));
    risk::release(&unit, Some(asha.user), id, asha.user, at(50)).await.unwrap();
    assert!(is_not_found(risk::release(&unit, Some(asha.user), id, asha.user, at(51)).await));
    unit.commit().await.unwrap();
    let told = risk::locks(&store, ravi.user, page()).await.unwrap().rows;
    assert_eq!(told.iter().map(|l| l.id).collect::<Vec<_>>(), [all]);
    let told = risk::locks(&store, asha.user, page()).await.unwrap().rows;
    assert_eq!((told.len(), told[2].released_by), (3, Some(asha.user)));
}

async fn limits_and_incidents_are_their_owners(ground: Ground) {
    let (store, asha, ravi) = (&ground.store, ground.asha, ground.ravi);
    let unit = store.begin().await.unwrap();
    let scope = Scope::Account(asha.account);
    risk::set_limit(&unit, asha.user, scope, "daily-loss", "5000", None, at(0)).await.unwrap();
    risk::set_limit(&unit, asha.user, scope, "daily-loss", "4000", Some(1), at(1)).await.unwrap();
    assert!(is_not_found(risk::set_limit(&unit, ravi.user, scope, "daily-loss", "1", None, at(1)).await));
    let new = NewIncident {
        account: asha.account,
        kind: "position-differs".to_owned(),
        subject: "NSE:SBIN-EQ".to_owned(),
        detail: "{}".to_owned(),
    };
    let id = risk::open_incident(&unit, asha.user, &new, at(0)).await.unwrap();
    assert!(is_not_found(risk::resolve_incident(&unit, ravi.user, id, None, "gone", at(1)).await));
    risk::record_risk_event(&unit, asha.user, &asha.refusal(1)).await.unwrap();
    unit.commit().await.unwrap();
    // Nothing of hers under his name, by the database's own word.
    let unit = store.begin().await.unwrap();
    assert!(is_not_found(risk::record_risk_event(&unit, ravi.user, &asha.refusal(2)).await));
    drop(unit);
    let unit = store.begin().await.unwrap();
    assert!(is_not_found(risk::open_incident(&unit, ravi.user, &new, at(0)).await));
    drop(unit);
    let limits = risk::limits(store, asha.user).await.unwrap();
    assert_eq!((limits.len(), limits[0].value.as_str(), limits[0].version), (1, "4000", 2));
    assert!(risk::limits(store, ravi.user).await.unwrap().is_empty());
    let events = risk::risk_events(store, asha.user, None, page()).await.unwrap().rows;
    assert_eq!(events.into_iter().map(|row| row.event).collect::<Vec<_>>(), [asha.refusal(1)]);
    assert!(risk::risk_events(store, ravi.user, Some(asha.run), page()).await.unwrap().rows.is_empty());
    assert!(risk::incidents(store, ravi.user, false, page()).await.unwrap().rows.is_empty());
    let unit = store.begin().await.unwrap();
    risk::resolve_incident(&unit, asha.user, id, Some(asha.user), "sold by hand", at(2)).await.unwrap();
    unit.commit().await.unwrap();
    assert!(risk::incidents(store, asha.user, true, page()).await.unwrap().rows.is_empty());
    assert_eq!(
        risk::incidents(store, asha.user, false, page()).await.unwrap().rows[0].resolved_at,
        Some(at(2))
    );
}
