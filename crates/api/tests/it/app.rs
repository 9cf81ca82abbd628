//! A server to ask, and what it answers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use api::{ApiSettings, AppState, NoParts, RateLimits};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use axum::{Router, body};
use back_office::access::{
    Access, AccessSettings, Clock, Lives, LogIn, MasterKey, Origin, OsRandomness, PasswordCost, Secret,
};
use desk::Desk;
use domain::Timestamp;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::Value;
use store::users::Role;
use store::{Location, Store};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::street::Street;

pub const PASSWORD: &str = "five words nobody else has";

/// Odd, and long enough to be one.
pub const ODD_PASSWORD: &str = "'; drop table users; --";

/// 3 August 2026, 09:15 in India; then as far as the test has moved it.
pub struct SteppedClock(AtomicI64);

impl Clock for SteppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

pub struct TestApp {
    pub router: Router,
    pub access: Access,
    pub desk: Desk,
    pub folder: TempDir,
    clock: Arc<SteppedClock>,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{why}: {}", self.text))
    }

    /// Status, code and field of a problem.
    pub fn problem(&self) -> (u16, String, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let json = self.json();
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        assert!(!text("detail").is_empty() && !text("requestId").is_empty(), "{}", self.text);
        (self.status.as_u16(), text("code"), text("field"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// `name=value` of the refresh cookie.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }
}

/// A request on its way to being asked.
pub struct Ask<'a> {
    app: &'a TestApp,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    peer: Option<SocketAddr>,
}

impl TestApp {
    pub async fn new() -> TestApp {
        let rates = RateLimits { entry: None, address: None, user: None };
        TestApp::with(ApiSettings { rates, ..ApiSettings::default() }).await
    }

    pub async fn with(settings: ApiSettings) -> TestApp {
        TestApp::over(settings, Street::Closed, None).await
    }

    /// With a paper exchange, whose market trades now.
    pub async fn trading() -> TestApp {
        let rates = RateLimits { entry: None, address: None, user: None };
        TestApp::over(ApiSettings { rates, ..ApiSettings::default() }, Street::open().await, None).await
    }

    /// With an exchange, and measured.
    pub async fn measured(settings: ApiSettings) -> TestApp {
        // One process has one recorder, whose upkeep ends with the test that was first.
        static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
        let metrics = RECORDER.get_or_init(|| api::install_metrics().unwrap()).clone();
        TestApp::over(settings, Street::open().await, Some(metrics)).await
    }

    async fn over(settings: ApiSettings, street: Street, metrics: Option<PrometheusHandle>) -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::from_bytes([42; 32]);
        let location = Location::Sqlite(folder.path().join("sauda.db"));
        let store = Store::open(&location, key.audit(), &folder.path().join("audit-mirror")).await.unwrap();
        let clock = Arc::new(SteppedClock(AtomicI64::new(1_785_728_700_000_000)));
        let access_settings = AccessSettings {
            clock: clock.clone(),
            randomness: Arc::new(OsRandomness),
            password_cost: PasswordCost { memory_kib: 8, passes: 1 },
            lives: Lives::default(),
        };
        let access = Access::open(store.clone(), &key, access_settings).await.unwrap();
        let desk = street.desk(store, &folder.path().join("desk")).await;
        let state = AppState::new(access.clone(), desk.clone(), settings, metrics, Arc::new(NoParts));
        TestApp { router: api::router(&state), access, desk, folder, clock }
    }

    pub fn pass(&self, time: Duration) {
        self.clock.0.fetch_add(i64::try_from(time.as_micros()).unwrap(), Ordering::SeqCst);
    }

    pub fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let method = method.to_uppercase().parse().unwrap();
        Ask { app: self, method, path: path.to_owned(), headers: Vec::new(), body: None, peer: None }
    }

    /// Adds a user, whose password is [`PASSWORD`].
    pub async fn add_user(&self, name: &str, role: Role) {
        self.access.add_user(name, &Secret::new(PASSWORD), role).await.unwrap();
    }

    /// An access token, also of a user who has locked themselves out or changed their password meanwhile: the tests
    /// that walk all routes do such things.
    pub async fn token_if_any(&self, name: &str) -> String {
        for password in [PASSWORD, "six other words of mine", ODD_PASSWORD] {
            self.pass(Duration::from_hours(2));
            let who = LogIn {
                name: name.to_owned(),
                password: Secret::new(password),
                code: None,
                origin: Origin::default(),
            };
            if let Ok(entry) = self.access.log_in(who).await {
                return entry.access_token.expose().to_owned();
            }
        }
        panic!("{name} cannot log in")
    }

    /// An access token.
    pub async fn token(&self, name: &str) -> String {
        let who = LogIn {
            name: name.to_owned(),
            password: Secret::new(PASSWORD),
            code: None,
            origin: Origin::default(),
        };
        self.access.log_in(who).await.unwrap().access_token.expose().to_owned()
    }
}

impl Ask<'_> {
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As if it came over the network from there.
    pub fn from(mut self, address: &str) -> Self {
        self.peer = Some(SocketAddr::new(address.parse().unwrap(), 40_000));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
    }

    pub fn text(self, body: &str) -> Self {
        self.typed(body, "application/json")
    }

    pub fn typed(mut self, body: &str, content_type: &str) -> Self {
        self.body = Some(body.as_bytes().to_vec());
        self.header("content-type", content_type)
    }

    pub async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.header(header::HOST, "127.0.0.1:8080");
        let mut request = request.body(self.body.map_or_else(Body::empty, Body::from)).unwrap();
        request.extensions_mut().extend(
            self.peer
                .map(|peer| {
                    let mut known = axum::http::Extensions::new();
                    known.insert(ConnectInfo(peer));
                    known
                })
                .unwrap_or_default(),
        );
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}
