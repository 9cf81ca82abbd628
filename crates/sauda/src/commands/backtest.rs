//! `sauda backtest`: a strategy over stored history, through the engine.

mod args;
pub mod coverage;
mod facts;
mod settings;
pub mod summary;

use std::path::Path;

use ::backtest::{Backtest, Outcome};
use domain::calendar::Calendar;
use domain::{Bars, Timestamp};
use history::Store;

use crate::failure::Failure;
use crate::outside;
use crate::progress::Progress;
use crate::tables::Tables;
use crate::view::backtest::{Report, RunView};

pub use args::Args;
pub use coverage::Judged;
pub use facts::{Series, load};
pub use settings::Settings;

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let settings = Settings::read(args)?;
    let store = Store::open(data_dir).map_err(Failure::failed)?;
    let tables = Tables::read(data_dir)?;
    let series = load(&settings, &store, &tables)?;
    let (outcome, span) = play(&settings, &series, &tables.calendar)?;
    let report = report(&settings, &series, &outcome, span, &tables);

    if let Some(path) = &args.trades {
        outside::write_whole(path, |out| {
            crate::view::backtest::write_trades_csv(out, report.trades.views())
        })?;
    }
    if let Some(path) = &args.report {
        super::report::write_one(path, &report, &series, settings.timeframe)?;
    }
    match &args.json {
        Some(path) => {
            outside::write_whole(path, |out| crate::view::write_json(out, &report))?;
            if path == Path::new("-") {
                return Ok(());
            }
            outside::say(&summary::text(&report, Some(path)))
        }
        None => outside::say(&summary::text(&report, None)),
    }
}

/// The first and the last bar that could be traded.
pub type Span = (Timestamp, Timestamp);

/// Runs the backtest; gives the span that could trade too.
pub fn play(settings: &Settings, series: &[Series], calendar: &Calendar) -> Result<(Outcome, Span), Failure> {
    let mut test = Backtest::new(settings.cash, calendar);
    test.limits = settings.limits;
    test.fills = settings.fills;
    test.equity = settings.equity;
    test.threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut span: Option<Span> = None;
    for one in series {
        let lane = one.lane(settings)?;
        let tradable = &lane.bars.times()[lane.bars.first_at_or_after(lane.start)..];
        if let (Some(&first), Some(&last)) = (tradable.first(), tradable.last()) {
            span = Some(span.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
        }
        test.add(lane);
    }
    let span = span.ok_or_else(|| Failure::failed("no bar lies in the span"))?;
    let micros = |t: Timestamp| t.as_micros().saturating_sub(span.0.as_micros()).max(0) as u64;
    let mut progress = Progress::new("backtest", micros(span.1));
    Ok((test.run(&mut |at| progress.reach(micros(at))), span))
}

/// The document of a run.
pub fn report<'a>(
    settings: &'a Settings,
    series: &'a [Series],
    outcome: &'a Outcome,
    span: Span,
    tables: &Tables,
) -> Report<'a> {
    let held: Vec<_> = series.iter().map(Series::held).collect();
    let metrics = ::backtest::metrics::Metrics::of(outcome, &held);
    let run = RunView::new(settings, series, outcome, span, tables);
    Report::new(run, metrics, outcome, series, settings.timeframe)
}

/// Bars of an instrument that the settings allow to be read.
fn until(bars: Bars, end: Timestamp) -> Bars {
    let n = bars.first_at_or_after(end);
    if n == bars.len() { bars } else { bars.slice(0..n) }
}
