//! The task that holds the connection: writes requests, reads lines, keeps time limits, dials again.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use broker::{Failure, MarketSink, MarketUpdate, Outcome, Request, RequestKind, Sink, Update};
use bytes::{Buf, BytesMut};
use domain::instrument::InstrumentId;
use domain::order::OrderId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::dial::{Dial, Wire};
use super::wire::{Ask, Asked, Heard, Reply, Text, With};
use super::{Settings, map};

/// Longer than any answer: 10,000 bars take about 1 MB.
const LONGEST_LINE: usize = 64 << 20;

pub(super) enum Command {
    Send(Request),
    Call(Ask, oneshot::Sender<Result<With, Failure>>),
    Subscribe(Vec<InstrumentId>),
}

/// Who waits for the answer to a request.
enum Waiting {
    Order(OrderId, RequestKind),
    Book(u64),
    Positions(u64),
    Funds(u64),
    Call(oneshot::Sender<Result<With, Failure>>),
    Hello,
    Subscription,
}

struct Pending {
    waiting: Waiting,
    until: Instant,
    /// Where in the bytes of the connection its line begins.
    begins: u64,
}

pub(super) struct Link {
    settings: Settings,
    dial: Dial,
    sink: Sink,
    market: MarketSink,
    inbox: mpsc::UnboundedReceiver<Command>,
    is_connected: watch::Sender<bool>,
    outstanding: Arc<AtomicUsize>,
    late: Arc<AtomicU64>,
    subscribed: BTreeSet<InstrumentId>,
    number: u64,
    /// By number, and so by time limit too.
    pending: BTreeMap<u64, Pending>,
    /// Requests of orders that may still cause something at once.
    stirring: BTreeSet<u64>,
    out: BytesMut,
    /// Bytes of this connection that were put into `out`, and that left it.
    queued: u64,
    written: u64,
    ready: bool,
}

/// Why a conversation ended.
enum End {
    /// Nobody holds the adapter any more.
    Dropped,
    Lost(String),
}

impl Link {
    pub fn new(
        settings: Settings,
        dial: Dial,
        (sink, market): (Sink, MarketSink),
        inbox: mpsc::UnboundedReceiver<Command>,
        is_connected: watch::Sender<bool>,
        outstanding: Arc<AtomicUsize>,
        late: Arc<AtomicU64>,
    ) -> Link {
        Link {
            settings,
            dial,
            sink,
            market,
            inbox,
            is_connected,
            outstanding,
            late,
            subscribed: BTreeSet::new(),
            number: 0,
            pending: BTreeMap::new(),
            stirring: BTreeSet::new(),
            out: BytesMut::new(),
            queued: 0,
            written: 0,
            ready: false,
        }
    }

