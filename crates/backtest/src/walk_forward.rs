//! Walk-forward: choose parameters on some days, trade the choice on the days after them, move on.
//!
//! In each fold all sets are swept over the training days, the best is chosen, and its backtest over the test days goes
//! on with the cash that the folds before left. The tests together are one account.
//!
//! # Promises
//! - **No look-ahead.** A fold's sweep gets the bars up to the end of its training days and no others; its test those up to
//!   the end of its test days. Earlier bars warm indicators up, as in any backtest.
//! - **In a test nothing is left open**: what is held at the last close of its bars is closed there
//!   ([`Backtest::ends_flat`]), with slippage and charges. The next fold may have other parameters, whose stops and exits
//!   do not fit a position that they did not open, and so `CASH-1` holds over all folds with nothing open at the end. It
//!   is the cautious rule: a strategy pays for one more exit, and perhaps for one more entry, than it would have.
//! - **In training** a position is judged as a sweep judges it: what is open at the end counts at the last close.
//! - A set that never traded is never chosen; of equal ones the lower. Where no set has a figure, the test stays flat.
//! - The number of threads changes nothing.
//!
//! Never: prints, reads a clock, knows what the parameters are called.

mod folds;
#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicBool;

use domain::time::{Date, DayNumber};
use domain::{Bars, Money, Timestamp};
use strategy::{Block, Inputs, SignalBits, Signals, Strategy};

use crate::metrics::{Sums, session_returns};
use crate::outcome::Outcome;
use crate::run::{Backtest, EquityAt};
use crate::sweep::{Row, Sweep, SweepSeries};
use crate::{LaneSpec, court};

pub use folds::{Cut, Fold, Length, LengthError, TooShort, Training, last};

/// What all folds have in common.
pub struct WalkForward<'a> {
    /// Its cash is that of the first test, and that of every training. Bars reach over all folds; `start` is not read.
    pub sweep: Sweep<'a>,
    /// When equity is sampled in the tests.
    pub equity: EquityAt,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Walked {
    pub steps: Vec<Step>,
    /// The tests as one account.
    pub outcome: Outcome,
}

/// One fold.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    pub fold: Fold,
    pub choice: Choice,
    /// Session returns of the choice in training; zeros if there was none.
    pub in_sample: Vec<f64>,
    /// Session returns of the test, from the cash at its beginning.
    pub out_of_sample: Vec<f64>,
    /// Positions that the end of the test closed.
    pub closed_at_end: usize,
}

/// What was traded in a test.
#[expect(clippy::large_enum_variant, reason = "there are few, and almost all are the large one")]
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Choice {
    /// The set that was best in training, and its figures there and in the test.
    Set { inside: Row, outside: Row },
    /// Nothing: no set traded in training and has the figure that ranks.
    NoneFit,
    /// Nothing: the account had no rupee left.
    Ruined,
}

/// It was stopped; nothing is known of the folds as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stopped {
    /// Folds that were done.
    pub folds: usize,
    /// Sets that were done in the fold that was on.
    pub sets: usize,
}

/// The set that leads in training.
struct Leader {
    figure: f64,
    row: Row,
    returns: Vec<f64>,
}

