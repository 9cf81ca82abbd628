//! Stored days as the server's market.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use broker::{Failure as BrokerFailure, Fetched, History as Minutes};
use broker_sim::paper::{Config, Listing};
use brokers::paper::{Paper, Phase};
use desk::feeds::Market;
use desk::replay::{Answer, LanePhase, Lanes, LanesOf, Replay};
use desk::{Clock, Desk};
use domain::instrument::InstrumentId;
use domain::time::{DayNumber, Span as Length};
use domain::{Date, Tick, Timeframe, Timestamp};
use history::Store;

use super::Args;
use crate::failure::Failure;

/// Which days, and how fast.
pub struct Span {
    from: Date,
    to: Date,
    speed: u32,
    data_dir: PathBuf,
    pub clock: Clock,
    listings: Vec<Listing>,
}

/// Days without a replay would be ignored, and the prices made up.
pub fn unused(args: &Args) -> Result<(), Failure> {
    let given = [("from", &args.from), ("to", &args.to)];
    match given.into_iter().find_map(|(flag, date)| Some((flag, date.as_deref()?))) {
        Some((flag, date)) => Err(Failure::usage(format!(
            "--{flag} {date}: the simulated market has no days to choose; add --feed replay, or leave it out"
        ))),
        None => Ok(()),
    }
}

impl Span {
    pub fn read(args: &Args, data_dir: &Path) -> Result<Span, Failure> {
        let date = |flag: &str, text: &str| {
            text.parse::<Date>().map_err(|_| {
                Failure::usage(format!("--{flag}: `{text}` is not a date; write it as 2024-01-31"))
            })
        };
        if !(1..=3_600).contains(&args.speed) {
            return Err(Failure::usage(format!("--speed: {} is not between 1 and 3600", args.speed)));
        }
        if args.paper.is_some() {
            return Err(Failure::usage("--paper: a replay has its exchange in this process; leave it out"));
        }
        let from = args.from.as_deref().ok_or_else(|| {
            Failure::usage("--feed replay needs the first day; add for example --from 2024-01-31")
        })?;
        let from = date("from", from)?;
        let store = Store::open(data_dir).map_err(Failure::failed)?;
        let begins = DayNumber::of(from).start();
        let stored = store.list().map_err(Failure::failed)?;
        let there: Vec<_> = stored.iter().filter(|s| s.timeframe.is_intraday() && s.last >= begins).collect();
        let Some(last) = there.iter().map(|s| s.last.date()).max() else {
            let newest = stored.iter().map(|s| s.last.date()).max();
            return Err(Failure::usage(match newest {
                Some(newest) => format!(
                    "--from: no minutes are stored from {from} on, the last are of {newest}; choose an earlier day"
                ),
                None => {
                    "--feed replay: no history is stored; import some first: sauda import --help".to_owned()
                }
            }));
        };
        let to = args.to.as_deref().map(|text| date("to", text)).transpose()?.unwrap_or(last);
        if to < from {
            return Err(Failure::usage(format!("--to {to} is before --from {from}; swap them")));
        }
        let first = there.iter().map(|s| s.first.date()).min().unwrap_or(last);
        if to < first {
            return Err(Failure::usage(format!(
                "--to: no minutes are stored up to {to}, the first are of {first}; choose a later day"
            )));
        }
        let mut listings: Vec<Listing> = Vec::new();
        for series in there {
            if listings.iter().any(|listing| listing.id == series.id) {
                continue;
            }
            // Its price is told; where it would wander by itself does not matter.
            listings.extend(Listing::of(series.id.as_str(), domain::Price::rupees(1_000), from));
        }
        let clock = Clock::told(begins);
        Ok(Span { from, to, speed: args.speed, data_dir: data_dir.to_owned(), clock, listings })
    }

    pub fn words(&self) -> String {
        format!("{} to {}, {} minutes a minute", self.from, self.to, self.speed)
    }

    /// The exchange that is told these days.
    pub fn exchange(&self) -> Config {
        let clock = self.clock.clone();
        Config {
            listings: self.listings.clone(),
            interval: Length::micros(10_000_000),
            clock: Arc::new(move || clock.now()),
            ..Config::new(1, self.from)
        }
    }

    pub fn history(&self, market: &Market) -> StoredMinutes {
        StoredMinutes { data_dir: self.data_dir.clone(), market: market.clone() }
    }

    fn instants(&self) -> (Timestamp, Timestamp) {
        (DayNumber::of(self.from).start(), DayNumber::of(self.to).next().start())
    }

    /// Time never runs backwards for an account: one that has been at work later leaves nothing to replay.
    pub fn check(&self, desk: &Desk) -> Result<(), Failure> {
        let (from, until) = self.instants();
        let begins = desk.now();
        if begins >= until {
            return Err(Failure::usage(format!(
                "--to {}: an account here has been at work until {begins}, later than the days to replay; choose later \
                 days, or another --data-dir with the bars imported there",
                self.to
            )));
        }
        if begins > from {
            tracing::warn!("the accounts here have been at work until {begins}: the replay goes on there");
        }
        Ok(())
    }

    /// Plays them, once.
    pub fn play(&self, desk: Desk, lanes: LanesOf) {
        let (from, until) = self.instants();
        let (data_dir, speed) = (self.data_dir.clone(), self.speed);
        tokio::spawn(async move {
            let store = match Store::open(&data_dir) {
                Ok(store) => store,
                Err(why) => return tracing::error!("the replay cannot begin: {why}"),
            };
            match Replay::new(desk, store, lanes, (from, until), speed).play(true).await {
                Ok(()) => tracing::warn!("the replay is over; restart with another --from for more"),
                Err(why) => tracing::error!("the replay has stopped: {why}"),
            }
        });
    }
}

/// Minutes of the store, for charts before the first replayed one.
pub struct StoredMinutes {
    data_dir: PathBuf,
    market: Market,
}

impl Minutes for StoredMinutes {
    fn minutes(&self, instrument: &InstrumentId, from: Timestamp, to: Timestamp) -> Fetched {
        let (data_dir, market, id) = (self.data_dir.clone(), self.market.clone(), instrument.clone());
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || {
                let class = market.class(&id).ok_or_else(|| format!("{id} is not listed"))?;
                let store = Store::open(&data_dir).map_err(|why| why.to_string())?;
                let loaded =
                    store.load_or_resample(&id, Timeframe::Minutes(1), from..to, market.calendar(), class);
                loaded.map(|loaded| loaded.bars).map_err(|why| why.to_string())
            });
            let bars = read.await.map_err(|why| BrokerFailure::NotSent(why.to_string()))?;
            bars.map_err(BrokerFailure::NotSent)
        })
    }
}

pub struct PaperLanes(pub Paper);

impl Lanes for PaperLanes {
    fn open(&self, lane: u32, instrument: &InstrumentId, tick: Tick) -> Answer {
        let (paper, instrument) = (self.0.clone(), instrument.clone());
        Box::pin(async move { paper.open_lane(lane, &instrument, tick).await })
    }

    fn tell(&self, lane: u32, at: Timestamp, phase: LanePhase) -> Answer {
        let paper = self.0.clone();
        let phase = match phase {
            LanePhase::Begin { volume } => Phase::Begin { volume },
            LanePhase::Open { price } => Phase::Open { price },
            LanePhase::Range { high, low } => Phase::Range { high, low },
            LanePhase::Close { price } => Phase::Close { price },
            LanePhase::Between => Phase::Between,
        };
        Box::pin(async move { paper.tell(lane, at, phase).await })
    }
}
