//! Invites, roles, shutting out, sessions, settings, and what of it is on record.

use serde_json::{Value, json};
use store::users::Role;

use crate::app::{PASSWORD, TestApp};

#[tokio::test]
async fn an_invite_lets_one_person_in() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Admin).await;
    let asha = app.token("asha").await;
    let invite =
        app.ask("POST", "/api/auth/invites").bearer(&asha).json(&json!({ "role": "trader" })).send().await;
    let token = invite.json()["token"].as_str().unwrap().to_owned();
    let list = app.ask("GET", "/api/auth/invites").bearer(&asha).send().await;
    assert!(!list.text.contains(&token), "a token is shown once");
    let register = |name: &str| {
        let body = json!({ "name": name, "password": PASSWORD, "invite": token });
        app.ask("POST", "/api/auth/register").json(&body).send()
    };
    // The name is taken; the invite is not lost by that.
    assert_eq!(register("Asha").await.problem(), (409, "conflict".to_owned(), "name".to_owned()));
    let tara = register("tara").await;
    assert_eq!((tara.status.as_u16(), &tara.json()["user"]["role"]), (201, &json!("trader")));
    assert_eq!(register("ravi").await.problem().0, 403);
    // Without an invite nobody learns which names there are.
    assert_eq!(register("Asha").await.problem().0, 403);
}

#[tokio::test]
async fn a_user_who_is_shut_out_is_out_at_once() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Admin).await;
    app.add_user("tara", Role::Trader).await;
    let (asha, tara) = (app.token("asha").await, app.token("tara").await);
    let change = |body: Value| app.ask("PATCH", "/api/admin/users/2").bearer(&asha).json(&body).send();
    let out = change(json!({ "disabled": true })).await;
    assert!(!out.json()["disabledAt"].is_null(), "{out:?}");
    assert_eq!(app.ask("GET", "/api/profile").bearer(&tara).send().await.problem().0, 401);
    let body = json!({ "name": "tara", "password": PASSWORD });
    assert_eq!(app.ask("POST", "/api/auth/login").json(&body).send().await.problem().0, 403);
    assert_eq!(change(json!({ "disabled": false })).await.status.as_u16(), 200);
    assert_eq!(app.ask("POST", "/api/auth/login").json(&body).send().await.status.as_u16(), 200);
    assert_eq!(change(json!({})).await.problem().0, 422);
}

#[tokio::test]
async fn who_is_shut_out_does_not_come_back_by_an_invite_of_their_own() {
    for shut_out in [json!({ "disabled": true }), json!({ "role": "trader" })] {
        let app = TestApp::new().await;
        app.add_user("asha", Role::Admin).await;
        app.add_user("tara", Role::Admin).await;
        let (asha, tara) = (app.token("asha").await, app.token("tara").await);
        let invite = |token: &str| {
            app.ask("POST", "/api/auth/invites").bearer(token).json(&json!({ "role": "admin" })).send()
        };
        let own = invite(&tara).await.json()["token"].clone();
        let others = invite(&asha).await.json()["token"].clone();
        let out = app.ask("PATCH", "/api/admin/users/2").bearer(&asha).json(&shut_out).send().await;
        assert_eq!(out.status.as_u16(), 200, "{out:?}");
        let register = |name: &str, invite: &Value| {
            let body = json!({ "name": name, "password": PASSWORD, "invite": invite });
            app.ask("POST", "/api/auth/register").json(&body).send()
        };
        assert_eq!(register("again", &own).await.problem().0, 403, "{shut_out}");
        assert_eq!(register("ravi", &others).await.status.as_u16(), 201, "the invites of others stand");
    }
}

#[tokio::test]
async fn the_operator_takes_back_the_invites_of_whom_they_disable() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Admin).await;
    app.add_user("tara", Role::Admin).await;
    let tara = app.token("tara").await;
    let invite =
        app.ask("POST", "/api/auth/invites").bearer(&tara).json(&json!({ "role": "admin" })).send().await;
    app.access.disable_user("tara", true).await.unwrap();
    let body = json!({ "name": "again", "password": PASSWORD, "invite": invite.json()["token"] });
    assert_eq!(app.ask("POST", "/api/auth/register").json(&body).send().await.problem().0, 403);
    let last = app.access.disable_user("asha", true).await.unwrap_err().to_string();
    assert!(last.contains("only administrator"), "{last}");
}

