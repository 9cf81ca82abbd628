//! Holds a series against the calendar. What it finds is information: the exit code tells only whether it could read.

use std::path::Path;

use domain::Timeframe;
use domain::instrument::InstrumentId;
use history::store::Store;
use history::verify::verify_against;

use super::show::chosen;
use crate::commands::selection::{Dates, class_of, nothing_between};
use crate::failure::Failure;
use crate::outside;
use crate::progress::Progress;
use crate::tables::Tables;
use crate::view::json;
use crate::view::market_data::coverage::{Verified, coverage_json, coverage_text};

/// Read every bar of an instrument and hold it against the calendar: missing days and minutes, bars outside the
/// session, likely splits, flat stretches
///
/// Findings are information and exit with 0; a file that is damaged exits with 1.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  sauda data verify NSE:NIFTY50-INDEX --timeframe 1m --from 2024-01-01 --to 2024-03-31"
)]
pub struct Args {
    /// Instrument, such as NSE:SBIN-EQ
    symbol: InstrumentId,
    /// Only this stored timeframe
    #[arg(long, value_name = "TIMEFRAME")]
    timeframe: Option<Timeframe>,
    #[command(flatten)]
    dates: Dates,
    /// Print every finding as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let range = args.dates.range()?;
    let store = Store::open(data_dir)?;
    let tables = Tables::read(data_dir)?;
    let series = chosen(&store, &args.symbol, args.timeframe)?;
    let mut progress = Progress::new("reading", series.len() as u64);
    let mut verified = Vec::with_capacity(series.len());
    for (done, info) in series.iter().enumerate() {
        progress.reach(done as u64);
        let bars = store.load(&args.symbol, info.timeframe, range.clone())?;
        // Where only one end was asked for, the series gives the other.
        let whole = (info.first.date(), info.last.date());
        let (from, to) = (args.dates.from.unwrap_or(whole.0), args.dates.to.unwrap_or(whole.1));
        if from > to {
            return Err(nothing_between(&args.symbol, info.timeframe, args.dates, &series));
        }
        let coverage = verify_against(&bars, info.timeframe, Some(from..=to), |date| {
            tables.calendar.day(class_of(&tables.instruments, &args.symbol, date), date)
        });
        verified.push(Verified { info, coverage });
    }
    drop(progress);
    if args.json { json::print(&coverage_json(&verified)) } else { outside::say(&coverage_text(&verified)) }
}
