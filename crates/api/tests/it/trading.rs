//! Orders by hand, from the request to the fill and back.

use std::time::Duration;

use serde_json::{Value, json};
use store::users::Role;

use crate::app::{Answer, TestApp};

pub const SHARE: &str = "NSE:RELIANCE-EQ";

/// A user with a connected account.
pub struct Trader {
    pub token: String,
    pub account: i64,
}

pub async fn trader(app: &TestApp, name: &str) -> Trader {
    app.add_user(name, Role::Trader).await;
    let token = app.token(name).await;
    let opened =
        app.ask("POST", "/api/accounts").bearer(&token).json(&json!({ "name": "Paper" })).send().await;
    assert_eq!(opened.status.as_u16(), 201, "{opened:?}");
    let account = opened.json()["id"].as_i64().unwrap();
    ready(app, &token, account).await;
    Trader { token, account }
}

/// Waits until orders can be placed.
pub async fn ready(app: &TestApp, token: &str, account: i64) {
    let path = format!("/api/accounts/{account}");
    until(|| async { get(app, token, &path).await["state"] == "connected" }).await;
    let path = format!("/api/quotes?instruments={SHARE}");
    until(|| async { !get(app, token, &path).await["items"][0]["lastPrice"].is_null() }).await;
}

pub async fn until<F: Future<Output = bool>>(holds: impl Fn() -> F) {
    for _ in 0..500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it does not come to hold within ten seconds");
}

pub async fn get(app: &TestApp, token: &str, path: &str) -> Value {
    let answer = app.ask("GET", path).bearer(token).send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {answer:?}");
    answer.json()
}

pub async fn post(app: &TestApp, token: &str, path: &str, body: &Value) -> Answer {
    app.ask("POST", path).bearer(token).json(body).send().await
}

pub fn market_order(account: i64, quantity: i64) -> Value {
    json!({
        "accountId": account, "instrument": SHARE, "side": "BUY", "type": "MARKET", "product": "MIS",
        "quantity": quantity
    })
}

/// Ten percent below the market, on the tick.
pub async fn far_below(app: &TestApp, token: &str) -> i64 {
    let quote = get(app, token, &format!("/api/quotes?instruments={SHARE}")).await;
    (quote["items"][0]["lastPrice"].as_f64().unwrap() * 0.9) as i64
}

