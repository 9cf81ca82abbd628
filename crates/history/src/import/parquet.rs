//! Reads Parquet tables, whichever program wrote them, with the column readers of the `parquet` crate (no Arrow).

mod column;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use domain::Timestamp;
use domain::time::DayNumber;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::columns::{Columns, NoTable, PriceColumns, TimeColumns};
use super::error::ImportError;
use super::moment::{self, Moment, MomentError};
use super::number::{self, Decimal, NumberError};
use super::sheet::{Assembler, Cells, Reading, Sheet};
use column::{Column, Meaning, Table, Values};

/// Reads a whole file; `progress` hears how many of its `size` bytes are done.
pub(super) fn read(
    path: &Path,
    file: File,
    size: u64,
    reading: Reading,
    progress: &mut dyn FnMut(u64),
) -> Result<Sheet, ImportError> {
    // The decoder is written for well-formed files; on hostile bytes it may panic. That stays inside this wall.
    catch_unwind(AssertUnwindSafe(|| table(path, file, size, reading, progress)))
        .unwrap_or_else(|_| Err(damaged(path, "its pages do not decode")))
}

fn damaged(path: &Path, what: &str) -> ImportError {
    ImportError::damaged(
        path,
        None,
        format!("the Parquet file is cut off or damaged ({what}); fetch it again"),
    )
}

fn table(
    path: &Path,
    file: File,
    size: u64,
    reading: Reading,
    progress: &mut dyn FnMut(u64),
) -> Result<Sheet, ImportError> {
    let broken = |e: ParquetError| damaged(path, &e.to_string());
    let reader = SerializedFileReader::new(file).map_err(broken)?;
    let meta = reader.metadata().file_metadata();
    let leaves = meta.schema_descr().columns();
    // Nested and repeated columns hold no prices of a plain table.
    let is_plain = |leaf: &ColumnDescriptor| leaf.max_rep_level() == 0 && leaf.max_def_level() <= 1;
    let names: Vec<String> = leaves
        .iter()
        .map(|leaf| if is_plain(leaf) { leaf.name().to_owned() } else { String::new() })
        .collect();
    let meanings: Vec<Meaning> = leaves.iter().map(|leaf| Meaning::of(leaf)).collect();
    let mut columns = Columns::of(&names).map_err(|e| ImportError::layout(path, None, no_table(&e)))?;
    if columns.time == TimeColumns::Absent {
        // pandas keeps a nameless index under this name.
        let index =
            names.iter().position(|n| n.starts_with("__index_level_")).filter(|&i| meanings[i].is_time());
        let Some(index) = index else {
            let what = "has no column for the date; name one `date` or `ts`";
            return Err(ImportError::layout(path, None, what));
        };
        columns.time = TimeColumns::One(index);
    }
    let total = u64::try_from(meta.num_rows()).unwrap_or(0);
    if total == 0 {
        return Err(ImportError::layout(path, None, "has columns but no rows"));
    }
    let wanted = used(&columns);
    let mut assembler = Assembler::new(path, columns, reading, None, None);
    let mut row = 0;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).map_err(broken)?;
        let mut cells = Table::open(&*group, leaves.len(), &wanted, &meanings).map_err(broken)?;
        loop {
            let rows = cells
                .advance()
                .map_err(broken)?
                .ok_or_else(|| damaged(path, "its columns differ in length"))?;
            if rows == 0 {
                break;
            }
            for at in 0..rows {
                row += 1;
                assembler.accept(row, &TableRow { table: &cells, at })?;
            }
            progress(
                u64::try_from(u128::from(size) * u128::from(row.min(total)) / u128::from(total))
                    .unwrap_or(size),
            );
        }
    }
    if row != total {
        return Err(damaged(path, &format!("{row} rows where its footer promises {total}")));
    }
    let mut sheet = assembler.finish();
    sheet.format.push_str(" (Parquet)");
    Ok(sheet)
}

fn no_table(why: &NoTable) -> String {
    match why {
        NoTable::Unknown => {
            "has no columns of a price table; bars need ts, open, high, low, close".to_owned()
        }
        NoTable::Missing(missing) => format!("has no column `{}`", missing.join("`, `")),
        NoTable::Twice(name) => format!("has two columns `{name}`; leave one"),
    }
}

fn used(columns: &Columns) -> Vec<usize> {
    let c = columns;
    let mut used = match c.prices {
        PriceColumns::Bar { open, high, low, close } => vec![open, high, low, close],
        PriceColumns::Tick { last } => vec![last],
    };
    match c.time {
        TimeColumns::One(time) => used.push(time),
        TimeColumns::DateAndClock(date, clock) => used.extend([date, clock]),
        TimeColumns::Absent => {}
    }
    let others = [
        c.volume,
        c.lot,
        c.symbol,
        c.series,
        c.kind,
        c.expiry,
        c.strike,
        c.side,
        c.contract,
        c.exchange,
        c.open_interest,
    ];
    used.extend(others.into_iter().flatten());
    used.sort_unstable();
    used.dedup();
    used
}

