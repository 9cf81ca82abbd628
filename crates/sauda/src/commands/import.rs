//! Takes files of market data into the store: all of them, or none.

use std::path::{Path, PathBuf};

use domain::instrument::InstrumentId;
use domain::{Price, Tick, Timeframe};
use history::import::{ImportError, ImportOptions, ImportReport, Imported, TimeZoneChoice, read_files};
use history::store::Store;

use super::selection::{class_of, undated};
use crate::failure::Failure;
use crate::outside;
use crate::progress::Progress;
use crate::tables::Tables;
use crate::view::import::Summary;
use crate::view::json;

/// Take files of bars, ticks or bhavcopies into the store, with an account of every row
///
/// Reads CSV in any dialect (also .gz), exchange bhavcopies, ticks and Parquet; what a file is, its content says.
/// All files are read before the store changes, and it changes at once: an import that is interrupted leaves it as
/// it was. Importing the same file again changes nothing.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Files to read together; rows of one instrument are joined
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Instrument that the rows are of, such as NSE:SBIN-EQ; in a file of many, the one to take
    #[arg(long, value_name = "SYMBOL", conflicts_with = "all")]
    symbol: Option<InstrumentId>,
    /// Length of the bars in the files, or of the bars to build from ticks: 1m to 240m, 1h to 4h, 1d
    #[arg(long, value_name = "TIMEFRAME")]
    timeframe: Timeframe,
    /// Zone of times that have none: IST, UTC, Asia/Kolkata or an offset such as -04:00 [default: IST]
    #[arg(long, value_name = "ZONE", value_parser = zone, allow_hyphen_values = true)]
    timezone: Option<TimeZoneChoice>,
    /// Refuse the import at the first defect of any kind
    #[arg(long)]
    strict: bool,
    /// Keep bars outside the known sessions; they trade like any other
    #[arg(long)]
    keep_out_of_session: bool,
    /// Take every symbol of the files, named by their labels
    #[arg(long)]
    all: bool,
    /// Bring prices that lost digits in a 32-bit float back to this tick (0.05 where none is given)
    #[arg(long, value_name = "PRICE", num_args = 0..=1, default_missing_value = "0.05", value_parser = tick)]
    tick: Option<Tick>,
    /// Print the account as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "Examples:
  sauda import NIFTY_2024.csv --symbol NSE:NIFTY50-INDEX --timeframe 1m
  sauda import bhav06JUL2026.csv.gz --all --timeframe 1d
  sauda import dhan_5min.csv --symbol NSE:NIFTYBANK-INDEX --timeframe 5m --timezone UTC";

/// Further east or west there is no zone.
const LARGEST_OFFSET: i16 = 14 * 60;

fn zone(text: &str) -> Result<TimeZoneChoice, String> {
    let named = match text.to_ascii_uppercase().as_str() {
        "IST" | "ASIA/KOLKATA" | "ASIA/CALCUTTA" => Some(TimeZoneChoice::Ist),
        "UTC" | "Z" | "GMT" | "ETC/UTC" => Some(TimeZoneChoice::Utc),
        _ => offset(text).map(|minutes| match minutes {
            0 => TimeZoneChoice::Utc,
            330 => TimeZoneChoice::Ist,
            _ => TimeZoneChoice::Offset(minutes),
        }),
    };
    named.ok_or_else(|| {
        format!("`{text}` is not a zone; use IST, UTC, Asia/Kolkata or an offset such as +05:30 or -04:00")
    })
}

/// Minutes east of Greenwich of `+05:30`.
fn offset(text: &str) -> Option<i16> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':')?;
    let part = |text: &str| -> Option<i16> {
        if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
    };
    let (hours, minutes) = (part(hours)?, part(minutes)?);
    let east = hours * 60 + minutes;
    (minutes < 60 && east <= LARGEST_OFFSET).then_some(sign * east)
}

fn tick(text: &str) -> Result<Tick, String> {
    let step: Price = text.parse().map_err(|error| format!("{error}; write a price step such as 0.05"))?;
    Tick::new(step).ok_or_else(|| format!("a tick of `{text}` is not above 0; use for example 0.05"))
}

pub fn run(args: &Args, data_dir: &Path) -> Result<(), Failure> {
    let store = Store::open(data_dir)?;
    let tables = Tables::read(data_dir)?;
    let Imported { series, mut report } = match read(args, &tables) {
        Ok(imported) => imported,
        Err(ImportError::NothingKept { what, report }) => {
            show(args, &report, &[])?;
            return Err(Failure::failed(format!("nothing was imported: {what}")));
        }
        Err(error) => return Err(refused(&error)),
    };
    for (id, _, bars) in &series {
        let ends = [bars.times().first(), bars.times().last()];
        if let Some(why) =
            ends.into_iter().flatten().find_map(|time| undated(&tables.instruments, id, time.date()))
        {
            report.warnings.push(format!("{id}: {why}; its bars were kept under that name"));
        }
    }
    let changes = store.merge_from(&source(&args.files), series)?;
    show(args, &report, &changes)
}

fn read(args: &Args, tables: &Tables) -> Result<Imported, ImportError> {
    let options = ImportOptions {
        symbol: args.symbol.clone(),
        all: args.all,
        timeframe: args.timeframe,
        timezone: args.timezone.unwrap_or_default(),
        strict: args.strict,
        keep_out_of_session: args.keep_out_of_session,
        calendar: &tables.calendar,
        class_of: &|id, on| class_of(&tables.instruments, id, on),
        tick: args.tick,
    };
    let mut progress = None;
    read_files(&args.files, &options, &mut |done, total| {
        progress.get_or_insert_with(|| Progress::new("reading", total)).reach(done);
    })
}

/// What another request would cure is bad usage; what another file would cure is a failure.
fn refused(error: &ImportError) -> Failure {
    match error {
        ImportError::Options(_) | ImportError::Symbol { .. } | ImportError::Timeframe { .. } => {
            Failure::usage(error)
        }
        _ => Failure::failed(error),
    }
}

/// The files by name, for the store's record of where bars came from.
fn source(files: &[PathBuf]) -> String {
    const NAMED: usize = 3;
    let name =
        |path: &PathBuf| path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let mut words: Vec<String> = files.iter().take(NAMED).map(name).collect();
    if files.len() > NAMED {
        words.push(format!("and {} more", files.len() - NAMED));
    }
    words.join(", ")
}

fn show(args: &Args, report: &ImportReport, changes: &[history::MergeReport]) -> Result<(), Failure> {
    let summary = Summary { report, changes, warnings: &report.warnings };
    if args.json { json::print(&summary.json()) } else { outside::say(&summary.text()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_many_names() {
        for text in ["IST", "ist", "Asia/Kolkata", "+05:30"] {
            assert_eq!(zone(text), Ok(TimeZoneChoice::Ist), "{text}");
        }
        for text in ["UTC", "Z", "+00:00", "-00:00"] {
            assert_eq!(zone(text), Ok(TimeZoneChoice::Utc), "{text}");
        }
        assert_eq!(zone("-04:00"), Ok(TimeZoneChoice::Offset(-240)));
        assert_eq!(zone("+14:00"), Ok(TimeZoneChoice::Offset(840)));
        for text in ["", "EST", "+5:30", "+0530", "+05:60", "+14:01", "+99:00", "+05:3０", "−04:00", "+"] {
            assert!(zone(text).is_err(), "{text}");
        }
    }
}
