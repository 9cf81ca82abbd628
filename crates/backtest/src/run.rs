//! A backtest from its settings to its outcome.

use domain::calendar::Calendar;
use domain::trade::BookId;
use domain::{Money, Tick, Timestamp};
use engine::{AccountLimits, Engine};
use exchange::{Exchange, FillRules};

use crate::lane::{Lane, LaneSpec};
use crate::outcome::Outcome;
use crate::shell::{Shell, sample_times};

/// When equity is sampled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum EquityAt {
    #[default]
    SessionClose,
    EveryBar,
}

/// What the engine is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pace {
    /// Only what can matter.
    #[default]
    Edges,
    /// Every phase of every bar, as live trading does.
    EveryBar,
}

/// A backtest to be run: one cash account, any number of books.
pub struct Backtest<'a> {
    pub cash: Money,
    pub limits: AccountLimits,
    pub fills: FillRules,
    pub equity: EquityAt,
    /// Nothing is left open: what a book holds at the last close of its bars is closed there like a market order, with
    /// slippage and charges, and without the cap of participation. Nothing is decided at that close.
    pub ends_flat: bool,
    pub pace: Pace,
    /// Keeps every order in the outcome.
    pub keep_orders: bool,
    /// Threads for marking the bars of several books.
    pub threads: usize,
    pub calendar: &'a Calendar,
    pub lanes: Vec<LaneSpec<'a>>,
}

impl<'a> Backtest<'a> {
    pub fn new(cash: Money, calendar: &'a Calendar) -> Backtest<'a> {
        Backtest {
            cash,
            limits: AccountLimits::default(),
            fills: FillRules::default(),
            equity: EquityAt::default(),
            ends_flat: false,
            pace: Pace::default(),
            keep_orders: false,
            threads: 1,
            calendar,
            lanes: Vec::new(),
        }
    }

    /// Adds a book; ids count from 0.
    pub fn add(&mut self, lane: LaneSpec<'a>) -> BookId {
        self.lanes.push(lane);
        BookId(self.lanes.len() as u32 - 1)
    }

    /// Runs to the end of the bars. `progress` is told the instant reached, now and then.
    pub fn run(self, progress: &mut dyn FnMut(Timestamp)) -> Outcome {
        let mut engine = Engine::new(self.cash, self.limits);
        let mut exchange = Exchange::new(self.fills);
        let mut lanes = Vec::with_capacity(self.lanes.len());
        let ticks: Vec<Tick> = self.lanes.iter().map(|l| l.book.contract.tick).collect();
        for (book, strategy, lane) in prepare(self.lanes, self.threads, &self.fills, self.calendar) {
            engine.add_book(book, Some(strategy));
            lanes.push(lane);
        }
        for tick in ticks {
            exchange.list(tick);
        }
        let samples = sample_times(&lanes, self.equity).into();
        let shell = Shell::new(engine, exchange, lanes, self.pace, samples).ending_flat(self.ends_flat);
        shell.run(progress, self.keep_orders)
    }
}

type Prepared<'a> = (engine::BookSpec, Box<dyn strategy::Strategy>, Lane<'a>);

/// Marks the bars of all lanes, on several threads if there are several lanes.
fn prepare<'a>(
    specs: Vec<LaneSpec<'a>>,
    threads: usize,
    fills: &FillRules,
    calendar: &'a Calendar,
) -> Vec<Prepared<'a>> {
    let threads = threads.clamp(1, specs.len().max(1));
    if threads == 1 {
        return specs.into_iter().map(|spec| Lane::prepare(spec, fills, calendar)).collect();
    }
    let share = specs.len().div_ceil(threads);
    let mut specs = specs.into_iter();
    let parts: Vec<Vec<LaneSpec<'a>>> = (0..threads).map(|_| specs.by_ref().take(share).collect()).collect();
    std::thread::scope(|scope| {
        let work = |part: Vec<LaneSpec<'a>>| -> Vec<Prepared<'a>> {
            part.into_iter().map(|spec| Lane::prepare(spec, fills, calendar)).collect()
        };
        let running: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || work(part))).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
