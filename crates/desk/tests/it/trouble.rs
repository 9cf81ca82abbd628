//! The database is busy, the journal is damaged: what cannot be written down does not happen.

use std::time::Duration;

use domain::order::OrderState;
use domain::{Qty, Side};
use sea_orm::{ConnectionTrait as _, TransactionTrait as _};

use crate::ground::{Ground, SHARE, cases, page};

cases![
    nothing_leaves_while_the_database_is_busy,
    nothing_is_given_up_while_the_database_refuses_all,
    an_account_that_was_closed_is_not_taken_up,
    whoever_hears_of_a_change_finds_it_in_the_view,
    an_account_whose_journal_is_damaged_is_left_out,
    what_the_database_refuses_takes_nothing_else_with_it,
    what_the_owner_trades_elsewhere_is_told_once_and_left_alone
];

async fn nothing_leaves_while_the_database_is_busy(ground: Ground) {
    // Its row of how much is stored exists from the first order on.
    ground.place(&ground.limit(Side::Buy, 1, 80)).await;
    let raw = ground.raw().await;
    let busy = raw.begin().await.unwrap();
    let held = format!("update desk_cursors set place = place where account_id = {}", ground.account);
    busy.execute_unprepared(&held).await.unwrap();
    let (desk, user, wish) = (ground.desk().clone(), ground.asha, ground.limit(Side::Buy, 2, 90));
    let placing = tokio::spawn(async move { desk.place(user, &wish).await });
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(!placing.is_finished(), "nobody is told what is not durable");
    assert_eq!(ground.floor.arrived(), 1, "it left before it was stored");
    busy.rollback().await.unwrap();
    raw.close().await.unwrap();
    let id = placing.await.unwrap().unwrap().orders[0];
    ground.settle().await;
    assert_eq!((ground.state(id).await, ground.floor.arrived()), (OrderState::Open, 2));
    ground.check().await;
}

