//! Every route with what it cannot take: refused with a 4xx that names the field and a way out, and nothing changes.

use std::sync::Mutex;

use serde_json::{Map, Value, json};

use crate::app::{Answer, ODD_PASSWORD, TestApp};
use crate::contents;
use crate::route_table::{Belongings, ROUTES, Route};

/// A route being tried, with what the document says of its body and query.
struct Trial<'a> {
    app: &'a TestApp,
    route: &'a Route,
    path: String,
    token: String,
    document: &'a Value,
    operation: &'a Value,
    belongings: &'a Belongings,
    faults: &'a Mutex<Vec<String>>,
}

impl Trial<'_> {
    async fn send(&self, path: &str, body: Option<&str>) -> Answer {
        let ask = self.app.ask(self.route.method, path).bearer(&self.token);
        match body {
            Some(body) => ask.text(body).send().await,
            None => ask.send().await,
        }
    }

    /// It must be refused, blaming `field` where one is to blame.
    async fn refused(&self, path: &str, body: Option<&str>, field: Option<&str>) {
        let answer = self.send(path, body).await;
        let shown = body.map(|body| body.chars().take(200).collect::<String>());
        let what = format!("{} {path} {shown:?}", self.route.method);
        let fault =
            |fault: &str| self.faults.lock().unwrap().push(format!("{what} {fault}: {}", answer.text));
        if answer.status.is_success() {
            return fault("is not refused");
        }
        let (status, _, blamed) = answer.problem();
        if !(400..500).contains(&status) {
            fault("is not refused with 4xx");
        }
        let Some(field) = field else { return };
        let inside = blamed.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('['));
        if !inside {
            fault(&format!("does not blame {field}"));
        }
        if !answer.json()["detail"].as_str().unwrap().contains(';') {
            fault("tells no way out");
        }
    }

    /// The path with a parameter of its query set, in place of the one that it has.
    fn asking(&self, name: &str, value: &str) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let own = format!("{name}={value}");
        let others = query.split('&').filter(|pair| pair.split('=').next() != Some(name) && !pair.is_empty());
        let pairs: Vec<&str> = others.chain([own.as_str()]).collect();
        format!("{path}?{}", pairs.join("&"))
    }

    fn schema(&self) -> Option<&Value> {
        let content = &self.operation["requestBody"]["content"]["application/json"]["schema"];
        self.document.pointer(content["$ref"].as_str()?.trim_start_matches('#'))
    }
}

#[tokio::test]
async fn what_no_route_can_take_is_refused() {
    let app = TestApp::trading().await;
    let belongings = Belongings::new(&app).await;
    let token = app.token("asha").await;
    let document: Value = serde_json::from_str(&api::document()).unwrap();
    let before = contents::everything(&app, &[]).await;
    let faults = Mutex::default();
    for route in ROUTES {
        let operation = operation(&document, route);
        let path = belongings.fill(route.path);
        let trial = Trial {
            app: &app,
            route,
            path,
            token: token.clone(),
            document: &document,
            operation,
            belongings: &belongings,
            faults: &faults,
        };
        ids(&trial).await;
        queries(&trial).await;
        if let Some(body) = route.body {
            bodies(&trial, &belongings.fill(body)).await;
        }
    }
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    contents::same(&before, &contents::everything(&app, &[]).await, "bad input");
}

