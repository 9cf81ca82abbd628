//! What an import did, row by row in numbers: nothing is dropped or changed without being counted here.
//!
//! For every file: `rows = kept + left_out()`.

use std::fmt;
use std::path::PathBuf;

use domain::instrument::InstrumentId;
use domain::{Timeframe, Timestamp};

/// How many rows of each kind of defect are shown; all are counted.
pub const EXAMPLES: usize = 3;

/// What can be wrong with a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Defect {
    /// Fewer or more fields than the header.
    WrongLength,
    /// The date or time cannot be read.
    BadTime,
    /// A price or the volume cannot be read.
    BadNumber,
    /// A price is blank or `-`.
    MissingPrice,
    /// Open, high and low are 0: nothing traded that day.
    Untraded,
    NotPositive,
    /// Low above high.
    Inverted,
    NegativeVolume,
    /// The row's symbol, expiry or strike cannot be made into an instrument.
    BadSymbol,
    /// Open or close outside high–low.
    OutsideRange,
    /// The time has seconds: taken as the start of its minute.
    WithinMinute,
    /// Earlier than the row before it.
    Disorder,
    /// A tick of another day than the file's own.
    WrongDay,
    OutOfSession,
    /// All fields as in an earlier row.
    ExactDuplicate,
    /// The time of an earlier row, other values.
    ConflictingDuplicate,
}

impl Defect {
    pub const ALL: [Defect; 16] = [
        Defect::WrongLength,
        Defect::BadTime,
        Defect::BadNumber,
        Defect::MissingPrice,
        Defect::Untraded,
        Defect::NotPositive,
        Defect::Inverted,
        Defect::NegativeVolume,
        Defect::BadSymbol,
        Defect::OutsideRange,
        Defect::WithinMinute,
        Defect::Disorder,
        Defect::WrongDay,
        Defect::OutOfSession,
        Defect::ExactDuplicate,
        Defect::ConflictingDuplicate,
    ];

    /// A short name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Defect::WrongLength => "wrong number of fields",
            Defect::BadTime => "unreadable date or time",
            Defect::BadNumber => "unreadable number",
            Defect::MissingPrice => "no price",
            Defect::Untraded => "untraded",
            Defect::NotPositive => "price zero or negative",
            Defect::Inverted => "low above high",
            Defect::NegativeVolume => "negative volume",
            Defect::BadSymbol => "unreadable symbol",
            Defect::OutsideRange => "open or close outside high–low",
            Defect::WithinMinute => "time within the minute",
            Defect::Disorder => "out of order",
            Defect::WrongDay => "tick of another day",
            Defect::OutOfSession => "outside the session",
            Defect::ExactDuplicate => "exact duplicate",
            Defect::ConflictingDuplicate => "conflicting duplicate",
        }
    }

    /// What is done with such rows.
    pub const fn treatment(self) -> &'static str {
        match self {
            Defect::OutsideRange => "widened",
            Defect::WithinMinute => "moved to the start of the minute",
            Defect::Disorder => "sorted",
            Defect::ExactDuplicate => "dropped",
            Defect::ConflictingDuplicate => "replaced by the later line",
            _ => "left out",
        }
    }

    /// Whether such a row does not reach the bars.
    pub const fn leaves_out(self) -> bool {
        !matches!(self, Defect::OutsideRange | Defect::WithinMinute | Defect::Disorder)
    }
}

/// One defective row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Example {
    /// Counted from 1 in the (decompressed) text; the row number in Parquet.
    pub line: u64,
    pub detail: String,
}

/// All rows of one kind of defect in one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub defect: Defect,
    pub count: u64,
    /// The first [`EXAMPLES`] by line.
    pub examples: Vec<Example>,
}

/// What became of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileReport {
    pub path: PathBuf,
    /// What the file was taken for: `bars`, `ticks`, `NSE UDiFF bhavcopy`, …; ` (Parquet)` follows where it is one.
    pub format: String,
    /// Data rows of the instruments imported, sound or not; headers, blank lines and footnotes do not count.
    pub rows: u64,
    /// Rows that the bars were made of.
    pub kept: u64,
    /// Rows of instruments that were not asked for.
    pub other_symbols: u64,
    /// Header lines after the first, footnotes and comments.
    pub skipped_lines: u64,
    /// Rows kept although the calendar does not know their day's hours.
    pub unknown_day_rows: u64,
    /// In the order of [`Defect::ALL`].
    pub findings: Vec<Finding>,
    /// What was assumed, such as the zone of naive times.
    pub notes: Vec<String>,
}