    pub async fn run(mut self) {
        let mut failed = 0u32;
        // The first failure is told too: nobody should wonder why nothing happens.
        let mut told_down = false;
        loop {
            let dialing = tokio::time::timeout(self.settings.time_limit, (self.dial)());
            let because = match self.meanwhile(dialing).await {
                None => return,
                Some(Ok(Ok(stream))) => {
                    let end = self.talk(stream).await;
                    if self.ready {
                        (failed, told_down) = (0, false);
                    }
                    match end {
                        End::Dropped => return,
                        End::Lost(because) => because,
                    }
                }
                Some(Ok(Err(error))) => format!("cannot connect: {error}"),
                Some(Err(_)) => "cannot connect: no answer".to_owned(),
            };
            self.lose(&because);
            if !told_down {
                told_down = true;
                (self.sink)(Update::Disconnected { because: because.clone() });
                (self.market)(MarketUpdate::Disconnected { because });
            }
            let pause = self.pause(failed);
            failed += 1;
            if self.meanwhile(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
        }
    }

    /// Waits for something while refusing what is handed over; `None` once nobody holds the adapter.
    async fn meanwhile<T>(&mut self, what: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(what);
        loop {
            tokio::select! {
                done = &mut what => return Some(done),
                command = self.inbox.recv() => self.refuse(command?),
            }
        }
    }

    /// Twice as long after each failure, and anything between half and whole of that, so that many do not dial as one.
    fn pause(&self, failed: u32) -> Duration {
        let (first, longest) = self.settings.pauses;
        let pause = first.saturating_mul(1 << failed.min(16)).min(longest);
        let chance = RandomState::new().build_hasher().finish() % 512;
        pause / 2 + pause / 1_024 * u32::try_from(chance).unwrap_or(0)
    }

    fn refuse(&mut self, command: Command) {
        let failure = || Failure::NotSent("the paper exchange is not connected".to_owned());
        match command {
            Command::Send(request) => {
                let waiting = waiting_for(&request);
                self.fail(waiting, failure());
            }
            Command::Call(_, reply) => drop(reply.send(Err(failure()))),
            Command::Subscribe(instruments) => self.subscribed.extend(instruments),
        }
    }

    async fn talk(&mut self, stream: Box<dyn Wire>) -> End {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut heard = BytesMut::with_capacity(16 * 1024);
        self.out.clear();
        (self.queued, self.written, self.ready) = (0, 0, false);
        let hello =
            Ask::Hello { account: self.settings.account.clone(), cash: Text(self.settings.initial_cash) };
        self.ask(hello, Waiting::Hello);
        self.ask_ticks();
        loop {
            let until = self.pending.first_key_value().map(|(_, pending)| pending.until);
            let limit = async {
                match until {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                read = reader.read_buf(&mut heard) => match read {
                    Ok(0) => return End::Lost("the paper exchange closed the connection".to_owned()),
                    Err(error) => return End::Lost(format!("the connection broke: {error}")),
                    Ok(_) => if let Err(because) = self.take_lines(&mut heard) {
                        return End::Lost(because);
                    },
                },
                written = writer.write_buf(&mut self.out), if !self.out.is_empty() => match written {
                    Ok(0) => return End::Lost("the connection takes no more".to_owned()),
                    Err(error) => return End::Lost(format!("the connection broke: {error}")),
                    Ok(bytes) => self.written += bytes as u64,
                },
                command = self.inbox.recv(), if self.ready => match command {
                    Some(command) => self.take(command),
                    None => return End::Dropped,
                },
                () = limit => if let Err(because) = self.give_up() {
                    return End::Lost(because);
                },
            }
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Send(request) => {
                let waiting = waiting_for(&request);
                let ask = match &request {
                    Request::Place(order) => map::place(order),
                    Request::Change(order) => map::change(order),
                    Request::Cancel(order) => {
                        Ask::Cancel { order: map::named(order.broker_id.as_ref(), order.id) }
                    }
                    Request::ReadBook { .. } => Ask::Book,
                    Request::ReadPositions { .. } => Ask::Positions,
                    Request::ReadFunds { .. } => Ask::Funds,
                };
                let stirs = matches!(waiting, Waiting::Order(..));
                let n = self.ask(ask, waiting);
                if stirs {
                    self.stirring.insert(n);
                }
            }
            Command::Call(ask, reply) => {
                self.ask(ask, Waiting::Call(reply));
            }
            Command::Subscribe(instruments) => {
                self.subscribed.extend(instruments);
                self.ask_ticks();
            }
        }
    }

    fn ask_ticks(&mut self) {
        if !self.subscribed.is_empty() {
            let instruments = self.subscribed.iter().map(InstrumentId::to_string).collect();
            self.ask(Ask::Subscribe { instruments }, Waiting::Subscription);
        }
    }

    fn ask(&mut self, ask: Ask, waiting: Waiting) -> u64 {
        self.number += 1;
        let n = self.number;
        // Writing to memory cannot fail, and these types have text keys only.
        let mut line = serde_json::to_vec(&Asked { n, ask }).unwrap_or_default();
        line.push(b'\n');
        let until = Instant::now() + self.settings.time_limit;
        self.pending.insert(n, Pending { waiting, until, begins: self.queued });
        self.queued += line.len() as u64;
        self.out.extend_from_slice(&line);
        n
    }

    /// Gives up what has waited too long.
    fn give_up(&mut self) -> Result<(), String> {
        let now = Instant::now();
        while let Some((&n, pending)) = self.pending.first_key_value() {
            if pending.until > now {
                return Ok(());
            }
            if pending.begins >= self.written || matches!(pending.waiting, Waiting::Hello) {
                return Err("the paper exchange does not read".to_owned());
            }
            if let Some(pending) = self.pending.remove(&n) {
                let words = format!("no answer within {:?}", self.settings.time_limit);
                self.stirring.remove(&n);
                self.fail(pending.waiting, Failure::Unknown(words));
                self.perhaps_quiet();
            }
        }
        Ok(())
    }

    /// The connection is gone: what was not written never leaves, all else is in doubt.
    fn lose(&mut self, because: &str) {
        self.is_connected.send_replace(false);
        self.ready = false;
        self.stirring.clear();
        for (_, pending) in std::mem::take(&mut self.pending) {
            let failure = if pending.begins >= self.written {
                Failure::NotSent(because.to_owned())
            } else {
                Failure::Unknown(because.to_owned())
            };
            self.fail(pending.waiting, failure);
        }
    }

    fn fail(&mut self, waiting: Waiting, failure: Failure) {
        match waiting {
            Waiting::Order(order, request) => {
                self.answered(Update::Answer { order, request, outcome: Outcome::Failed(failure) });
            }
            Waiting::Book(number) => self.answered(Update::Book { number, reading: Err(failure) }),
            Waiting::Positions(number) => self.answered(Update::Positions { number, reading: Err(failure) }),
            Waiting::Funds(number) => self.answered(Update::Funds { number, reading: Err(failure) }),
            Waiting::Call(reply) => drop(reply.send(Err(failure))),
            Waiting::Hello | Waiting::Subscription => {}
        }
    }

    fn answered(&mut self, update: Update) {
        (self.sink)(update);
        self.outstanding.fetch_sub(1, Ordering::SeqCst);
    }

    fn perhaps_quiet(&mut self) {
        let waits =
            |p: &Pending| !matches!(p.waiting, Waiting::Call(_) | Waiting::Hello | Waiting::Subscription);
        if self.stirring.is_empty() && !self.pending.values().any(waits) {
            (self.sink)(Update::Quiet);
        }
    }

    fn take_lines(&mut self, heard: &mut BytesMut) -> Result<(), String> {
        while let Some(end) = heard.iter().position(|byte| *byte == b'\n') {
            let line = heard.split_to(end);
            heard.advance(1);
            self.take_line(&line)?;
        }
        if heard.len() > LONGEST_LINE {
            Err("the paper exchange sent an endless line".to_owned())
        } else {
            Ok(())
        }
    }

    /// A line that cannot be read may have been a trade: the connection is dropped, so that the book is read anew.
    fn take_line(&mut self, line: &[u8]) -> Result<(), String> {
        let heard = match serde_json::from_slice(line) {
            Ok(heard) => heard,
            Err(error) => return Err(format!("the paper exchange sent what cannot be read: {error}")),
        };
        self.hear(heard).map_err(|failure| failure.to_string())
    }

    fn hear(&mut self, heard: Heard) -> Result<(), Failure> {
        match heard {
            Heard::Answer { n, broker_id, refused } => {
                let outcome = match refused {
                    Some(refused) => Outcome::Failed(map::refused(refused.code, refused.words)),
                    None => Outcome::Done { broker_id },
                };
                match self.pending.remove(&n).map(|p| p.waiting) {
                    Some(Waiting::Order(order, request)) => {
                        self.answered(Update::Answer { order, request, outcome });
                        self.perhaps_quiet();
                    }
                    Some(_) => return Err(map::unexpected()),
                    // Its request was given up and is being asked after.
                    None => {
                        self.late.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
            Heard::Done { n } => {
                if self.stirring.remove(&n) {
                    self.perhaps_quiet();
                }
            }
            Heard::Reply(Reply { n, with }) => match self.pending.remove(&n) {
                Some(pending) => self.reply(pending.waiting, with)?,
                None => {
                    self.late.fetch_add(1, Ordering::Relaxed);
                }
            },
            Heard::Error { n, code, words } => {
                let Some(n) = n else { return Err(map::refused(code, words)) };
                match self.pending.remove(&n).map(|p| p.waiting) {
                    Some(Waiting::Hello) => return Err(map::refused(code, words)),
                    Some(waiting) => {
                        self.stirring.remove(&n);
                        self.fail(waiting, map::refused(code, words));
                        self.perhaps_quiet();
                    }
                    None => {
                        self.late.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
            Heard::Trade(deal) => (self.sink)(Update::Trade(map::trade(&deal)?)),
            Heard::Triggered { tag } => {
                if let Ok(order) = tag.parse() {
                    (self.sink)(Update::Triggered { order });
                }
            }
            Heard::Row(row) => (self.sink)(Update::Row(map::row(&row)?)),
            Heard::Tick(tick) => {
                (self.market)(map::tick(&tick)?);
                if let Some(quote) = map::quote(&tick)? {
                    (self.market)(quote);
                }
            }
        }
        Ok(())
    }

    fn reply(&mut self, waiting: Waiting, with: With) -> Result<(), Failure> {
        match (waiting, with) {
            (Waiting::Hello, With::Welcome {}) => {
                self.ready = true;
                self.is_connected.send_replace(true);
                (self.sink)(Update::Connected);
                (self.market)(MarketUpdate::Connected);
            }
            (Waiting::Book(number), With::Book { orders, trades }) => {
                let reading = map::book(&orders, &trades);
                self.answered(Update::Book { number, reading });
                self.perhaps_quiet();
            }
            (Waiting::Positions(number), With::Positions(positions)) => {
                let reading = map::positions(&positions);
                self.answered(Update::Positions { number, reading });
                self.perhaps_quiet();
            }
            (Waiting::Funds(number), With::Funds { cash, margin_used }) => {
                let reading = Ok(map::funds(cash.0, margin_used.0));
                self.answered(Update::Funds { number, reading });
                self.perhaps_quiet();
            }
            (Waiting::Call(reply), with) => drop(reply.send(Ok(with))),
            (Waiting::Subscription, With::Ok {}) => {}
            (waiting, _) => {
                self.fail(waiting, map::unexpected());
                return Err(map::unexpected());
            }
        }
        Ok(())
    }
}

fn waiting_for(request: &Request) -> Waiting {
    match request {
        Request::Place(order) => Waiting::Order(order.id, RequestKind::Place),
        Request::Change(order) => Waiting::Order(order.id, RequestKind::Change { change: order.change }),
        Request::Cancel(order) => Waiting::Order(order.id, RequestKind::Cancel),
        Request::ReadBook { number } => Waiting::Book(*number),
        Request::ReadPositions { number } => Waiting::Positions(*number),
        Request::ReadFunds { number } => Waiting::Funds(*number),
    }
}

#[cfg(test)]
mod tests;
