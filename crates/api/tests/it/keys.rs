//! API keys, and requests that are asked twice.

use std::time::Duration;

use serde_json::json;
use store::users::Role;

use crate::app::TestApp;

#[tokio::test]
async fn a_key_is_shown_once_and_ends_when_it_is_revoked() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let token = app.token("asha").await;
    let body = json!({ "name": "laptop", "scopes": ["desk.read"], "expiresAt": null });
    let issued = app.ask("POST", "/api/auth/keys").bearer(&token).json(&body).send().await;
    assert_eq!(issued.status.as_u16(), 201, "{issued:?}");
    let key = issued.json()["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("sauda_") && key.len() > 64);
    let list = app.ask("GET", "/api/auth/keys").bearer(&token).send().await;
    assert!(!list.text.contains(&key) && list.text.contains("laptop"), "{list:?}");
    let read = || app.ask("GET", "/api/accounts").header("x-api-key", &key).send();
    assert_eq!(read().await.status.as_u16(), 200);
    let both = app.ask("GET", "/api/accounts").header("x-api-key", &key).bearer(&token).send().await;
    assert_eq!(both.problem().1, "bad_request", "which of the two is meant?");
    let id = issued.json()["id"].as_i64().unwrap();
    let gone = app.ask("DELETE", &format!("/api/auth/keys/{id}")).bearer(&token).send().await;
    assert_eq!(gone.status.as_u16(), 204);
    assert_eq!(read().await.problem().0, 401);
}

#[tokio::test]
async fn nobody_gives_a_key_more_than_they_have() {
    let app = TestApp::new().await;
    app.add_user("vik", Role::Viewer).await;
    let token = app.token("vik").await;
    for scope in ["orders.write", "credentials.write", "everything"] {
        let body = json!({ "name": "x", "scopes": [scope] });
        let answer = app.ask("POST", "/api/auth/keys").bearer(&token).json(&body).send().await;
        assert_eq!(answer.problem(), (422, "validation".to_owned(), "scopes".to_owned()), "{scope}");
    }
    let past = json!({ "name": "x", "scopes": ["desk.read"], "expiresAt": "2020-01-01T00:00:00+05:30" });
    let answer = app.ask("POST", "/api/auth/keys").bearer(&token).json(&past).send().await;
    assert_eq!(answer.problem().2, "expiresAt");
}

#[tokio::test]
async fn a_key_loses_what_its_user_loses() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Admin).await;
    app.add_user("tara", Role::Trader).await;
    let (asha, tara) = (app.token("asha").await, app.token("tara").await);
    let end = "2026-08-03T10:15:00+05:30";
    let body = json!({ "name": "bot", "scopes": ["accounts.write", "desk.read"], "expiresAt": end });
    let issued = app.ask("POST", "/api/auth/keys").bearer(&tara).json(&body).send().await;
    let key = issued.json()["key"].as_str().unwrap().to_owned();
    let open = |name: &str| {
        app.ask("POST", "/api/accounts").header("x-api-key", &key).json(&json!({ "name": name })).send()
    };
    assert_eq!(open("One").await.status.as_u16(), 201);
    let change =
        app.ask("PATCH", "/api/admin/users/2").bearer(&asha).json(&json!({ "role": "viewer" })).send().await;
    assert_eq!(change.status.as_u16(), 200, "{change:?}");
    assert_eq!(open("Two").await.problem().0, 403);
    assert_eq!(
        app.ask("GET", "/api/profile").bearer(&tara).send().await.problem().0,
        401,
        "the old role is in it"
    );
    app.pass(Duration::from_hours(1));
    assert_eq!(open("Three").await.problem().0, 401, "it has expired");
}

#[tokio::test]
async fn a_request_that_is_asked_twice_is_done_once() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    app.add_user("ravi", Role::Trader).await;
    let token = app.token("asha").await;
    let open = |token: &str, key: &str, name: &str| {
        let ask = app.ask("POST", "/api/accounts").bearer(token).header("idempotency-key", key);
        ask.json(&json!({ "name": name, "initialCash": 250_000.25 })).send()
    };
    let first = open(&token, "k-1", "One").await;
    assert_eq!(first.status.as_u16(), 201);
    assert_eq!(first.json()["initialCash"].to_string(), "250000.25");
    let again = open(&token, "k-1", "One").await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(open(&token, "k-1", "Other").await.problem().1, "conflict");
    // Refused: it did nothing, and the key is free again.
    assert_eq!(open(&token, "k-2", "One").await.problem(), (409, "conflict".to_owned(), "name".to_owned()));
    assert_eq!(open(&token, "k-2", "Two").await.status.as_u16(), 201);
    // Another user's keys are others.
    let ravi = app.token("ravi").await;
    assert_eq!(open(&ravi, "k-1", "One").await.status.as_u16(), 201);
    assert_eq!(open(&ravi, "k 1", "Three").await.problem().2, "Idempotency-Key");
    let all = app.ask("GET", "/api/accounts").bearer(&token).send().await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    // Ten at once: one account, and the others are told the answer or to wait.
    let asked = futures_util::future::join_all((0..10).map(|_| open(&token, "k-3", "Three"))).await;
    assert!(asked.iter().all(|a| [201, 409].contains(&a.status.as_u16())), "{asked:?}");
    let all = app.ask("GET", "/api/accounts").bearer(&token).send().await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
}
