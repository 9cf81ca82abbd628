//! What an import did, for a person and for a script.

use std::fmt::Write as _;

use domain::Timestamp;
use history::MergeReport;
use history::import::{FileReport, Finding, ImportReport, SeriesReport};
use serde::Serialize;

use super::table::count;
use crate::view;

/// Series that a terminal lists; JSON has all.
const LISTED: usize = 12;

/// A report, and what it changed in the store: nothing where the import was refused.
pub struct Summary<'a> {
    pub report: &'a ImportReport,
    pub changes: &'a [MergeReport],
    pub warnings: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    files: Vec<FileView>,
    series: Vec<SeriesView>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileView {
    path: String,
    format: String,
    rows: u64,
    kept: u64,
    left_out: u64,
    other_symbols: u64,
    skipped_lines: u64,
    unknown_day_rows: u64,
    findings: Vec<FindingView>,
    notes: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingView {
    defect: &'static str,
    count: u64,
    treatment: &'static str,
    examples: Vec<ExampleView>,
}

#[derive(Serialize)]
struct ExampleView {
    line: u64,
    detail: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeriesView {
    symbol: String,
    timeframe: String,
    bars: u64,
    #[serde(serialize_with = "view::time")]
    first: Timestamp,
    #[serde(serialize_with = "view::time")]
    last: Timestamp,
    unknown_days: u64,
    added: usize,
    replaced: usize,
    unchanged: usize,
}

impl Summary<'_> {
    fn series(&self) -> impl Iterator<Item = (&SeriesReport, &MergeReport)> {
        self.report.series.iter().filter_map(|series| {
            let same = |c: &&MergeReport| c.id == series.instrument && c.timeframe == series.timeframe;
            self.changes.iter().find(same).map(|change| (series, change))
        })
    }

    pub fn json(&self) -> ImportView {
        ImportView {
            files: self.report.files.iter().map(file).collect(),
            series: self.series().map(|(series, change)| series_view(series, change)).collect(),
            warnings: self.warnings.to_vec(),
        }
    }

    /// One fact a line.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for file in &self.report.files {
            write_file(&mut text, file);
        }
        for (series, change) in self.series().take(LISTED) {
            write_series(&mut text, series, change);
        }
        if self.changes.len() > LISTED {
            let more = self.changes.len() - LISTED;
            let (mut added, mut replaced) = (0, 0);
            for change in self.changes {
                added += change.added;
                replaced += change.replaced;
            }
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "and {more} more series; in all {} added, {replaced} replaced",
                count(added as u64, "bar")
            );
        }
        for warning in self.warnings {
            let _ = writeln!(text, "warning: {warning}");
        }
        text
    }
}

fn write_file(text: &mut String, file: &FileReport) {
    let _ = write!(text, "{}: {}, {} rows, {} kept", file.path.display(), file.format, file.rows, file.kept);
    if file.other_symbols > 0 {
        let _ = write!(text, ", {} of other symbols", file.other_symbols);
    }
    text.push('\n');
    for finding in &file.findings {
        let _ =
            writeln!(text, "  {} {}: {}", finding.count, finding.defect.title(), finding.defect.treatment());
        for example in &finding.examples {
            let _ = writeln!(text, "    line {}: {}", example.line, example.detail);
        }
        let more = finding.count - finding.examples.len() as u64;
        if more > 0 {
            let _ = writeln!(text, "    and {more} more");
        }
    }
    if file.skipped_lines > 0 {
        let _ = writeln!(
            text,
            "  {} of headers, footnotes or comments passed over",
            count(file.skipped_lines, "line")
        );
    }
    if file.unknown_day_rows > 0 {
        let _ =
            writeln!(text, "  {} rows on days that the calendar does not cover: kept", file.unknown_day_rows);
    }
    for note in &file.notes {
        let _ = writeln!(text, "  note: {note}");
    }
}

fn write_series(text: &mut String, series: &SeriesReport, change: &MergeReport) {
    let SeriesReport { instrument, timeframe, bars, first, last, unknown_days } = series;
    let _ = write!(text, "{instrument} {timeframe}: {}, {first} to {last}", count(*bars, "bar"));
    if *unknown_days > 0 {
        let _ = write!(text, ", {} that the calendar does not cover", count(*unknown_days, "day"));
    }
    let MergeReport { added, replaced, unchanged, .. } = change;
    let _ = if *added + *replaced == 0 {
        writeln!(text, "; the store had them all: nothing changed")
    } else {
        writeln!(text, "; {added} added, {replaced} replaced, {unchanged} unchanged")
    };
}

fn file(file: &FileReport) -> FileView {
    FileView {
        path: file.path.display().to_string(),
        format: file.format.clone(),
        rows: file.rows,
        kept: file.kept,
        left_out: file.left_out(),
        other_symbols: file.other_symbols,
        skipped_lines: file.skipped_lines,
        unknown_day_rows: file.unknown_day_rows,
        findings: file.findings.iter().map(finding).collect(),
        notes: file.notes.clone(),
    }
}

fn finding(finding: &Finding) -> FindingView {
    let examples = finding.examples.iter();
    FindingView {
        defect: finding.defect.title(),
        count: finding.count,
        treatment: finding.defect.treatment(),
        examples: examples.map(|e| ExampleView { line: e.line, detail: e.detail.clone() }).collect(),
    }
}

fn series_view(series: &SeriesReport, change: &MergeReport) -> SeriesView {
    SeriesView {
        symbol: series.instrument.to_string(),
        timeframe: series.timeframe.to_string(),
        bars: series.bars,
        first: series.first,
        last: series.last,
        unknown_days: series.unknown_days,
        added: change.added,
        replaced: change.replaced,
        unchanged: change.unchanged,
    }
}
