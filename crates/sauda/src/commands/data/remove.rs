//! Takes series out of the store.

use std::path::Path;

use domain::Timeframe;
use domain::instrument::InstrumentId;
use history::store::{SeriesInfo, Store};

use super::show::chosen;
use crate::failure::Failure;
use crate::outside;
use crate::view::json;
use crate::view::market_data::SeriesView;
use crate::view::table::count;

/// Take an instrument's bars of one timeframe, or of all, out of the store
#[derive(clap::Args)]
#[command(after_help = "Example:\n  sauda data remove NSE:SBIN-EQ --timeframe 5m")]
#[command(group = clap::ArgGroup::new("what").required(true).args(["timeframe", "all"]))]
pub struct Args {
    /// Instrument, such as NSE:SBIN-EQ
    symbol: InstrumentId,
    /// The stored timeframe to remove
    #[arg(long, value_name = "TIMEFRAME")]
    timeframe: Option<Timeframe>,
    /// Remove every timeframe of the instrument
    #[arg(long)]
    all: bool,
    /// Print what was removed as JSON
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let store = Store::open(data_dir)?;
    // Names what is stored where this timeframe is not.
    chosen(&store, &args.symbol, args.timeframe)?;
    let removed = store.remove(&args.symbol, args.timeframe)?;
    if args.json {
        return json::print(&removed.iter().map(SeriesView::of).collect::<Vec<_>>());
    }
    let line = |info: &SeriesInfo| {
        format!("removed {} {}: {}\n", info.id, info.timeframe, count(info.rows as u64, "bar"))
    };
    outside::say(&removed.iter().map(line).collect::<String>())
}
