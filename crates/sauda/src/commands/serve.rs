//! The server: database, market, accounts and runs at work, the API and the web application.

mod compose;
mod console;
mod demo;
mod market;
mod outward;
mod replay;
mod tls;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::ArgAction;

use crate::failure::Failure;
use crate::installation::Installation;

/// Serve the web application and the API: accounts trade on paper in a simulated market
#[derive(clap::Args)]
#[command(
    after_help = "Each flag but --demo is also a key of the configuration file: see `sauda config`.\n\nExample:\n  sauda serve --demo\n  sauda serve --listen 127.0.0.1:8420 --database postgres://sauda@localhost/sauda"
)]
pub struct Args {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8420", env = "SAUDA_LISTEN")]
    listen: SocketAddr,
    /// Make a user that is ready to log in, with an account, and two strategies that trade; on this machine only, never live
    #[arg(long)]
    demo: bool,
    /// Certificate and those that vouch for it (PEM): the server speaks HTTPS. With --tls-key
    #[arg(long, value_name = "FILE", env = "SAUDA_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Key of the certificate (PEM)
    #[arg(long, value_name = "FILE", env = "SAUDA_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// sqlite:PATH, postgres://… or mysql://… [default: sauda.db in the data directory]
    #[arg(long, value_name = "URL", env = "SAUDA_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Take market and exchange from a paper exchange that runs elsewhere (`sauda sim --paper PORT`)
    #[arg(long, value_name = "HOST:PORT", env = "SAUDA_PAPER")]
    paper: Option<String>,
    /// The simulated market is a function of this
    #[arg(long, value_name = "NUMBER", default_value_t = 1, env = "SAUDA_SEED")]
    seed: u64,
    /// Milliseconds between two trades of others in an instrument, 10 to 10000
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 250, env = "SAUDA_TICK_MS")]
    tick_ms: u32,
    /// What goes wrong at the paper exchange, in thousandths: lost, unanswered, reject, refuse, repeat, partial, unreadable; and delay, timeout
    #[arg(long, value_name = "LIST", env = "SAUDA_FAULTS")]
    faults: Option<String>,
    /// Where prices come from: simulated (a market that trades at any hour) or replay (stored history, from --from on)
    #[arg(long, value_name = "FEED", default_value = "simulated", env = "SAUDA_FEED")]
    feed: String,
    /// First day of a replay, as 2024-01-31
    #[arg(long, value_name = "DATE", env = "SAUDA_FROM")]
    from: Option<String>,
    /// Last day of a replay [default: the last that is stored]
    #[arg(long, value_name = "DATE", env = "SAUDA_TO")]
    to: Option<String>,
    /// Minutes of a replayed day in a minute, 1 to 3600
    #[arg(long, value_name = "TIMES", default_value_t = 60, env = "SAUDA_SPEED")]
    speed: u32,
    /// Another origin whose pages may use the API, as https://host:port; may be given often
    #[arg(long, value_name = "ORIGIN", env = "SAUDA_ALLOW_ORIGIN", value_delimiter = ',', value_parser = outward::origin)]
    allow_origin: Vec<String>,
    /// A proxy stands before the server: its X-Forwarded-For tells the client's address, and it speaks HTTPS with browsers
    #[arg(long, value_name = "BOOL", env = "SAUDA_BEHIND_PROXY", default_value_t = false, action = ArgAction::Set,
        num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    behind_proxy: bool,
    /// Kilobytes (1024 bytes) of a request's body, 16 to 65536
    #[arg(long, value_name = "KILOBYTES", default_value_t = 1_024, env = "SAUDA_BODY_LIMIT_KB",
        value_parser = clap::value_parser!(u32).range(16..=65_536))]
    body_limit_kb: u32,
    /// Seconds until a request is given up, 1 to 600
    #[arg(long, value_name = "SECONDS", default_value_t = 30, env = "SAUDA_TIMEOUT_S",
        value_parser = clap::value_parser!(u32).range(1..=600))]
    timeout_s: u32,
    /// Minutes that an access token is good, 1 to 60
    #[arg(long, value_name = "MINUTES", default_value_t = 15, env = "SAUDA_ACCESS_TOKEN_MINUTES",
        value_parser = clap::value_parser!(u32).range(1..=60))]
    access_token_minutes: u32,
    /// Days until a session ends, used or not, 1 to 365
    #[arg(long, value_name = "DAYS", default_value_t = 14, env = "SAUDA_SESSION_DAYS",
        value_parser = clap::value_parser!(u32).range(1..=365))]
    session_days: u32,
    /// Sockets that one user may have open at once, 1 to 1000
    #[arg(long, value_name = "COUNT", default_value_t = 20, env = "SAUDA_SOCKETS_PER_USER",
        value_parser = clap::value_parser!(u32).range(1..=1_000))]
    sockets_per_user: u32,
    /// Measure, and show it at /metrics to programs of this machine
    #[arg(long, value_name = "BOOL", env = "SAUDA_METRICS", default_value_t = true, action = ArgAction::Set,
        num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    metrics: bool,
    /// Who brings this to /metrics may read it, from anywhere; from the environment or the file only
    #[arg(long, value_name = "TOKEN", env = "SAUDA_METRICS_TOKEN", hide_env_values = true, hide = true)]
    metrics_token: Option<String>,
    /// What is logged to standard error: error, warn, info, debug, trace, also by part (`desk=debug,warn`)
    #[arg(long, value_name = "FILTER", env = "SAUDA_LOG", default_value = "warn")]
    log: String,
}

pub(super) struct Settings {
    listen: SocketAddr,
    demo: bool,
    database: store::Location,
    folder: PathBuf,
    market: market::Wish,
    outward: outward::Outward,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let settings = settings(args, data_dir)?;
    console::log(&args.log)?;
    crate::config::warn_of_unknown_variables();
    small_pages();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start threads: {error}")))?;
    let served = runtime.block_on(compose::serve(settings));
    // Whatever still waits for the network has nothing left to lose.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    served
}

/// A server touches a little of the memory of many threads: pages of 2 MB would double what it holds. A backtest keeps
/// them, for its long columns.
fn small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(why) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!("memory comes in large pages: {why}");
    }
}

fn settings(args: &Args, data_dir: &Path) -> Result<Settings, Failure> {
    if args.demo && !is_here(args.listen.ip()) {
        return Err(Failure::usage(format!(
            "--demo has a password that everybody knows: it listens on this machine only, not on {}; leave out --demo, or use 127.0.0.1",
            args.listen.ip()
        )));
    }
    let database = Installation::named(args.database.as_deref(), data_dir)?.database;
    Ok(Settings {
        listen: args.listen,
        demo: args.demo,
        database,
        folder: data_dir.to_owned(),
        market: market::Wish::read(args, data_dir)?,
        outward: outward::Outward::read(args)?,
    })
}

fn is_here(address: IpAddr) -> bool {
    address.is_loopback()
}
