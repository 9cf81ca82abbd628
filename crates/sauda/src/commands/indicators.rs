//! Indicators over stored bars, as a table for other programs.

mod columns;

use std::path::{Path, PathBuf};

use domain::Timeframe;
use domain::instrument::InstrumentId;
use history::store::Store;
use indicators::{Spec, catalogue};

use super::selection::{Dates, load, nothing_between, stored};
use crate::failure::Failure;
use crate::outside;
use crate::progress::Progress;
use crate::tables::Tables;
use crate::view::catalogue::{indicators_json, indicators_text};
use crate::view::indicators::{Table, Written, write_csv, write_json};
use crate::view::json;

/// Compute indicators over stored bars and write them as CSV
///
/// Columns are ts open high low close volume, then the indicators'; an empty field is a value that is not yet defined.
/// Bars before --from warm the indicators up. Where TA-Lib has an indicator its values and warm-up hold.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// List every indicator with its parameters and columns
    #[arg(long, conflicts_with_all = ["symbol", "timeframe", "with", "out", "from", "to"])]
    list: bool,
    /// Instrument, such as NSE:SBIN-EQ
    #[arg(long, value_name = "SYMBOL", required_unless_present = "list")]
    symbol: Option<InstrumentId>,
    /// Length of the bars; resampled from the finest stored one where it is not stored
    #[arg(long, value_name = "TIMEFRAME", required_unless_present = "list")]
    timeframe: Option<Timeframe>,
    /// Indicators, separated by commas; parameters that are left out take their defaults
    #[arg(long, value_name = "INDICATORS", required_unless_present = "list")]
    with: Option<String>,
    #[command(flatten)]
    dates: Dates,
    /// CSV file to write; standard output without it, or for -
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print JSON: the table where it goes to standard output, else what was written
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "Examples:
  sauda indicators --list
  sauda indicators --symbol NSE:SBIN-EQ --timeframe 5m --with \"sma(20),rsi(14),macd(12,26,9)\" --out sbin.csv
  sauda indicators --symbol NSE:SBIN-EQ --timeframe 1d --with \"supertrend(10,3)\" --from 2024-01-01";

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let (Some(symbol), Some(timeframe), Some(with)) = (&args.symbol, args.timeframe, &args.with) else {
        let all = catalogue();
        return if args.json {
            json::print(&indicators_json(all))
        } else {
            outside::say(&indicators_text(all))
        };
    };
    let specs = indicators::parse(with).map_err(|error| Failure::usage(format!("--with: {error}")))?;
    let range = args.dates.range()?;
    let store = Store::open(data_dir)?;
    let tables = Tables::read(data_dir)?;
    let selected = load(&store, &tables, symbol, timeframe, domain::Timestamp::MIN..range.end)?;
    let bars = &selected.loaded.bars;
    let first = bars.first_at_or_after(range.start);
    if first == bars.len() {
        return Err(nothing_between(symbol, timeframe, args.dates, &stored(&store, symbol)?));
    }

    let mut progress = Progress::new("indicators", ((specs.len() + 1) * bars.len()) as u64);
    let inputs = columns::Inputs::of(bars, &tables.calendar, selected.class);
    let columns = columns::compute(&specs, &inputs, &mut |done| progress.reach((done * bars.len()) as u64));
    let table = Table { bars, from: first, columns: &columns };
    let computed = specs.len() * bars.len();
    let mut advance = |row: usize| progress.reach((computed + row) as u64);

    let written = Written {
        symbol: symbol.to_string(),
        timeframe: timeframe.to_string(),
        resampled_from: (selected.loaded.from != timeframe).then(|| selected.loaded.from.to_string()),
        indicators: specs.iter().map(Spec::to_string).collect(),
        rows: bars.len() - first,
        file: args.out.as_ref().map(|path| path.display().to_string()),
    };
    match args.out.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => {
            outside::write_whole(path, |out| write_csv(out, &table, &mut advance))?;
            drop(progress);
            if args.json { json::print(&written) } else { outside::say(&written.sentence()) }
        }
        None if args.json => outside::write_whole(Path::new("-"), |out| write_json(out, &written, &table)),
        None => outside::write_whole(Path::new("-"), |out| write_csv(out, &table, &mut advance)),
    }
}
