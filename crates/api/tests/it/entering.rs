//! Registering, logging in, staying in, being thrown out.

use std::time::Duration;

use serde_json::json;
use store::users::Role;

use crate::app::{PASSWORD, TestApp};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn the_first_user_needs_the_set_up_token_once() {
    let app = TestApp::new().await;
    assert_eq!(app.ask("GET", "/api/auth/status").send().await.json()["setupNeeded"], true);
    let register = |token: &str| json!({ "name": "Asha", "password": PASSWORD, "setupToken": token });
    let path = "/api/auth/register";
    let refused = app.ask("POST", path).json(&register("guess")).send().await;
    assert_eq!(refused.problem().0, 403);
    let token = app.access.setup_token().await.unwrap();
    let answer = app.ask("POST", path).json(&register(token.expose())).send().await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["user"]["role"]),
        (201, &json!("admin")),
        "{answer:?}"
    );
    assert_eq!(app.ask("GET", "/api/auth/status").send().await.json()["setupNeeded"], false);
    let again = json!({ "name": "ravi", "password": PASSWORD, "setupToken": token.expose() });
    assert_eq!(app.ask("POST", path).json(&again).send().await.problem().0, 403);
    let closed = app.ask("POST", path).json(&json!({ "name": "ravi", "password": PASSWORD })).send().await;
    assert!(closed.json()["detail"].as_str().unwrap().contains("invite"), "{closed:?}");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_thief_ends_the_session() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let body = json!({ "name": "ASHA", "password": PASSWORD });
    let entry = app.ask("POST", "/api/auth/login").json(&body).send().await;
    assert_eq!(entry.status.as_u16(), 200, "{entry:?}");
    let set = entry.header("set-cookie");
    for guard in ["HttpOnly", "SameSite=Strict", "Path=/api/auth", "Max-Age=1209600"] {
        assert!(set.contains(guard), "{set}");
    }
    let first = entry.cookie();
    let refresh = |cookie: String| app.ask("POST", "/api/auth/refresh").header("cookie", &cookie).send();
    let second = refresh(first.clone()).await;
    assert_eq!(second.status.as_u16(), 200, "{second:?}");
    assert_ne!(first, second.cookie());
    let token = second.json()["accessToken"].as_str().unwrap().to_owned();
    let log_out = || app.ask("POST", "/api/auth/logout").bearer(&token).json(&json!({})).send();
    // The thief comes with the first token.
    assert_eq!(refresh(first).await.problem().0, 401);
    assert_eq!(refresh(second.cookie()).await.problem().0, 401);
    let dead = log_out().await;
    assert_eq!(dead.problem().0, 401, "the access token dies with its session: {dead:?}");
}

#[tokio::test]
async fn access_tokens_end_after_a_quarter_of_an_hour_and_foreign_ones_are_none() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let token = app.token("asha").await;
    let ask = async |token: String| {
        app.ask("POST", "/api/auth/logout").bearer(&token).json(&json!({ "everywhere": 3 })).send().await
    };
    assert_eq!(ask(token.clone()).await.problem().0, 422);
    let (head, tail) = token.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", tail.chars().rev().collect::<String>());
    assert_eq!(ask(forged).await.problem().0, 401);
    // `{"alg":"none"}` and the same claims.
    let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", token.split('.').nth(1).unwrap());
    assert_eq!(ask(none).await.problem().0, 401);
    app.pass(15 * MINUTE);
    assert_eq!(ask(token).await.problem().0, 401);
}

#[tokio::test]
async fn failures_lock_for_longer_and_longer_whether_the_name_exists_or_not() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let try_in = async |name: &str, password: &str| {
        app.ask("POST", "/api/auth/login").json(&json!({ "name": name, "password": password })).send().await
    };
    for name in ["asha", "nobody"] {
        for _ in 0..5 {
            let wrong = try_in(name, "wrong, wrong, wrong").await;
            assert_eq!(wrong.problem(), (401, "unauthenticated".to_owned(), String::new()));
            assert_eq!(wrong.json()["detail"], "name or password is wrong");
        }
        let locked = try_in(name, PASSWORD).await;
        assert_eq!(locked.problem().1, "too_many_requests", "{name}");
        assert_eq!(locked.header("retry-after"), "31", "{name}");
    }
    app.pass(Duration::from_secs(31));
    assert_eq!(try_in("asha", "wrong, wrong, wrong").await.problem().0, 401);
    app.pass(Duration::from_secs(31));
    assert_eq!(try_in("asha", PASSWORD).await.problem().0, 429, "the second wait is a minute");
    app.pass(MINUTE);
    assert_eq!(try_in("asha", PASSWORD).await.status.as_u16(), 200);
    assert_eq!(try_in("asha", "wrong, wrong, wrong").await.problem().0, 401, "a log-in clears the count");
    assert_eq!(try_in("asha", PASSWORD).await.status.as_u16(), 200);
}

#[tokio::test]
async fn who_knows_a_name_does_not_lock_its_owner_out() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let try_in = async |name: &str, password: &str, address: &str| {
        let body = json!({ "name": name, "password": password });
        app.ask("POST", "/api/auth/login").from(address).json(&body).send().await.status.as_u16()
    };
    for (far, near, home) in
        [("203.0.113.1", "203.0.113.1", "198.51.100.1"), ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")]
    {
        for _ in 0..5 {
            assert_eq!(try_in("asha", "wrong, wrong, wrong", far).await, 401);
        }
        assert_eq!(try_in("asha", PASSWORD, near).await, 429, "who guesses waits: {near}");
        assert_eq!(try_in("asha", PASSWORD, home).await, 200, "the owner does not: {home}");
        assert_eq!(try_in("asha", PASSWORD, near).await, 429, "and that opens nothing: {near}");
    }
    // What was long ago is forgotten.
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(try_in("asha", "wrong, wrong, wrong", "203.0.113.2").await, 401);
        }
        app.pass(Duration::from_hours(24));
    }
    assert_eq!(try_in("asha", PASSWORD, "203.0.113.2").await, 200);
    // Nor do many addresses together try out passwords.
    for name in ["asha", "nobody"] {
        for i in 0..100 {
            assert_eq!(try_in(name, "wrong, wrong, wrong", &format!("203.0.113.{}", i + 100)).await, 401);
        }
        assert_eq!(try_in(name, PASSWORD, "198.51.100.1").await, 429, "{name}");
    }
    app.pass(Duration::from_secs(31));
    assert_eq!(try_in("asha", PASSWORD, "198.51.100.1").await, 200);
}

#[tokio::test]
async fn a_new_password_from_the_console_ends_the_wait() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let try_in = async |password: &str| {
        let body = json!({ "name": "asha", "password": password });
        app.ask("POST", "/api/auth/login").json(&body).send().await.status.as_u16()
    };
    for _ in 0..5 {
        try_in("wrong, wrong, wrong").await;
    }
    assert_eq!(try_in(PASSWORD).await, 429);
    let another = "six other words of mine";
    app.access.replace_password("asha", &back_office::access::Secret::new(another)).await.unwrap();
    assert_eq!(try_in(another).await, 200);
}
