//! What the market routes tell: depth and option chain.

use serde_json::{Value, json};
use store::users::Role;

use crate::app::TestApp;
use crate::trading::{SHARE, get, until};

async fn reader() -> (TestApp, String) {
    let app = TestApp::trading().await;
    app.add_user("asha", Role::Viewer).await;
    let token = app.token("asha").await;
    (app, token)
}

async fn refused(app: &TestApp, token: &str, path: &str) -> (u16, String, String) {
    let answer = app.ask("GET", path).bearer(token).send().await;
    let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), answer.json()["field"].as_str().unwrap_or_default().to_owned(), detail)
}

#[tokio::test(flavor = "multi_thread")]
async fn depth_tells_the_best_bid_and_offer() {
    let (app, token) = reader().await;
    let path = format!("/api/depth?instrument={SHARE}");
    until(|| async { !get(&app, &token, &path).await["time"].is_null() }).await;
    let depth = get(&app, &token, &path).await;
    let (bid, ask) = (&depth["bids"][0], &depth["asks"][0]);
    let cents = |level: &Value| (level["price"].as_f64().unwrap() * 100.0).round() as i64;
    assert_eq!(cents(ask) - cents(bid), 10, "a tick of ten paise apart: {depth}");
    assert!(bid["quantity"].as_i64().unwrap() > 0 && ask["quantity"].as_i64().unwrap() > 0, "{depth}");
    let index = get(&app, &token, "/api/depth?instrument=NSE:NIFTY50-INDEX").await;
    assert_eq!((&index["bids"], &index["asks"]), (&json!([]), &json!([])), "nobody bids for an index");
    assert_eq!(refused(&app, &token, "/api/depth?instrument=NSE:OTHER-EQ").await.0, 422);
    assert_eq!(refused(&app, &token, "/api/depth").await.0, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_option_chain_has_calls_and_puts_by_strike() {
    let (app, token) = reader().await;
    let path = "/api/option-chain?underlying=nifty";
    let quoted = |chain: &Value| !chain["strikes"][0]["call"]["bid"].is_null() && !chain["spot"].is_null();
    until(|| async { quoted(&get(&app, &token, path).await) }).await;
    let chain = get(&app, &token, path).await;
    assert_eq!((&chain["underlying"], &chain["expiries"][0]), (&json!("NIFTY"), &chain["expiry"]), "{chain}");
    assert!(chain["expiry"].as_str().unwrap().starts_with("2030-12-"), "{chain}");
    let strikes: Vec<_> =
        chain["strikes"].as_array().unwrap().iter().map(|row| row["strike"].as_i64()).collect();
    assert_eq!(strikes, [Some(25_000), Some(25_100)]);
    assert_eq!(chain["strikes"][0]["put"]["instrument"], "NSE:NIFTY30DEC25000PE");
    assert_eq!(chain["strikes"][1]["put"], Value::Null);
    assert!(chain["strikes"][0]["call"]["lastPrice"].as_f64().unwrap() > 0.0);

    let none = get(&app, &token, "/api/option-chain?underlying=RELIANCE").await;
    assert_eq!((&none["expiry"], &none["strikes"]), (&Value::Null, &json!([])), "{none}");
    let (status, field, words) = refused(&app, &token, &format!("{path}&expiry=2030-01-01")).await;
    assert_eq!((status, field.as_str()), (422, "expiry"));
    assert!(words.contains(chain["expiry"].as_str().unwrap()), "{words}");
    let (status, field, words) = refused(&app, &token, "/api/option-chain?underlying=GOLD").await;
    assert_eq!((status, field.as_str()), (422, "underlying"));
    assert!(words.contains("NIFTY, RELIANCE"), "{words}");
}