impl FileReport {
    pub fn count(&self, defect: Defect) -> u64 {
        self.findings.iter().find(|f| f.defect == defect).map_or(0, |f| f.count)
    }

    /// Rows that did not reach the bars.
    pub fn left_out(&self) -> u64 {
        self.findings.iter().filter(|f| f.defect.leaves_out()).map(|f| f.count).sum()
    }
}

/// One series that came out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeriesReport {
    pub instrument: InstrumentId,
    pub timeframe: Timeframe,
    pub bars: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    /// Days whose hours the calendar does not know.
    pub unknown_days: u64,
}

/// What an import did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ImportReport {
    pub files: Vec<FileReport>,
    /// In the order of the instruments.
    pub series: Vec<SeriesReport>,
    /// What a person should look at before trusting the bars.
    pub warnings: Vec<String>,
}

impl ImportReport {
    /// Rows with a defect, over all files.
    pub fn count(&self, defect: Defect) -> u64 {
        self.files.iter().map(|f| f.count(defect)).sum()
    }
}

/// Plain text for a terminal, one fact a line. Of many series only the first are listed.
impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LISTED: usize = 12;
        for file in &self.files {
            write!(f, "{}: {}, {} rows, {} kept", file.path.display(), file.format, file.rows, file.kept)?;
            if file.other_symbols > 0 {
                write!(f, ", {} of other symbols", file.other_symbols)?;
            }
            writeln!(f)?;
            for finding in &file.findings {
                let defect = finding.defect;
                writeln!(f, "  {} {}: {}", finding.count, defect.title(), defect.treatment())?;
                for example in &finding.examples {
                    writeln!(f, "    line {}: {}", example.line, example.detail)?;
                }
            }
            if file.unknown_day_rows > 0 {
                writeln!(
                    f,
                    "  {} on days whose hours the calendar does not know: kept",
                    file.unknown_day_rows
                )?;
            }
            for note in &file.notes {
                writeln!(f, "  note: {note}")?;
            }
        }
        for series in self.series.iter().take(LISTED) {
            let SeriesReport { instrument, timeframe, bars, first, last, .. } = series;
            writeln!(f, "{instrument} {timeframe}: {bars} bars, {first} to {last}")?;
        }
        if self.series.len() > LISTED {
            writeln!(f, "and {} more series", self.series.len() - LISTED)?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        Ok(())
    }
}

/// Counts defects while rows are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    findings: Vec<Finding>,
}

impl Tally {
    /// Counts one row; `detail` is only asked for when it will be shown.
    pub(super) fn add(&mut self, defect: Defect, line: u64, detail: impl FnOnce() -> String) {
        let at = self.findings.iter().position(|f| f.defect == defect).unwrap_or_else(|| {
            self.findings.push(Finding { defect, count: 0, examples: Vec::new() });
            self.findings.len() - 1
        });
        let finding = &mut self.findings[at];
        finding.count += 1;
        if finding.examples.len() == EXAMPLES {
            // Duplicates are found in order of time: an earlier line may come late.
            if finding.examples[EXAMPLES - 1].line <= line {
                return;
            }
            finding.examples.pop();
        }
        let place = finding.examples.partition_point(|e| e.line <= line);
        finding.examples.insert(place, Example { line, detail: detail() });
    }

    pub(super) fn merge(&mut self, other: &Tally) {
        for finding in &other.findings {
            let Some(mine) = self.findings.iter_mut().find(|f| f.defect == finding.defect) else {
                self.findings.push(finding.clone());
                continue;
            };
            mine.count += finding.count;
            mine.examples.extend(finding.examples.iter().cloned());
            mine.examples.sort_by_key(|e| e.line);
            mine.examples.truncate(EXAMPLES);
        }
    }

    pub(super) fn total(&self) -> u64 {
        self.findings.iter().map(|f| f.count).sum()
    }

    pub(super) fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|f| f.defect);
        self.findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_are_shown_whatever_the_order_of_discovery() {
        let mut tally = Tally::default();
        for line in [9, 4, 7, 2, 8, 3] {
            tally.add(Defect::ExactDuplicate, line, || format!("row {line}"));
        }
        let mut other = Tally::default();
        other.add(Defect::ExactDuplicate, 1, || "row 1".into());
        tally.merge(&other);
        let findings = tally.into_findings();
        assert_eq!(findings[0].count, 7);
        assert_eq!(findings[0].examples.iter().map(|e| e.line).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
