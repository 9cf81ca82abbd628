//! The append-only tables refuse changes, and the chain shows what a foreign hand did.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend};
use store::Store;
use store::audit::{self, ChainId, Record, Verdict};

use crate::ground::{Ground, at, cases, key};

cases![
    append_only_tables_refuse,
    a_whole_chain_is_whole,
    a_changed_row_is_named,
    a_row_taken_out_is_named,
    a_cut_tail_is_noticed,
    rows_in_another_order_are_noticed,
    a_row_put_in_is_noticed,
    writers_at_once_make_one_chain,
    a_mirror_that_lags_catches_up,
    a_lost_mirror_is_told,
    a_chain_that_begins_beside_the_walk_is_whole,
];

async fn verdict(store: &Store, account: i64) -> Verdict {
    let chain = ChainId { record: Record::OrderEvents, account };
    let reports = audit::verify(store).await.unwrap();
    reports.into_iter().find(|report| report.chain == chain).unwrap().verdict
}

/// Somebody who owns the database gets the triggers out of the way.
async fn foreign_hand(ground: &Ground) -> DatabaseConnection {
    let raw = ground.raw().await;
    let drop: &[&str] = match raw.get_database_backend() {
        DbBackend::Postgres => &["drop trigger order_events_append_only on order_events"],
        _ => &["drop trigger order_events_no_update", "drop trigger order_events_no_delete"],
    };
    for statement in drop {
        raw.execute_unprepared(statement).await.unwrap();
    }
    raw
}

async fn append_only_tables_refuse(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    asha.place(store, 2).await;
    let unit = store.begin().await.unwrap();
    for seconds in [1, 2] {
        store::risk::record_risk_event(&unit, asha.user, &asha.refusal(seconds)).await.unwrap();
        store::activity::record(&unit, &asha.log_in(seconds)).await.unwrap();
    }
    unit.commit().await.unwrap();
    let raw = ground.raw().await;
    for table in ["order_events", "risk_events", "activity"] {
        let mut statements = vec![
            format!("update {table} set detail = 'x'"),
            format!("update {table} set at = at where place = 2"),
            format!("delete from {table} where place = 2"),
        ];
        if raw.get_database_backend() == DbBackend::Postgres {
            statements.push(format!("truncate {table}"));
        }
        for statement in statements {
            let refused = raw.execute_unprepared(&statement).await.unwrap_err().to_string();
            assert!(refused.contains(&format!("{table} is append-only")), "{statement}: {refused}");
        }
    }
    let told: Vec<_> =
        audit::verify(store).await.unwrap().iter().map(|r| (r.rows, r.verdict.clone())).collect();
    assert_eq!(told, [(2, Verdict::Whole), (2, Verdict::Whole), (2, Verdict::Whole)]);
}

async fn a_whole_chain_is_whole(ground: Ground) {
    ground.asha.place(&ground.store, 5).await;
    ground.ravi.place(&ground.store, 2).await;
    let reports = audit::verify(&ground.store).await.unwrap();
    let told: Vec<_> = reports.iter().map(|r| (r.chain.account, r.rows, r.verdict.clone())).collect();
    let (asha, ravi) = (ground.asha.account.0, ground.ravi.account.0);
    assert_eq!(told, [(asha, 5, Verdict::Whole), (ravi, 2, Verdict::Whole)]);
    // With another key no link and no line of the mirror is true.
    let other = audit::AuditKey::derive(&[43; 32]);
    let foreign = Store::open(&ground.location, other, &ground.mirror).await.unwrap();
    assert_eq!(verdict(&foreign, asha).await, Verdict::Altered { place: 1 });
}

async fn a_changed_row_is_named(ground: Ground) {
    ground.asha.place(&ground.store, 5).await;
    ground.ravi.place(&ground.store, 2).await;
    let account = ground.asha.account.0;
    let raw = foreign_hand(&ground).await;
    let change =
        format!("update order_events set detail = '{{\"price\":1}}' where chain = {account} and place = 3");
    raw.execute_unprepared(&change).await.unwrap();
    assert_eq!(verdict(&ground.store, account).await, Verdict::Altered { place: 3 });
    assert_eq!(verdict(&ground.store, ground.ravi.account.0).await, Verdict::Whole);
}

async fn a_row_taken_out_is_named(ground: Ground) {
    ground.asha.place(&ground.store, 5).await;
    let account = ground.asha.account.0;
    let raw = foreign_hand(&ground).await;
    raw.execute_unprepared("delete from order_events where place = 3").await.unwrap();
    assert_eq!(verdict(&ground.store, account).await, Verdict::Missing { place: 3 });
    // Closing the gap does not help.
    raw.execute_unprepared("update order_events set place = 3 where place = 4").await.unwrap();
    raw.execute_unprepared("update order_events set place = 4 where place = 5").await.unwrap();
    assert_eq!(verdict(&ground.store, account).await, Verdict::Altered { place: 3 });
}

