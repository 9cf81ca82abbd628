//! Reads tables of text: finds separator and header, then takes row by row.

use std::path::Path;

use domain::time::DayNumber;

use super::columns::{Columns, NoTable, TimeColumns, names_a_time};
use super::error::ImportError;
use super::fields::Fields;
use super::input::Lines;
use super::moment::{self, Moment, MomentError};
use super::number::{self, Decimal, NumberError};
use super::report::Defect;
use super::sheet::{Assembler, Cells, Reading, Sheet};

/// How many lines may stand before the header.
const HEADER_WITHIN: usize = 30;
/// Lines between two calls of the progress callback.
const PROGRESS_EVERY: u64 = 16_384;

struct Header {
    columns: Columns,
    separator: u8,
    line: Vec<u8>,
    /// The instrument, where a line of the header names it.
    label: Option<String>,
    file_day: Option<DayNumber>,
    skipped: u64,
}

struct TextCells<'l> {
    line: &'l [u8],
    fields: &'l Fields,
}

impl Cells for TextCells<'_> {
    fn text(&self, column: usize, into: &mut Vec<u8>) {
        into.extend_from_slice(self.fields.get(self.line, column));
    }

    fn moment(&self, column: usize) -> Result<Moment, MomentError> {
        moment::moment(self.fields.get(self.line, column))
    }

    fn joined(&self, date: usize, clock: usize) -> Result<Moment, MomentError> {
        moment::joined(self.fields.get(self.line, date), self.fields.get(self.line, clock))
    }

    fn price(&self, column: usize) -> Result<Option<Decimal>, NumberError> {
        number::price(self.fields.get(self.line, column))
    }

    fn volume(&self, column: usize) -> Result<i64, NumberError> {
        number::volume(self.fields.get(self.line, column))
    }
}

/// Reads a whole text; `progress` hears how many bytes of the file are done.
pub(super) fn read(
    mut lines: Lines,
    reading: Reading,
    progress: &mut dyn FnMut(u64),
) -> Result<Sheet, ImportError> {
    let header = find_header(&mut lines)?;
    let path = lines.path().to_owned();
    let width = header.columns.width;
    let mut assembler = Assembler::new(&path, header.columns, reading, header.file_day, header.label);
    if let Some(day) = header.file_day {
        assembler.note(format!("the rows have no date; {} was taken from the file's name", day.date()));
    }
    for _ in 0..header.skipped {
        assembler.skip_line();
    }
    let mut fields = Fields::default();
    let mut line = Vec::new();
    let mut any = false;
    let mut since_progress = 0;
    while let Some(number) = lines.next(&mut line)? {
        since_progress += 1;
        if since_progress == PROGRESS_EVERY {
            since_progress = 0;
            progress(lines.bytes_read());
        }
        if line.is_empty() || line.trim_ascii().is_empty() {
            continue;
        }
        fields.split(&line, header.separator);
        let count = fields.len();
        if count != width {
            let filled = fields.len_without_trailing_blanks();
            if filled == 0 {
                continue;
            }
            if is_remark(&line) {
                assembler.skip_line();
                continue;
            }
            if filled > width || count < width {
                any = true;
                assembler.reject(Defect::WrongLength, number, || {
                    format!("{count} fields where the header has {width}")
                });
                continue;
            }
        } else if line == header.line || is_remark(&line) {
            assembler.skip_line();
            continue;
        }
        any = true;
        assembler.accept(number, &TextCells { line: &line, fields: &fields })?;
    }
    progress(lines.bytes_read());
    if any {
        Ok(assembler.finish())
    } else {
        Err(ImportError::layout(&path, None, "has a header but no rows"))
    }
}

/// Footnotes (`* - OPEN_INT as available …`) and comments.
fn is_remark(line: &[u8]) -> bool {
    matches!(line.trim_ascii_start().first(), Some(b'*' | b'#'))
}

fn find_header(lines: &mut Lines) -> Result<Header, ImportError> {
    let mut ahead: Vec<(u64, Vec<u8>)> = Vec::new();
    while ahead.len() < HEADER_WITHIN {
        let mut line = Vec::new();
        let Some(number) = lines.next(&mut line)? else { break };
        if !line.trim_ascii().is_empty() {
            ahead.push((number, line));
        }
    }
    if ahead.is_empty() {
        return Err(ImportError::layout(lines.path(), None, "holds blank lines only"));
    }
    let mut nearest: Option<(usize, NoTable)> = None;
    for (at, (_, line)) in ahead.iter().enumerate() {
        let mut fields = Fields::default();
        for separator in [b',', b';', b'\t', b'|'] {
            fields.split(line, separator);
            match Columns::of(&fields.texts(line)) {
                Ok(columns) => return settle(lines, ahead, at, columns, separator),
                Err(NoTable::Unknown) => {}
                Err(found) if nearest.is_none() => nearest = Some((at, found)),
                Err(_) => {}
            }
        }
    }
    let first = ahead[0].0;
    Err(match nearest {
        Some((at, NoTable::Missing(missing))) => {
            let names = missing.join("`, `");
            let what = format!(
                "the header has no column `{names}`; bars need date, open, high, low, close (volume if there is one), ticks need timestamp, ltp, volume"
            );
            ImportError::layout(lines.path(), Some(ahead[at].0), what)
        }
        Some((at, NoTable::Twice(name))) => {
            let what = format!("two columns are named `{name}`; leave one, or split the file by instrument");
            ImportError::layout(lines.path(), Some(ahead[at].0), what)
        }
        _ => {
            let what = "no header found; the first line must name the columns, for example `date,time,open,high,low,close,volume`";
            ImportError::layout(lines.path(), Some(first), what)
        }
    })
}

