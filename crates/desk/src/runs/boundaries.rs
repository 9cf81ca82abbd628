//! The end of each minute: what has closed is fetched, marked and told.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use broker::History;
use domain::instrument::InstrumentId;
use domain::time::{MICROS_PER_MINUTE, Span};
use domain::trade::BookId;
use domain::{Bars, Timestamp};
use store::RunId;
use store::runs::RunState;
use tokio::sync::{Semaphore, mpsc};

use super::live::{LiveRun, Runs};
use super::pasts::{self, Pasts};
use crate::Clock;
use crate::feeds::Market;
use crate::path::{BarClosed, BarSource, StrategyChoice};

/// After a minute has ended its last ticks may still be on their way.
const GRACE: Duration = Duration::from_millis(100);
/// Later than this the ticks heard must do (contracts §10).
const PATIENCE: Duration = Duration::from_secs(2);
/// Pasts fetched at a time: brokers count requests, and the simulated one reckons each.
const AT_ONCE: usize = 2;
/// Between two attempts to fetch a past.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How much history warms a strategy up when it starts.
const WARM_UP: Span = Span::minutes(5 * 1_440);

/// Watches the clock for every run.
#[derive(Clone)]
pub struct Minutes {
    runs: Runs,
    market: Market,
    history: Arc<dyn History>,
    clock: Clock,
    pasts: Pasts,
    /// The newest bar of each book that was marked.
    told: Arc<Mutex<BTreeMap<(RunId, BookId), Timestamp>>>,
}

impl Minutes {
    pub fn new(runs: Runs, history: Arc<dyn History>, clock: Clock) -> Minutes {
        let market = runs.market().clone();
        let pasts = Pasts::new(market.clone(), history.clone());
        Minutes { runs, market, history, clock, pasts, told: Arc::default() }
    }

    /// Begins to fetch what warms up charts and strategies, each instrument by itself and until it is had; gives what
    /// ends when each was answered once. Until its past is there no run decides about an instrument.
    pub fn warm_up(&self) -> impl Future<Output = ()> + use<> {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let (asked, mut answered) = mpsc::channel::<()>(1);
        for listed in self.market.listed() {
            let (this, id) = (self.clone(), listed.instrument.id.clone());
            let (turns, asked) = (turns.clone(), asked.clone());
            tokio::spawn(async move { this.fetch_past(&id, &turns, asked).await });
        }
        // Nothing is ever sent: the channel closes when the last has let go of it.
        async move { while answered.recv().await.is_some() {} }
    }

