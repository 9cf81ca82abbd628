//! Every route as nobody, as somebody else, and without its permission: nothing is seen, nothing changes.

use std::collections::BTreeMap;

use back_office::access::{KeyRequest, Permission, permissions_of};
use serde_json::Value;
use store::users::Role;

use crate::app::{Answer, Ask, TestApp};
use crate::contents;
use crate::route_table::{Belongings, Door, MARK, ROUTES, Route, caller};

fn operations() -> BTreeMap<(String, String), Value> {
    let document: Value = serde_json::from_str(&api::document()).unwrap();
    let mut all = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.insert((method.to_uppercase(), nameless(path)), operation.clone());
        }
    }
    all
}

/// The path without its query and the names of its parameters.
fn nameless(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

fn ask<'a>(app: &'a TestApp, route: &Route, belongings: &Belongings) -> Ask<'a> {
    let ask = app.ask(route.method, &belongings.fill(route.path));
    match route.body {
        Some(body) => ask.text(&belongings.fill(body)),
        None => ask,
    }
}

/// Every route of the document is in the table, and the document says what the table says.
#[test]
fn the_table_knows_every_route_and_its_permission() {
    let operations = operations();
    let mut faults = Vec::new();
    let rows: BTreeMap<_, _> = ROUTES.iter().map(|r| ((r.method.to_owned(), nameless(r.path)), r)).collect();
    for (method, path) in operations.keys().filter(|key| !rows.contains_key(*key)) {
        faults.push(format!("{method} {path} is not in tests/it/route_table.rs: say there who may"));
    }
    for ((method, path), route) in &rows {
        let Some(operation) = operations.get(&(method.clone(), path.clone())) else {
            faults.push(format!("{method} {path} is in the table, and no route"));
            continue;
        };
        let schemes: BTreeMap<String, Value> = operation["security"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|scheme| scheme.as_object().unwrap().clone())
            .collect();
        let expected: Vec<&str> = match route.door {
            Door::Anyone => vec![],
            Door::Cookie => vec!["refreshCookie"],
            Door::Needs(name) if Permission::from_name(name).unwrap().fits_api_key() => {
                vec!["apiKey", "bearer"]
            }
            Door::Needs(_) => vec!["bearer"],
        };
        let scopes_fit = match route.door {
            Door::Needs(name) => schemes.values().all(|scopes| *scopes == serde_json::json!([name])),
            _ => true,
        };
        if schemes.keys().map(String::as_str).collect::<Vec<_>>() != expected || !scopes_fit {
            faults
                .push(format!("{method} {path}: the document says {schemes:?}, the table {:?}", route.door));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn nobody_sees_or_changes_anything() {
    let app = TestApp::trading().await;
    let belongings = Belongings::new(&app).await;
    let before = contents::everything(&app, &[]).await;
    for route in ROUTES.iter().filter(|route| route.door != Door::Anyone) {
        let name = format!("{} {}", route.method, route.path);
        let refused = |answer: Answer| {
            assert_eq!(
                answer.problem(),
                (401, "unauthenticated".to_owned(), String::new()),
                "{name}: {answer:?}"
            );
            assert!(!answer.text.contains(MARK));
        };
        refused(ask(&app, route, &belongings).send().await);
        refused(ask(&app, route, &belongings).bearer("e30.e30.e30").send().await);
        refused(ask(&app, route, &belongings).header("x-api-key", "sauda_0000").send().await);
        refused(ask(&app, route, &belongings).header("cookie", "sauda_refresh=0000").send().await);
    }
    contents::same(&before, &contents::everything(&app, &[]).await, "nobody");
}

/// Ravi may do all that Asha may, and names her things.
#[tokio::test]
async fn a_stranger_sees_and_changes_nothing_of_the_owner() {
    let app = TestApp::trading().await;
    let belongings = Belongings::new(&app).await;
    let asha = caller(&app, "asha").await.user;
    for route in ROUTES.iter().filter(|route| matches!(route.door, Door::Needs(_))) {
        let Some(expected) = route.stranger else { continue };
        let name = format!("{} {}", route.method, route.path);
        // Each time anew: some routes end all sessions, and one changes the password.
        let token = app.token_if_any("ravi").await;
        let before = contents::of_user(&app, asha).await;
        let answer = ask(&app, route, &belongings).bearer(&token).send().await;
        if route.names_something() {
            assert_eq!(answer.status.as_u16(), expected, "{name}: {answer:?}");
        }
        assert!(answer.status.as_u16() < 500, "{name}: {answer:?}");
        assert!(!answer.text.contains(MARK), "{name} shows what is Asha's: {answer:?}");
        contents::same(&before, &contents::of_user(&app, asha).await, &name);
    }
}

#[tokio::test]
async fn without_its_permission_a_route_does_nothing() {
    let app = TestApp::trading().await;
    let belongings = Belongings::new(&app).await;
    let asha = caller(&app, "asha").await;
    // One key for each permission, which has all others.
    let mut keys = BTreeMap::new();
    for missing in Permission::ALL {
        let scopes =
            Permission::ALL.iter().filter(|p| *p != missing && p.fits_api_key()).map(|p| p.name().to_owned());
        let wish = KeyRequest { name: missing.name().to_owned(), scopes: scopes.collect(), expires_at: None };
        keys.insert(missing.name(), app.access.issue_api_key(&asha, wish).await.unwrap().key);
    }
    let (tara, vik) = (app.token("tara").await, app.token("vik").await);
    // That a key was used is noted.
    let noted = ["last_used_at"];
    let before = contents::everything(&app, &noted).await;
    for route in ROUTES {
        let Door::Needs(name) = route.door else { continue };
        let what = format!("{} {} without {name}", route.method, route.path);
        let key = keys[name].expose();
        let answer = ask(&app, route, &belongings).header("x-api-key", key).send().await;
        assert_eq!(answer.problem().1, "forbidden", "{what}, by key: {answer:?}");
        assert!(answer.text.contains(name) && !answer.text.contains(MARK), "{what}: {answer:?}");
        let permission = Permission::from_name(name).unwrap();
        for (role, token) in [(Role::Trader, &tara), (Role::Viewer, &vik)] {
            if !permissions_of(role).has(permission) {
                let answer = ask(&app, route, &belongings).bearer(token).send().await;
                assert_eq!(answer.problem().1, "forbidden", "{what}, as {role:?}: {answer:?}");
            }
        }
    }
    contents::same(&before, &contents::everything(&app, &noted).await, "who lacks the permission");
}

/// Else the tests above would pass on a server that refuses everybody everything.
#[tokio::test]
async fn the_owner_may() {
    let reading = TestApp::trading().await;
    let belongings = Belongings::new(&reading).await;
    let token = reading.token("asha").await;
    for route in ROUTES {
        let name = format!("{} {}", route.method, route.path);
        let answer = if route.method == "GET" {
            ask(&reading, route, &belongings).bearer(&token).send().await
        } else {
            let app = TestApp::trading().await;
            let belongings = Belongings::new(&app).await;
            let token = app.token("asha").await;
            ask(&app, route, &belongings).bearer(&token).send().await
        };
        assert_eq!(answer.status.as_u16(), route.owner, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn a_key_with_the_permission_alone_is_enough() {
    let app = TestApp::trading().await;
    let belongings = Belongings::new(&app).await;
    let asha = caller(&app, "asha").await;
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        let Door::Needs(name) = route.door else { continue };
        if !Permission::from_name(name).unwrap().fits_api_key() {
            continue;
        }
        let wish = KeyRequest { name: name.to_owned(), scopes: vec![name.to_owned()], expires_at: None };
        let key = app.access.issue_api_key(&asha, wish).await.unwrap().key;
        let answer = ask(&app, route, &belongings).header("x-api-key", key.expose()).send().await;
        assert_eq!(answer.status.as_u16(), route.owner, "{} with {name}: {answer:?}", route.path);
    }
}
