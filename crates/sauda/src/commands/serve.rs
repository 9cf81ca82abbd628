//! The server: database, market, accounts and runs at work, the API and the web application.

mod compose;
mod console;
mod demo;
mod market;
mod replay;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Serve the web application and the API: accounts trade on paper in a simulated market
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  sauda serve --demo\n  sauda serve --listen 127.0.0.1:8420 --database postgres://sauda@localhost/sauda"
)]
pub struct Args {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8420", env = "SAUDA_LISTEN")]
    listen: SocketAddr,
    /// Make a user that is ready to log in, with an account, and two strategies that trade; on this machine only, never live
    #[arg(long)]
    demo: bool,
    /// sqlite:PATH, postgres://… or mysql://… [default: sauda.db in the data directory]
    #[arg(long, value_name = "URL", env = "SAUDA_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Take market and exchange from a paper exchange that runs elsewhere (`sauda sim --paper PORT`)
    #[arg(long, value_name = "HOST:PORT")]
    paper: Option<String>,
    /// The simulated market is a function of this
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Milliseconds between two trades of others in an instrument, 10 to 10000
    #[arg(long, value_name = "MS", default_value_t = 250)]
    tick_ms: u32,
    /// What goes wrong at the paper exchange, in thousandths: lost, unanswered, reject, refuse, repeat, partial, unreadable; and delay, timeout
    #[arg(long, value_name = "LIST")]
    faults: Option<String>,
    /// Where prices come from: simulated (a market that trades at any hour) or replay (stored history, from --from on)
    #[arg(long, value_name = "FEED", default_value = "simulated")]
    feed: String,
    /// First day of a replay, as 2024-01-31
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last day of a replay [default: the last that is stored]
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Minutes of a replayed day in a minute, 1 to 3600
    #[arg(long, default_value_t = 60)]
    speed: u32,
    /// Another origin whose pages may use the API, as https://host:port; may be given often
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
}

pub(super) struct Settings {
    listen: SocketAddr,
    demo: bool,
    database: store::Location,
    folder: PathBuf,
    market: market::Wish,
    origins: Vec<String>,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let settings = settings(args, data_dir)?;
    console::log();
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
    let database = match &args.database {
        Some(text) => {
            store::Location::parse(text).map_err(|why| Failure::usage(format!("--database: {why}")))?
        }
        None => store::Location::Sqlite(data_dir.join("sauda.db")),
    };
    Ok(Settings {
        listen: args.listen,
        demo: args.demo,
        database,
        folder: data_dir.to_owned(),
        market: market::Wish::read(args, data_dir)?,
        origins: args.allow_origin.clone(),
    })
}

fn is_here(address: IpAddr) -> bool {
    address.is_loopback()
}
