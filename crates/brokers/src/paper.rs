//! The paper exchange: orders, its market's feed and history, and a replay's market told to it.
//!
//! One task per account holds the connection and calls the sinks, so updates come in the order of the wire. It dials
//! again after a loss, with growing pauses; what was handed over meanwhile is answered `NotSent`, what was on its way
//! `Unknown`, and nothing is ever sent again.

mod dial;
mod link;
mod map;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use broker::{Broker, Failure, MarketSink, Request, Sink};
use domain::bars::Bar;
use domain::instrument::InstrumentId;
use domain::time::Span;
use domain::{Bars, Money, Price, Qty, Tick, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};

use link::{Command, Link};
use wire::{Ask, Text, With};

pub use dial::{Dial, Dialing, Wire, in_memory, tcp};

/// Whose account, and how patient.
#[derive(Clone, Debug)]
pub struct Settings {
    /// 1 to 40 letters, digits and dashes.
    pub account: String,
    /// What the account begins with, if the exchange does not know it yet.
    pub initial_cash: Money,
    /// From handing a request over to giving its answer up.
    pub time_limit: Duration,
    /// The pause before dialling again: the first, and the longest.
    pub pauses: (Duration, Duration),
}

/// One account at a paper exchange; clones are the same one. The connection ends when the last is dropped.
#[derive(Clone)]
pub struct Paper {
    commands: mpsc::UnboundedSender<Command>,
    outstanding: Arc<AtomicUsize>,
    late: Arc<AtomicU64>,
    connected: watch::Receiver<bool>,
}

/// What can be traded there, or seen.
#[derive(Clone, PartialEq, Debug)]
pub struct PaperInstrument {
    pub id: InstrumentId,
    pub tick: Tick,
    pub lot: Qty,
    pub freeze: Option<Qty>,
    pub tradable: bool,
}

/// One-minute bars that have closed, and the one that is being made.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PaperHistory {
    pub bars: Bars,
    pub forming: Option<Bar>,
}

/// What the exchange has counted for the account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaperStatus {
    pub orders: usize,
    pub trades: usize,
    /// Our ids that arrived as a new order more than once.
    pub sent_twice: Vec<String>,
}

/// A part of a replayed bar, told in the order of a backtest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// The bar begins; `volume` is all of its units, `None` where the source has none.
    Begin {
        volume: Option<Qty>,
    },
    Open {
        price: Price,
    },
    Range {
        high: Price,
        low: Price,
    },
    Close {
        price: Price,
    },
    /// What comes next may be another lane's: nothing trades here.
    Between,
}

impl Settings {
    /// Three seconds for an answer; pauses from 100 ms to 5 s.
    pub fn new(account: impl Into<String>, initial_cash: Money) -> Settings {
        Settings {
            account: account.into(),
            initial_cash,
            time_limit: Duration::from_secs(3),
            pauses: (Duration::from_millis(100), Duration::from_secs(5)),
        }
    }
}

impl Paper {
    /// Begins to dial; within a tokio runtime. [`broker::Update::Connected`] says when requests can be sent.
    pub fn start(settings: Settings, dial: Dial, sink: Sink, market: MarketSink) -> Paper {
        let (commands, inbox) = mpsc::unbounded_channel();
        let (is_connected, connected) = watch::channel(false);
        let outstanding = Arc::new(AtomicUsize::new(0));
        let late = Arc::new(AtomicU64::new(0));
        let link =
            Link::new(settings, dial, (sink, market), inbox, is_connected, outstanding.clone(), late.clone());
        tokio::spawn(link.run());
        Paper { commands, outstanding, late, connected }
    }

    /// Waits for the connection; false if there is none within that time.
    pub async fn connected(&self, within: Duration) -> bool {
        let mut connected = self.connected.clone();
        let waited = tokio::time::timeout(within, connected.wait_for(|up| *up)).await;
        matches!(waited, Ok(Ok(_)))
    }

    /// Answers that came after their request had been given up.
    pub fn late_answers(&self) -> u64 {
        self.late.load(Ordering::Relaxed)
    }