/// Completes a header: further header lines, a nameless time column, a date in the file's name.
fn settle(
    lines: &mut Lines,
    mut ahead: Vec<(u64, Vec<u8>)>,
    at: usize,
    mut columns: Columns,
    separator: u8,
) -> Result<Header, ImportError> {
    let rest = ahead.split_off(at + 1);
    let (header_line, header_text) = ahead.pop().unwrap_or_default();
    let mut header = Header {
        separator,
        label: None,
        file_day: None,
        skipped: at as u64,
        line: Vec::new(),
        columns: columns.clone(),
    };
    let mut more = 0;
    if columns.time == TimeColumns::Absent {
        let mut fields = Fields::default();
        fields.split(&header_text, separator);
        let names = fields.texts(&header_text);
        for (i, (_, line)) in rest.iter().take(3).enumerate() {
            fields.split(line, separator);
            let texts = fields.texts(line);
            if texts.first().is_some_and(|t| t.eq_ignore_ascii_case("ticker")) {
                header.label = Some(one_ticker(lines.path(), rest[i].0, &texts[1..])?);
            } else if let Some(column) = texts.iter().position(|t| names_a_time(t)) {
                // yfinance: the third line names the row index, the other cells are blank.
                columns.time = TimeColumns::One(column);
                more = i + 1;
                break;
            } else if let Some(column) = nameless_time(&names, &texts) {
                // pandas: the index has no name.
                columns.time = TimeColumns::One(column);
                more = i;
                break;
            }
        }
    }
    if columns.time == TimeColumns::Absent {
        let in_name = day_in_name(lines.path());
        if columns.expiry.is_none() {
            let what = "the header has no column for the date; name one `date` or `timestamp`";
            return Err(ImportError::layout(lines.path(), Some(header_line), what));
        }
        let Some(day) = in_name else {
            let what = "the rows of this layout carry no trading date and the file's name has none; rename the file so that it does, for example fo17112025.csv for 17 November 2025";
            return Err(ImportError::layout(lines.path(), Some(header_line), what));
        };
        header.file_day = Some(day);
    }
    header.columns = columns;
    header.skipped += more as u64;
    header.line = header_text;
    lines.put_back(rest.into_iter().skip(more).collect());
    Ok(header)
}

fn one_ticker(path: &Path, line: u64, tickers: &[String]) -> Result<String, ImportError> {
    let mut names: Vec<&String> = tickers.iter().filter(|t| !t.is_empty()).collect();
    names.dedup();
    if let [one] = names[..] {
        return Ok(one.to_ascii_uppercase());
    }
    let what = format!("the columns belong to {} tickers; save one ticker a file", names.len());
    Err(ImportError::layout(path, Some(line), what))
}

fn nameless_time(names: &[String], cells: &[String]) -> Option<usize> {
    let nameless =
        |name: &str| name.is_empty() || name.starts_with("Unnamed") || name.eq_ignore_ascii_case("price");
    // A row number is no time: what has only digits needs a name.
    let is_time =
        |cell: &String| !cell.bytes().all(|b| b.is_ascii_digit()) && moment::moment(cell.as_bytes()).is_ok();
    names.iter().zip(cells).position(|(name, cell)| nameless(name) && is_time(cell))
}

/// A date in a file name as exchanges write it: `fo17112025`, `op17NOV2025`, `20251117`; only if there is one reading.
fn day_in_name(path: &Path) -> Option<DayNumber> {
    let name = path.file_name()?.to_str()?;
    let bytes = name.as_bytes();
    let mut days = Vec::new();
    let is_digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    for start in 0..bytes.len() {
        if start > 0 && is_digit(start - 1) {
            continue;
        }
        let digits = bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 8 {
            let run = &bytes[start..start + 8];
            let day_first = [&run[..2], b"-", &run[2..4], b"-", &run[4..]].concat();
            days.extend([moment::day(run), moment::day(&day_first)].into_iter().flatten());
        } else if digits == 2 && !is_digit(start + 9) {
            days.extend(bytes.get(start..start + 9).map(moment::day).and_then(Result::ok));
        }
    }
    days.dedup();
    match days[..] {
        [day] => Some(day),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_names() {
        let day = |name: &str| day_in_name(Path::new(name)).map(|d| d.date().to_string());
        assert_eq!(day("/x/nse_legacy_op17112025_padded_subset.csv.gz"), Some("2025-11-17".into()));
        assert_eq!(day("fo17NOV2025bhav.csv"), Some("2025-11-17".into()));
        assert_eq!(day("BhavCopy_NSE_FO_0_0_0_20251117_F_0000.csv"), Some("2025-11-17".into()));
        assert_eq!(day("fo.csv"), None);
        assert_eq!(day("fo17112025_18112025.csv"), None);
        assert_eq!(day("fo99999999.csv"), None);
    }
}
