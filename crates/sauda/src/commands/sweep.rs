//! `sauda sweep`: a strategy with every set of parameters in a range.

mod args;
mod hearing;
mod plan;
mod ranges;
mod resume;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::backtest::Outcome;
use ::backtest::search::Candidate;
use ::backtest::sweep::{Row, Sweep, SweepSeries};
use domain::Timestamp;
use domain::calendar::Calendar;
use history::Store;

use crate::commands::backtest::{self, Series, Settings};
use crate::commands::report::Found;
use crate::commands::rules_file;
use crate::failure::Failure;
use crate::outside;
use crate::progress::Progress;
use crate::tables::Tables;
use crate::view::backtest::RunView;
use crate::view::sweep::{Document, Rank, Search, Searched};

pub use args::Args;
use hearing::{Hearing, find};
use plan::Plan;
pub use ranges::Grid;
use ranges::MOST_SEARCHED;
use resume::Earlier;

/// Indicator columns kept in memory: a hundred megabytes of results and bars stay the larger part.
const CACHE_BYTES: usize = 32 << 20;

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let rank = Rank::read(&args.rank)?;
    args.check()?;
    let mut settings = Settings::without_parameters(&args.backtest)?;
    let search = args.search(rank);
    let grid = match search {
        Search::Grid => Grid::read(&settings.strategy, &args.backtest.params)?,
        _ => Grid::read_up_to(MOST_SEARCHED, &settings.strategy, &args.backtest.params)?,
    };
    rules_file::check_swept(&settings.strategy, grid.axes.iter().map(|axis| &*axis.name))?;
    args.check_outputs()?;
    let searched =
        Searched::new(&grid.axes.iter().map(|a| (&*a.name, &*a.values)).collect::<Vec<_>>(), search);

    let store = Store::open(data_dir).map_err(Failure::failed)?;
    let tables = Tables::read(data_dir)?;
    let calendar = &tables.calendar;
    let series = backtest::load(&settings, &store, &tables)?;
    let (span, bars) = span(&series)?;
    let run = RunView::new(&settings, &series, &Outcome { bars, ..Outcome::default() }, span, &tables);
    let earlier = Earlier::read(args, &run, &searched, &series)?;

    let stop = stop_on_interrupt()?;
    let mut hearing = Hearing::new(settings.cash, args.seed, earlier.court);
    let mut plan = Plan::new(search, &grid, &settings.strategy);
    let sweep = sweep(&settings, &series, calendar, threads(args.threads));
    let (rows, complete) = tried(&sweep, &mut plan, &mut hearing, earlier.rows, &stop)?;
    let (sets, skipped, reachable) = (plan.sets(), plan.skipped(), plan.reachable());

    // The best once more, with its trades.
    let best = rank.best(&rows);
    let single = match best {
        Some(best) if complete || args.backtest.report.is_some() => {
            settings.values = grid.values(&settings.strategy, best.set).map_err(Failure::usage)?;
            Some((best, backtest::play(&settings, &series, calendar)?))
        }
        _ => None,
    };
    let judged = single.as_ref().filter(|_| complete);
    let verdict = judged.and_then(|(best, (outcome, _))| {
        hearing.judge((best, outcome), (&grid, &rows), reachable, threads(args.threads))
    });
    let mut document =
        Document::new(run, searched, rank, &rows, args.top, (sets, skipped), &|set| grid.at(set))
            .judged(verdict.as_ref());
    if let Some(court) = hearing.to_bytes().filter(|_| !complete) {
        document = document.unfinished(&court, resume::digest(&series));
    }
    if let Some(path) = &args.backtest.json {
        outside::write_whole(path, |out| crate::view::write_json(out, &document))?;
    }
    if let (Some(path), Some((best, (outcome, span)))) = (&args.backtest.report, &single) {
        let found = Found { rank, grid: &grid, rows: &rows, best, verdict: verdict.as_ref() };
        let report = backtest::report(&settings, &series, outcome, *span, &tables);
        found.write(path, &report, &series, settings.timeframe)?;
    }
    let json = args.backtest.json.as_deref();
    if json != Some(Path::new("-")) {
        outside::say(&document.table(json))?;
    }
    if complete {
        return Ok(());
    }
    let cure = match json {
        Some(path) if path != Path::new("-") => format!("go on with --resume {}", path.display()),
        _ => "with --json FILE it could be resumed".to_owned(),
    };
    Err(Failure::failed(format!("interrupted after {} of {sets} sets; {cure}", rows.len())))
}

