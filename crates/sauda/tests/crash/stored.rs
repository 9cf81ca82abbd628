//! What a stopped server has left in its database.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use back_office::access::{MasterKey, OsRandomness};
use domain::Side;
use store::orders::OrderFilter;
use store::{Location, Page, PageRequest, Store, StoreError, UserId};

use crate::agreement::Deal;

pub struct Stored {
    /// Every fill, as the exchange would tell it.
    pub deals: BTreeSet<Deal>,
    pub fills: usize,
    pub positions: BTreeMap<(String, String), i64>,
    /// Orders whose fills are not what their row says.
    pub odd: Vec<String>,
    /// Chains of the audit that are not whole.
    pub broken: Vec<String>,
}

pub fn read(folder: &Path) -> Stored {
    tokio::runtime::Runtime::new().unwrap().block_on(reading(folder)).unwrap()
}

async fn reading(folder: &Path) -> Result<Stored, StoreError> {
    let key = MasterKey::load(None, &folder.join("master.key"), &OsRandomness).unwrap();
    let database = Location::Sqlite(folder.join("sauda.db"));
    let store = Store::open(&database, key.audit(), &folder.join("audit-mirror")).await?;
    let user = store::users::by_name(&store, "demo").await?.expect("the demo user").id;

    let orders = all_orders(&store, user).await?;
    let mut fills = Vec::new();
    let mut page = PageRequest::first(PageRequest::MAX)?;
    loop {
        let Page { rows, next } = store::orders::fills(&store, user, None, page).await?;
        fills.extend(rows);
        let Some(cursor) = next else { break };
        page = page.after(cursor);
    }

    let mut filled: BTreeMap<String, i64> = BTreeMap::new();
    let mut deals = BTreeSet::new();
    for fill in &fills {
        let id = fill.order.to_string();
        let side = if orders[&id].0 == Side::Buy { "BUY" } else { "SELL" };
        *filled.entry(id.clone()).or_default() += fill.fill.quantity.raw();
        let number = fill.fill.broker_fill_id.parse().unwrap();
        deals.insert((id, number, side.to_owned(), fill.fill.quantity.raw(), fill.fill.price.to_string()));
    }
    let odd = orders
        .iter()
        .filter(|(id, (_, qty))| filled.get(*id).copied().unwrap_or_default() != *qty)
        .map(|(id, (_, qty))| format!("{id}: its row has {qty} units filled, its fills {:?}", filled.get(id)))
        .collect();

    let mut positions = BTreeMap::new();
    for record in store::books::positions(&store, user, None, false).await? {
        let held = record.position;
        let product = held.product.to_string();
        *positions.entry((held.instrument.to_string(), product)).or_default() += held.quantity.raw();
    }
    positions.retain(|_, qty: &mut i64| *qty != 0);
    let chains = store::audit::verify(&store).await?;
    let broken = chains
        .iter()
        .filter(|chain| !chain.is_whole())
        .map(|chain| format!("{:?}: {}", chain.chain, chain.verdict))
        .collect();
    store.close().await?;
    Ok(Stored { fills: fills.len(), deals, positions, odd, broken })
}

async fn all_orders(store: &Store, user: UserId) -> Result<BTreeMap<String, (Side, i64)>, StoreError> {
    let mut orders = BTreeMap::new();
    let mut page = PageRequest::first(PageRequest::MAX)?;
    loop {
        let Page { rows, next } = store::orders::list(store, user, &OrderFilter::default(), page).await?;
        orders.extend(rows.into_iter().map(|o| (o.id.to_string(), (o.side, o.filled_quantity.raw()))));
        let Some(cursor) = next else { return Ok(orders) };
        page = page.after(cursor);
    }
}
