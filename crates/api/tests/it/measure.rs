//! `/metrics`: what is counted, and for whom.

use api::{ApiSettings, RateLimits};
use back_office::access::Secret;
use serde_json::json;

use crate::app::TestApp;
use crate::trading::{Trader, get, market_order, post, trader, until};

fn settings() -> ApiSettings {
    let rates = RateLimits { entry: None, address: None, user: None };
    ApiSettings { rates, ..ApiSettings::default() }
}

/// A sample's value; the series as it is printed, with its labels.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in: {text}")).parse().unwrap()
}

async fn scrape(app: &TestApp) -> String {
    let answer = app.ask("GET", "/metrics").from("127.0.0.1").send().await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/plain; version=0.0.4"));
    answer.text
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_requests_and_commits_are_counted() {
    let app = TestApp::measured(settings()).await;
    let before = scrape(&app).await;
    let Trader { token, account } = trader(&app, "asha").await;
    let of = |text: &str, outcome: &str| value(text, &format!("sauda_orders_total{{outcome=\"{outcome}\"}}"));
    let placed = post(&app, &token, "/api/orders", &market_order(account, 10)).await;
    let id = placed.json()["orders"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/orders/{id}");
    until(|| async { get(&app, &token, &path).await["state"] == "filled" }).await;
    let after = scrape(&app).await;
    for outcome in ["sent", "filled"] {
        let grown = of(&after, outcome) - of(&before, outcome);
        assert!((grown - 1.0).abs() < 0.01, "{outcome}: {grown}");
    }
    assert!((of(&after, "unknown") - of(&before, "unknown")).abs() < 0.01);
    assert!(value(&after, "sauda_commit_duration_seconds_count") >= 3.0, "{after}");
    let asked = "sauda_http_requests_total{method=\"POST\",route=\"/api/orders\",status=\"201\"}";
    assert!(value(&after, asked) >= 1.0);
    let slow =
        "sauda_http_request_duration_seconds_bucket{method=\"POST\",route=\"/api/orders\",le=\"+Inf\"}";
    assert!(value(&after, slow) >= 1.0);
    // One route, whatever the id: else each order would be a series for ever, and told to who may scrape.
    assert!(after.contains("route=\"/api/orders/{id}\"") && !after.contains(&id), "{after}");
    assert!(!after.contains("asha"), "{after}");
    for series in [
        "sauda_sockets_open",
        "sauda_desk_inbox_messages",
        "sauda_desk_unwritten_entries",
        "sauda_incidents_open",
    ] {
        assert!(value(&after, series).abs() < 5.0, "{series}");
    }
    assert!(value(&after, "process_start_time_seconds") > 1.7e9);
    assert!(
        after.contains("sauda_build_info{version=") && after.contains("# HELP sauda_orders_total"),
        "{after}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_machine_reads_them_unless_a_token_says_more() {
    let app = TestApp::measured(settings()).await;
    for (from, forwarded, allowed) in [
        ("127.0.0.1", false, true),
        ("::1", false, true),
        ("203.0.113.7", false, false),
        ("127.0.0.1", true, false),
    ] {
        let ask = app.ask("GET", "/metrics").from(from);
        let ask = if forwarded { ask.header("x-forwarded-for", "127.0.0.1") } else { ask };
        let answer = ask.send().await;
        assert_eq!(answer.status.as_u16() == 200, allowed, "{from} {forwarded}: {answer:?}");
        if !allowed {
            assert_eq!(answer.problem().0, 403);
            assert!(answer.text.contains("metrics-token"), "{answer:?}");
        }
    }
    let token = Some(Secret::new("0123456789abcdef"));
    let app = TestApp::measured(ApiSettings { metrics_token: token, ..settings() }).await;
    let with = |authorization: &'static str| {
        app.ask("GET", "/metrics").from("203.0.113.7").header("authorization", authorization).send()
    };
    assert_eq!(with("Bearer 0123456789abcdef").await.status.as_u16(), 200);
    assert_eq!(with("Bearer 0123456789abcdee").await.problem().0, 401);
    assert_eq!(with("0123456789abcdef").await.problem().0, 401);
    assert_eq!(app.ask("GET", "/metrics").from("127.0.0.1").send().await.problem().0, 401);
    let user = trader(&app, "asha").await.token;
    assert_eq!(app.ask("GET", "/metrics").from("127.0.0.1").bearer(&user).send().await.problem().0, 401);
}

#[tokio::test]
async fn what_measures_nothing_says_so_and_bodies_have_the_limit_that_is_set() {
    let app = TestApp::with(ApiSettings { body_limit: 16 << 10, ..settings() }).await;
    assert_eq!(app.ask("GET", "/metrics").from("127.0.0.1").send().await.problem().0, 404);
    let body = |length: usize| json!({ "name": "x".repeat(length), "password": "y" });
    let knock = |length| app.ask("POST", "/api/auth/login").json(&body(length)).send();
    assert_eq!(knock(15 << 10).await.problem().0, 401);
    assert_eq!(knock(17 << 10).await.problem().0, 413);
}
