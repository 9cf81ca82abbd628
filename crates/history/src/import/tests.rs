//! What the importer yields, file by file; what it refuses; and its laws.

mod dialects;
mod folders;
mod hostile;
mod laws;
mod parquet_tables;
mod raw;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use domain::calendar::TradingClass;
use domain::instrument::Exchange;
use domain::time::MinuteOfDay;
use domain::{Date, Timestamp};

use super::*;

/// Enough of the instrument tables for these files.
fn class_of(id: &InstrumentId, _: Date) -> TradingClass {
    match id.symbol() {
        _ if id.exchange() == Exchange::Mcx => TradingClass::Commodity,
        symbol if symbol.ends_with("-INDEX") => TradingClass::Index,
        symbol if symbol.contains('-') => TradingClass::ShareWithDerivatives,
        _ => TradingClass::EquityDerivative,
    }
}

fn options(symbol: &str, timeframe: &str) -> ImportOptions<'static> {
    ImportOptions {
        symbol: (symbol != "all").then(|| symbol.parse().unwrap()),
        all: symbol == "all",
        timeframe: timeframe.parse().unwrap(),
        timezone: TimeZoneChoice::Ist,
        strict: false,
        keep_out_of_session: false,
        calendar: Calendar::builtin(),
        class_of: &class_of,
        tick: None,
    }
}

fn import<P: AsRef<Path>>(paths: &[P], options: &ImportOptions<'_>) -> Result<Imported, ImportError> {
    let mut last = 0;
    let imported = read_files(paths, options, &mut |done, total| {
        assert!(last <= done && done <= total, "progress goes from {last} to {done} of {total}");
        last = done;
    });
    if let Ok(imported) = &imported {
        check_books(imported);
    }
    imported
}

/// Every row is either in the bars or counted as left out; every series is in the report.
fn check_books(imported: &Imported) {
    for file in &imported.report.files {
        assert_eq!(file.rows, file.kept + file.left_out(), "{}", imported.report);
        for finding in &file.findings {
            assert!(finding.examples.len() as u64 == finding.count.min(EXAMPLES as u64));
            assert!(finding.examples.is_sorted_by_key(|e| e.line));
        }
    }
    assert_eq!(imported.series.len(), imported.report.series.len());
    for ((id, timeframe, bars), report) in imported.series.iter().zip(&imported.report.series) {
        assert_eq!((id, timeframe, bars.len() as u64), (&report.instrument, &report.timeframe, report.bars));
        assert_eq!((bars.times().first(), bars.times().last()), (Some(&report.first), Some(&report.last)));
    }
}

/// A file in a folder that vanishes with the test.
struct Temporary {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(name: &str, content: impl AsRef<[u8]>) -> Temporary {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    Temporary { _folder: folder, path }
}

fn import_text(text: impl AsRef<[u8]>, options: &ImportOptions<'_>) -> Result<Imported, ImportError> {
    import(&[&file("data.csv", text).path], options)
}

fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// The only series of an import.
fn bars(imported: &Imported) -> &Bars {
    assert_eq!(imported.series.len(), 1);
    &imported.series[0].2
}

fn ist(text: &str) -> Timestamp {
    let (date, time) = text.split_once(' ').unwrap();
    Timestamp::ist(date.parse().unwrap(), time.parse().unwrap())
}

/// `open high low close volume` of a bar.
fn values(bars: &Bars, at: &str) -> String {
    let i = bars.first_at_or_after(ist(at));
    let bar = bars.get(i);
    assert_eq!(bar.time, ist(at));
    format!("{} {} {} {} {}", bar.open, bar.high, bar.low, bar.close, bar.volume)
}

/// A file of the shared market data; tells that the test is skipped where it is absent.
fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SAUDA_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: no {name}");
    None
}

fn nine_fifteen() -> MinuteOfDay {
    MinuteOfDay::new(9, 15).unwrap()
}
