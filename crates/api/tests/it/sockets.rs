//! Sockets over a real listener, spoken to by another's implementation of the protocol.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::app::TestApp;
use crate::trading::{SHARE, Trader, market_order, post, trader, until};

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn open(address: SocketAddr, path: &str) -> Client {
        let (socket, _) = connect_async(format!("ws://{address}{path}")).await.unwrap();
        Client(socket)
    }

    async fn entered(address: SocketAddr, token: &str) -> Client {
        let mut client = Client::open(address, "/api/ws/").await;
        client.say(&json!({ "type": "auth", "token": token })).await;
        let ready = client.hear().await.unwrap();
        assert_eq!((&ready["type"], &ready["mode"]), (&json!("ready"), &json!("paper")), "{ready}");
        client
    }

    async fn say(&mut self, words: &Value) {
        self.0.send(Message::text(words.to_string())).await.unwrap();
    }

    /// The next frame; `None` once the socket is closed.
    async fn hear(&mut self) -> Option<Value> {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(10), self.0.next()).await;
            match next.expect("something comes within ten seconds") {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return None,
            }
        }
    }

    async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..1_000 {
            let heard = self.hear().await.expect("the socket stays open");
            if fits(&heard) {
                return heard;
            }
        }
        panic!("it is not among a thousand frames");
    }
}