struct TableRow<'t> {
    table: &'t Table,
    at: usize,
}

impl TableRow<'_> {
    fn cell(&self, column: usize) -> Option<(&Column, usize)> {
        let column = self.table.columns.get(column)?.as_ref()?;
        column.slot(self.at).map(|slot| (column, slot))
    }

    fn owned_text(&self, column: usize) -> Vec<u8> {
        let mut text = Vec::new();
        self.text(column, &mut text);
        text
    }
}

fn micros(raw: i64, per_micro: i64) -> Option<i64> {
    if per_micro > 0 { Some(raw.div_euclid(per_micro)) } else { raw.checked_mul(-per_micro) }
}

/// A big-endian two's-complement integer of at most 16 bytes.
fn unscaled(bytes: &[u8]) -> Option<i128> {
    if bytes.is_empty() || bytes.len() > 16 {
        return None;
    }
    let sign = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
    Some(bytes.iter().fold(sign, |n, &b| n << 8 | i128::from(b)))
}

impl Cells for TableRow<'_> {
    fn text(&self, column: usize, into: &mut Vec<u8>) {
        let Some((column, slot)) = self.cell(column) else { return };
        let text = match (&column.values, column.meaning) {
            (Values::Bytes(v), Meaning::Decimal { scale }) => {
                format!("{}e-{scale}", unscaled(v[slot].data()).unwrap_or_default())
            }
            (Values::Bytes(v), _) => {
                into.extend_from_slice(v[slot].data().trim_ascii());
                return;
            }
            (Values::Ints(v), Meaning::Days) => match i32::try_from(v[slot]) {
                Ok(days) => DayNumber::from_days(days).date().to_string(),
                Err(_) => v[slot].to_string(),
            },
            (Values::Ints(v), Meaning::Time { per_micro, .. }) => {
                match micros(v[slot], per_micro).map(moment::instant) {
                    Some(Ok(Moment::Instant(at))) => Timestamp::from_micros(at).to_string(),
                    _ => v[slot].to_string(),
                }
            }
            (Values::Ints(v), Meaning::Decimal { scale }) => format!("{}e-{scale}", v[slot]),
            (Values::Ints(v), Meaning::Plain) => v[slot].to_string(),
            (Values::Floats(v), _) => v[slot].to_string(),
            (Values::Singles(v), _) => v[slot].to_string(),
        };
        into.extend_from_slice(text.as_bytes());
    }

    fn moment(&self, column: usize) -> Result<Moment, MomentError> {
        let (cells, slot) = self.cell(column).ok_or(MomentError::NotATime)?;
        match (&cells.values, cells.meaning) {
            (Values::Ints(v), Meaning::Days) => {
                moment::day_number(i32::try_from(v[slot]).map_err(|_| MomentError::OutOfRange)?)
            }
            (Values::Ints(v), Meaning::Time { utc, per_micro }) => {
                let at = micros(v[slot], per_micro).ok_or(MomentError::OutOfRange)?;
                if utc { moment::instant(at) } else { moment::naive(at) }
            }
            _ => moment::moment(&self.owned_text(column)),
        }
    }

    fn joined(&self, date: usize, clock: usize) -> Result<Moment, MomentError> {
        moment::joined(&self.owned_text(date), &self.owned_text(clock))
    }

    fn price(&self, column: usize) -> Result<Option<Decimal>, NumberError> {
        let Some((cells, slot)) = self.cell(column) else { return Ok(None) };
        match (&cells.values, cells.meaning) {
            (Values::Floats(v), _) => number::price_of_float(v[slot]),
            (Values::Ints(v), Meaning::Decimal { scale }) => {
                number::price_of_decimal(i128::from(v[slot]), scale)
            }
            (Values::Ints(v), _) => number::price_of_decimal(i128::from(v[slot]), 0),
            (Values::Bytes(v), Meaning::Decimal { scale }) => {
                let unscaled = unscaled(v[slot].data()).ok_or(NumberError::NotANumber)?;
                number::price_of_decimal(unscaled, scale)
            }
            (Values::Bytes(_) | Values::Singles(_), _) => number::price(&self.owned_text(column)),
        }
    }

    fn volume(&self, column: usize) -> Result<i64, NumberError> {
        let Some((cells, slot)) = self.cell(column) else { return Ok(0) };
        match (&cells.values, cells.meaning) {
            (Values::Ints(v), Meaning::Plain) => number::volume_of_int(v[slot]),
            (Values::Floats(v), _) => number::volume_of_float(v[slot]),
            (Values::Singles(v), _) => number::volume_of_float(f64::from(v[slot])),
            _ => number::volume(&self.owned_text(column)),
        }
    }
}
