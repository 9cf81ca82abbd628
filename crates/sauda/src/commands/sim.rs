//! A broker that is not there, as a process of its own: the paper exchange on a port of this machine.

use std::future::Future;
use std::path::Path;

use broker_sim::paper::{Config, Listing, OpenError, Server, parse_faults};
use domain::time::Span;
use domain::{Date, Price, Timestamp};
use exchange::{FillRules, Slippage};
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::outside;

/// Run a simulated broker: a market that trades at any hour, and an exchange that keeps its orders through a kill
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  sauda sim --paper 7600 --faults lost=5,unanswered=5,reject=10,partial=300,delay=200ms"
)]
pub struct Args {
    /// Serve the paper exchange on this port of 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    paper: u16,
    /// The market is a function of this: the same seed shows the same prices
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Milliseconds between two trades of others in an instrument, 10 to 10000
    #[arg(long, value_name = "MS", default_value_t = 250)]
    tick_ms: u32,
    /// What goes wrong, in thousandths: lost, unanswered, reject, refuse, repeat, partial, unreadable; and delay, timeout (200ms, 3s)
    #[arg(long, value_name = "LIST")]
    faults: Option<String>,
    /// Slippage of market orders and triggered stops: ticks=1, bps=2 or 0
    #[arg(long, default_value = "0")]
    slippage: String,
    /// Milliseconds from an order's arrival until it is in the book
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency_ms: u32,
    /// List this instrument at about this price, in place of the usual ones; may be given often
    #[arg(long, value_name = "INSTRUMENT=PRICE")]
    list: Vec<String>,
    /// Do not wait for the disk with each answer: a kill still loses nothing, a power cut may
    #[arg(long)]
    no_fsync: bool,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let config = config(args, data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start threads: {error}")))?;
    runtime.block_on(serve(args.paper, config))
}

fn config(args: &Args, data_dir: &Path) -> Result<Config, Failure> {
    let today = (broker_sim::paper::system_clock())().date();
    let mut config = Config::new(args.seed, today);
    config.interval = Span::micros(i64::from(args.tick_ms) * 1_000);
    if let Some(faults) = &args.faults {
        config.faults = parse_faults(faults).map_err(|error| Failure::usage(format!("--faults: {error}")))?;
    }
    let slippage: Slippage =
        args.slippage.parse().map_err(|error| Failure::usage(format!("--slippage: {error}")))?;
    config.rules = FillRules {
        slippage,
        latency: Span::micros(i64::from(args.latency_ms) * 1_000),
        ..FillRules::default()
    };
    if !args.list.is_empty() {
        config.listings = args.list.iter().map(|text| listing(text, today)).collect::<Result<_, _>>()?;
    }
    config.log = Some(data_dir.join("paper").join("exchange.log"));
    config.fsync = !args.no_fsync;
    Ok(config)
}

fn listing(text: &str, today: Date) -> Result<Listing, Failure> {
    let bad =
        |why: String| Failure::usage(format!("--list `{text}`: {why}; write for example NSE:SBIN-EQ=800"));
    let (id, price) = text.split_once('=').ok_or_else(|| bad("no price is given".to_owned()))?;
    let price: Price = price.parse().map_err(|error| bad(format!("{error}")))?;
    Listing::of(id, price, today).ok_or_else(|| bad("no such instrument is known today".to_owned()))
}

async fn serve(port: u16, config: Config) -> Result<(), Failure> {
    let (count, tick) = (config.listings.len(), config.interval);
    let log = config.log.clone().unwrap_or_default();
    let began: Timestamp = (config.clock)();
    let server = Server::open(config).map_err(|error| match error {
        OpenError::Interval(_) => Failure::usage(format!("--tick-ms: {error}")),
        OpenError::Listing { .. } => Failure::usage(format!("--list: {error}")),
        _ => Failure::failed(error),
    })?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
        Failure::failed(format!("cannot listen on port {port}: {error}; choose another with --paper"))
    })?;
    let address = listener.local_addr().map_err(Failure::failed)?;
    let end = ended()?;
    outside::say(&format!(
        "paper exchange on {address}\n  {count} instruments, a tick every {} ms, since {began}\n  orders are kept in {}\n",
        tick.as_micros() / 1_000,
        log.display()
    ))?;
    let served = tokio::select! {
        served = server.serve(listener) => served.map_err(Failure::failed),
        () = end => Ok(()),
    };
    server.stop();
    served
}

/// Ctrl-C, or what a supervisor sends.
fn ended() -> Result<impl Future<Output = ()>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let failed = |error| Failure::failed(format!("cannot listen for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
