//! `sauda report`: results as one HTML page, and the same page for `sauda backtest --report`.

mod candles;
mod sweep;
mod walk_forward;

use std::path::{Path, PathBuf};

use ::report::{Chart, MOST_CANDLES, Page, ResultDocument, RunPage, write};
use domain::Timeframe;
use history::Store;

use super::backtest::Series;
use crate::failure::Failure;
use crate::outside;
use crate::tables::Tables;
use crate::view;
use crate::view::backtest::Report;
use candles::Candles;
pub use sweep::Found;
pub use walk_forward::Forward;

/// Runs that one page compares at most: more columns than that cannot be read.
const MOST_RUNS: usize = 12;

const FOLDS_ELSEWHERE: &str = "this is the joined account of a walk-forward: parameters changed from test to test; its \
    verdict and folds are on the page that `sauda walk-forward --report` writes";

const EXAMPLES: &str = "\
Examples:
  sauda report run.json --out report.html
  sauda report slow.json fast.json --out compared.html

The page is one file that needs no network. A result has no candles in it: they are read from the store, if it has those
of the run. `sauda backtest --report FILE` writes the page at once.";

/// Make one HTML page of a result of `sauda backtest --json`, or of several to compare them
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Results written by `sauda backtest --json FILE`
    #[arg(value_name = "RESULT", required = true)]
    results: Vec<PathBuf>,
    /// The page to write; `-` is standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    if args.results.len() > MOST_RUNS {
        let given = args.results.len();
        return Err(Failure::usage(format!(
            "{given} results are too many for one page; give at most {MOST_RUNS}"
        )));
    }
    let out = args.out.canonicalize().ok();
    if let Some(same) = args.results.iter().find(|path| out.is_some() && path.canonicalize().ok() == out) {
        return Err(Failure::usage(format!(
            "--out would overwrite the result {}; name another file",
            same.display()
        )));
    }
    let results = args.results.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let single = results.len() == 1;
    let title = match &results[..] {
        [one] => headline(one),
        many => format!("{} runs compared", many.len()),
    };
    let store = Store::open(data_dir);
    let tables = Tables::read(data_dir)?;
    let mut charts: Vec<Candles> = Vec::new();
    let mut runs = Vec::new();
    for (path, result) in args.results.iter().zip(results) {
        let mut found = candles::stored(&result, store.as_ref(), &tables);
        if !result.folds.is_empty() {
            found.notes.push(FOLDS_ELSEWHERE.to_owned());
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = if single { headline(&result) } else { name };
        runs.push(RunPage::new(name, result, &found.benchmark, found.notes));
        for one in found.candles {
            if !charts.iter().any(|other| other.covers(&one)) {
                charts.retain(|other| !one.covers(other));
                charts.push(one);
            }
        }
    }
    let most = MOST_CANDLES / charts.len().max(1);
    let charts = charts.iter().map(|one| one.chart(most)).collect();
    save(&args.out, &Page { title, made_by: made_by(), studies: Vec::new(), runs, charts })
}

/// The page of a backtest that has just run.
pub fn write_one(
    path: &Path,
    report: &Report<'_>,
    series: &[Series],
    timeframe: Timeframe,
) -> Result<(), Failure> {
    save(path, &page_of(report, series, timeframe, Vec::new())?)
}

/// The page of one run at hand; `notes` are what the reader should doubt beside its warnings.
fn page_of(
    report: &Report<'_>,
    series: &[Series],
    timeframe: Timeframe,
    notes: Vec<String>,
) -> Result<Page, Failure> {
    // Through the JSON, so that this page and one made of the file later cannot differ.
    let mut json = Vec::new();
    view::write_json(&mut json, report).map_err(Failure::failed)?;
    let result = ResultDocument::read(&json).map_err(Failure::failed)?;
    let held: Vec<_> = series.iter().map(Series::held).collect();
    let benchmark = candles::benchmark(&result, &held);
    let most = MOST_CANDLES / series.len().max(1);
    let charts: Vec<Chart> = series
        .iter()
        .map(|one| Candles::of_run(one.id.as_str(), timeframe, &one.bars, one.start).chart(most))
        .collect();
    let title = headline(&result);
    let run = RunPage::new(title.clone(), result, &benchmark, notes);
    Ok(Page { title, made_by: made_by(), studies: Vec::new(), runs: vec![run], charts })
}

fn read(path: &Path) -> Result<ResultDocument, Failure> {
    let named = |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
    let json = std::fs::read(path).map_err(|error| named(&error))?;
    ResultDocument::read(&json).map_err(|error| if is_sweep(&json) { named(&A_SWEEP) } else { named(&error) })
}

const A_SWEEP: &str = "this is a sweep: `sauda sweep --report FILE` makes its page, and `sauda backtest --report FILE` \
                       that of one set";

fn is_sweep(json: &[u8]) -> bool {
    let document = serde_json::from_slice::<serde_json::Value>(json);
    document.is_ok_and(|document| document.get("searched").is_some() && document.get("rows").is_some())
}

fn save(path: &Path, page: &Page) -> Result<(), Failure> {
    outside::write_whole(path, |out| write(page, out))
}

fn made_by() -> String {
    format!("sauda {}", env!("CARGO_PKG_VERSION"))
}

/// Strategy, parameters, instruments and timeframe on a line.
fn headline(result: &ResultDocument) -> String {
    let params = result.run.get("params").and_then(serde_json::Value::as_object);
    let params: Vec<String> =
        params.into_iter().flatten().map(|(name, value)| format!("{name}={value}")).collect();
    let params = if params.is_empty() { String::new() } else { format!(" ({})", params.join(", ")) };
    let symbols: Vec<&str> = result.symbols().collect();
    format!("{}{params} · {} {}", result.setting("strategy"), symbols.join(", "), result.setting("timeframe"))
}