#[tokio::test]
async fn a_session_that_is_ended_is_dead_and_the_others_live() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let (here, there) = (app.token("asha").await, app.token("asha").await);
    let mut told = app.access.revocations();
    let list = app.ask("GET", "/api/auth/sessions").bearer(&here).send().await.json();
    let other = list["items"].as_array().unwrap().iter().find(|s| s["current"] == false).unwrap().clone();
    let path = format!("/api/auth/sessions/{}", other["id"]);
    assert_eq!(app.ask("DELETE", &path).bearer(&here).send().await.status.as_u16(), 204);
    assert_eq!(told.recv().await.unwrap().0, other["id"].as_i64().unwrap(), "sockets are told");
    assert_eq!(app.ask("GET", "/api/profile").bearer(&there).send().await.problem().0, 401);
    assert_eq!(app.ask("GET", "/api/profile").bearer(&here).send().await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_new_password_ends_every_session() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let token = app.token("asha").await;
    let change = |current: &str, new: &str| {
        let body = json!({ "currentPassword": current, "newPassword": new });
        app.ask("PATCH", "/api/profile").bearer(&token).json(&body).send()
    };
    assert_eq!(change("a guess, a guess", "six other words of mine").await.problem().2, "currentPassword");
    assert_eq!(change(PASSWORD, "short").await.problem().2, "newPassword");
    assert_eq!(change(PASSWORD, "asha and nine more").await.problem().2, "newPassword");
    assert_eq!(change(PASSWORD, "six other words of mine").await.status.as_u16(), 204);
    assert_eq!(app.ask("GET", "/api/profile").bearer(&token).send().await.problem().0, 401);
    let body = json!({ "name": "asha", "password": "six other words of mine" });
    assert_eq!(app.ask("POST", "/api/auth/login").json(&body).send().await.status.as_u16(), 200);
}

#[tokio::test]
async fn two_who_change_one_setting_do_not_overwrite_each_other() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Trader).await;
    let token = app.token("asha").await;
    let put = |body: Value| app.ask("PUT", "/api/settings/theme").bearer(&token).json(&body).send();
    assert_eq!(put(json!({ "value": { "dark": true } })).await.json()["version"], 1);
    assert_eq!(put(json!({ "value": 2, "version": 1 })).await.json()["version"], 2);
    assert_eq!(put(json!({ "value": 3, "version": 1 })).await.problem().1, "conflict");
    assert_eq!(put(json!({ "value": 4 })).await.json()["version"], 3);
    let bad = app.ask("PUT", "/api/settings/Theme!").bearer(&token).json(&json!({ "value": 1 })).send().await;
    assert_eq!(bad.problem().2, "name");
}

#[tokio::test]
async fn what_was_done_is_on_record_without_secrets_and_the_chain_is_whole() {
    let app = TestApp::new().await;
    app.add_user("asha", Role::Admin).await;
    let wrong = json!({ "name": "asha", "password": "wrong, wrong, wrong" });
    app.ask("POST", "/api/auth/login").json(&wrong).send().await;
    let token = app.token("asha").await;
    let opened =
        app.ask("POST", "/api/accounts").bearer(&token).json(&json!({ "name": "Paper" })).send().await;
    let id = opened.json()["id"].as_i64().unwrap();
    app.ask("DELETE", &format!("/api/accounts/{id}")).bearer(&token).send().await;
    let renamed =
        app.ask("PATCH", &format!("/api/accounts/{id}")).bearer(&token).json(&json!({ "name": "X" }));
    assert_eq!(renamed.send().await.problem().1, "conflict", "it is closed");
    let activity = app.ask("GET", "/api/activity?limit=3").bearer(&token).send().await;
    let json = activity.json();
    let actions: Vec<&str> =
        json["items"].as_array().unwrap().iter().map(|a| a["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["account.closed", "account.opened", "session.opened"]);
    let next = app.ask("GET", &format!("/api/activity?cursor={}", json["next"].as_str().unwrap()));
    let rest = next.bearer(&token).send().await;
    assert!(rest.text.contains("login.failed") && rest.text.contains("user.registered"), "{rest:?}");
    assert!(!rest.text.contains("wrong, wrong"), "{rest:?}");
    let audit = app.ask("GET", "/api/admin/audit").bearer(&token).send().await.json();
    assert_eq!(audit["whole"], true, "{audit}");
}
