//! `sauda walk-forward`: parameters chosen on some days and traded on the days after them, over and over.
//!
//! The meaning of folds, choices and the joined account: [`::backtest::walk_forward`]. What an instrument's facts are
//! (lot, tick, hours) is settled once, on the first day, as in a backtest of all these days.

mod args;
mod days;
mod doubts;

use std::path::Path;

use ::backtest::court::{Verdict, WalkForwardCase, judge_walk_forward};
use ::backtest::search::drawn;
use ::backtest::walk_forward::{Cut, Fold, Length, Stopped, Training, WalkForward, Walked};
use domain::Money;
use domain::time::DayNumber;
use domain::trade::Trade;
use history::Store;

use crate::commands::backtest::{self, Settings};
use crate::commands::report::Forward;
use crate::commands::rules_file;
use crate::commands::sweep::{self, Grid};
use crate::failure::Failure;
use crate::outside;
use crate::progress::Progress;
use crate::tables::Tables;
use crate::view::backtest::{Report, number};
use crate::view::sweep::{Rank, Search, Searched};
use crate::view::walk_forward::{Document, Plan};

pub use args::Args;

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let rank = Rank::read(&args.rank)?;
    let cut = cut(args)?;
    if args.threads == Some(0) || args.random == Some(0) {
        return Err(Failure::usage("--random and --threads must be above 0"));
    }
    let settings = Settings::without_parameters(&args.backtest)?;
    let grid = Grid::read(&settings.strategy, &args.backtest.params)?;
    rules_file::check_swept(&settings.strategy, grid.axes.iter().map(|axis| &*axis.name))?;
    let search = args.random.map_or(Search::Grid, |sets| Search::Random { sets, seed: args.seed });
    let sets = drawn(grid.sets, args.random.unwrap_or(grid.sets), args.seed);
    let fits = |set: &u64| grid.values(&settings.strategy, *set).is_ok();
    let possible: Vec<u64> = sets.iter().copied().filter(fits).collect();
    if possible.is_empty() {
        return Err(Failure::usage("--param: no set of these ranges fits together; see `sauda strategies`"));
    }

    let store = Store::open(data_dir).map_err(Failure::failed)?;
    let tables = Tables::read(data_dir)?;
    let calendar = &tables.calendar;
    let mut series = backtest::load(&settings, &store, &tables)?;
    let (folds, empty) = days::folds(&cut, &settings, &series, calendar)?;

    let stop = sweep::stop_on_interrupt()?;
    let forward = WalkForward {
        sweep: sweep::sweep(&settings, &series, calendar, sweep::threads(args.threads)),
        equity: settings.equity,
    };
    let build = |set: u64| {
        let values = grid.values(&settings.strategy, set).and_then(|values| settings.strategy.build(&values));
        values.unwrap_or_else(|_| unreachable!("a set is built before it is wanted"))
    };
    let mut progress = Progress::new("walk-forward", (folds.len() * possible.len()) as u64);
    let walked = forward
        .run(&folds, &possible, build, &|row| rank.figure(row), &stop, |done| progress.reach(done))
        .map_err(|stopped| interrupted(stopped, &folds, possible.len()))?;
    drop(progress);

    let first = folds.first().map_or_else(Default::default, |fold| DayNumber::of(fold.test.start).start());
    for one in &mut series {
        one.start = first;
    }
    let (span, _) = sweep::span(&series)?;
    let verdict = judge(&walked, possible.len(), args.seed);
    let mut report = backtest::report(&settings, &series, &walked.outcome, span, &tables);
    show_parameters(&mut report, &grid);
    report.run.warnings.extend(doubts::of(&walked, possible.len(), empty));
    let plan = Plan {
        cut,
        rank,
        searched: Searched::new(
            &grid.axes.iter().map(|a| (&*a.name, &*a.values)).collect::<Vec<_>>(),
            search,
        ),
        sets: possible.len() as u64,
        skipped: (sets.len() - possible.len()) as u64,
    };
    let document = Document::new(&report, &plan, &grid, &walked, &verdict);

    if let Some(path) = &args.backtest.trades {
        outside::write_whole(path, |out| {
            crate::view::backtest::write_trades_csv(out, report.trades.views())
        })?;
    }
    if let Some(path) = &args.backtest.report {
        let page = Forward { plan: &plan, grid: &grid, steps: &walked.steps, verdict: &verdict };
        page.write(path, &report, &series, settings.timeframe)?;
    }
    match &args.backtest.json {
        Some(path) => {
            outside::write_whole(path, |out| crate::view::write_json(out, &document))?;
            if path == Path::new("-") {
                return Ok(());
            }
            outside::say(&document.text(&verdict, Some(path)))
        }
        None => outside::say(&document.text(&verdict, None)),
    }
}

fn cut(args: &Args) -> Result<Cut, Failure> {
    let length = |flag: &str, text: &str| {
        text.parse::<Length>().map_err(|error| Failure::usage(format!("--{flag}: {error}")))
    };
    Ok(Cut {
        train: length("train", &args.train)?,
        test: length("test", &args.test)?,
        training: if args.anchored { Training::Anchored } else { Training::Rolling },
    })
}

fn interrupted(stopped: Stopped, folds: &[Fold], sets: usize) -> Failure {
    Failure::failed(format!(
        "interrupted in fold {} of {}, after {} of its {sets} sets; nothing was written, and a walk-forward cannot be \
         resumed: run it again, with fewer sets or a longer --test if it takes too long",
        stopped.folds + 1,
        folds.len(),
        stopped.sets,
    ))
}

fn judge(walked: &Walked, sets: usize, seed: u64) -> Verdict {
    let trades: Vec<Money> = walked.outcome.trades.iter().map(Trade::pnl).collect();
    judge_walk_forward(&WalkForwardCase {
        folds: &walked.folds(),
        sets: sets as u64,
        trades: Some(&trades),
        seed,
    })
}

/// `run.params` keeps what all folds have in common: those that vary are told fold by fold.
fn show_parameters(report: &mut Report<'_>, grid: &Grid) {
    for axis in &grid.axes {
        match &axis.values[..] {
            [one] => report.run.params.insert(axis.name.clone(), number(*one)),
            _ => report.run.params.remove(&axis.name),
        };
    }
}