/// Tries all sets of the plan that are not among the `earlier` rows. All rows in the order of their sets, and whether
/// none is missing.
fn tried(
    sweep: &Sweep<'_>,
    plan: &mut Plan<'_>,
    hearing: &mut Hearing,
    earlier: Vec<Row>,
    stop: &AtomicBool,
) -> Result<(Vec<Row>, bool), Failure> {
    let (grid, strategy) = plan.of();
    let mut generation = plan.next();
    if generation.is_empty() {
        let why = grid.values(strategy, 0).err().map_or_else(String::new, |error| format!(": {error}"));
        return Err(Failure::usage(format!("--param: no set of these ranges fits together{why}")));
    }
    let build = |set: u64| {
        let values = grid.values(strategy, set).and_then(|values| strategy.build(&values));
        values.unwrap_or_else(|_| unreachable!("only sets that fit together are tried"))
    };
    let mut progress = Progress::new("sweep", plan.sets());
    let ready = sweep.ready();
    let mut fresh: Vec<Row> = Vec::new();
    let mut complete = true;
    while !generation.is_empty() {
        let wanted: Vec<Candidate> =
            generation.iter().filter(|one| find(&earlier, one.set).is_none()).copied().collect();
        let sets: Vec<u64> = wanted.iter().map(|one| one.set).collect();
        let from = fresh.len();
        fresh.reserve(sets.len());
        ready.run(&sets, build, stop, |row: Row, equity| {
            hearing.hear(wanted[fresh.len() - from], equity);
            fresh.push(row);
            progress.reach((earlier.len() + fresh.len()) as u64);
        });
        if fresh.len() - from < wanted.len() {
            complete = false;
            break;
        }
        let mut new = fresh[from..].iter();
        plan.learn(generation.iter().filter_map(|one| find(&earlier, one.set).or_else(|| new.next())));
        generation = plan.next();
    }
    drop(progress);
    // A million rows are not copied for nothing.
    let mut rows = if earlier.is_empty() { fresh } else { [earlier, fresh].concat() };
    rows.sort_unstable_by_key(|row| row.set);
    Ok((rows, complete))
}

/// What all sets have in common.
pub fn sweep<'a>(
    settings: &Settings,
    series: &'a [Series],
    calendar: &'a Calendar,
    threads: usize,
) -> Sweep<'a> {
    let one = |series: &'a Series| SweepSeries {
        book: series.book(settings),
        bars: &series.bars,
        timeframe: settings.timeframe,
        finer: series.finer.as_ref().map(|(_, bars)| bars),
        class: series.class,
        time_exit: settings.time_exit,
        start: series.start,
    };
    Sweep {
        cash: settings.cash,
        limits: settings.limits,
        fills: settings.fills,
        calendar,
        series: series.iter().map(one).collect(),
        threads,
        cache_bytes: CACHE_BYTES,
    }
}

/// As many as asked for, else one a core.
pub fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// The first and last bar that may trade, and how many there are.
pub fn span(series: &[Series]) -> Result<((Timestamp, Timestamp), u64), Failure> {
    let tradable = |one: &Series| one.bars.first_at_or_after(one.start)..one.bars.len();
    let bars: u64 = series.iter().map(|one| tradable(one).len() as u64).sum();
    let times = |one: &Series| one.bars.times()[tradable(one)].to_vec();
    let all = || series.iter().flat_map(times);
    match (all().min(), all().max()) {
        (Some(first), Some(last)) => Ok(((first, last), bars)),
        _ => Err(Failure::failed("no bar lies in the span")),
    }
}

/// Turns true at the first Ctrl-C; the command then ends in its own way. A second one ends the process.
pub fn stop_on_interrupt() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    let twice = move || {
        if heard.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(twice)
        .map_err(|error| Failure::failed(format!("cannot watch for Ctrl-C: {error}")))?;
    Ok(stop)
}
