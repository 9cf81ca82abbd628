//! What is expected of every route: who may, and what the owner gets. The tests of authorisation and of bad input walk
//! this table, and fail when a route is missing here.
//!
//! To add a route, add a row; if its path or body names a thing by id, let [`Belongings`] make one and name it in
//! braces: `/api/accounts/{account}`. What a query must hold stands in the path too.

use std::collections::BTreeMap;

use back_office::access::{Caller, KeyRequest, Secret};
use back_office::accounts;
use back_office::preferences::{self, TradingConfig};
use domain::Money;
use store::PageRequest;
use store::risk::NewIncident;
use store::users::Role;

use crate::app::TestApp;
use crate::trading::{far_below, get, market_order, ready, until};

/// Stands in everything that is the first user's alone: it must not be in an answer to anybody else.
pub const MARK: &str = "of-asha-alone";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    Anyone,
    /// Opens to the refresh cookie.
    Cookie,
    /// Opens to who has the permission.
    Needs(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    pub door: Door,
    /// What the owner is answered, who has all permissions.
    pub owner: u16,
    /// A body that is acceptable.
    pub body: Option<&'static str>,
    /// What somebody else is answered who has all permissions too and names the owner's things; `None`: whoever has
    /// the permission may, as with users.
    pub stranger: Option<u16>,
}

const fn route(method: &'static str, path: &'static str, door: Door, owner: u16) -> Route {
    Route { method, path, door, owner, body: None, stranger: Some(404) }
}

impl Route {
    const fn body(self, body: &'static str) -> Route {
        Route { body: Some(body), ..self }
    }

    const fn stranger(self, status: u16) -> Route {
        Route { stranger: Some(status), ..self }
    }

    const fn shared(self) -> Route {
        Route { stranger: None, ..self }
    }

    /// Whether it names a thing of the owner's.
    pub fn names_something(&self) -> bool {
        self.path.contains('{')
            || self.body.is_some_and(|body| body.contains("{account}") || body.contains("{run}"))
    }
}

use Door::{Anyone, Cookie, Needs};

const KEYS: &str = r#"{"name":"laptop","scopes":["market.read"],"expiresAt":"2027-01-01T00:00:00+05:30"}"#;
const ENTRY: &str = r#"{"name":"nobody","password":"not a password of anybody"}"#;
const FYERS: &str =
    r#"{"app_id":"A","secret_key":"b","redirect_uri":"c","fy_id":"D","pin":"1","totp_secret":"e"}"#;
const PASSWORDS: &str =
    r#"{"currentPassword":"five words nobody else has","newPassword":"six other words of mine"}"#;
const CONFIG: &str = r#"{"accountId":{account},"product":"MIS","orderType":"MARKET"}"#;

const CANDLES: &str = "/api/historical-data?instrument=NSE:RELIANCE-EQ&timeframe=1m";
const STRATEGY: &str = r#"{"name":"Averages","definition":{"strategy":"sma_cross"}}"#;
const DEFINITION: &str = r#"{"definition":{"strategy":"sma_cross"}}"#;
const RUN: &str = r#"{"accountId":{account},"instruments":["NSE:RELIANCE-EQ"],"timeframe":"1d"}"#;
const LIVE_RUN: &str =
    r#"{"strategyId":{strategy},"accountId":{account},"instruments":["NSE:RELIANCE-EQ"],"timeframe":"1d"}"#;
const ORDER: &str = r#"{"accountId":{account},"instrument":"NSE:RELIANCE-EQ","side":"BUY","type":"LIMIT","product":"MIS","quantity":1,"limitPrice":{far}}"#;
const BASKET: &str = r#"{"orders":[{"accountId":{account},"instrument":"NSE:RELIANCE-EQ","side":"BUY","type":"LIMIT","product":"MIS","quantity":1,"limitPrice":{far}}]}"#;
const SHORT_ORDER: &str = r#"{"instrument":"NSE:RELIANCE-EQ","direction":"LONG","quantity":1}"#;
const LIMITS: &str = r#"{"maxDailyLoss":20000.5,"maxDrawdown":30000,"maxPosition":500,"maxOpenPositions":5,"maxTradesPerDay":50,"maxOrderQuantity":400,"maxOrderValue":500000,"maxCapital":900000,"maxCapitalPerRun":400000,"allowOppositeBooks":false}"#;
const KILL: &str = r#"{"scope":"account","id":{account},"flatten":false,"reason":"a drill"}"#;
const UNLOCK: &str = r#"{"scope":"account","id":{account},"reason":"the drill is over"}"#;

