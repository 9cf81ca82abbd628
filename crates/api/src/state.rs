//! What every handler can reach, and how strict the outside is.

use std::sync::Arc;
use std::time::Duration;

use back_office::access::Access;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::layers::rate::Limiters;

/// Cheap to clone; all clones share what is behind it.
#[derive(Clone)]
pub struct AppState {
    pub access: Access,
    pub settings: Arc<ApiSettings>,
    /// What `/metrics` shows; `None`: nothing is measured.
    pub metrics: Option<PrometheusHandle>,
    /// Says how the parts of the server are.
    pub parts: Arc<dyn Parts>,
    pub(crate) limiters: Arc<Limiters>,
}

impl AppState {
    pub fn new(
        access: Access,
        settings: ApiSettings,
        metrics: Option<PrometheusHandle>,
        parts: Arc<dyn Parts>,
    ) -> AppState {
        let limiters = Arc::new(Limiters::new(settings.rates));
        AppState { access, settings: Arc::new(settings), metrics, parts, limiters }
    }
}

#[derive(Clone, Debug)]
pub struct ApiSettings {
    pub mode: Mode,
    /// A user that is ready to log in, shown to everybody; never in live mode.
    pub demo: Option<Demo>,
    /// Other origins whose pages may use the API, as `https://host:port`. The server's own always may.
    pub cors_origins: Vec<String>,
    /// Whether the refresh cookie travels over TLS only.
    pub secure_cookie: bool,
    /// Whether `X-Forwarded-For` tells the client's address: only behind a proxy that sets it.
    pub behind_proxy: bool,
    pub timeout: Duration,
    pub rates: RateLimits,
}

impl Default for ApiSettings {
    fn default() -> ApiSettings {
        ApiSettings {
            mode: Mode::Paper,
            demo: None,
            cors_origins: Vec::new(),
            secure_cookie: false,
            behind_proxy: false,
            timeout: Duration::from_secs(30),
            rates: RateLimits::default(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Paper,
    Replay,
    Live,
}

impl Mode {
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Paper => "paper",
            Mode::Replay => "replay",
            Mode::Live => "live",
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
