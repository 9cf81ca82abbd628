//! What holds for every request, whatever it asks.

use std::time::Duration;

use api::{ApiSettings, Rate, RateLimits};
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn the_server_is_well_and_says_so() {
    let app = TestApp::new().await;
    assert_eq!(app.ask("GET", "/health").send().await.json(), json!({ "status": "ok" }));
    let health = app.ask("GET", "/api/health").send().await.json();
    assert_eq!((&health["status"], &health["parts"]["database"]), (&json!("ok"), &json!("ok")));
}

#[tokio::test]
async fn every_answer_has_an_id_and_the_guards_of_browsers() {
    let app = TestApp::new().await;
    for path in ["/health", "/nowhere", "/api/docs/", "/api/openapi.json"] {
        let answer = app.ask("GET", path).send().await;
        for name in ["x-request-id", "content-security-policy", "x-content-type-options", "x-frame-options"] {
            assert!(!answer.header(name).is_empty(), "{path} has no {name}");
        }
    }
    let own = app.ask("GET", "/nowhere").header("x-request-id", "desk-7").send().await;
    assert_eq!((own.problem().0, own.json()["requestId"].as_str().unwrap()), (404, "desk-7"));
    let evil = app.ask("GET", "/nowhere").header("x-request-id", "<b>").send().await;
    assert_ne!(evil.json()["requestId"], "<b>");
}

#[tokio::test]
async fn the_documents_can_be_browsed_without_the_internet() {
    let app = TestApp::new().await;
    let page = app.ask("GET", "/api/docs/").send().await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(!page.text.contains("https://") && !page.text.contains("<script>"), "{}", page.text);
    assert_eq!(app.ask("GET", "/api/docs/swagger-ui-bundle.js").send().await.status.as_u16(), 200);
    let document = app.ask("GET", "/api/openapi.json").send().await;
    assert_eq!(document.text, api::document());
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused() {
    let app = TestApp::new().await;
    assert_eq!(app.ask("DELETE", "/api/auth/login").send().await.problem().0, 405);
}

#[tokio::test]
async fn bodies_are_json_of_bounded_size() {
    let app = TestApp::new().await;
    let path = "/api/auth/login";
    let large = format!("{{\"name\":\"{}\",\"password\":\"x\"}}", "x".repeat(1 << 20));
    assert_eq!(app.ask("POST", path).text(&large).send().await.problem().1, "payload_too_large");
    assert_eq!(app.ask("POST", path).text("{\"name\":").send().await.problem().1, "bad_request");
    assert_eq!(app.ask("POST", path).send().await.problem().0, 415);
    let trailing = r#"{"name":"asha","password":"x"} {}"#;
    assert_eq!(app.ask("POST", path).text(trailing).send().await.problem().1, "bad_request");
}

#[tokio::test]
async fn an_address_that_knocks_too_often_waits() {
    let rate = Some(Rate { requests: 3, within: Duration::from_hours(1) });
    let rates = RateLimits { entry: rate, address: None, user: None };
    let app = TestApp::with(ApiSettings { rates, ..ApiSettings::default() }).await;
    let knock = || app.ask("POST", "/api/auth/login").json(&json!({ "name": "x", "password": "y" })).send();
    for _ in 0..3 {
        assert_eq!(knock().await.problem().0, 401);
    }
    let refused = knock().await;
    assert_eq!(refused.problem().1, "too_many_requests");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 600);
    assert_eq!(app.ask("GET", "/api/health").send().await.status.as_u16(), 200, "what is no entry goes on");
}

#[tokio::test]
async fn only_configured_origins_may_read_our_answers() {
    let settings =
        ApiSettings { cors_origins: vec!["https://desk.example".to_owned()], ..ApiSettings::default() };
    let app = TestApp::with(settings).await;
    let from = |origin: &str| app.ask("GET", "/health").header("origin", origin).send();
    assert_eq!(
        from("https://desk.example").await.header("access-control-allow-origin"),
        "https://desk.example"
    );
    assert_eq!(from("https://evil.example").await.header("access-control-allow-origin"), "");
    let foreign = app.ask("POST", "/api/auth/refresh").header("origin", "https://evil.example").send().await;
    assert_eq!(foreign.problem().0, 403);
}
