//! Bars out of the store, for other tools: CSV or Parquet, by the file's extension.
//!
//! The file appears whole or not at all, in place of one of the same name. Prices are exact in both.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use domain::Bars;
use thiserror::Error;

use crate::store::{encode, flush_folder, put, waiting_name};

/// Why bars were not exported. A file that was there before is as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExportError {
    #[error("{}: cannot tell the format from the name; end it in .csv or .parquet", path.display())]
    UnknownFormat { path: PathBuf },
    #[error("cannot write {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("cannot encode {}: {what}", path.display())]
    Encode { path: PathBuf, what: String },
}

/// Writes bars to `path`: `.csv` with times in ISO 8601 at `+05:30`, or `.parquet` in the store's own schema
/// (`ts` in UTC microseconds, prices DECIMAL(18,4)). The folder must exist.
pub fn export(bars: &Bars, path: &Path) -> Result<(), ExportError> {
    let extension = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    let bytes = match extension.as_deref() {
        Some("csv") => csv(bars).into_bytes(),
        Some("parquet") => {
            encode(bars).map_err(|e| ExportError::Encode { path: path.to_owned(), what: e.to_string() })?
        }
        _ => return Err(ExportError::UnknownFormat { path: path.to_owned() }),
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    put(path, &bytes, |_| Ok(())).and_then(|()| flush_folder(folder)).map_err(|source| {
        // A full disk gets its space back; after a rename there is nothing to remove.
        let _ = std::fs::remove_file(waiting_name(path));
        ExportError::Io { path: path.to_owned(), source }
    })
}

/// No field holds a comma or a quote, so none needs quoting.
fn csv(bars: &Bars) -> String {
    // A row of an index is about 70 bytes.
    let mut text = String::with_capacity(64 + bars.len() * 80);
    text.push_str("ts,open,high,low,close,volume\n");
    for bar in bars.iter() {
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "{},{},{},{},{},{}", bar.time, bar.open, bar.high, bar.low, bar.close, bar.volume);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::bars::Bar;
    use domain::{Price, Qty, Timestamp};
    use std::fs;
    use tempfile::TempDir;

    fn two() -> Bars {
        let bar = |time, open: &str, volume| Bar {
            time: Timestamp::from_micros(time),
            open: open.parse().unwrap(),
            high: Price::rupees(102),
            low: Price::rupees(99),
            close: "100.0025".parse().unwrap(),
            volume: Qty::units(volume),
        };
        Bars::collect([bar(1_704_080_700_000_000, "100.05", 12_345), bar(1_704_080_760_000_000, "101", 0)])
            .unwrap()
    }

    #[test]
    fn csv_shows_indian_time_and_exact_prices() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("SBIN.CSV");
        fs::write(&path, "an older file").unwrap();
        export(&two(), &path).unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "ts,open,high,low,close,volume\n\
             2024-01-01T09:15:00+05:30,100.05,102.00,99.00,100.0025,12345\n\
             2024-01-01T09:16:00+05:30,101.00,102.00,99.00,100.0025,0\n"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn parquet_is_read_by_name_and_meaning() {
        use parquet::file::reader::{FileReader, SerializedFileReader};
        use parquet::record::Field;

        let folder = TempDir::new().unwrap();
        let path = folder.path().join("sbin.parquet");
        export(&two(), &path).unwrap();
        let reader = SerializedFileReader::new(fs::File::open(&path).unwrap()).unwrap();
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        // A reader without our schema sees a UTC time in microseconds, decimals and a whole number.
        let shown: Vec<(String, String)> =
            rows[0].get_column_iter().map(|(name, field)| (name.clone(), field.to_string())).collect();
        let shown: Vec<(&str, &str)> = shown.iter().map(|(n, f)| (n.as_str(), f.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("ts", "2024-01-01 03:45:00.000000 +00:00"),
                ("open", "100.0500"),
                ("high", "102.0000"),
                ("low", "99.0000"),
                ("close", "100.0025"),
                ("volume", "12345"),
            ]
        );
        assert!(rows[0].get_column_iter().any(|(_, f)| matches!(f, Field::TimestampMicros(_))));
    }

    #[test]
    fn other_names_are_refused_and_failures_leave_nothing() {
        let folder = TempDir::new().unwrap();
        for name in ["bars", "bars.xlsx", ".csv"] {
            let error = export(&two(), &folder.path().join(name)).unwrap_err();
            assert!(error.to_string().ends_with("end it in .csv or .parquet"), "{error}");
        }
        let error = export(&two(), &folder.path().join("nowhere/bars.csv")).unwrap_err();
        assert!(matches!(error, ExportError::Io { .. }));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        export(&Bars::new(), &folder.path().join("none.parquet")).unwrap();
    }
}
