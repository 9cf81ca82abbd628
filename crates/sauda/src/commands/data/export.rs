//! Bars out of the store, for other tools.

use std::path::{Path, PathBuf};

use domain::instrument::InstrumentId;
use domain::{Date, Timeframe, Timestamp};
use history::export::{ExportError, export};
use history::store::Store;
use serde::Serialize;

use crate::commands::selection::{self, Dates, date, load, nothing_between, stored};
use crate::failure::Failure;
use crate::tables::Tables;
use crate::view::json;
use crate::view::table::count;
use crate::{outside, view};

/// Write the bars of an instrument to a .csv or .parquet file
#[derive(clap::Args)]
#[command(after_help = "Examples:
  sauda data export NSE:SBIN-EQ --to sbin.parquet
  sauda data export NSE:SBIN-EQ --timeframe 15m --from 2024-01-01 --until 2024-03-31 --to sbin.csv")]
pub struct Args {
    /// Instrument, such as NSE:SBIN-EQ
    symbol: InstrumentId,
    /// File to write, ending in .csv or .parquet; one that is there is replaced
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Length of the bars; resampled where it is not stored [default: the finest stored]
    #[arg(long, value_name = "TIMEFRAME")]
    timeframe: Option<Timeframe>,
    /// First day, inclusive [default: the first stored]
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<Date>,
    /// Last day, inclusive [default: the last stored]
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
    /// Print what was written as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    symbol: String,
    timeframe: String,
    resampled_from: Option<String>,
    bars: usize,
    #[serde(serialize_with = "view::time")]
    first: Timestamp,
    #[serde(serialize_with = "view::time")]
    last: Timestamp,
    file: String,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let dates = Dates { from: args.from, to: args.until };
    let range = dates.range_named("--until")?;
    let store = Store::open(data_dir)?;
    let series = stored(&store, &args.symbol)?;
    let finest = series.first().map_or(Timeframe::MINUTE, |info| info.timeframe);
    let timeframe = args.timeframe.unwrap_or(finest);
    let selection::Selected { loaded, .. } =
        load(&store, &Tables::read(data_dir)?, &args.symbol, timeframe, range)?;
    let (Some(first), Some(last)) = (loaded.bars.times().first(), loaded.bars.times().last()) else {
        return Err(nothing_between(&args.symbol, timeframe, dates, &series));
    };
    export(&loaded.bars, &args.to).map_err(|error| match error {
        ExportError::UnknownFormat { .. } => Failure::usage(format!("--to {error}")),
        _ => Failure::failed(error),
    })?;
    let written = Written {
        symbol: args.symbol.to_string(),
        timeframe: timeframe.to_string(),
        resampled_from: (loaded.from != timeframe).then(|| loaded.from.to_string()),
        bars: loaded.bars.len(),
        first: *first,
        last: *last,
        file: args.to.display().to_string(),
    };
    if args.json { json::print(&written) } else { outside::say(&sentence(&written)) }
}

fn sentence(written: &Written) -> String {
    let Written { symbol, timeframe, first, last, file, .. } = written;
    let from =
        written.resampled_from.as_ref().map_or(String::new(), |from| format!(" resampled from {from}"));
    format!(
        "{file}: {} of {symbol}, {timeframe}{from}, {first} to {last}\n",
        count(written.bars as u64, "bar")
    )
}
