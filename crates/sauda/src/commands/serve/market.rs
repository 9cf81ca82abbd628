//! The market and the exchange that the server trades with: simulated, in this process or in another.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use broker::{Broker, MarketUpdate, Sink};
use broker_sim::paper::{Config, OpenError, Server, parse_faults};
use brokers::paper::{Dial, Paper, Settings as PaperSettings, in_memory, tcp};
use desk::DeskError;
use desk::accounts::Link;
use desk::feeds::{Listed, Market};
use domain::calendar::Calendar;
use domain::instrument::InstrumentTables;
use domain::time::Span;
use domain::{Date, Money};
use store::accounts::AccountRecord;

use super::Args;
use crate::failure::Failure;

pub enum Wish {
    /// In this process.
    Here(Box<Config>),
    /// `sauda sim --paper`.
    Elsewhere(String),
}

impl Wish {
    pub fn read(args: &Args) -> Result<Wish, Failure> {
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
    dial: Dial,
    server: Option<Server>,
}

impl Venue {
    pub async fn open(wish: Wish, folder: &Path, hub: desk::hub::Hub) -> Result<Venue, Failure> {
        let (dial, server) = match wish {
            Wish::Elsewhere(address) => (tcp(address), None),
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
        let prices = Arc::new(move |update| {
            if let (MarketUpdate::Tick { instrument, at, price, volume }, Some(market)) =
                (update, hears.get())
            {
                market.tick(&instrument, at, price, volume);
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
        let today = (broker_sim::paper::system_clock())().date();
        let listed: Vec<Listed> =
            instruments.iter().map(|listed| listing(listed, today)).collect::<Result<_, _>>()?;
        let market = Market::new(listed, Calendar::builtin(), hub);
        let _ = told.set(market.clone());
        Ok(Venue { market, feed, dial, server })
    }

    /// Lets prices come in: once everybody who needs them listens.
    pub fn begin(&self) {
        self.feed.subscribe(self.market.listed().map(|listed| listed.instrument.id.clone()).collect());
    }

    pub fn links(&self) -> desk::Links {
        let dial = self.dial.clone();
        Arc::new(move |record: &AccountRecord| Ok::<Link, DeskError>(link(dial.clone(), record)))
    }

    /// Why the exchange has stopped, if it has.
    pub fn fault(&self) -> Option<String> {
        self.server.as_ref().and_then(Server::broken)
    }

    pub fn close(&self) {
        if let Some(server) = &self.server {
            server.stop();
        }
    }
}

fn link(dial: Dial, record: &AccountRecord) -> Link {
    let settings = PaperSettings::new(format!("account-{}", record.id), record.initial_cash);
    Box::new(move |sink: Sink| -> Arc<dyn Broker> {
        Arc::new(Paper::start(settings, dial, sink, Arc::new(|_| ())))
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