async fn state_of(app: &TestApp, token: &str, id: &str) -> String {
    get(app, token, &format!("/api/orders/{id}")).await["state"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_placed_filled_and_its_position_closed() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let placed = post(&app, &token, "/api/orders", &market_order(account, 10)).await;
    assert_eq!(placed.status.as_u16(), 201, "{placed:?}");
    let order = placed.json()["orders"][0].clone();
    let id = order["id"].as_str().unwrap().to_owned();
    assert_eq!((&order["origin"], &order["quantity"]), (&json!("manual"), &json!(10)));
    until(|| async { state_of(&app, &token, &id).await == "filled" }).await;
    until(|| async { get(&app, &token, "/api/positions").await["items"][0]["quantity"] == 10 }).await;
    let listed = get(&app, &token, "/api/orders").await;
    assert_eq!(listed["items"][0]["id"], *id);
    assert!(listed["items"][0]["averagePrice"].as_f64().unwrap() > 0.0);
    let events = get(&app, &token, &format!("/api/orders/{id}/events")).await;
    assert_eq!(events["items"][0]["state"], "pending");
    let funds = get(&app, &token, &format!("/api/accounts/{account}/funds")).await;
    assert!(funds["marginUsed"].as_f64().unwrap() > 0.0, "{funds}");

    let position = get(&app, &token, "/api/positions").await["items"][0]["id"].as_str().unwrap().to_owned();
    let closed = app.ask("POST", &format!("/api/positions/{position}/close")).bearer(&token).send().await;
    assert_eq!((closed.status.as_u16(), closed.json()["orders"][0]["side"].clone()), (200, json!("SELL")));
    until(|| async { get(&app, &token, "/api/trades").await["items"][0]["quantity"] == 10 }).await;
    let trade = get(&app, &token, "/api/trades").await["items"][0].clone();
    assert_eq!((&trade["direction"], &trade["exitReason"]), (&json!("Long"), &json!("manual")));
    until(|| async { get(&app, &token, "/api/positions?open=true").await["items"] == json!([]) }).await;
    let pnl = get(&app, &token, "/api/pnl").await;
    assert_eq!(pnl["accounts"][0]["net"], trade["pnl"], "{pnl} {trade}");
    let again = app.ask("POST", &format!("/api/positions/{position}/close")).bearer(&token).send().await;
    assert_eq!(again.problem().0, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resting_order_is_changed_and_cancelled() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let limit = far_below(&app, &token).await;
    let order = json!({
        "accountId": account, "instrument": SHARE, "side": "BUY", "type": "LIMIT", "product": "MIS", "quantity": 4,
        "limitPrice": limit, "validity": "DAY"
    });
    let placed = post(&app, &token, "/api/orders", &order).await;
    assert_eq!(placed.status.as_u16(), 201, "{placed:?}");
    let id = placed.json()["orders"][0]["id"].as_str().unwrap().to_owned();
    until(|| async { state_of(&app, &token, &id).await == "open" }).await;
    let path = format!("/api/orders/{id}");
    let change = json!({ "limitPrice": limit - 1, "quantity": 6 });
    let changed = app.ask("PATCH", &path).bearer(&token).json(&change).send().await;
    assert_eq!(changed.status.as_u16(), 200, "{changed:?}");
    until(|| async {
        let order = get(&app, &token, &path).await;
        order["state"] == "open" && order["quantity"] == 6 && order["limitPrice"] == limit - 1
    })
    .await;
    let empty = app.ask("PATCH", &path).bearer(&token).json(&json!({})).send().await;
    assert_eq!(empty.problem().0, 422);
    let trigger = json!({ "triggerPrice": limit });
    let none = app.ask("PATCH", &path).bearer(&token).json(&trigger).send().await;
    assert_eq!((none.problem().0, none.problem().2), (422, "triggerPrice".to_owned()), "{none:?}");
    assert_eq!(app.ask("DELETE", &path).bearer(&token).send().await.status.as_u16(), 200);
    until(|| async { state_of(&app, &token, &id).await == "cancelled" }).await;
    assert_eq!(get(&app, &token, "/api/orders?open=true").await["items"], json!([]));
    // It is over: no matter of risk, and told by the id that a person knows.
    let over = [
        app.ask("DELETE", &path).bearer(&token).send().await,
        app.ask("PATCH", &path).bearer(&token).json(&json!({ "quantity": 5 })).send().await,
    ];
    for over in over {
        assert_eq!(over.problem().1, "conflict", "{over:?}");
        let detail = over.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(&id) && detail.contains("cancelled"), "{detail}");
    }
    post(&app, &token, "/api/orders", &order).await;
    let all = app.ask("DELETE", "/api/orders").bearer(&token).send().await.json();
    assert_eq!(all["cancelled"].as_array().unwrap().len(), 1, "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_order_is_said_at_its_field() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let limit = far_below(&app, &token).await;
    let good = json!({
        "accountId": account, "instrument": SHARE, "side": "BUY", "type": "LIMIT", "product": "MIS", "quantity": 4,
        "limitPrice": limit
    });
    for (field, value, status) in [
        ("quantity", json!(0), 422),
        ("quantity", json!(2_000_000_000), 422),
        ("limitPrice", Value::Null, 422),
        ("limitPrice", json!(limit as f64 + 0.01), 422),
        ("limitPrice", json!(-5), 422),
        ("triggerPrice", json!(limit), 422),
        ("instrument", json!("NSE:NOSUCHSHARE"), 422),
        ("instrument", json!("RELIANCE"), 422),
        ("product", json!("NRML"), 422),
        ("validity", json!("GTT"), 422),
        ("tag", json!("a\tb"), 422),
        ("side", json!("LONG"), 422),
        ("price", json!(5), 422),
    ] {
        let mut order = good.clone();
        order[field] = value.clone();
        let refused = post(&app, &token, "/api/orders", &order).await;
        let (code, _, at) = refused.problem();
        assert_eq!((code, at.as_str()), (status, field), "{field} {value}: {}", refused.text);
    }
    let mut foreign = good.clone();
    foreign["accountId"] = json!(account + 1);
    assert_eq!(post(&app, &token, "/api/orders", &foreign).await.problem().0, 404);
    assert_eq!(get(&app, &token, "/api/orders").await["items"], json!([]), "nothing was placed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_places_nothing() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let send = |quantity| {
        let order = market_order(account, quantity);
        app.ask("POST", "/api/orders").bearer(&token).header("idempotency-key", "k-1").json(&order).send()
    };
    let first = send(3).await;
    let second = send(3).await;
    assert_eq!((first.status.as_u16(), &first.text), (201, &second.text));
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(send(4).await.problem().0, 409);
    assert_eq!(get(&app, &token, "/api/orders").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_basket_is_placed_whole_or_each_order_is_reported() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let (good, mut bad) = (market_order(account, 1), market_order(account, 1));
    bad["limitPrice"] = json!(5);
    let basket = json!({ "orders": [good, bad], "allOrNone": true });
    let held = post(&app, &token, "/api/orders/batch", &basket).await;
    assert_eq!(held.status.as_u16(), 200, "{held:?}");
    assert_eq!(held.json()["results"][0]["error"]["code"], "conflict");
    assert_eq!(held.json()["results"][1]["error"]["field"], "limitPrice");
    assert_eq!(get(&app, &token, "/api/orders").await["items"], json!([]));
    let mut off_tick = market_order(account, 1);
    (off_tick["type"], off_tick["limitPrice"]) = (json!("LIMIT"), json!(1401.03));
    let basket = json!({ "orders": [good, off_tick], "allOrNone": true });
    let held = post(&app, &token, "/api/orders/batch", &basket).await;
    assert_eq!((held.status.as_u16(), &held.json()["results"][1]["error"]["rule"]), (200, &json!("price")));
    assert_eq!(get(&app, &token, "/api/orders").await["items"], json!([]));
    // One by one they go to the engine, which puts on record what it refuses.
    let each = post(&app, &token, "/api/orders/batch", &json!({ "orders": [off_tick] })).await.json();
    assert_eq!(each["results"][0]["error"]["rule"], "price", "{each}");
    let on_record = get(&app, &token, "/api/risk/events").await;
    assert_eq!(on_record["items"][0]["figures"]["price"], 1401.03, "{on_record}");
    let basket = json!({ "orders": [good, bad] });
    let placed = post(&app, &token, "/api/orders/batch", &basket).await;
    assert_eq!(placed.status.as_u16(), 201, "{placed:?}");
    assert_eq!(placed.json()["results"][0]["orders"].as_array().unwrap().len(), 1);
    assert_eq!(placed.json()["results"][1]["error"]["code"], "validation");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_done_in_part_says_what_becomes_of_the_rest() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let mut delivery = market_order(account, 3);
    delivery["product"] = json!("CNC");
    let placed = post(&app, &token, "/api/orders", &delivery).await.json();
    assert_eq!((&placed["waitingQuantity"], &placed["refused"]), (&json!(0), &json!([])));
    until(|| async { get(&app, &token, "/api/positions").await["items"][0]["quantity"] == 3 }).await;
    (delivery["side"], delivery["quantity"]) = (json!("SELL"), json!(5));
    let sold = post(&app, &token, "/api/orders", &delivery).await.json();
    assert_eq!(
        (&sold["orders"][0]["quantity"], &sold["refused"][0]["quantity"]),
        (&json!(3), &json!(2)),
        "{sold}"
    );
    until(|| async { get(&app, &token, "/api/positions?open=true").await["items"] == json!([]) }).await;

    let at = |quantity: i64| {
        let (app, token) = (&app, &token);
        until(move || async move {
            get(app, token, "/api/positions?open=true").await["items"][0]["quantity"] == quantity
        })
    };
    let mut order = market_order(account, 4);
    post(&app, &token, "/api/orders", &order).await;
    at(4).await;
    (order["side"], order["quantity"]) = (json!("SELL"), json!(10));
    let turned = post(&app, &token, "/api/orders", &order).await.json();
    assert_eq!(
        (&turned["orders"][0]["quantity"], &turned["waitingQuantity"]),
        (&json!(4), &json!(6)),
        "{turned}"
    );
    at(-6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_order_by_hand_is_filled_from_the_trading_config() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let wish = json!({ "instrument": SHARE, "direction": "SHORT", "quantity": 2 });
    let placed = post(&app, &token, "/api/manual-trade", &wish).await;
    assert_eq!(placed.status.as_u16(), 201, "{placed:?}");
    let placed = placed.json();
    assert_eq!(placed["filledIn"], json!({ "accountId": account, "product": "MIS", "type": "MARKET" }));
    assert_eq!(placed["orders"][0]["side"], "SELL");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_red_button_closes_and_locks_until_somebody_answers_for_unlocking() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    app.add_user("root", Role::Admin).await;
    let root = app.token("root").await;
    post(&app, &token, "/api/orders", &market_order(account, 5)).await;
    until(|| async { get(&app, &token, "/api/positions").await["items"][0]["quantity"] == 5 }).await;
    let pressed = post(&app, &token, "/api/panic", &json!({ "accountId": account })).await;
    assert_eq!(pressed.status.as_u16(), 200, "{pressed:?}");
    assert_eq!(pressed.json()["exits"].as_array().unwrap().len(), 1, "{pressed:?}");
    until(|| async { get(&app, &token, "/api/positions?open=true").await["items"] == json!([]) }).await;
    let locks = get(&app, &token, "/api/risk/locks").await;
    assert_eq!(
        (&locks["items"][0]["scope"], &locks["items"][0]["scopeId"]),
        (&json!("account"), &json!(account))
    );
    let refused = post(&app, &token, "/api/orders", &market_order(account, 1)).await;
    assert_eq!((refused.problem().0, refused.json()["rule"].clone()), (423, json!("killSwitch")));
    let unlock = json!({ "scope": "account", "id": account, "reason": "it was a drill" });
    assert_eq!(post(&app, &token, "/api/risk/unlock", &unlock).await.problem().0, 403);
    let unlocked = post(&app, &root, "/api/risk/unlock", &unlock).await;
    assert_eq!((unlocked.status.as_u16(), &unlocked.json()["items"]), (200, &json!([])), "{unlocked:?}");
    let noted = get(&app, &root, "/api/activity").await;
    assert!(noted.to_string().contains("it was a drill"), "{noted}");
    assert_eq!(post(&app, &token, "/api/orders", &market_order(account, 1)).await.status.as_u16(), 201);
    let events = get(&app, &token, "/api/risk/events").await;
    assert_eq!(events["items"][0]["rule"], "killSwitch");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_what_is_another_users() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let ravi = trader(&app, "ravi").await;
    let limit = far_below(&app, &token).await;
    let order = json!({
        "accountId": account, "instrument": SHARE, "side": "BUY", "type": "LIMIT", "product": "MIS", "quantity": 4,
        "limitPrice": limit
    });
    let placed = post(&app, &token, "/api/orders", &order).await.json();
    let id = placed["orders"][0]["id"].as_str().unwrap();
    post(&app, &token, "/api/orders", &market_order(account, 5)).await;
    until(|| async { get(&app, &token, "/api/positions").await["items"][0]["quantity"] == 5 }).await;
    let position = get(&app, &token, "/api/positions").await["items"][0]["id"].as_str().unwrap().to_owned();
    let strategy = json!({ "name": "S", "definition": { "strategy": "sma_cross" } });
    let strategy = post(&app, &token, "/api/strategies", &strategy).await.json()["id"].as_i64().unwrap();
    let run = json!({ "accountId": account, "instruments": [SHARE], "timeframe": "1m" });
    let run = post(&app, &token, &format!("/api/strategies/{strategy}/runs"), &run).await;
    assert_eq!(run.status.as_u16(), 201, "{run:?}");
    let run = run.json()["id"].as_i64().unwrap();
    let theirs = json!({ "accountId": ravi.account, "instruments": [SHARE], "timeframe": "1m" });
    for (method, path, body) in [
        ("GET", format!("/api/orders/{id}"), None),
        ("GET", format!("/api/orders/{id}/events"), None),
        ("PATCH", format!("/api/orders/{id}"), Some(json!({ "quantity": 5 }))),
        ("DELETE", format!("/api/orders/{id}"), None),
        ("DELETE", format!("/api/orders?accountId={account}"), None),
        ("POST", "/api/orders".to_owned(), Some(market_order(account, 1))),
        ("POST", format!("/api/positions/{position}/close"), Some(json!({}))),
        ("POST", "/api/positions/close-all".to_owned(), Some(json!({ "accountId": account }))),
        ("POST", "/api/panic".to_owned(), Some(json!({ "accountId": account }))),
        ("GET", format!("/api/accounts/{account}"), None),
        ("GET", format!("/api/accounts/{account}/funds"), None),
        ("GET", format!("/api/accounts/{account}/holdings"), None),
        ("POST", format!("/api/accounts/{account}/connect"), None),
        ("DELETE", format!("/api/accounts/{account}"), None),
        ("GET", format!("/api/strategies/{strategy}"), None),
        ("GET", format!("/api/strategies/{strategy}/versions"), None),
        ("POST", format!("/api/strategies/{strategy}/runs"), Some(theirs)),
        ("GET", format!("/api/runs/{run}"), None),
        ("POST", format!("/api/runs/{run}/pause"), Some(json!({}))),
        ("POST", format!("/api/runs/{run}/stop"), Some(json!({}))),
        ("GET", format!("/api/risk/limits?accountId={account}"), None),
        ("PUT", format!("/api/risk/limits?accountId={account}"), Some(json!({}))),
        (
            "POST",
            "/api/risk/kill-switch".to_owned(),
            Some(json!({ "scope": "run", "id": run, "flatten": true })),
        ),
    ] {
        let ask = app.ask(method, &path).bearer(&ravi.token);
        let answer = match &body {
            Some(body) => ask.json(body).send().await,
            None => ask.send().await,
        };
        assert_eq!(answer.problem().0, 404, "{method} {path}: {}", answer.text);
    }
    for path in
        ["/api/orders", "/api/positions", "/api/trades", "/api/runs", "/api/strategies", "/api/risk/locks"]
    {
        assert_eq!(get(&app, &ravi.token, path).await["items"], json!([]), "{path}");
    }
    assert_eq!(get(&app, &token, "/api/positions?open=true").await["items"][0]["quantity"], 5);
    assert_eq!(state_of(&app, &token, id).await, "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_tells_the_same_money_as_the_account() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let limit = far_below(&app, &token).await;
    let resting = json!({
        "accountId": account, "instrument": SHARE, "side": "BUY", "type": "LIMIT", "product": "MIS", "quantity": 4,
        "limitPrice": limit, "disclosedQuantity": 2
    });
    let placed = post(&app, &token, "/api/orders", &resting).await;
    assert_eq!(placed.json()["orders"][0]["disclosedQuantity"], 2, "{placed:?}");
    post(&app, &token, "/api/orders", &market_order(account, 10)).await;
    until(|| async { get(&app, &token, "/api/positions").await["items"][0]["quantity"] == 10 }).await;
    // Of another product, whose book has nothing on its way that it would wait for.
    let mut too_much = market_order(account, 1_000_000);
    too_much["product"] = json!("CNC");
    let refused = post(&app, &token, "/api/orders", &too_much).await;
    assert_eq!(refused.json()["rule"], "buyingPower", "{refused:?}");
    let funds = get(&app, &token, &format!("/api/accounts/{account}/funds")).await;
    let available = funds["available"].as_f64().unwrap();
    let words = refused.json()["detail"].as_str().unwrap().to_owned();
    let said = words.split('₹').nth(2).and_then(|rest| rest.split(' ').next()).unwrap();
    assert!((said.parse::<f64>().unwrap() - available).abs() < 0.005, "{words}; {funds}");
    assert!(available < 1_000_000.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_blocked_is_entered_by_nobody_and_a_reason_stays_with_its_lock() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let strategy = json!({ "name": "S", "definition": { "strategy": "sma_cross" } });
    let strategy = post(&app, &token, "/api/strategies", &strategy).await.json()["id"].as_i64().unwrap();
    let start = format!("/api/strategies/{strategy}/runs");
    let run = json!({ "accountId": account, "instruments": [SHARE], "timeframe": "1m" });
    let limits = format!("/api/risk/limits?accountId={account}");
    let put = |body: Value| app.ask("PUT", &limits).bearer(&token).json(&body).send();
    assert_eq!(put(json!({ "blockedInstruments": [SHARE] })).await.status.as_u16(), 200);
    assert_eq!(get(&app, &token, &limits).await["blockedInstruments"], json!([SHARE]));
    let refused = post(&app, &token, "/api/orders", &market_order(account, 1)).await;
    assert_eq!((refused.problem().0, refused.json()["rule"].clone()), (422, json!("instrumentAllowed")));
    assert_eq!(post(&app, &token, &start, &run).await.problem().2, "instruments[0]");
    for body in [json!({ "allowedInstruments": [] }), json!({ "blockedInstruments": ["NSE:NOSUCHSHARE-EQ"] })]
    {
        assert_eq!(put(body).await.problem().0, 422);
    }
    assert_eq!(put(json!({ "allowedInstruments": [SHARE] })).await.status.as_u16(), 200);
    let started = post(&app, &token, &start, &run).await.json();
    let id = started["id"].as_i64().unwrap();
    let run = get(&app, &token, &format!("/api/runs/{id}")).await;
    for (field, value) in [
        ("squareOff", Value::Null),
        ("openQuantity", json!(0)),
        ("tradesToday", json!(0)),
        ("lastDecision", Value::Null),
    ] {
        assert_eq!(run[field], value, "{run}");
    }
    let kill = json!({ "scope": "run", "id": id, "flatten": false, "reason": "it is odd" });
    let killed = post(&app, &token, "/api/risk/kill-switch", &kill).await.json();
    assert_eq!(killed["locks"][0]["because"], "it is odd", "{killed}");
    let locks = get(&app, &token, "/api/risk/locks").await;
    assert_eq!(
        (&locks["items"][0]["scopeId"], &locks["items"][0]["because"]),
        (&json!(id), &json!("it is odd"))
    );
}
