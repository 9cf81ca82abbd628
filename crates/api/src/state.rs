//! What every handler can reach, and how strict the outside is.

use std::sync::Arc;
use std::time::Duration;

use back_office::access::{Access, Secret};
use desk::Desk;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::layers::rate::Limiters;
use crate::order_pages::OrderPages;
use crate::sockets::Seats;

/// Cheap to clone; all clones share what is behind it.
#[derive(Clone)]
pub struct AppState {
    pub access: Access,
    pub desk: Desk,
    pub settings: Arc<ApiSettings>,
    /// What `/metrics` shows; `None`: nothing is measured.
    pub metrics: Option<PrometheusHandle>,
    /// Says how the parts of the server are.
    pub parts: Arc<dyn Parts>,
    pub(crate) limiters: Arc<Limiters>,
    pub(crate) seats: Arc<Seats>,
    /// The first pages of order lists, as they were last written.
    pub(crate) order_pages: Arc<OrderPages>,
}

impl AppState {
    pub fn new(
        access: Access,
        desk: Desk,
        settings: ApiSettings,
        metrics: Option<PrometheusHandle>,
        parts: Arc<dyn Parts>,
    ) -> AppState {
        let limiters = Arc::new(Limiters::new(settings.rates));
        let order_pages = Arc::new(OrderPages::default());
        let seats = Arc::new(Seats::new(settings.sockets_per_user));
        AppState { access, desk, settings: Arc::new(settings), metrics, parts, limiters, seats, order_pages }
    }
}

#[derive(Clone, Debug)]
pub struct ApiSettings {
    /// How fast the feed's time goes: 60 in a replay plays an hour in a minute.
    pub feed_speed: u32,
    /// A user that is ready to log in, shown to everybody; never in live mode.
    pub demo: Option<Demo>,
    /// Other origins whose pages may use the API, as `https://host:port`. The server's own always may.
    pub cors_origins: Vec<String>,
    /// Whether the refresh cookie travels over TLS only.
    pub secure_cookie: bool,
    /// Whether `X-Forwarded-For` tells the client's address: only behind a proxy that sets it.
    pub behind_proxy: bool,
    pub timeout: Duration,
    /// Bytes of a request's body.
    pub body_limit: usize,
    /// Sockets that one user may have open at once.
    pub sockets_per_user: usize,
    /// Who may read `/metrics` brings this token; `None`: programs of this machine may.
    pub metrics_token: Option<Secret>,
    pub rates: RateLimits,
}

impl Default for ApiSettings {
    fn default() -> ApiSettings {
        ApiSettings {
            feed_speed: 1,
            demo: None,
            cors_origins: Vec::new(),
            secure_cookie: false,
            behind_proxy: false,
            timeout: Duration::from_secs(30),
            body_limit: 1 << 20,
            sockets_per_user: 20,
            metrics_token: None,
            rates: RateLimits::default(),
        }
    }
}

/// The demo user. Its password is no secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demo {
    pub name: String,
    pub password: String,
}

/// So many requests in so long, and as many at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    pub requests: u32,
    pub within: Duration,
}

/// `None`: no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RateLimits {
    /// Log in, register and refresh, by address.
    pub entry: Option<Rate>,
    pub address: Option<Rate>,
    pub user: Option<Rate>,
}

impl Default for RateLimits {
    fn default() -> RateLimits {
        let rate = |requests, seconds| Some(Rate { requests, within: Duration::from_secs(seconds) });
        RateLimits { entry: rate(20, 60), address: rate(1_200, 10), user: rate(600, 10) }
    }
}

/// How one part of the server is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartHealth {
    /// As it stands in the answer: `feed`, `exchange`.
    pub name: String,
    /// `None`: it is well. Else why not, in words without secrets.
    pub fault: Option<String>,
}

/// Who knows how the parts are. The database is asked beside it.
pub trait Parts: Send + Sync {
    fn health(&self) -> Vec<PartHealth>;
}

/// No parts beside the database.
pub struct NoParts;

impl Parts for NoParts {
    fn health(&self) -> Vec<PartHealth> {
        Vec::new()
    }
}
