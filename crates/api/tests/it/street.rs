//! What a desk is put on: nothing at all, or a paper exchange in this process.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use broker::{Failure, Fetched, History, MarketUpdate};
use broker_sim::paper::{Config, Listing, Server, system_clock};
use brokers::paper::{Paper, Settings, in_memory};
use desk::feeds::{Listed, Market};
use desk::hub::Hub;
use desk::{Clock, Desk, DeskError, DeskParts, Links, Mode};
use domain::calendar::Calendar;
use domain::instrument::{InstrumentId, InstrumentTables};
use domain::time::Span;
use domain::{Bars, Money, Price, Timestamp};
use store::Store;

/// An equity, an index, and a future with a lot and a freeze quantity.
const TRADED: [&str; 3] = ["NSE:RELIANCE-EQ", "NSE:NIFTY50", "NSE:NIFTY2"];
const OPTIONS: [(&str, i64); 3] =
    [("NSE:NIFTY30DEC25000CE", 310), ("NSE:NIFTY30DEC25000PE", 250), ("NSE:NIFTY30DEC25100CE", 260)];

pub enum Street {
    Closed,
    Open(Server, Paper, Arc<OnceLock<Market>>),
}

impl Street {
    pub async fn open() -> Street {
        let today = system_clock()().date();
        let mut config = Config::new(7, today);
        config.interval = Span::micros(50_000);
        config.listings.retain(|l| TRADED.iter().any(|name| l.id.as_str().starts_with(name)));
        for (name, price) in OPTIONS {
            config.listings.extend(Listing::of(name, Price::rupees(price), today));
        }
        let server = Server::open(config).unwrap();
        let market: Arc<OnceLock<Market>> = Arc::default();
        let (dialled, hears) = (server.clone(), market.clone());
        let feed = Paper::start(
            Settings::new("feed", Money::ZERO),
            in_memory(move || dialled.connect()),
            Arc::new(|_| ()),
            Arc::new(move |update| {
                let Some(market) = hears.get() else { return };
                match update {
                    MarketUpdate::Tick { instrument, at, price, volume } => {
                        market.tick(&instrument, at, price, volume);
                    }
                    MarketUpdate::Quote { instrument, at, quote } => market.quoted(&instrument, at, quote),
                    MarketUpdate::Connected | MarketUpdate::Disconnected { .. } => {}
                }
            }),
        );
        assert!(feed.connected(Duration::from_secs(5)).await);
        Street::Open(server, feed, market)
    }

    pub async fn desk(self, store: Store, folder: &Path) -> Desk {
        let hub = Hub::default();
        let (market, history, links): (Market, Arc<dyn History>, Links) = match self {
            Street::Closed => (
                Market::new(Vec::new(), Calendar::builtin(), hub.clone()),
                Arc::new(ShortHistory(None)),
                Arc::new(|_| Err(DeskError::Unavailable("there is no exchange here".to_owned()))),
            ),
            Street::Open(server, feed, heard) => {
                let market = Market::new(listed(&feed).await, Calendar::builtin(), hub.clone());
                let _ = heard.set(market.clone());
                feed.subscribe(market.listed().map(|l| l.instrument.id.clone()).collect());
                let links: Links = Arc::new(move |record| {
                    let settings = Settings::new(format!("A{}", record.id), record.initial_cash);
                    let server = server.clone();
                    Ok(Box::new(move |sink| {
                        let dial = in_memory(move || server.connect());
                        Arc::new(Paper::start(settings, dial, sink, Arc::new(|_| ())))
                    }))
                });
                (market, Arc::new(ShortHistory(Some(feed))), links)
            }
        };
        let parts = DeskParts {
            store,
            clock: Clock::System,
            hub,
            market,
            history,
            links,
            mode: Mode::Paper,
            folder: folder.to_owned(),
        };
        Desk::open(parts).await.unwrap()
    }
}

async fn listed(feed: &Paper) -> Vec<Listed> {
    let day = system_clock()().date();
    let there = feed.instruments().await.unwrap();
    let listed = there.into_iter().map(|there| {
        let mut instrument = InstrumentTables::builtin().resolve(&there.id, day, None).unwrap();
        instrument.tick = Some(there.tick);
        instrument.lot = there.lot;
        instrument.freeze = there.freeze;
        Listed { name: there.id.as_str().to_owned(), instrument }
    });
    listed.collect()
}

/// The exchange's history, but none of many hours: that takes long to make up, and no test looks at it.
struct ShortHistory(Option<Paper>);

impl History for ShortHistory {
    fn minutes(&self, instrument: &InstrumentId, from: Timestamp, to: Timestamp) -> Fetched {
        let (feed, id) = (self.0.clone(), instrument.clone());
        Box::pin(async move {
            match feed {
                Some(feed) if to.as_micros() - from.as_micros() <= Span::minutes(24 * 60).as_micros() => {
                    Ok::<_, Failure>(feed.history(&id, from, to).await?.bars)
                }
                _ => Ok(Bars::new()),
            }
        })
    }
}
