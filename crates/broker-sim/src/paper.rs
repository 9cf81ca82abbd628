//! The paper exchange: a market that trades at any hour, matching, books that survive a kill, faults on request.
//!
//! It speaks JSON lines over anything that carries bytes (the module `wire` lists them): TCP for a process of its
//! own, a pipe in memory inside the server. Like a real broker it takes an order that is sent twice as two orders; it
//! counts that. Prices go on, and resting orders fill, while nobody is connected.
//!
//! In a replay the market is not simulated but *told*: the client opens lanes and tells each the phases of its bars,
//! and the exchange fills as in a backtest. All that a phase fills is on the wire before the phase's own answer.

mod account;
mod faults;
mod floor;
mod journal;
mod market;
mod path;
mod wire;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use domain::time::Span;
use domain::{Date, Timestamp};
use exchange::{Faults, FillRules};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

use account::ConnectionId;
use floor::{Floor, HistoryWanted, MOST_BARS, MOST_WAITING};
use journal::Journal;
use wire::{Reply, Say, Text, With};

pub use faults::{FaultError, parse as parse_faults};
pub use market::{Cursor, Listing, Market, Print};

/// Bytes of one request.
const LONGEST_LINE: usize = 64 * 1024;
/// Bytes between the ends of a pipe in memory.
const PIPE: usize = 256 * 1024;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a paper exchange is made of.
#[derive(Clone)]
pub struct Config {
    /// Of the market and of the faults.
    pub seed: u64,
    /// Between two trades of others in one instrument; 10 ms to 10 s.
    pub interval: Span,
    pub listings: Vec<Listing>,
    /// Slippage and latency; in a replay participation and limit touch too.
    pub rules: FillRules,
    pub faults: Faults,
    /// Where orders and trades are kept; `None` forgets them with the process.
    pub log: Option<PathBuf>,
    /// Whether each answer waits for the disk itself. Without it a kill loses nothing, a power cut may.
    pub fsync: bool,
    pub clock: Clock,
}

/// Why a paper exchange cannot begin.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error("tick interval {}ms is not between 10ms and 10000ms", .0 / 1_000)]
    Interval(i64),
    #[error("{id} {rule}")]
    Listing { id: String, rule: &'static str },
    #[error("{}: {error}", path.display())]
    Log { path: PathBuf, error: io::Error },
    #[error("{} is in use by another paper exchange; stop that one, or name another folder", path.display())]
    InUse { path: PathBuf },
    #[error("{} is damaged at line {line}; restore it from a copy, or begin anew by moving it away", path.display())]
    Damaged { path: PathBuf, line: usize },
    #[error(
        "the log of the paper exchange contradicts itself at line {line}: {what}; restore it from a copy"
    )]
    Contradiction { line: usize, what: &'static str },
}

/// A running paper exchange; clones are the same one. It ends with [`Server::stop`] or when nobody holds it.
#[derive(Clone)]
pub struct Server {
    shared: Arc<Shared>,
}

struct Shared {
    floor: Mutex<Floor>,
    market: Arc<Market>,
    clock: Clock,
    /// Something may be due earlier than was thought.
    wake: Notify,
}

impl Config {
    /// Four ticks a second in the usual instruments, no faults, no slippage, the system's clock.
    pub fn new(seed: u64, today: Date) -> Config {
        Config {
            seed,
            interval: Span::micros(250_000),
            listings: Listing::usual(today),
            rules: FillRules::default(),
            faults: Faults::default(),
            log: None,
            fsync: false,
            clock: system_clock(),
        }
    }
}

/// The system's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(since.as_micros() as i64)
    })
}