    /// Lets go of `asked` at the first answer.
    async fn fetch_past(&self, id: &InstrumentId, turns: &Semaphore, asked: mpsc::Sender<()>) {
        let mut asked = Some(asked);
        let mut from = self.this_minute() + Span::micros(-WARM_UP.as_micros());
        let mut pause = FIRST_PAUSE;
        loop {
            let turn = turns.acquire().await;
            let until = self.this_minute();
            let fetched = self.history.minutes(id, from, until).await;
            drop(turn);
            match fetched {
                Ok(bars) => {
                    self.market.settle(id, &bars, until);
                    if self.this_minute() == until {
                        self.market.past_is_there(id);
                        drop(asked);
                        return;
                    }
                    // It took so long that minutes have ended since, the first of them heard in part only.
                    from = until;
                    continue;
                }
                Err(why) => tracing::warn!(
                    instrument = id.as_str(),
                    "no history of {id} yet, so no run decides about it: {why}; asking again in {pause:?}"
                ),
            }
            asked = None;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn this_minute(&self) -> Timestamp {
        crate::feeds::minute_of(self.clock.now())
    }

    /// Goes on until it is dropped.
    pub async fn run(self) {
        loop {
            let now = self.clock.now().as_micros();
            let next = (now.div_euclid(MICROS_PER_MINUTE) + 1) * MICROS_PER_MINUTE;
            tokio::time::sleep(Duration::from_micros((next - now) as u64) + GRACE).await;
            self.minute(Timestamp::from_micros(next)).await;
        }
    }

    /// A minute ended at `end`.
    pub async fn minute(&self, end: Timestamp) {
        let trades = |run: &LiveRun| matches!(run.record.state, RunState::Running | RunState::Paused);
        let runs: Vec<LiveRun> = self.runs.live().into_iter().filter(trades).collect();
        let mut wanted: BTreeSet<InstrumentId> =
            self.market.listed().map(|l| l.instrument.id.clone()).collect();
        wanted.extend(runs.iter().flat_map(|run| run.books.iter().map(|(_, id)| id.clone())));
        let fetched = wanted.into_iter().map(|id| {
            let this = self.clone();
            tokio::spawn(async move {
                let source = this.fetch(&id, end).await;
                (id, source)
            })
        });
        let mut sources = BTreeMap::new();
        for fetch in fetched.collect::<Vec<_>>() {
            if let Ok((id, source)) = fetch.await {
                sources.insert(id, source);
            }
        }
        self.look_back(&runs, end).await;
        for run in runs {
            for (book, id) in &run.books {
                let source = sources.get(id).copied().unwrap_or(Some(BarSource::Ticks));
                let Some(source) = source else {
                    tracing::warn!(run.id = %run.record.id, "run {} waits for the history of {id}", run.record.id);
                    continue;
                };
                if let Err(why) = self.judge(&run, *book, id, end, source).await {
                    // The server is being stopped: the run goes on when it is back.
                    if run.account.has_ended() {
                        break;
                    }
                    tracing::error!(run.id = %run.record.id, "run {} failed: {why}", run.record.id);
                    self.runs.fail(&run.account, run.record.id, &why).await;
                    break;
                }
            }
        }
    }

    /// Fetches the bars that runs need from before the minutes that are kept. Whoever's take longer decides later.
    async fn look_back(&self, runs: &[LiveRun], end: Timestamp) {
        let mut fetched = Vec::new();
        for run in runs {
            let (timeframe, wanted) =
                (run.record.timeframe, pasts::wanted(&run.strategy, run.record.timeframe));
            for (_, id) in run.books.iter().filter(|(_, id)| self.market.has_past(id)) {
                let (pasts, id) = (self.pasts.clone(), id.clone());
                fetched.push(tokio::spawn(async move { pasts.reach(&id, timeframe, wanted, end).await }));
            }
        }
        let late = tokio::time::sleep(PATIENCE);
        tokio::pin!(late);
        for fetch in fetched {
            tokio::select! {
                _ = fetch => {}
                () = &mut late => return,
            }
        }
    }

    /// Brings an instrument's minutes up to `end`; `None` while its past is still on its way, with these minutes in it.
    async fn fetch(&self, id: &InstrumentId, end: Timestamp) -> Option<BarSource> {
        if !self.market.has_past(id) {
            return None;
        }
        // Minutes built from ticks while the history did not answer may lack prices: they are asked for again.
        let longest = end + Span::micros(-WARM_UP.as_micros());
        let from = self.market.newest_fetched(id).map_or(longest, |newest| newest.max(longest));
        let last = end + Span::minutes(-1);
        match tokio::time::timeout(PATIENCE, self.history.minutes(id, from, end)).await {
            Ok(Ok(bars)) => {
                let whole = bars.times().last() == Some(&last);
                self.market.settle(id, &bars, end);
                Some(if whole { BarSource::History } else { BarSource::Ticks })
            }
            late => {
                if let Ok(Err(why)) = late {
                    tracing::warn!(instrument = id.as_str(), "minutes of {id} could not be fetched: {why}");
                }
                self.market.settle(id, &Bars::new(), end);
                Some(BarSource::Ticks)
            }
        }
    }

    /// Marks the newest closed bar of a book, if it was not marked before.
    async fn judge(
        &self,
        run: &LiveRun,
        book: BookId,
        id: &InstrumentId,
        end: Timestamp,
        source: BarSource,
    ) -> Result<(), String> {
        let timeframe = run.record.timeframe;
        let Some(bars) = self.pasts.closed(id, timeframe, end) else {
            tracing::warn!(run.id = %run.record.id, "run {} waits for the {timeframe} bars of {id}", run.record.id);
            return Ok(());
        };
        let Some(&opened) = bars.times().last() else { return Ok(()) };
        // A bar that was over long ago, before a hole in the data, says nothing about now.
        let ended = self.market.bar_end(id, opened, timeframe);
        if ended + timeframe.span() < end {
            return Ok(());
        }
        // Nor does one that was over before there was the run.
        if ended <= run.record.created_at {
            return Ok(());
        }
        {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.get(&(run.record.id, book)).is_some_and(|newest| *newest >= opened) {
                return Ok(());
            }
            told.insert((run.record.id, book), opened);
        }
        let class = self.market.class(id).ok_or_else(|| format!("the feed does not have {id} any more"))?;
        let (calendar, strategy) = (self.market.calendar(), run.strategy.clone());
        let setup = run.account.setup(book).await.map_err(|why| why.to_string())?;
        // A strategy that panics must take nobody with it, nor one that takes long hold others up.
        let marked = tokio::task::spawn_blocking(move || {
            std::panic::catch_unwind(AssertUnwindSafe(|| {
                let (spec, _) =
                    setup.build(domain::order::InstrumentKey(0)).map_err(|why| why.to_string())?;
                let mut fresh = StrategyChoice::build(&strategy).map_err(|why| why.to_string())?;
                let bar =
                    backtest::latest_bar(fresh.as_mut(), &spec, (&bars, timeframe), (calendar, class), false);
                bar.ok_or_else(|| "it has no bars".to_owned())
            }))
            .unwrap_or_else(|_| Err("the strategy panicked".to_owned()))
        });
        let bar = marked.await.map_err(|why| why.to_string())??;
        run.account.bar(BarClosed { book, source, bar });
        Ok(())
    }
}
