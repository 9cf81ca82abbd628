//! One instrument: what it is, its series, and the first and last bars of each.

use std::path::Path;

use domain::Timeframe;
use domain::instrument::InstrumentId;
use history::store::{SeriesInfo, Store};

use crate::commands::selection::{Dates, nothing_between, stored};
use crate::failure::Failure;
use crate::outside;
use crate::tables::Tables;
use crate::view::json;
use crate::view::market_data::{Instrument, Shown, show_json, show_text};

/// Show one instrument: its series, their sources, first and last bars
#[derive(clap::Args)]
#[command(after_help = "Example:\n  sauda data show NSE:SBIN-EQ --timeframe 1m --from 2021-04-01 --bars 5")]
pub struct Args {
    /// Instrument, such as NSE:SBIN-EQ
    symbol: InstrumentId,
    /// Only this stored timeframe
    #[arg(long, value_name = "TIMEFRAME")]
    timeframe: Option<Timeframe>,
    #[command(flatten)]
    dates: Dates,
    /// How many bars to show at each end
    #[arg(long, value_name = "N", default_value_t = 3)]
    bars: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let range = args.dates.range()?;
    let store = Store::open(data_dir)?;
    let series = chosen(&store, &args.symbol, args.timeframe)?;
    let last = series.iter().map(|info| info.last).max().unwrap_or_default();
    let tables = Tables::read(data_dir)?.instruments;
    let mut shown = Vec::with_capacity(series.len());
    for info in &series {
        let bars = store.load(&args.symbol, info.timeframe, range.clone())?;
        let head = bars.slice(0..args.bars.min(bars.len()));
        // Bars of a short range are shown once.
        let tail = bars.slice(bars.len().saturating_sub(args.bars).max(head.len())..bars.len());
        shown.push(Shown { info, in_range: bars.len(), price: bars.closes().last().copied(), head, tail });
    }
    if shown.iter().all(|s| s.in_range == 0) {
        let timeframe = series.first().map_or(Timeframe::MINUTE, |s| s.timeframe);
        return Err(nothing_between(&args.symbol, timeframe, args.dates, &series));
    }
    let price = shown.iter().find_map(|s| s.price);
    let instrument = match tables.resolve(&args.symbol, last.date(), price) {
        Ok(found) => Instrument::Known { doubts: tables.doubts(&found, last.date()), instrument: found },
        Err(error) => Instrument::Unknown { id: args.symbol.clone(), why: error.to_string() },
    };
    if args.json {
        json::print(&show_json(&instrument, last.date(), &shown))
    } else {
        outside::say(&show_text(&instrument, last.date(), &shown))
    }
}

/// The stored series of an instrument, or the one of a timeframe.
pub fn chosen(
    store: &Store,
    id: &InstrumentId,
    timeframe: Option<Timeframe>,
) -> Result<Vec<SeriesInfo>, Failure> {
    let mut series = stored(store, id)?;
    let Some(timeframe) = timeframe else { return Ok(series) };
    let names: Vec<String> = series.iter().map(|info| info.timeframe.to_string()).collect();
    series.retain(|info| info.timeframe == timeframe);
    if series.is_empty() {
        let names = names.join(", ");
        return Err(Failure::usage(format!(
            "--timeframe {timeframe} of {id} is not stored; stored: {names}"
        )));
    }
    Ok(series)
}
