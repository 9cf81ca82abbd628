//! The market and the exchange that the server trades with: simulated, in this process or in another.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use broker::{Broker, MarketUpdate, Sink};
use broker_sim::paper::{Config, OpenError, Server, parse_faults};
use brokers::paper::{Dial, Paper, Settings as PaperSettings, in_memory, tcp};
use desk::accounts::Link;
use desk::feeds::{Listed, Market};
use desk::{Clock, DeskError};
use domain::calendar::Calendar;
use domain::instrument::InstrumentTables;
use domain::time::Span;
use domain::{Date, Money};
use store::AccountId;
use store::accounts::AccountRecord;

use super::{Args, replay};
use crate::failure::Failure;

pub enum Wish {
    /// In this process.
    Here(Box<Config>),
    /// `sauda sim --paper`.
    Elsewhere(String),
    /// Stored days.
    Replay(Box<replay::Span>),
}

impl Wish {
    pub fn read(args: &Args, data_dir: &Path) -> Result<Wish, Failure> {
        match args.feed.as_str() {
            "simulated" => replay::unused(args)?,
            "replay" => return Ok(Wish::Replay(Box::new(replay::Span::read(args, data_dir)?))),
            other => {
                return Err(Failure::usage(format!(
                    "--feed: `{other}` is not known; use simulated or replay"
                )));
            }
        }
        if let Some(address) = &args.paper {
            let address =
                if address.contains(':') { address.clone() } else { format!("127.0.0.1:{address}") };
            return Ok(Wish::Elsewhere(address));
        }
        let today = (broker_sim::paper::system_clock())().date();
        let mut config = Config::new(args.seed, today);
        config.interval = Span::micros(i64::from(args.tick_ms) * 1_000);
        if let Some(faults) = &args.faults {
            config.faults =
                parse_faults(faults).map_err(|error| Failure::usage(format!("--faults: {error}")))?;
        }
        Ok(Wish::Here(Box::new(config)))
    }
}

/// How long a paper exchange in another process is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// The feed at work, and how accounts reach the exchange.
pub struct Venue {
    pub market: Market,
    pub feed: Paper,
    /// The days that are replayed, if any are.
    pub span: Option<replay::Span>,
    pub clock: Clock,
    papers: Arc<Mutex<HashMap<AccountId, Paper>>>,
    dial: Dial,
    server: Option<Server>,
    /// Why no prices come, while the exchange cannot be reached.
    away: Arc<Mutex<Option<String>>>,
}

impl Venue {
    pub async fn open(wish: Wish, folder: &Path, hub: desk::hub::Hub) -> Result<Venue, Failure> {
        let mut span = None;
        let wish = match wish {
            Wish::Replay(days) => {
                let config = days.exchange();
                span = Some(*days);
                Wish::Here(Box::new(config))
            }
            other => other,
        };
        let clock = span.as_ref().map_or(Clock::System, |span| span.clock.clone());
        let (dial, server) = match wish {
            Wish::Elsewhere(address) => (tcp(address), None),
            Wish::Replay(_) => return Err(Failure::failed("a replay has its exchange in this process")),
            Wish::Here(mut config) => {
                config.log = Some(folder.join("paper").join("exchange.log"));
                let server = Server::open(*config).map_err(|error| match error {
                    OpenError::Interval(_) => Failure::usage(format!("--tick-ms: {error}")),
                    _ => Failure::failed(error),
                })?;
                let inside = server.clone();
                (in_memory(move || inside.connect()), Some(server))
            }
        };
        let told = Arc::new(std::sync::OnceLock::<Market>::new());
        let hears = told.clone();
        let is_replay = span.is_some();
        let away = Arc::new(Mutex::new(None));
        let noted = away.clone();
        let prices = Arc::new(move |update| match update {
            MarketUpdate::Connected => *noted.lock().unwrap_or_else(PoisonError::into_inner) = None,
            MarketUpdate::Disconnected { because } => {
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(because);
            }
            // The stored days are the market of a replay.
            MarketUpdate::Quote { .. } | MarketUpdate::Tick { .. } if is_replay => {}
            MarketUpdate::Quote { instrument, at, quote } => {
                if let Some(market) = hears.get() {
                    market.quoted(&instrument, at, quote);
                }
            }
            MarketUpdate::Tick { instrument, at, price, volume } => {
                if let Some(market) = hears.get() {
                    market.tick(&instrument, at, price, volume);
                }
            }
        });
        let settings = PaperSettings::new("market", Money::rupees(1));
        let feed = Paper::start(settings, dial.clone(), Arc::new(|_| ()), prices);
        if !feed.connected(PATIENCE).await {
            return Err(Failure::failed(
                "the paper exchange does not answer; start it with `sauda sim --paper PORT`, or leave out --paper",
            ));
        }
        let instruments = feed.instruments().await.map_err(Failure::failed)?;
        let today = clock.now().date();
        let listed: Vec<Listed> =
            instruments.iter().map(|listed| listing(listed, today)).collect::<Result<_, _>>()?;
        let market = Market::new(listed, Calendar::builtin(), hub);
        let _ = told.set(market.clone());
        Ok(Venue { market, feed, span, clock, papers: Arc::default(), dial, server, away })
    }

    /// Lets prices come in: once everybody who needs them listens.
    pub fn begin(&self) {
        self.feed.subscribe(self.market.listed().map(|listed| listed.instrument.id.clone()).collect());
    }

    pub fn links(&self) -> desk::Links {
        let (dial, papers) = (self.dial.clone(), self.papers.clone());
        Arc::new(move |record: &AccountRecord| {
            Ok::<Link, DeskError>(link(dial.clone(), papers.clone(), record))
        })
    }

    /// What tells an account's part of the exchange a replayed market.
    pub fn lanes(&self) -> desk::replay::LanesOf {
        let papers = self.papers.clone();
        Arc::new(move |id| {
            let paper = papers.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()?;
            Some(Arc::new(replay::PaperLanes(paper)) as Arc<dyn desk::replay::Lanes>)
        })
    }

    /// Where closed minutes are fetched.
    pub fn history(&self) -> Arc<dyn broker::History> {
        match &self.span {
            Some(span) => Arc::new(span.history(&self.market)),
            None => Arc::new(self.feed.clone()),
        }
    }

    /// Why the exchange has stopped or cannot be reached, if so.
    pub fn fault(&self) -> Option<String> {
        let away = || self.away.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.server.as_ref().and_then(Server::broken).or_else(away)
    }

    pub fn close(&self) {
        if let Some(server) = &self.server {
            server.stop();
        }
    }
}

fn link(dial: Dial, papers: Arc<Mutex<HashMap<AccountId, Paper>>>, record: &AccountRecord) -> Link {
    let settings = PaperSettings::new(format!("account-{}", record.id), record.initial_cash);
    let id = record.id;
    Box::new(move |sink: Sink| -> Arc<dyn Broker> {
        let paper = Paper::start(settings, dial, sink, Arc::new(|_| ()));
        papers.lock().unwrap_or_else(PoisonError::into_inner).insert(id, paper.clone());
        Arc::new(paper)
    })
}

/// An instrument with the facts of our tables, and those that the exchange gives for it.
fn listing(listed: &brokers::paper::PaperInstrument, today: Date) -> Result<Listed, Failure> {
    let mut instrument =
        InstrumentTables::builtin().resolve(&listed.id, today, None).map_err(Failure::failed)?;
    instrument.tick = Some(listed.tick);
    instrument.lot = listed.lot;
    instrument.freeze = listed.freeze;
    let name = instrument.underlying.clone();
    Ok(Listed { instrument, name })
}
