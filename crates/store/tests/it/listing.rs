//! Lists in pages: nothing twice, nothing left out, also of many rows.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait as _, DbBackend};
use store::orders::{self, OrderFilter};
use store::{Cursor, PageRequest};

use crate::ground::{Ground, cases};

cases![pages_hold_still_while_orders_come_in, a_hundred_thousand_orders_list_by_the_page, a_page_has_bounds];

async fn pages_hold_still_while_orders_come_in(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let mut placed = asha.place(store, 23).await;
    placed.reverse();
    let (mut seen, mut cursor) = (Vec::new(), None::<Cursor>);
    loop {
        let request = PageRequest::first(5).unwrap().after_any(cursor);
        let page = orders::list(store, asha.user, &OrderFilter::default(), request).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.id));
        // Orders come in between two pages, hers and another user's.
        asha.place(store, 2).await;
        ground.ravi.place(store, 1).await;
        // Cursors travel as text.
        let Some(next) = page.next else { break };
        cursor = Some(next.to_string().parse().unwrap());
    }
    assert_eq!(seen, placed);
}

async fn a_page_has_bounds(_: Ground) {
    assert!(PageRequest::first(0).is_err() && PageRequest::first(501).is_err());
    for bad in ["", "x", "-1", "0", "99999999999999999999"] {
        assert!(bad.parse::<Cursor>().is_err(), "{bad}");
    }
}

async fn a_hundred_thousand_orders_list_by_the_page(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let first = asha.place(store, 1).await[0];
    let raw = ground.raw().await;
    // Copies of the first by doubling: ids only need to differ here.
    let mut count = 1;
    while count < 100_000 {
        let number = match raw.get_database_backend() {
            DbBackend::Sqlite => format!("'260803001' || substr('0000000' || (id + {count}), -7)"),
            DbBackend::Postgres => format!("'260803001' || lpad((id + {count})::text, 7, '0')"),
            _ => format!("concat('260803001', lpad(id + {count}, 7, '0'))"),
        };
        let limit = (100_000 - count).min(count);
        let copy = format!(
            "insert into orders (id, order_id, user_id, account_id, book, origin, instrument, side, order_type, product, \
             validity, quantity, state, is_open, created_at, updated_at) select id + {count}, {number}, user_id, account_id, \
             book, origin, instrument, side, order_type, product, validity, quantity, 'filled', false, created_at, \
             updated_at from orders where id <= {limit}"
        );
        raw.execute_unprepared(&copy).await.unwrap();
        count += limit;
    }
    if raw.get_database_backend() == DbBackend::Postgres {
        raw.execute_unprepared("analyze orders").await.unwrap();
        raw.execute_unprepared("select setval('orders_id_seq', 100000)").await.unwrap();
    }
    let reopened = ground.open_again().await;
    let request = PageRequest::first(100).unwrap();
    let filters = [
        OrderFilter::default(),
        OrderFilter { account: Some(asha.account), open: Some(true), ..OrderFilter::default() },
        OrderFilter { instrument: Some("NSE:SBIN-EQ".parse().unwrap()), ..OrderFilter::default() },
    ];
    for filter in &filters {
        let page = orders::list(&reopened, asha.user, filter, request).await.unwrap();
        if filter.open == Some(true) {
            assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [first]);
            continue;
        }
        // The second page holds what the first did not.
        let next = request.after_any(page.next);
        let second = orders::list(&reopened, asha.user, filter, next).await.unwrap();
        assert_eq!((page.rows.len(), second.rows.len()), (100, 100));
        let different: BTreeSet<String> =
            page.rows.iter().chain(&second.rows).map(|row| row.id.to_string()).collect();
        assert_eq!(different.len(), 200);
    }
}