    pub async fn instruments(&self) -> Result<Vec<PaperInstrument>, Failure> {
        match self.call(Ask::Instruments).await? {
            With::Instruments(listed) => listed.iter().map(map::instrument).collect(),
            _ => Err(map::unexpected()),
        }
    }

    /// Ticks of these too, now and after each reconnection. What the exchange does not list is ignored by it as a
    /// whole: ask [`Paper::instruments`] first.
    pub fn subscribe(&self, instruments: Vec<InstrumentId>) {
        let _ = self.commands.send(Command::Subscribe(instruments));
    }

    /// One-minute bars that open at or after `from` and before `to`.
    pub async fn history(
        &self,
        instrument: &InstrumentId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<PaperHistory, Failure> {
        let mut history = PaperHistory::default();
        let mut next = from;
        while next < to {
            let ask = Ask::History {
                instrument: instrument.to_string(),
                from: next.as_micros(),
                to: to.as_micros(),
            };
            let With::History { bars, forming } = self.call(ask).await? else {
                return Err(map::unexpected());
            };
            history.forming = forming.map(map::bar).transpose()?;
            let bars: Vec<Bar> = bars.into_iter().map(map::bar).collect::<Result<_, _>>()?;
            let Some(last) = bars.last().map(|bar| bar.time) else { break };
            for bar in bars {
                history.bars.push(bar).map_err(|error| Failure::Garbled(error.to_string()))?;
            }
            if last < next {
                return Err(Failure::Garbled("bars come from before the span".to_owned()));
            }
            next = last + Span::minutes(1);
        }
        Ok(history)
    }

    /// Opens a lane of a replay: a venue of its own, for one book. The same again changes nothing.
    pub async fn open_lane(&self, lane: u32, instrument: &InstrumentId, tick: Tick) -> Result<(), Failure> {
        let ask = Ask::Lane { lane, instrument: instrument.to_string(), tick: Text(tick.price()) };
        self.call(ask).await.map(|_| ())
    }

    /// Tells a phase of a lane's bar; `at` is the bar's time, which its trades carry. When this returns, all that the
    /// phase filled has been handed to the sink.
    pub async fn tell(&self, lane: u32, at: Timestamp, phase: Phase) -> Result<(), Failure> {
        let ask = Ask::Phase { lane, at: at.as_micros(), phase: map::phase(phase) };
        self.call(ask).await.map(|_| ())
    }

    /// Other faults for the whole exchange, in the words of `sauda sim --faults`; empty: none.
    pub async fn set_faults(&self, faults: &str) -> Result<(), Failure> {
        self.call(Ask::Faults { set: faults.to_owned() }).await.map(|_| ())
    }

    pub async fn status(&self) -> Result<PaperStatus, Failure> {
        match self.call(Ask::Status).await? {
            With::Status { orders, trades, sent_twice } => Ok(PaperStatus { orders, trades, sent_twice }),
            _ => Err(map::unexpected()),
        }
    }

    async fn call(&self, ask: Ask) -> Result<With, Failure> {
        let (reply, answer) = oneshot::channel();
        let gone = || Failure::NotSent("the adapter has ended".to_owned());
        self.commands.send(Command::Call(ask, reply)).map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

impl broker::History for Paper {
    fn minutes(&self, instrument: &InstrumentId, from: Timestamp, to: Timestamp) -> broker::Fetched {
        let (paper, instrument) = (self.clone(), instrument.clone());
        Box::pin(async move { paper.history(&instrument, from, to).await.map(|history| history.bars) })
    }
}

impl Broker for Paper {
    fn send(&self, request: Request) {
        self.outstanding.fetch_add(1, Ordering::SeqCst);
        if self.commands.send(Command::Send(request)).is_err() {
            // The task is gone only when the runtime is: nobody could be told.
            self.outstanding.fetch_sub(1, Ordering::SeqCst);
        }
    }

    fn outstanding(&self) -> usize {
        self.outstanding.load(Ordering::SeqCst)
    }
}
