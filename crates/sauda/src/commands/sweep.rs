//! `sauda sweep`: a strategy with every set of parameters in a range.

mod args;
mod hearing;
mod ranges;
mod resume;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::backtest::Outcome;
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
use crate::view::backtest::RunView;
use crate::view::sweep::{Document, Rank, Searched};

pub use args::Args;
use hearing::Hearing;
pub use ranges::Grid;

/// Indicator columns kept in memory: a hundred megabytes of results and bars stay the larger part.
const CACHE_BYTES: usize = 32 << 20;

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let rank = Rank::read(&args.rank)?;
    if args.backtest.trades.is_some() {
        return Err(Failure::usage(
            "--trades: a sweep keeps no trades; run the set you like with `sauda backtest`",
        ));
    }
    if args.top == 0 || args.threads == Some(0) || args.random == Some(0) {
        return Err(Failure::usage("--top, --random and --threads must be above 0"));
    }
    let mut settings = Settings::without_parameters(&args.backtest)?;
    let grid = Grid::read(&settings.strategy, &args.backtest.params)?;
    rules_file::check_swept(&settings.strategy, grid.axes.iter().map(|axis| &*axis.name))?;
    let sets = chosen(&grid, args.random, args.seed);
    let searched = Searched::new(
        &grid.axes.iter().map(|a| (&*a.name, &*a.values)).collect::<Vec<_>>(),
        args.random,
        args.seed,
    );

    let store = Store::open(data_dir).map_err(Failure::failed)?;
    let calendar = Calendar::builtin();
    let series = backtest::load(&settings, &store, calendar)?;
    let (span, bars) = span(&series)?;
    let run = RunView::new(&settings, &series, &Outcome { bars, ..Outcome::default() }, span);

    let mut rows = match &args.resume {
        Some(path) => resume::rows(path, &run, &searched)?,
        None => Vec::new(),
    };
    let done: std::collections::BTreeSet<u64> = rows.iter().map(|row| row.set).collect();
    let fits = |set: &u64| grid.values(&settings.strategy, *set).is_ok();
    let possible: Vec<u64> = sets.iter().copied().filter(fits).collect();
    if possible.is_empty() {
        return Err(Failure::usage("--param: no set of these ranges fits together; see `sauda strategies`"));
    }
    let wanted: Vec<u64> = possible.iter().copied().filter(|set| !done.contains(set)).collect();

    let stop = stop_on_interrupt()?;
    let mut progress = Progress::new("sweep", wanted.len() as u64);
    let sweep = sweep(&settings, &series, calendar, threads(args.threads));
    let build = |set: u64| {
        let values = grid.values(&settings.strategy, set).and_then(|values| settings.strategy.build(&values));
        values.unwrap_or_else(|_| unreachable!("a set is built before it is wanted"))
    };
    rows.reserve(wanted.len());
    let mut hearing = Hearing::new(settings.cash, args.seed);
    let mut heard = 0;
    sweep.run(&wanted, build, &stop, |row: Row, equity| {
        heard += 1;
        progress.reach(heard);
        hearing.hear(row.set, equity);
        rows.push(row);
    });
    drop(progress);
    rows.sort_unstable_by_key(|row| row.set);

    let complete = rows.len() == possible.len();
    let skipped = (sets.len() - possible.len()) as u64;
    let verdict = match rank.best(&rows) {
        // The equity of rows from an earlier file is not known any more, and a court that has heard half is no court.
        Some(best) if args.resume.is_none() => {
            settings.values = grid.values(&settings.strategy, best.set).map_err(Failure::usage)?;
            let (outcome, _) = backtest::play(&settings, &series, calendar)?;
            let trades: Vec<domain::Money> = outcome.trades.iter().map(domain::trade::Trade::pnl).collect();
            let whole = args.random.is_none().then_some((&grid, &*rows));
            hearing.judge(best, &outcome.equity, &trades, whole, threads(args.threads))
        }
        _ => None,
    };
    let document =
        Document::new(run, searched, rank, &rows, args.top, (possible.len() as u64, skipped), &|set| {
            grid.at(set)
        })
        .judged(verdict.as_ref());
    if let (Some(path), Some(best)) = (&args.backtest.report, rank.best(&rows)) {
        settings.values = grid.values(&settings.strategy, best.set).map_err(Failure::usage)?;
        let (outcome, span) = backtest::play(&settings, &series, calendar)?;
        let found = Found { rank, grid: &grid, rows: &rows, best, verdict: verdict.as_ref() };
        found.write(
            path,
            &backtest::report(&settings, &series, &outcome, span),
            &series,
            settings.timeframe,
        )?;
    }
    match &args.backtest.json {
        Some(path) => {
            outside::write_whole(path, |out| crate::view::write_json(out, &document))?;
            if path != Path::new("-") {
                outside::say(&document.table(Some(path)))?;
            }
        }
        None => outside::say(&document.table(None))?,
    }
    if complete {
        return Ok(());
    }
    let cure = match &args.backtest.json {
        Some(path) if path != Path::new("-") => format!("go on with --resume {}", path.display()),
        _ => "with --json FILE it could be resumed".to_owned(),
    };
    Err(Failure::failed(format!("interrupted after {} of {} sets; {cure}", rows.len(), possible.len())))
}

/// The sets to try, in order.
pub fn chosen(grid: &Grid, random: Option<u64>, seed: u64) -> Vec<u64> {
    let Some(n) = random.filter(|&n| n < grid.sets) else { return (0..grid.sets).collect() };
    // SplitMix64: the same seed draws the same sets everywhere.
    let mut state = seed;
    let mut draw = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let mut sets = std::collections::BTreeSet::new();
    while (sets.len() as u64) < n {
        sets.insert(draw() % grid.sets);
    }
    sets.into_iter().collect()
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