async fn nothing_is_given_up_while_the_database_refuses_all(ground: Ground) {
    ground.place(&ground.limit(Side::Buy, 1, 80)).await;
    // What is kept of the batch can be stored, and not that it is: nor an incident.
    ground.rename("desk_cursors", "elsewhere").await;
    let (desk, user, wish) = (ground.desk().clone(), ground.asha, ground.limit(Side::Buy, 2, 90));
    let placing = tokio::spawn(async move { desk.place(user, &wish).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    // A later one would move the cursor over it.
    let (desk, wish) = (ground.desk().clone(), ground.limit(Side::Buy, 3, 91));
    let next = tokio::spawn(async move { desk.place(user, &wish).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!placing.is_finished() && !next.is_finished(), "nobody is told what is not durable");
    ground.rename("elsewhere", "desk_cursors").await;
    let ids = [placing.await.unwrap().unwrap().orders[0], next.await.unwrap().unwrap().orders[0]];
    ground.settle().await;
    for id in ids {
        assert_eq!(ground.state(id).await, OrderState::Open);
    }
    assert_eq!(ground.floor.arrived(), 3);
    let incidents = store::risk::incidents(ground.store(), ground.asha, true, page()).await.unwrap().rows;
    assert_eq!(incidents, []);
    ground.check().await;
}

async fn an_account_whose_journal_is_damaged_is_left_out(mut ground: Ground) {
    for _ in 0..5 {
        ground.place(&ground.limit(Side::Buy, 1, 80)).await;
    }
    ground.kill().await;
    let file = std::fs::read_dir(ground.journal()).unwrap().next().unwrap().unwrap().path();
    let whole = std::fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x10;
    std::fs::write(&file, damaged).unwrap();
    ground.open().await;
    assert!(ground.desk().account(ground.asha, ground.account).is_err());
    let second = desk::orders::PlaceOrder { account: ground.second, ..ground.order(Side::Buy, 1) };
    let id = SHARE.parse().unwrap();
    ground.desk().market().tick(&id, ground.clock.now(), domain::Price::rupees(100), domain::Qty::units(1));
    ground.desk().place(ground.asha, &second).await.unwrap();
    ground.kill().await;
    std::fs::write(&file, whole).unwrap();
    ground.start().await;
    assert_eq!(ground.floor.working(ground.account.0).len(), 5);
    ground.check().await;
}

async fn what_the_owner_trades_elsewhere_is_told_once_and_left_alone(ground: Ground) {
    let told = async || {
        let all = store::risk::incidents(ground.store(), ground.asha, true, page()).await.unwrap().rows;
        let of_kind = all.into_iter().filter(|row| row.incident.kind == "positionDiffers");
        of_kind.map(|row| (row.incident.subject, row.incident.detail)).collect::<Vec<_>>()
    };
    ground.place(&ground.order(Side::Buy, 10)).await;
    for _ in 0..6 {
        ground.pass(61).await;
    }
    assert_eq!(told().await, []);
    ground.floor.trade_elsewhere(ground.account.0, SHARE, Side::Sell, Qty::units(4));
    for _ in 0..6 {
        ground.pass(61).await;
    }
    let [(subject, detail)] = &told().await[..] else { panic!("{:?}", told().await) };
    assert_eq!(subject, &format!("{SHARE} MIS"));
    assert!(detail.starts_with(&format!("the books hold 10 {SHARE} (MIS), the broker says 6; ")), "{detail}");
    assert_eq!((ground.held(None), ground.floor.arrived()), (10, 2));
}

async fn what_the_database_refuses_takes_nothing_else_with_it(mut ground: Ground) {
    let id = ground.place(&ground.limit(Side::Buy, 10, 90)).await;
    // Somebody has written the fill that will come.
    let raw = ground.raw().await;
    let row = format!(
        "insert into fills (user_id, account_id, order_id, broker_fill_id, quantity, price, charges, at) \
         values ({}, {}, '{id}', '1', 1, 1, 0, 1)",
        ground.asha, ground.account
    );
    raw.execute_unprepared(&row).await.unwrap();
    raw.close().await.unwrap();
    ground.price(SHARE, 90).await;
    assert_eq!((ground.state(id).await, ground.held(None)), (OrderState::Filled, 10));
    let rows =
        store::books::positions(ground.store(), ground.asha, Some(ground.account), false).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.position.quantity.raw()).sum::<i64>(), 10);
    let incidents = store::risk::incidents(ground.store(), ground.asha, true, page()).await.unwrap().rows;
    let [only] = &incidents[..] else { panic!("{incidents:?}") };
    assert_eq!(only.incident.kind, "unstorable");
    assert!(only.incident.detail.starts_with(&format!("fill 1 of order {id}: ")), "{:?}", only.incident);
    // The account goes on, and comes back.
    ground.restart().await;
    ground.place(&ground.order(Side::Sell, 10)).await;
    assert_eq!(ground.held(None), 0);
}

async fn an_account_that_was_closed_is_not_taken_up(ground: Ground) {
    let (store, id) = (ground.store(), ground.foreign);
    // Read before it is closed, as by a request that comes just then.
    let record = store::accounts::get(store, ground.ravi, id).await.unwrap();
    ground.desk().put_down(ground.ravi, id).await.unwrap();
    let unit = store.begin().await.unwrap();
    store::accounts::close(&unit, ground.ravi, id, record.version, ground.clock.now()).await.unwrap();
    unit.commit().await.unwrap();
    let why = ground.desk().take_up(record).await.unwrap_err().to_string();
    assert!(why.contains("was closed"), "{why}");
    assert!(ground.desk().account(ground.ravi, id).is_err());
}

/// A client subscribes, then reads how all stands: that must not be older than the number it was told.
async fn whoever_hears_of_a_change_finds_it_in_the_view(ground: Ground) {
    ground.place(&ground.order(Side::Buy, 1)).await;
    let account = ground.at_work(ground.account);
    let mut told = ground.desk().hub().subscribe(&desk::hub::Topic::Positions(ground.asha), None).receiver;
    let listener = std::thread::spawn(move || {
        let mut heard = 0;
        while let Ok((_, note)) = told.blocking_recv() {
            let desk::hub::Note::Position(_, book) = &*note else { continue };
            // Prices only rise.
            let shown = account.view().books.iter().find(|b| b.id == book.id).unwrap().last_price;
            assert!(shown >= book.last_price, "{shown} is older than {}", book.last_price);
            heard += 1;
            if book.last_price >= domain::Price::rupees(150) {
                break;
            }
        }
        heard
    });
    for rupees in 101..=150 {
        ground.price(SHARE, rupees).await;
    }
    assert!(tokio::task::spawn_blocking(|| listener.join()).await.unwrap().unwrap() > 10);
}
