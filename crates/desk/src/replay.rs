//! A stored day is played again: the clock, the bars and the fills are those of a backtest over the same bars.
//!
//! Each book has a lane of the paper exchange, which fills its orders from its own bars. The phases of all lanes of an
//! account are told one after another, each only when everything that the one before caused has been stored, sent and
//! answered: so the orders and trades are those of the backtest, to the byte. Prices go to the page beside it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use backtest::{Played, Step, TimeExit, Told};
use broker::Failure;
use domain::instrument::InstrumentId;
use domain::order::Timing;
use domain::time::Span;
use domain::trade::{BookId, ExitReason};
use domain::{Bars, Price, Product, Qty, Tick, Timeframe, Timestamp};
use engine::Event;
use history::Store as History;
use store::AccountId;

use crate::accounts::{Account, BookView};
use crate::path::{BarClosed, BarSource, BookSetup};
use crate::{Desk, DeskError};

/// The paper exchange of one account, told its market.
pub trait Lanes: Send + Sync {
    fn open(&self, lane: u32, instrument: &InstrumentId, tick: Tick) -> Answer;
    /// Returns when all that the phase filled has been handed on.
    fn tell(&self, lane: u32, at: Timestamp, phase: LanePhase) -> Answer;
}

pub type Answer = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LanePhase {
    Begin { volume: Option<Qty> },
    Open { price: Price },
    Range { high: Price, low: Price },
    Close { price: Price },
    Between,
}

/// Finds an account's lanes.
pub type LanesOf = Arc<dyn Fn(AccountId) -> Option<Arc<dyn Lanes>> + Send + Sync>;

/// A span of stored history on its way.
pub struct Replay {
    desk: Desk,
    history: History,
    lanes_of: LanesOf,
    from: Timestamp,
    until: Timestamp,
    /// Minutes of the day in a minute of ours.
    speed: u32,
    playing: BTreeMap<(AccountId, BookId), Playing>,
}

/// Of the day's time; a longer one passes as if it were so long.
const LONGEST_PAUSE: Span = Span::minutes(2);

struct Playing {
    account: Account,
    lanes: Arc<dyn Lanes>,
    played: Played,
    has_volume: bool,
}

impl Replay {
    pub fn new(
        desk: Desk,
        history: History,
        lanes_of: LanesOf,
        (from, until): (Timestamp, Timestamp),
        speed: u32,
    ) -> Replay {
        let _ = desk.inner.lanes.set(lanes_of.clone());
        Replay { desk, history, lanes_of, from, until, speed: speed.max(1), playing: BTreeMap::new() }
    }

    /// Minutes of an instrument, for the page.
    fn minutes(&self, id: &InstrumentId) -> Bars {
        let class = self.desk.market().class(id);
        let loaded = class.and_then(|class| {
            let calendar = self.desk.market().calendar();
            let span = self.from..self.until;
            self.history.load_or_resample(id, Timeframe::Minutes(1), span, calendar, class).ok()
        });
        loaded.map(|loaded| loaded.bars).unwrap_or_default()
    }

