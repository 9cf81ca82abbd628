//! Whether server and exchange say the same, once nothing moves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::http::Client;
use crate::processes::Exchange;

/// One trade: order, number, side, units, price.
pub type Deal = (String, u64, String, i64, String);

/// The exchange's book of the account.
#[derive(PartialEq, Debug)]
pub struct Book {
    pub orders: Vec<Value>,
    pub trades: Vec<Value>,
}

impl Book {
    pub fn read(exchange: &Exchange, account: &str) -> Book {
        let book = exchange.ask(account, &json!("book"))["book"].clone();
        let rows = |name: &str| book[name].as_array().unwrap().clone();
        Book { orders: rows("orders"), trades: rows("trades") }
    }

    pub fn deals(&self) -> BTreeSet<Deal> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let deals: BTreeSet<Deal> = self
            .trades
            .iter()
            .map(|t| {
                let (number, qty) = (t["number"].as_u64().unwrap(), t["qty"].as_i64().unwrap());
                (text(&t["tag"]), number, text(&t["side"]), qty, text(&t["price"]))
            })
            .collect();
        assert_eq!(deals.len(), self.trades.len(), "the exchange tells a trade twice");
        deals
    }

    /// Σ fills of each instrument and product.
    pub fn positions(&self) -> BTreeMap<(String, String), i64> {
        let of_order: BTreeMap<&str, &Value> =
            self.orders.iter().map(|o| (o["tag"].as_str().unwrap(), o)).collect();
        let mut sums = BTreeMap::new();
        for trade in &self.trades {
            let order = of_order[trade["tag"].as_str().unwrap()];
            let sign = if trade["side"] == "BUY" { 1 } else { -1 };
            *sums.entry(place(order)).or_default() += sign * trade["qty"].as_i64().unwrap();
        }
        sums.retain(|_, qty: &mut i64| *qty != 0);
        sums
    }
}

fn place(row: &Value) -> (String, String) {
    (row["instrument"].as_str().unwrap().to_owned(), row["product"].as_str().unwrap().to_owned())
}

/// Why they disagree, or move. What is asked of a server that is up.
pub fn disagreement(client: &mut Client, exchange: &Exchange, account: &str) -> Result<Book, String> {
    let told = |why: std::io::Error| why.to_string();
    let before = Book::read(exchange, account);
    let stored = client.all("/api/orders").map_err(told)?;
    let held = client.get("/api/positions?open=true").map_err(told)?;
    let incidents = client.all("/api/incidents?open=true").map_err(told)?;
    let at_exchange = exchange.ask(account, &json!("positions"))["positions"].clone();
    let book = Book::read(exchange, account);
    if book != before {
        return Err("the exchange still trades".to_owned());
    }

    let rows: BTreeMap<&str, &Value> = book.orders.iter().map(|o| (o["tag"].as_str().unwrap(), o)).collect();
    if rows.len() != book.orders.len() {
        return Err("two orders at the exchange have one id".to_owned());
    }
    let known: BTreeMap<&str, &Value> = stored.iter().map(|o| (o["id"].as_str().unwrap(), o)).collect();
    for (id, row) in &rows {
        let order = known.get(id).ok_or_else(|| format!("order {id} is at the exchange alone: {row}"))?;
        let state = order["state"].as_str().unwrap();
        let agrees = match row["status"].as_str().unwrap() {
            "WORKING" => ["open", "triggered", "partiallyFilled"].contains(&state),
            "FILLED" => state == "filled",
            "CANCELLED" => state == "cancelled",
            "EXPIRED" => state == "expired",
            _ => state == "rejected",
        };
        let has_incident = incidents.iter().any(|i| i.to_string().contains(id));
        if order["filledQuantity"] != row["filled"] || !agrees && !has_incident {
            return Err(format!("order {id}: here {order}, at the exchange {row}"));
        }
    }
    for (id, order) in &known {
        let state = order["state"].as_str().unwrap();
        let never_left =
            ["rejected", "cancelled", "neverArrived"].contains(&state) && order["filledQuantity"] == 0;
        if !rows.contains_key(id) && !never_left {
            return Err(format!("order {id} is here alone: {order}"));
        }
    }

    let traded = book.positions();
    let mut here = BTreeMap::new();
    for position in held["items"].as_array().into_iter().flatten() {
        *here.entry(place(position)).or_default() += position["quantity"].as_i64().unwrap();
    }
    here.retain(|_, qty: &mut i64| *qty != 0);
    let mut there: BTreeMap<_, i64> = at_exchange
        .as_array()
        .into_iter()
        .flatten()
        .map(|p| (place(p), p["qty"].as_i64().unwrap()))
        .collect();
    there.retain(|_, qty| *qty != 0);
    if here != traded || there != traded {
        return Err(format!("positions: fills {traded:?}, here {here:?}, at the exchange {there:?}"));
    }
    Ok(book)
}