pub const ROUTES: &[Route] = &[
    route("GET", "/health", Anyone, 200),
    route("GET", "/api/health", Anyone, 200),
    route("GET", "/metrics", Anyone, 404),
    route("GET", "/api/auth/status", Anyone, 200),
    route("POST", "/api/auth/register", Anyone, 403).body(ENTRY),
    route("POST", "/api/auth/login", Anyone, 401).body(ENTRY),
    route("POST", "/api/login", Anyone, 403).body(FYERS),
    route("POST", "/api/auth/refresh", Cookie, 401),
    route("POST", "/api/auth/logout", Needs("credentials.write"), 204)
        .body(r#"{"everywhere":true}"#)
        .stranger(204),
    route("GET", "/api/auth/sessions", Needs("profile.read"), 200),
    route("DELETE", "/api/auth/sessions", Needs("credentials.write"), 204),
    route("DELETE", "/api/auth/sessions/{session}", Needs("credentials.write"), 204),
    route("POST", "/api/auth/totp", Needs("credentials.write"), 200),
    route("DELETE", "/api/auth/totp", Needs("credentials.write"), 409).body(r#"{"code":"123456"}"#),
    route("POST", "/api/auth/totp/confirm", Needs("credentials.write"), 409).body(r#"{"code":"123456"}"#),
    route("GET", "/api/auth/keys", Needs("credentials.write"), 200),
    route("POST", "/api/auth/keys", Needs("credentials.write"), 201).body(KEYS),
    route("DELETE", "/api/auth/keys/{key}", Needs("credentials.write"), 204),
    route("GET", "/api/auth/invites", Needs("users.write"), 200).shared(),
    route("POST", "/api/auth/invites", Needs("users.write"), 201).body(r#"{"role":"trader"}"#).shared(),
    route("DELETE", "/api/auth/invites/{invite}", Needs("users.write"), 204).shared(),
    route("GET", "/api/profile", Needs("profile.read"), 200),
    route("PATCH", "/api/profile", Needs("credentials.write"), 204).body(PASSWORDS),
    route("GET", "/api/settings", Needs("profile.read"), 200),
    // A name, not an id: everybody has their own.
    route("PUT", "/api/settings/{setting}", Needs("profile.write"), 200).body(r#"{"value":5}"#).stranger(200),
    route("GET", "/api/trading-config", Needs("profile.read"), 200),
    route("PUT", "/api/trading-config", Needs("profile.write"), 200).body(CONFIG).stranger(422),
    route("GET", "/api/activity", Needs("profile.read"), 200),
    route("GET", "/api/accounts", Needs("desk.read"), 200),
    route("POST", "/api/accounts", Needs("accounts.write"), 201)
        .body(r#"{"name":"Second","initialCash":500000.5}"#),
    route("GET", "/api/accounts/{account}", Needs("desk.read"), 200),
    route("PATCH", "/api/accounts/{account}", Needs("accounts.write"), 200).body(r#"{"name":"Renamed"}"#),
    route("DELETE", "/api/accounts/{spare}", Needs("accounts.write"), 204),
    route("GET", "/api/accounts/{account}/funds", Needs("desk.read"), 200),
    route("GET", "/api/accounts/{account}/holdings", Needs("desk.read"), 200),
    route("POST", "/api/accounts/{account}/test", Needs("accounts.write"), 200),
    route("POST", "/api/accounts/{account}/connect", Needs("accounts.write"), 200),
    // A paper account cannot be.
    route("POST", "/api/accounts/{account}/disconnect", Needs("accounts.write"), 409),
    route("GET", "/api/config", Needs("market.read"), 200),
    route("GET", "/api/instruments", Needs("market.read"), 200),
    route("GET", CANDLES, Needs("market.read"), 200),
    route("GET", "/api/quotes", Needs("market.read"), 200),
    route("GET", "/api/depth?instrument=NSE:RELIANCE-EQ", Needs("market.read"), 200),
    route("GET", "/api/option-chain?underlying=NIFTY", Needs("market.read"), 200),
    route("GET", "/api/calendar", Needs("market.read"), 200),
    route("GET", "/api/strategies", Needs("desk.read"), 200),
    route("POST", "/api/strategies", Needs("strategies.write"), 201).body(STRATEGY),
    route("POST", "/api/strategies/validate", Needs("desk.read"), 200).body(DEFINITION),
    route("GET", "/api/strategies/{strategy}", Needs("desk.read"), 200),
    route("GET", "/api/strategies/{strategy}/versions", Needs("desk.read"), 200),
    route("POST", "/api/strategies/{strategy}/versions", Needs("strategies.write"), 201).body(DEFINITION),
    route("POST", "/api/strategies/{strategy}/runs", Needs("runs.write"), 201).body(RUN),
    route("POST", "/api/live/start", Needs("runs.write"), 201).body(LIVE_RUN),
    route("GET", "/api/runs", Needs("desk.read"), 200),
    route("GET", "/api/runs/{run}", Needs("desk.read"), 200),
    route("POST", "/api/runs/{run}/pause", Needs("runs.write"), 200),
    // It is not paused.
    route("POST", "/api/runs/{run}/resume", Needs("runs.write"), 409),
    route("POST", "/api/runs/{run}/stop", Needs("runs.write"), 200).body(r#"{"squareOff":false}"#),
    route("POST", "/api/live/stop", Needs("runs.write"), 200).body(r#"{"runId":{run},"squareOff":false}"#),
    route("GET", "/api/live/status", Needs("desk.read"), 200),
    route("GET", "/api/orders", Needs("desk.read"), 200),
    route("POST", "/api/orders", Needs("orders.write"), 201).body(ORDER),
    route("DELETE", "/api/orders", Needs("orders.write"), 200),
    // Each order of a basket is reported, also those of somebody else's account.
    route("POST", "/api/orders/batch", Needs("orders.write"), 201).body(BASKET).stranger(200),
    // There are two accounts to choose from, and a stranger has none.
    route("POST", "/api/manual-trade", Needs("orders.write"), 201).body(SHORT_ORDER),
    route("GET", "/api/orders/{order}", Needs("desk.read"), 200),
    route("PATCH", "/api/orders/{order}", Needs("orders.write"), 200).body(r#"{"quantity":3}"#),
    route("DELETE", "/api/orders/{order}", Needs("orders.write"), 200),
    route("GET", "/api/orders/{order}/events", Needs("desk.read"), 200),
    route("GET", "/api/trades", Needs("desk.read"), 200),
    route("GET", "/api/positions", Needs("desk.read"), 200),
    route("POST", "/api/positions/{position}/close", Needs("orders.write"), 200),
    route("POST", "/api/positions/close-all", Needs("orders.write"), 200).body(r#"{"accountId":{account}}"#),
    route("POST", "/api/panic", Needs("risk.kill"), 200).body(r#"{"accountId":{account}}"#),
    route("GET", "/api/pnl", Needs("desk.read"), 200),
    route("GET", "/api/risk/limits?accountId={account}", Needs("desk.read"), 200),
    route("PUT", "/api/risk/limits?accountId={account}", Needs("risk.limits"), 200).body(LIMITS),
    route("GET", "/api/risk/events", Needs("desk.read"), 200),
    route("GET", "/api/risk/locks", Needs("desk.read"), 200),
    route("POST", "/api/risk/kill-switch", Needs("risk.kill"), 200).body(KILL),
    // Administrators lift anybody's locks.
    route("POST", "/api/risk/unlock", Needs("risk.unlock"), 200).body(UNLOCK).shared(),
    route("GET", "/api/incidents", Needs("desk.read"), 200),
    route("POST", "/api/incidents/{incident}/resolve", Needs("orders.write"), 204)
        .body(r#"{"resolution":"looked at"}"#),
    route("GET", "/api/admin/users", Needs("users.write"), 200).shared(),
    // Nobody changes their own role, but another administrator may.
    route("PATCH", "/api/admin/users/{user}", Needs("users.write"), 403)
        .body(r#"{"role":"viewer"}"#)
        .shared(),
    route("GET", "/api/admin/audit", Needs("audit.read"), 200).shared(),
];

/// One thing of each kind that is the first user's, by the word that stands for its id in paths and bodies.
pub struct Belongings(BTreeMap<&'static str, String>);

impl Belongings {
    /// Asha, an administrator, with one of everything; and Ravi, another one; and a trader and a viewer.
    pub async fn new(app: &TestApp) -> Belongings {
        for (name, role) in
            [("asha", Role::Admin), ("ravi", Role::Admin), ("tara", Role::Trader), ("vik", Role::Viewer)]
        {
            app.add_user(name, role).await;
        }
        let asha = caller(app, "asha").await;
        let account = accounts::open(&app.access, &asha, MARK, Money::rupees(1_000_000)).await.unwrap();
        let wish =
            KeyRequest { name: MARK.to_owned(), scopes: vec!["desk.read".to_owned()], expires_at: None };
        let key = app.access.issue_api_key(&asha, wish).await.unwrap();
        let invite = app.access.invite(&asha, Role::Viewer).await.unwrap();
        let value = serde_json::json!(MARK);
        preferences::set(&app.access, &asha, "asha-only", &value, None).await.unwrap();
        let page = PageRequest::first(1).unwrap();
        let session = app.access.sessions(&asha, page).await.unwrap().rows[0].id;
        let spare = accounts::open(&app.access, &asha, "Spare", Money::rupees(100)).await.unwrap();
        app.desk.take_up(account.clone()).await.unwrap();
        let token = app.token("asha").await;
        ready(app, &token, account.id.0).await;
        let far = far_below(app, &token).await;
        let post = async |path: &str, body: String| {
            let answer = app.ask("POST", path).bearer(&token).text(&body).send().await;
            assert_eq!(answer.status.as_u16(), 201, "{path}: {answer:?}");
            answer.json()
        };
        let filled = |text: &str, strategy: i64| {
            let text = text.replace("{account}", &account.id.to_string()).replace("{far}", &far.to_string());
            text.replace("{strategy}", &strategy.to_string())
        };
        let body = format!("{{\"name\":\"{MARK}\",\"definition\":{{\"strategy\":\"sma_cross\"}}}}");
        let strategy = post("/api/strategies", body).await["id"].as_i64().unwrap();
        let run = post("/api/live/start", filled(LIVE_RUN, strategy)).await["id"].as_i64().unwrap();
        let order =
            post("/api/orders", filled(ORDER, 0)).await["orders"][0]["id"].as_str().unwrap().to_owned();
        until(|| async { get(app, &token, &format!("/api/orders/{order}")).await["state"] == "open" }).await;
        post("/api/orders", market_order(account.id.0, 10).to_string()).await;
        until(|| async { get(app, &token, "/api/positions").await["items"][0]["quantity"] == 10 }).await;
        let books = app.desk.account(asha.user, account.id).unwrap().view();
        let book = books.books.iter().find(|book| book.run.is_none()).unwrap().id.0;
        let unit = app.access.store().begin().await.unwrap();
        let trouble = NewIncident {
            account: account.id,
            kind: "in-doubt".to_owned(),
            subject: MARK.to_owned(),
            detail: "a drill".to_owned(),
        };
        let now = app.access.now();
        let incident = store::risk::open_incident(&unit, asha.user, &trouble, now).await.unwrap();
        unit.commit().await.unwrap();
        let config = TradingConfig { account: Some(account.id), ..TradingConfig::default() };
        preferences::set_trading_config(&app.access, &asha, config).await.unwrap();
        Belongings(BTreeMap::from([
            ("spare", spare.id.to_string()),
            ("strategy", strategy.to_string()),
            ("run", run.to_string()),
            ("order", order),
            ("position", format!("{}-{book}", account.id)),
            ("incident", incident.to_string()),
            ("far", far.to_string()),
            ("account", account.id.to_string()),
            ("session", session.to_string()),
            ("key", key.record.id.to_string()),
            ("invite", invite.id.to_string()),
            ("setting", "asha-only".to_owned()),
            ("user", asha.user.to_string()),
        ]))
    }

    /// The text with ids in place of their words.
    pub fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (word, id)| text.replace(&format!("{{{word}}}"), id))
    }
}

pub async fn caller(app: &TestApp, name: &str) -> Caller {
    let token = Secret::new(app.token(name).await);
    app.access.by_access_token(&token, back_office::access::Origin::default()).await.unwrap()
}