    /// Plays to the end; at `speed` minutes a minute, or as fast as it goes with `None`.
    ///
    /// Accounts that were replayed before go on where they were.
    pub async fn play(mut self, paced: bool) -> Result<(), DeskError> {
        let begins = self.from.max(self.desk.now());
        let listed: Vec<InstrumentId> =
            self.desk.market().listed().map(|listed| listed.instrument.id.clone()).collect();
        let mut prices = BTreeMap::new();
        for id in &listed {
            let minutes = self.minutes(id);
            let passed = minutes.times().partition_point(|at| *at < begins);
            prices.insert(id.clone(), (minutes, passed));
        }
        let mut due = tokio::time::Instant::now();
        let mut last = begins;
        let mut looked = Timestamp::MIN;
        loop {
            // Once a minute is often enough: an order by hand waits for the next minute's prices anyway.
            let now = self.desk.now();
            if looked < now || self.playing.is_empty() {
                looked = now;
                self.take_in_new_books().await?;
            }
            let next_step = self.earliest();
            let next_price = prices.values().filter_map(|(bars, i)| bars.times().get(*i).copied()).min();
            let next = [next_step.map(|(step, _)| step.at), next_price].into_iter().flatten().min();
            let Some(next) = next.filter(|at| *at < self.until) else { break };
            if paced {
                // Nights and days without trading are skipped.
                let passed = (next - last).as_micros().clamp(0, LONGEST_PAUSE.as_micros());
                due += Duration::from_micros(passed as u64 / u64::from(self.speed));
                last = last.max(next);
                tokio::time::sleep_until(due).await;
            }
            if next_price.is_some_and(|at| at <= next) {
                self.desk.inner.clock.set(next);
                for (id, (bars, i)) in &mut prices {
                    if bars.times().get(*i) == Some(&next) {
                        show(&self.desk, id, &bars.get(*i));
                        *i += 1;
                    }
                }
            }
            if let Some((step, key)) = next_step.filter(|(step, _)| step.at <= next) {
                self.tell(&step, key).await?;
            }
        }
        self.desk.inner.is_over.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Books that began since the last look: runs just started, orders by hand.
    async fn take_in_new_books(&mut self) -> Result<(), DeskError> {
        for account in self.desk.all_accounts() {
            account.settle().await;
            for book in &account.view().books {
                if book.is_retired || self.playing.contains_key(&(account.id, book.id)) {
                    continue;
                }
                let setup = account.setup(book.id).await?;
                if let Some(playing) = self.take_in(&account, book, &setup).await? {
                    self.playing.insert((account.id, book.id), playing);
                }
            }
        }
        Ok(())
    }

    async fn take_in(
        &self,
        account: &Account,
        book: &BookView,
        setup: &BookSetup,
    ) -> Result<Option<Playing>, DeskError> {
        let Some(lanes) = (self.lanes_of)(account.id) else { return Ok(None) };
        let market = self.desk.market();
        let timeframe = setup.timeframe.unwrap_or(Timeframe::Minutes(1));
        let class = market.class(&setup.instrument).ok_or(DeskError::NotFound { what: "instrument" })?;
        let loaded = self
            .history
            .load_or_resample(
                &setup.instrument,
                timeframe,
                Timestamp::MIN..self.until,
                market.calendar(),
                class,
            )
            .map_err(|why| DeskError::Unavailable(why.to_string()))?;
        let (spec, mut strategy) = setup.build(domain::order::InstrumentKey(0))?;
        // As a backtest has it: runs of MIS carry nothing into the night.
        let exit = match setup.square_off {
            Some(time) => TimeExit::At(time),
            None if setup.run.is_some() && setup.product == Product::Mis => TimeExit::Calendar,
            None => TimeExit::Never,
        };
        // A book that begins in the middle of a bar is told the next one first.
        let start = self.from.max(self.desk.now());
        let has_volume = loaded.bars.has_volume();
        let marks = strategy.as_mut().map(|strategy| &mut **strategy as &mut dyn strategy::Strategy);
        let bars = (loaded.bars, timeframe);
        let played = Played::new(marks, &spec, bars, start, exit, (market.calendar(), class));
        let played = played.resumed(start, book.day, book.decided.map(|decided| decided.bar));
        lanes.open(book.id.0, &setup.instrument, spec.contract.tick).await.map_err(failed)?;
        Ok(Some(Playing { account: account.clone(), lanes, played, has_volume }))
    }

    /// The step that comes first, as a backtest orders the lanes of one account.
    fn earliest(&self) -> Option<(Step, (AccountId, BookId))> {
        let steps = self.playing.iter().filter_map(|(key, playing)| Some((playing.played.next()?, *key)));
        steps.min_by_key(|(step, key)| (step.at, step.rank, *key))
    }

    async fn tell(&mut self, step: &Step, key: (AccountId, BookId)) -> Result<(), DeskError> {
        let Some(playing) = self.playing.get_mut(&key) else { return Ok(()) };
        playing.played.advance();
        let (account, lanes, book) = (playing.account.clone(), playing.lanes.clone(), key.1);
        let lane = book.0;
        let at = step.told_at;
        let clock = &self.desk.inner.clock;
        clock.set(at);
        let phase = async |at, phase| {
            lanes.tell(lane, at, phase).await.map_err(failed)?;
            account.settle().await;
            Ok::<(), DeskError>(())
        };
        let event = async |event| {
            account.market(event);
            account.settle().await;
        };
        if let Some(square_off) = step.day_start {
            event(Event::DayStart { book, square_off, hours: None, circuit: None }).await;
        }
        match step.what {
            Told::SquareOff { mark } => {
                if let Some(price) = mark {
                    event(Event::Mark { book, price }).await;
                }
                event(Event::SquareOff { book, timing: Timing::Next, reason: ExitReason::SquareOff }).await;
            }
            Told::Open { price, volume } => {
                let volume = playing.has_volume.then_some(volume);
                phase(at, LanePhase::Begin { volume }).await?;
                phase(at, LanePhase::Open { price }).await?;
                event(Event::Open { book, price }).await;
                phase(at, LanePhase::Between).await?;
            }
            Told::Range { high, low, close } => {
                phase(at, LanePhase::Range { high, low }).await?;
                event(Event::Range { book, high, low, close }).await;
                phase(at, LanePhase::Between).await?;
            }
            Told::Close { bar, flatten } => {
                phase(at, LanePhase::Close { price: bar.close }).await?;
                if flatten {
                    event(Event::Mark { book, price: bar.close }).await;
                    let (timing, reason) = (Timing::ThisClose, ExitReason::SquareOff);
                    event(Event::SquareOff { book, timing, reason }).await;
                }
                account.bar(BarClosed { book, source: BarSource::Replay, bar });
                account.settle().await;
                phase(at, LanePhase::Between).await?;
            }
        }
        Ok(())
    }
}

impl Desk {
    /// The first order of a book goes out before the replay has seen the book: the exchange must know its lane.
    pub(crate) async fn open_lane(
        &self,
        account: AccountId,
        book: BookId,
        instrument: &InstrumentId,
    ) -> Result<(), DeskError> {
        let tick = self.market().find(instrument)?.instrument.tick.unwrap_or(Tick::DEFAULT);
        match self.inner.lanes.get().and_then(|lanes_of| lanes_of(account)) {
            Some(lanes) => lanes.open(book.0, instrument, tick).await.map_err(failed),
            None => Ok(()),
        }
    }
}

/// The prices of a minute, for charts and watch lists: open, the nearer extreme, the other one, close.
fn show(desk: &Desk, id: &InstrumentId, bar: &domain::bars::Bar) {
    let rising = bar.close >= bar.open;
    let (first, second) = if rising { (bar.low, bar.high) } else { (bar.high, bar.low) };
    let part = Qty::from_raw(bar.volume.raw() / 4);
    let prices = [bar.open, first, second, bar.close];
    for (i, price) in prices.into_iter().enumerate() {
        let at = bar.time + Span::micros(i as i64 * 15_000_000);
        desk.market().tick(id, at, price, part);
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn failed(why: Failure) -> DeskError {
    DeskError::Unavailable(format!("the paper exchange: {why}"))
}