impl Server {
    /// Reads the log back and begins to trade. Within a tokio runtime.
    pub fn open(config: Config) -> Result<Server, OpenError> {
        let market = Arc::new(Market::new(config.seed, config.listings, config.interval)?);
        let log = config.log.map(|path| Journal::open(&path, config.fsync)).transpose()?;
        let now = (config.clock)();
        let floor = Floor::new(market.clone(), (config.rules, config.faults, config.seed), log, now)?;
        let shared =
            Arc::new(Shared { floor: Mutex::new(floor), market, clock: config.clock, wake: Notify::new() });
        let clockwork = Arc::downgrade(&shared);
        tokio::spawn(async move {
            while let Some(shared) = clockwork.upgrade() {
                let (due, now) = {
                    let now = (shared.clock)();
                    let mut floor = shared.floor();
                    floor.step(now);
                    if floor.broken.is_some() {
                        return;
                    }
                    (floor.next_due(), now)
                };
                let wait =
                    Duration::from_micros((due - now).as_micros().clamp(500, 1_000_000).unsigned_abs());
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = shared.wake.notified() => {}
                }
            }
        });
        Ok(Server { shared })
    }

    /// The market, to be asked without a wire.
    pub fn market(&self) -> &Arc<Market> {
        &self.shared.market
    }

    pub fn set_faults(&self, faults: Faults) {
        self.shared.floor().set_faults(faults);
    }

    /// Ids that the account placed more than once.
    pub fn sent_twice(&self, account: &str) -> Vec<String> {
        self.shared.floor().account(account).map(|a| a.sent_twice().to_vec()).unwrap_or_default()
    }

    /// Why it has stopped answering, if it has: a log that cannot be written.
    pub fn broken(&self) -> Option<String> {
        self.shared.floor().broken.clone()
    }

    /// Ends all connections and lets go of the log.
    pub fn stop(&self) {
        self.shared.floor().stop("stopped".to_owned());
        self.shared.wake.notify_one();
    }

    /// The other end of a new connection in memory.
    pub fn connect(&self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(PIPE);
        self.attach(ours);
        theirs
    }

    /// Serves one connection until either side ends it.
    pub fn attach(&self, stream: impl AsyncRead + AsyncWrite + Send + 'static) {
        let shared = self.shared.clone();
        let (sender, lines) = mpsc::channel(MOST_WAITING);
        let id = shared.floor().connect(sender);
        let (reader, writer) = tokio::io::split(stream);
        let (ended, end) = tokio::sync::oneshot::channel::<()>();
        tokio::spawn(async move {
            write_lines(writer, lines).await;
            // The floor has dropped the connection, or the other side is gone: reading on would be in vain.
            drop(ended);
        });
        tokio::spawn(async move {
            tokio::select! {
                () = read_lines(&shared, id, reader) => {}
                _ = end => {}
            }
            shared.floor().disconnect(id);
        });
    }

    /// Serves whoever comes, until [`Server::stop`] or until the log cannot be written.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let _ = stream.set_nodelay(true);
                        self.attach(stream);
                    }
                    // Out of handles or a peer that is gone already: the next one may do better.
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                },
                () = tokio::time::sleep(Duration::from_millis(100)) => {
                    if let Some(because) = self.broken() {
                        return if because == "stopped" { Ok(()) } else { Err(io::Error::other(because)) };
                    }
                }
            }
        }
    }
}

impl Shared {
    fn floor(&self) -> MutexGuard<'_, Floor> {
        self.floor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(self: &Arc<Shared>, id: ConnectionId, line: &[u8]) {
        let now = (self.clock)();
        let (wanted, sooner) = {
            let mut floor = self.floor();
            let before = floor.next_due();
            let wanted = floor.hear(id, line, now);
            (wanted, floor.next_due() < before)
        };
        if sooner {
            self.wake.notify_one();
        }
        if let Some(wanted) = wanted {
            let shared = self.clone();
            tokio::task::spawn_blocking(move || shared.tell_history(id, &wanted));
        }
    }

    fn tell_history(&self, id: ConnectionId, wanted: &HistoryWanted) {
        let now = (self.clock)();
        let (bars, forming) = self.market.bars(wanted.listing, wanted.span, now, MOST_BARS);
        let row = |bar: &domain::bars::Bar| {
            let text = Text;
            (
                bar.time.as_micros(),
                text(bar.open),
                text(bar.high),
                text(bar.low),
                text(bar.close),
                bar.volume.raw(),
            )
        };
        let with = With::History { bars: bars.iter().map(row).collect(), forming: forming.as_ref().map(row) };
        self.floor().send(id, &Say::Reply(Reply { n: wanted.n, with }));
    }
}

async fn read_lines(shared: &Arc<Shared>, id: ConnectionId, mut reader: impl AsyncRead + Unpin) {
    let mut buffer = BytesMut::with_capacity(8 * 1024);
    loop {
        match reader.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            shared.hear(id, &buffer[..end]);
            buffer.advance(end + 1);
        }
        if buffer.len() > LONGEST_LINE {
            let words = format!("a line is longer than {LONGEST_LINE} bytes");
            shared.floor().send(id, &Say::Error { n: None, code: "LINE", words });
            return;
        }
    }
}

async fn write_lines(mut writer: impl AsyncWrite + Unpin, mut lines: mpsc::Receiver<Bytes>) {
    let mut waiting = Vec::with_capacity(64);
    let mut block = Vec::with_capacity(16 * 1024);
    while lines.recv_many(&mut waiting, 256).await > 0 {
        block.clear();
        for line in waiting.drain(..) {
            block.extend_from_slice(&line);
        }
        if writer.write_all(&block).await.is_err() || writer.flush().await.is_err() {
            return;
        }
    }
    let _ = writer.shutdown().await;
}
