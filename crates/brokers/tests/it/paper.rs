//! The paper adapter with the paper exchange: in memory, in virtual time, and over TCP.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use broker::{Broker, MarketSink, MarketUpdate, Sink, Update};
use broker_sim::paper::{Config, Listing, Server};
use brokers::paper::{Dial, Paper, Settings, in_memory, tcp};
use domain::instrument::InstrumentId;
use domain::time::{DayNumber, Span};
use domain::{Date, Money, Price, Timestamp};
use tokio::sync::mpsc;

use crate::conformance::{Stage, Trouble, conformance};

mod books;
mod feed;
mod replay;

fn today() -> Date {
    Date::new(2026, 11, 23).unwrap()
}

fn ten_o_clock() -> Timestamp {
    DayNumber::of(today()).start() + Span::minutes(600)
}

/// Time that passes as tokio's does, so that a paused runtime needs none.
fn configured(log: Option<&Path>) -> Config {
    let (began, base) = (tokio::time::Instant::now(), ten_o_clock());
    Config {
        clock: Arc::new(move || base + Span::micros(began.elapsed().as_micros() as i64)),
        log: log.map(Path::to_owned),
        ..Config::new(11, today())
    }
}

struct PaperStage {
    server: Server,
    paper: Paper,
    updates: mpsc::UnboundedReceiver<Update>,
    prices: mpsc::UnboundedReceiver<MarketUpdate>,
    control: Paper,
    cuts: Arc<Mutex<Vec<tokio::task::JoinHandle<()>>>>,
}

fn sinks() -> ((Sink, MarketSink), mpsc::UnboundedReceiver<Update>, mpsc::UnboundedReceiver<MarketUpdate>) {
    let (sender, updates) = mpsc::unbounded_channel();
    let (ticks, prices) = mpsc::unbounded_channel();
    let sink: Sink = Arc::new(move |update| drop(sender.send(update)));
    let market: MarketSink = Arc::new(move |update| drop(ticks.send(update)));
    ((sink, market), updates, prices)
}

impl PaperStage {
    async fn over(server: Server, dial: Dial) -> PaperStage {
        // Between adapter and exchange stands a line that can be cut.
        let cuts: Arc<Mutex<Vec<tokio::task::JoinHandle<()>>>> = Arc::default();
        let lines = cuts.clone();
        let cut_dial: Dial = Arc::new(move || {
            let (dialing, lines) = (dial(), lines.clone());
            Box::pin(async move {
                let mut far = dialing.await?;
                let (near, mut middle) = tokio::io::duplex(64 * 1024);
                let copying = tokio::spawn(async move {
                    let _ = tokio::io::copy_bidirectional(&mut middle, &mut far).await;
                });
                lines.lock().unwrap().push(copying);
                Ok(Box::new(near) as Box<dyn brokers::paper::Wire>)
            })
        });
        let ((sink, market), mut updates, prices) = sinks();
        let paper = Paper::start(Settings::new("A3", Money::rupees(1_000_000)), cut_dial, sink, market);
        assert!(paper.connected(Duration::from_secs(5)).await);
        assert_eq!(updates.recv().await, Some(Update::Connected));
        let control_server = server.clone();
        let ((sink, market), ..) = sinks();
        let control = Paper::start(
            Settings::new("control", Money::ZERO),
            in_memory(move || control_server.connect()),
            sink,
            market,
        );
        assert!(control.connected(Duration::from_secs(5)).await);
        PaperStage { server, paper, updates, prices, control, cuts }
    }

    async fn in_memory(log: Option<&Path>) -> PaperStage {
        let server = Server::open(configured(log)).unwrap();
        let dialled = server.clone();
        PaperStage::over(server, in_memory(move || dialled.connect())).await
    }

    async fn over_tcp() -> PaperStage {
        let server = Server::open(Config { interval: Span::micros(20_000), ..configured(None) }).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let serving = server.clone();
        tokio::spawn(async move { serving.serve(listener).await });
        PaperStage::over(server, tcp(address)).await
    }
}

impl Stage for PaperStage {
    fn broker(&self) -> &dyn Broker {
        &self.paper
    }

    async fn next(&mut self) -> Update {
        let next = tokio::time::timeout(Duration::from_secs(30), self.updates.recv()).await;
        next.expect("an update comes").expect("the adapter lives")
    }

    async fn trouble(&mut self, trouble: Trouble) {
        let Trouble { lost, unanswered, reject, refuse, repeat, partial, unreadable, delay_ms } = trouble;
        let faults = format!(
            "lost={lost},unanswered={unanswered},reject={reject},refuse={refuse},repeat={repeat},partial={partial},\
             unreadable={unreadable},delay={delay_ms}ms,timeout=4s"
        );
        self.control.set_faults(&faults).await.unwrap();
    }

    async fn wait(&mut self, span: Duration) {
        tokio::time::sleep(span).await;
    }

    async fn cut(&mut self) {
        for line in self.cuts.lock().unwrap().drain(..) {
            line.abort();
        }
    }

    fn instrument(&self) -> (InstrumentId, Price) {
        let id: InstrumentId = "NSE:SBIN-EQ".parse().unwrap();
        let market = self.server.market();
        let (bars, _) = market.bars(
            market.position(&id).unwrap(),
            (ten_o_clock() - Span::minutes(1), ten_o_clock()),
            ten_o_clock(),
            1,
        );
        (id, bars[0].close)
    }

    async fn sent_twice(&mut self) -> Vec<String> {
        self.paper.status().await.unwrap().sent_twice
    }
}

mod virtual_time {
    use super::*;
    conformance!(tokio::test(start_paused = true), PaperStage::in_memory(None).await);
}

mod over_tcp {
    use super::*;
    conformance!(tokio::test, PaperStage::over_tcp().await);
}
