//! No order id is handed out twice.

use std::collections::BTreeSet;

use store::order_ids;

use crate::ground::{Ground, cases, day};

cases![
    an_id_is_drawn_once_by_all_processes,
    a_block_that_was_lost_is_not_used_again,
    a_day_that_is_full_is_refused
];

async fn an_id_is_drawn_once_by_all_processes(ground: Ground) {
    let (mut tasks, asha) = (Vec::new(), ground.asha);
    for process in 0..4 {
        let store = if process % 2 == 0 { ground.store.clone() } else { ground.open_again().await };
        tasks.push(tokio::spawn(async move {
            let mut drawn = Vec::new();
            for _ in 0..12 {
                let mut block = asha.ids(&store, 3).await;
                while let Some(id) = block.draw() {
                    drawn.push(id);
                }
            }
            drawn
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    let different: BTreeSet<_> = all.iter().copied().collect();
    assert_eq!((all.len(), different.len()), (4 * 12 * 3, 4 * 12 * 3));
    // Nothing was left out between blocks either.
    assert_eq!(different.last().unwrap().number(), 4 * 12 * 3);
    assert!(all.iter().all(|id| id.account() == asha.account.0 && id.day() == day()));
}

async fn a_block_that_was_lost_is_not_used_again(ground: Ground) {
    let mut lost = ground.asha.ids(&ground.store, 100).await;
    let first = lost.draw().unwrap();
    let store = ground.open_again().await;
    let next = ground.asha.ids(&store, 5).await.draw().unwrap();
    assert_eq!((first.number(), next.number()), (1, 101));
    // Another account and another day count for themselves.
    assert_eq!(ground.ravi.ids(&store, 5).await.draw().unwrap().number(), 1);
    let tomorrow =
        order_ids::reserve(&store, ground.asha.account, day().next(), 1).await.unwrap().draw().unwrap();
    assert_eq!((tomorrow.number(), tomorrow.day()), (1, day().next()));
}

async fn a_day_that_is_full_is_refused(ground: Ground) {
    let _most = ground.asha.ids(&ground.store, 9_999_990).await;
    let refused = order_ids::reserve(&ground.store, ground.asha.account, day(), 10).await.unwrap_err();
    assert!(refused.to_string().contains("10000000"), "{refused}");
    // A refusal takes nothing.
    assert_eq!(ground.asha.ids(&ground.store, 9).await.draw().unwrap().number(), 9_999_991);
}