impl WalkForward<'_> {
    /// Runs the folds in order. `wanted` are the sets to try, ascending; `build` makes a set's strategy, one for each
    /// series; `rank` gives the figure of which more is better. `progress` is told the number of sets tried so far, over
    /// all folds.
    pub fn run<B, P>(
        &self,
        folds: &[Fold],
        wanted: &[u64],
        build: B,
        rank: &(dyn Fn(&Row) -> Option<f64> + Sync),
        stop: &AtomicBool,
        mut progress: P,
    ) -> Result<Walked, Stopped>
    where
        B: Fn(u64) -> Box<dyn Strategy> + Sync,
        P: FnMut(u64) + Send,
    {
        let mut steps: Vec<Step> = Vec::with_capacity(folds.len());
        let mut outcome = Outcome { initial_cash: self.sweep.cash, ..Outcome::default() };
        for (done, fold) in folds.iter().enumerate() {
            let before = (done * wanted.len()) as u64;
            let trained = self.train(fold, wanted, &build, rank, stop, |n| progress(before + n));
            let (leader, sessions) = trained.map_err(|sets| Stopped { folds: done, sets })?;
            let cash = outcome.final_equity();
            let choice = leader.filter(|_| cash > Money::ZERO);
            let test = self.test(fold, cash, &|| match &choice {
                Some(leader) => build(leader.row.set),
                None => Box::new(Idle),
            });
            let none = if cash > Money::ZERO { Choice::NoneFit } else { Choice::Ruined };
            let figures = |set| Row::new(set, &test, &Sums::of(&test.trades));
            let (choice, in_sample) = match choice {
                Some(Leader { row, returns, .. }) => {
                    (Choice::Set { inside: row, outside: figures(row.set) }, returns)
                }
                None => (none, vec![0.0; sessions]),
            };
            let ended =
                |trade: &&domain::trade::Trade| trade.exit_reason == domain::trade::ExitReason::SpanEnd;
            steps.push(Step {
                fold: fold.clone(),
                choice,
                in_sample,
                out_of_sample: returns(cash, &test.equity),
                closed_at_end: test.trades.iter().filter(ended).count(),
            });
            outcome.go_on(test);
        }
        Ok(Walked { steps, outcome })
    }

    /// The best set over the training days and the number of sessions; how many sets were done if it was stopped.
    fn train<B, P>(
        &self,
        fold: &Fold,
        wanted: &[u64],
        build: &B,
        rank: &(dyn Fn(&Row) -> Option<f64> + Sync),
        stop: &AtomicBool,
        mut progress: P,
    ) -> Result<(Option<Leader>, usize), usize>
    where
        B: Fn(u64) -> Box<dyn Strategy> + Sync,
        P: FnMut(u64) + Send,
    {
        let bars = self.bars_before(fold.train.end);
        let start = start_of(fold.train.start);
        let series = self.sweep.series.iter().zip(&bars).map(|(one, bars)| SweepSeries {
            book: one.book.clone(),
            bars,
            start,
            ..*one
        });
        let sweep = Sweep { series: series.collect(), ..self.sweep.settings() };
        let (mut heard, mut sessions) = (0, 0);
        let mut leader: Option<Leader> = None;
        sweep.run(wanted, build, stop, |row, equity| {
            heard += 1;
            progress(heard as u64);
            sessions = equity.len();
            let Some(figure) = rank(&row).filter(|_| row.has_traded()) else { return };
            if leader.as_ref().is_none_or(|best| figure.total_cmp(&best.figure).is_gt()) {
                leader = Some(Leader { figure, row, returns: returns(sweep.cash, equity) });
            }
        });
        if heard < wanted.len() { Err(heard) } else { Ok((leader, sessions)) }
    }

    /// The backtest over the test days.
    fn test(&self, fold: &Fold, cash: Money, build: &dyn Fn() -> Box<dyn Strategy>) -> Outcome {
        let bars = self.bars_before(fold.test.end);
        let mut test = Backtest::new(cash, self.sweep.calendar);
        test.limits = self.sweep.limits;
        test.fills = self.sweep.fills;
        test.equity = self.equity;
        test.ends_flat = true;
        test.threads = self.sweep.threads;
        for (one, bars) in self.sweep.series.iter().zip(&bars) {
            test.add(LaneSpec {
                book: one.book.clone(),
                strategy: build(),
                bars,
                timeframe: one.timeframe,
                finer: one.finer,
                class: one.class,
                time_exit: one.time_exit,
                start: start_of(fold.test.start),
            });
        }
        test.run(&mut |_| ())
    }

    /// The bars of each series that open before a day: what comes after does not exist.
    fn bars_before(&self, day: Date) -> Vec<Bars> {
        let end = start_of(day);
        self.sweep.series.iter().map(|one| one.bars.slice(0..one.bars.first_at_or_after(end))).collect()
    }
}

impl Walked {
    /// What the overfit court judges.
    pub fn folds(&self) -> Vec<court::Fold<'_>> {
        let steps = self.steps.iter();
        steps
            .map(|step| court::Fold { in_sample: &step.in_sample, out_of_sample: &step.out_of_sample })
            .collect()
    }
}

fn start_of(day: Date) -> Timestamp {
    DayNumber::of(day).start()
}

/// Session returns; 0 from where nothing is left.
fn returns(cash: Money, equity: &[(Timestamp, Money)]) -> Vec<f64> {
    session_returns(cash, equity).into_iter().map(|r| r.unwrap_or(0.0)).collect()
}

/// Does nothing.
struct Idle;

impl Strategy for Idle {
    fn inputs(&self) -> Inputs {
        Inputs::default()
    }

    fn scan(&mut self, block: &Block<'_>, out: &mut Signals) {
        out.extend(block.len, |_| SignalBits::default());
    }
}