async fn a_cut_tail_is_noticed(ground: Ground) {
    ground.asha.place(&ground.store, 5).await;
    let account = ground.asha.account.0;
    let raw = foreign_hand(&ground).await;
    raw.execute_unprepared("delete from order_events where place > 3").await.unwrap();
    assert_eq!(verdict(&ground.store, account).await, Verdict::CutTail { have: 3, written: 5 });
    // Nor when the database's own note of the end is set back with it.
    raw.execute_unprepared(
        "update audit_heads set length = 3, head = (select link from order_events where place = 3)",
    )
    .await
    .unwrap();
    assert_eq!(verdict(&ground.store, account).await, Verdict::CutTail { have: 3, written: 5 });
    // A restart does not make it good, and neither do new rows.
    let store = ground.open_again().await;
    assert_eq!(verdict(&store, account).await, Verdict::CutTail { have: 3, written: 5 });
    ground.asha.place(&store, 3).await;
    assert_eq!(verdict(&store, account).await, Verdict::Rewritten { place: 4 });
    assert_eq!(verdict(&ground.open_again().await, account).await, Verdict::Rewritten { place: 4 });
}

async fn rows_in_another_order_are_noticed(ground: Ground) {
    ground.asha.place(&ground.store, 5).await;
    let account = ground.asha.account.0;
    let raw = foreign_hand(&ground).await;
    for (from, to) in [(2, 99), (3, 2), (99, 3)] {
        let change = format!("update order_events set place = {to} where place = {from}");
        raw.execute_unprepared(&change).await.unwrap();
    }
    assert_eq!(verdict(&ground.store, account).await, Verdict::Altered { place: 2 });
}

async fn a_row_put_in_is_noticed(ground: Ground) {
    ground.asha.place(&ground.store, 2).await;
    let account = ground.asha.account.0;
    // No trigger stands against an insert.
    let raw = ground.raw().await;
    raw.execute_unprepared(
        "insert into order_events (chain, place, user_id, order_id, kind, state, detail, at, link) \
         select chain, 3, user_id, order_id, kind, state, detail, at, link from order_events where place = 2",
    )
    .await
    .unwrap();
    assert_eq!(verdict(&ground.store, account).await, Verdict::Altered { place: 3 });
}

async fn writers_at_once_make_one_chain(ground: Ground) {
    let asha = ground.asha;
    let mut tasks = Vec::new();
    for process in 0..4 {
        let store = if process % 2 == 0 { ground.store.clone() } else { ground.open_again().await };
        tasks.push(tokio::spawn(async move { asha.place(&store, 8).await.len() }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap(), 8);
    }
    let reports = audit::verify(&ground.store).await.unwrap();
    assert_eq!((reports[0].rows, &reports[0].verdict), (32, &Verdict::Whole));
    assert_eq!(ground.store.mirror_fault(), None);
}

async fn a_mirror_that_lags_catches_up(ground: Ground) {
    ground.asha.place(&ground.store, 3).await;
    let early = std::fs::read(&ground.mirror).unwrap();
    ground.asha.place(&ground.store, 3).await;
    // The process was killed after its commits, before the mirror had them.
    std::fs::write(&ground.mirror, early).unwrap();
    let store = ground.open_again().await;
    assert_eq!(verdict(&store, ground.asha.account.0).await, Verdict::Whole);
    let raw = foreign_hand(&ground).await;
    raw.execute_unprepared("delete from order_events where place > 5").await.unwrap();
    raw.execute_unprepared("update audit_heads set length = 5").await.unwrap();
    assert_eq!(verdict(&store, ground.asha.account.0).await, Verdict::CutTail { have: 5, written: 6 });
}

async fn a_lost_mirror_is_told(ground: Ground) {
    ground.asha.place(&ground.store, 3).await;
    std::fs::remove_file(&ground.mirror).unwrap();
    let store = Store::open(&ground.location, key(), &ground.mirror).await.unwrap();
    assert_eq!(verdict(&store, ground.asha.account.0).await, Verdict::NotMirrored);
    audit::renew_mirror(&store).await.unwrap();
    assert_eq!(verdict(&store, ground.asha.account.0).await, Verdict::Whole);
}

async fn a_chain_that_begins_beside_the_walk_is_whole(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let beginning = tokio::spawn({
        let store = store.clone();
        async move {
            for i in 0..60 {
                let unit = store.begin().await.unwrap();
                let account = store::accounts::NewAccount {
                    name: format!("Account {i}"),
                    broker: store::accounts::Broker::Paper,
                    relation: store::accounts::Relation::Own,
                    initial_cash: domain::Money::rupees(1),
                    settings: "{}".to_owned(),
                };
                let id = store::accounts::create(&unit, asha.user, &account, at(0)).await.unwrap();
                let mut done = asha.log_in(i);
                done.account = Some(id);
                store::activity::record(&unit, &done).await.unwrap();
                unit.commit().await.unwrap();
            }
        }
    });
    while !beginning.is_finished() {
        for report in audit::verify(store).await.unwrap() {
            // A chain is mirrored a moment after it was committed.
            let fits = matches!(report.verdict, Verdict::Whole | Verdict::NotMirrored);
            assert!(fits, "{report:?}");
        }
    }
    beginning.await.unwrap();
    assert!(audit::verify(store).await.unwrap().iter().all(audit::ChainReport::is_whole));
}