async fn listening(app: &TestApp) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_begins_with_a_snapshot_and_goes_on_by_numbers() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let ravi = trader(&app, "ravi").await;
    let address = listening(&app).await;
    let mut client = Client::entered(address, &token).await;
    let mut stranger = Client::entered(address, &ravi.token).await;
    for client in [&mut client, &mut stranger] {
        client.say(&json!({ "type": "subscribe", "topic": "orders" })).await;
        let first = client.hear().await.unwrap();
        assert_eq!((&first["type"], &first["data"]), (&json!("snapshot"), &json!([])), "{first}");
    }
    post(&app, &token, "/api/orders", &market_order(account, 2)).await;
    let delta = client.hear().await.unwrap();
    assert_eq!((&delta["type"], &delta["data"]["quantity"]), (&json!("delta"), &json!(2)), "{delta}");
    let mut last = delta["seq"].as_u64().unwrap();
    let first = last;
    loop {
        let next = client.hear().await.unwrap();
        assert_eq!(next["seq"], last + 1, "{next}");
        last += 1;
        if next["data"]["state"] == "filled" {
            break;
        }
    }
    // Somebody who was away hears what was missed.
    let mut back = Client::entered(address, &token).await;
    back.say(&json!({ "type": "subscribe", "topic": "orders", "after": first })).await;
    let missed = back.hear().await.unwrap();
    assert_eq!((&missed["type"], &missed["seq"]), (&json!("delta"), &json!(first + 1)));
    // The stranger has heard nothing of it: the next that comes is the price that is asked for now.
    stranger.say(&json!({ "type": "subscribe", "topic": "ticks", "instruments": [SHARE] })).await;
    let tick = stranger.hear().await.unwrap();
    assert_eq!((&tick["topic"], &tick["key"]), (&json!("ticks"), &json!(SHARE)));
    let moved = stranger.until(|heard| heard["type"] == "delta").await;
    assert!(moved["data"]["price"].as_f64().unwrap() > 0.0, "{moved}");
    client
        .say(&json!({ "type": "subscribe", "topic": "candles", "instrument": SHARE, "timeframe": "1m" }))
        .await;
    let candles = client.until(|heard| heard["topic"] == "candles").await;
    assert_eq!(candles["key"], format!("{SHARE}@1m"));
    client.until(|heard| heard["topic"] == "candles" && heard["type"] == "delta").await;
    client.say(&json!({ "type": "subscribe", "topic": "weather" })).await;
    let refused = client.until(|heard| heard["type"] == "error").await;
    assert!(refused["detail"].as_str().unwrap().contains("weather"), "{refused}");
    for topic in ["positions", "pnl", "runs", "risk"] {
        client.say(&json!({ "type": "subscribe", "topic": topic })).await;
        client.until(|heard| heard["type"] == "snapshot" && heard["topic"] == topic).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_ends_their_session_is_told_and_shut_out() {
    let app = TestApp::trading().await;
    let Trader { token, .. } = trader(&app, "asha").await;
    let mut client = Client::entered(listening(&app).await, &token).await;
    assert_eq!(post(&app, &token, "/api/auth/logout", &json!({})).await.status.as_u16(), 204);
    assert_eq!(client.hear().await, Some(json!({ "type": "closed", "reason": "revoked" })));
    assert_eq!(client.hear().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_old_token_is_sent_for_a_new_one_and_goes_on() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let address = listening(&app).await;
    let mut client = Client::entered(address, &token).await;
    client.say(&json!({ "type": "subscribe", "topic": "orders" })).await;
    client.until(|heard| heard["type"] == "snapshot").await;
    post(&app, &token, "/api/orders", &market_order(account, 2)).await;
    let last = client.until(|heard| heard["data"]["state"] == "filled").await["seq"].as_u64().unwrap();
    // Somebody who is about to renew it is not cut off.
    app.pass(Duration::from_secs(15 * 60 + 20));
    client.say(&json!({ "type": "ping" })).await;
    client.say(&json!({ "type": "subscribe", "topic": "weather" })).await;
    assert_eq!(client.hear().await.unwrap()["type"], "error");
    app.pass(Duration::from_secs(20));
    assert_eq!(client.hear().await, Some(json!({ "type": "closed", "reason": "expired" })));
    assert_eq!(client.hear().await, None);
    let renewed = app.token("asha").await;
    let mut back = Client::entered(address, &renewed).await;
    back.say(&json!({ "type": "subscribe", "topic": "orders", "after": last - 1 })).await;
    assert_eq!(back.hear().await.unwrap()["seq"], last);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_that_ends_closes_its_socket() {
    let app = TestApp::trading().await;
    let Trader { token, .. } = trader(&app, "asha").await;
    let body = json!({ "name": "watch", "scopes": ["desk.read"], "expiresAt": "2026-08-03T10:15:00+05:30" });
    let key = post(&app, &token, "/api/auth/keys", &body).await.json()["key"].as_str().unwrap().to_owned();
    let mut client = Client::entered(listening(&app).await, &key).await;
    app.pass(Duration::from_secs(3_700));
    assert_eq!(client.hear().await, Some(json!({ "type": "closed", "reason": "expired" })));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_enters_without_a_token_or_from_a_foreign_page() {
    let app = TestApp::new().await;
    let address = listening(&app).await;
    for first in
        [json!({ "type": "subscribe", "topic": "orders" }), json!({ "type": "auth", "token": "e30.e30.e30" })]
    {
        let mut client = Client::open(address, "/api/ws/").await;
        client.say(&first).await;
        assert_eq!(client.hear().await.unwrap()["code"], "unauthenticated");
        assert_eq!(client.hear().await, None);
    }
    let mut silent = Client::open(address, "/ws/live").await;
    assert_eq!(silent.hear().await.unwrap()["code"], "unauthenticated", "after five seconds");
    assert_eq!(silent.hear().await, None);
    let mut foreign = format!("ws://{address}/api/ws/").into_client_request().unwrap();
    foreign.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    match connect_async(foreign).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status().as_u16(), 403),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_socket_tells_everything() {
    let app = TestApp::trading().await;
    let Trader { token, account } = trader(&app, "asha").await;
    let mut client = Client::open(listening(&app).await, "/ws/live").await;
    client.say(&json!({ "token": token })).await;
    client.until(|heard| heard["type"] == "tick" && heard["instrument"] == SHARE).await;
    post(&app, &token, "/api/orders", &market_order(account, 2)).await;
    client.until(|heard| heard["type"] == "order" && heard["order"]["state"] == "filled").await;
    client.until(|heard| heard["type"] == "position" && heard["quantity"] == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_user_has_so_many_sockets_and_no_more() {
    let rates = api::RateLimits { entry: None, address: None, user: None };
    let settings = api::ApiSettings { rates, sockets_per_user: 2, ..api::ApiSettings::default() };
    let app = TestApp::measured(settings).await;
    let asha = trader(&app, "asha").await;
    let ravi = trader(&app, "ravi").await;
    let address = listening(&app).await;
    let first = Client::entered(address, &asha.token).await;
    let _second = Client::entered(address, &asha.token).await;
    let metrics = || app.ask("GET", "/metrics").from("127.0.0.1").send();
    assert!(metrics().await.text.contains("sauda_sockets_open 2\n"));
    let mut third = Client::open(address, "/ws/live").await;
    third.say(&json!({ "token": asha.token })).await;
    let refused = third.hear().await.unwrap();
    assert_eq!(
        (&refused["type"], &refused["code"]),
        (&json!("error"), &json!("too_many_requests")),
        "{refused}"
    );
    let words = refused["detail"].as_str().unwrap();
    assert!(words.contains("2 sockets") && words.contains("close"), "{words}");
    assert!(third.hear().await.is_none(), "it is closed");
    // Somebody else has their own; and one that goes makes room.
    let _other = Client::entered(address, &ravi.token).await;
    drop(first);
    until(|| async { metrics().await.text.contains("sauda_sockets_open 2\n") }).await;
    Client::entered(address, &asha.token).await;
}