/// Whatever is sent, the server does not fail over it.
#[tokio::test]
async fn odd_values_never_make_the_server_fail() {
    let app = TestApp::trading().await;
    let belongings = Belongings::new(&app).await;
    let long = "x".repeat(100_000);
    let odd = [
        json!(""),
        json!(long),
        json!("\u{0}"),
        json!(ODD_PASSWORD),
        json!("न\u{202e}₹"),
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!(0.000_001),
        json!([]),
        json!({}),
        json!(null),
    ];
    for route in ROUTES {
        let Some(body) = route.body else { continue };
        let body: Map<String, Value> = serde_json::from_str(&belongings.fill(body)).unwrap();
        for field in body.keys() {
            for value in &odd {
                let mut changed = body.clone();
                changed.insert(field.clone(), value.clone());
                // Some of it is acceptable and ends all sessions.
                let token = app.token_if_any("asha").await;
                let ask = app.ask(route.method, &belongings.fill(route.path)).bearer(&token);
                let answer = ask.json(&Value::Object(changed)).send().await;
                let shown: String = value.to_string().chars().take(40).collect();
                let what = format!("{} {} with {field} {shown}", route.method, route.path);
                assert!(answer.status.as_u16() < 500, "{what}: {answer:?}");
                // PostgreSQL would not store it: where it is taken, a 500 waits there.
                let is_nul = *value == json!("\u{0}");
                assert!(!is_nul || answer.status.is_client_error(), "{what}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_nobody_sees_is_refused_by_its_field() {
    let app = TestApp::new().await;
    app.add_user("asha", store::users::Role::Admin).await;
    let token = app.token("asha").await;
    for (method, path, body, field) in [
        (
            "POST",
            "/api/risk/kill-switch",
            json!({ "scope": "user", "flatten": false, "reason": "a\u{0}b" }),
            "reason",
        ),
        ("POST", "/api/accounts", json!({ "name": "Pa\u{1b}[2Jper" }), "name"),
        ("PUT", "/api/settings/theme", json!({ "value": { "notes": ["", "a\u{7f}"] } }), "value.notes[1]"),
    ] {
        let answer = app.ask(method, path).bearer(&token).json(&body).send().await;
        assert_eq!(answer.problem(), (422, "validation".to_owned(), field.to_owned()), "{answer:?}");
        assert!(answer.text.contains("control character U+00"), "{answer:?}");
    }
    let query = app.ask("GET", "/api/orders?instrument=NSE:%00X-EQ").bearer(&token).send().await;
    assert_eq!(query.problem().2, "instrument");
    let note = json!({ "value": "first line\nsecond\tand last" });
    assert_eq!(
        app.ask("PUT", "/api/settings/note").bearer(&token).json(&note).send().await.status.as_u16(),
        200
    );
}

fn operation<'a>(document: &'a Value, route: &Route) -> &'a Value {
    let shape =
        |path: &str| path.split('/').map(|p| if p.starts_with('{') { "{}" } else { p }.to_owned()).collect();
    let wanted: Vec<String> = shape(route.path.split('?').next().unwrap());
    let paths = document["paths"].as_object().unwrap();
    let (_, item) = paths.iter().find(|(path, _)| shape(path) == wanted).unwrap();
    &item[route.method.to_lowercase()]
}

/// Ids in the path that are none.
async fn ids(trial: &Trial<'_>) {
    let is_id = trial.operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|parameter| parameter["in"] == "path" && parameter["schema"]["type"] == "integer");
    if !is_id {
        return;
    }
    let (before, _) = trial.route.path.split_once('{').unwrap();
    let after = trial.route.path.split_once('}').map_or("", |(_, after)| after);
    let body = trial.route.body.map(|body| trial.belongings.fill(body));
    for id in ["abc", "0", "-1", "1.5", "99999999999999999999", "%00", "%F0%9F%92%B0"] {
        trial.refused(&format!("{before}{id}{after}"), body.as_deref(), Some("id")).await;
    }
    trial.refused(&format!("{before}9223372036854775807{after}"), body.as_deref(), None).await;
}

/// Parameters of the query that are none, or nonsense.
async fn queries(trial: &Trial<'_>) {
    let parameters = trial.operation["parameters"].as_array().into_iter().flatten();
    let names: Vec<&str> =
        parameters.filter(|p| p["in"] == "query").map(|p| p["name"].as_str().unwrap()).collect();
    if names.is_empty() {
        return;
    }
    let body = trial.route.body.map(|body| trial.belongings.fill(body));
    let body = body.as_deref();
    trial.refused(&trial.asking("surplus", "1"), body, Some("surplus")).await;
    for name in names {
        let nonsense: &[&str] = match name {
            "limit" => &["abc", "0", "501", "-1", "1e9", "99999999999999999999", ""],
            "cursor" => &["abc", "0", "-1", "%00", ""],
            "accountId" | "runId" => &["abc", "1.5", "99999999999999999999", ""],
            "open" => &["yes", "1", ""],
            "from" | "to" => &["yesterday", "2026-13-01", "-1", ""],
            "instrument" => &["SBIN", "%00", ""],
            "timeframe" => &["7y", "1", "m", "%00", ""],
            // Words to look for: whatever they are, there may be nothing like them.
            "q" => &[],
            _ => &["%00"],
        };
        for value in nonsense {
            trial.refused(&trial.asking(name, value), body, Some(name)).await;
        }
    }
}

/// Bodies that are broken, too long, have surplus or missing fields or fields of another type.
async fn bodies(trial: &Trial<'_>, body: &str) {
    let path = trial.path.as_str();
    for broken in ["", "{", "[]", "null", "5", "\"x\"", "{\"a\":1,}", "not json", "{} {}"] {
        trial.refused(path, Some(broken), None).await;
    }
    let plain = trial.app.ask(trial.route.method, path).bearer(&trial.token);
    let plain = plain.typed(body, "text/plain").send().await;
    assert!(plain.status.is_client_error(), "{path}: {plain:?}");
    let long = format!("{{\"surplus\":\"{}\"}}", "x".repeat(1 << 20));
    let answer = trial.send(path, Some(&long)).await;
    assert_eq!(answer.problem().1, "payload_too_large", "{path}");

    let good: Map<String, Value> = serde_json::from_str(body).unwrap();
    let with = |name: &str, value: Option<Value>| {
        let mut changed = good.clone();
        match value {
            Some(value) => changed.insert(name.to_owned(), value),
            None => changed.remove(name),
        };
        Value::Object(changed).to_string()
    };
    trial.refused(path, Some(&with("surplus", Some(json!(1)))), Some("surplus")).await;
    let schema = trial.schema().unwrap_or_else(|| panic!("{path} has no schema of its body"));
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        trial.refused(path, Some(&with(name, None)), Some(name)).await;
    }
    for (name, value) in &good {
        let property = &schema["properties"][name];
        let anything = ["type", "$ref", "oneOf"].iter().all(|key| property[*key].is_null());
        if anything {
            continue;
        }
        let other = if value.is_string() { json!(5) } else { json!("x") };
        for wrong in [other, json!([[]]), json!({ "surplus": 1 })] {
            trial.refused(path, Some(&with(name, Some(wrong))), Some(name)).await;
        }
    }
}
