//! The second factor, from set-up to removal.

use std::time::Duration;

use serde_json::{Value, json};
use store::users::Role;

use crate::app::{PASSWORD, TestApp};

/// What an authenticator app shows for this secret at this moment.
fn code(secret: &str, app: &TestApp) -> String {
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .with_secret(totp_rs::Secret::try_from_base32(secret).unwrap())
        .build_noncompliant();
    totp.generate(u64::try_from(app.access.now().as_micros() / 1_000_000).unwrap()).to_string()
}

async fn log_in(app: &TestApp, totp: Option<&str>) -> crate::app::Answer {
    let body = json!({ "name": "asha", "password": PASSWORD, "totp": totp });
    app.ask("POST", "/api/auth/login").json(&body).send().await
}

#[tokio::test]
async fn no_code_is_good_twice() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let token = app.token("asha").await;
    let begun = app.ask("POST", "/api/auth/totp").bearer(&token).send().await.json();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    assert_eq!(begun["uri"], Value::from(format!("otpauth://totp/Sauda:asha?secret={secret}&issuer=Sauda")));
    assert_eq!(log_in(&app, None).await.status.as_u16(), 200, "it is not in force before it is confirmed");
    let confirm = |code: String| {
        app.ask("POST", "/api/auth/totp/confirm").bearer(&token).json(&json!({ "code": code })).send()
    };
    assert_eq!(confirm("000000".to_owned()).await.problem().2, "code");
    let first = code(&secret, &app);
    assert_eq!(confirm(first.clone()).await.status.as_u16(), 204);

    let missing = log_in(&app, None).await;
    assert_eq!(missing.problem(), (401, "totp_required".to_owned(), "totp".to_owned()));
    assert_eq!(log_in(&app, Some(&first)).await.problem().1, "totp_required", "it was used to confirm");
    app.pass(Duration::from_secs(30));
    let second = code(&secret, &app);
    assert_eq!(log_in(&app, Some(&second)).await.status.as_u16(), 200);
    assert_eq!(log_in(&app, Some(&second)).await.problem().1, "totp_required");

    let remove = |code: String| {
        app.ask("DELETE", "/api/auth/totp").bearer(&token).json(&json!({ "code": code })).send()
    };
    assert_eq!(remove(second).await.problem().2, "code");
    app.pass(Duration::from_secs(30));
    assert_eq!(remove(code(&secret, &app)).await.status.as_u16(), 204);
    assert_eq!(log_in(&app, None).await.status.as_u16(), 200);
}

#[tokio::test]
async fn codes_cannot_be_tried_out() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let token = app.token("asha").await;
    let begun = app.ask("POST", "/api/auth/totp").bearer(&token).send().await.json();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let body = json!({ "code": code(&secret, &app) });
    app.ask("POST", "/api/auth/totp/confirm").bearer(&token).json(&body).send().await;
    app.pass(Duration::from_mins(1));
    for _ in 0..5 {
        assert_eq!(log_in(&app, Some("000000")).await.problem().1, "totp_required");
    }
    assert_eq!(log_in(&app, Some(&code(&secret, &app))).await.problem().1, "too_many_requests");
}
