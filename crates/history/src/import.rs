//! Foreign market data in, clean bars out, with an honest account of every row.
//!
//! Reads CSV in any dialect (gzip too), exchange bhavcopies, ticks, and Parquet; what a file is, its content says, not
//! its name. Promises:
//!
//! - the bars hold the rules of [`Bars`]; nothing is changed, dropped or assumed without standing in the report;
//! - where a file can be read in two ways it is refused with the question, never guessed;
//! - no input panics, and a small hostile file cannot exhaust memory.
//!
//! Never touches the store: the caller merges what comes out.

mod choice;
mod columns;
mod contract;
mod csv;
mod error;
mod fields;
mod input;
mod moment;
mod number;
mod parquet;
mod report;
mod series;
mod sessions;
mod sheet;
mod symbol;
mod ticks;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use domain::calendar::Calendar;
use domain::instrument::InstrumentId;
use domain::{Bars, Tick, Timeframe};

pub use error::{ImportError, Place};
pub use report::{Defect, EXAMPLES, Example, FileReport, Finding, ImportReport, SeriesReport};
pub use sessions::ClassOf;

use choice::Wanted;
use input::Content;
use series::{Account, Building, Part};
use sheet::{Group, Reading, Sheet};

/// How times without a zone are read. Times with a zone, and epoch numbers, are not affected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum TimeZoneChoice {
    /// Indian Standard Time; the report says that it was assumed.
    #[default]
    Ist,
    Utc,
    /// Minutes east of Greenwich.
    Offset(i16),
}

impl TimeZoneChoice {
    fn minutes(self) -> i64 {
        match self {
            TimeZoneChoice::Ist => 330,
            TimeZoneChoice::Utc => 0,
            TimeZoneChoice::Offset(minutes) => i64::from(minutes),
        }
    }
}

/// What the user wishes.
#[derive(Clone)]
pub struct ImportOptions<'a> {
    /// The one instrument to import; needed unless `all` is set.
    pub symbol: Option<InstrumentId>,
    /// Import every symbol of the files, named by their labels.
    pub all: bool,
    /// The length of the bars in the files; of the bars to build, where they hold ticks.
    pub timeframe: Timeframe,
    pub timezone: TimeZoneChoice,
    /// Refuse the import at the first defect of any kind.
    pub strict: bool,
    /// Keep bars outside the known sessions, and ticks of other days.
    pub keep_out_of_session: bool,
    pub calendar: &'a Calendar,
    pub class_of: ClassOf<'a>,
    /// Brings prices that lost digits in a 32-bit float back to the tick; other prices stay as they are.
    pub tick: Option<Tick>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Imported {
    /// In the order of the instruments; none is empty.
    pub series: Vec<(InstrumentId, Timeframe, Bars)>,
    pub report: ImportReport,
}

/// The rows of one instrument over all files.
type Pending = BTreeMap<InstrumentId, Vec<Part>>;

/// Imports files together: rows of one instrument are pooled, ticks before bars are built of them.
/// `progress` hears the bytes done and the bytes in all.
pub fn read_files<P: AsRef<Path>>(
    paths: &[P],
    options: &ImportOptions<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Imported, ImportError> {
    let wanted = match (&options.symbol, options.all) {
        (Some(_), true) => {
            return Err(ImportError::Options("--symbol and --all exclude each other; give one".into()));
        }
        (Some(symbol), false) => Wanted::One(symbol),
        (None, true) => Wanted::All,
        (None, false) => Wanted::Unsaid,
    };
    if paths.is_empty() {
        return Err(ImportError::Options("no file to import; name at least one".into()));
    }
    let mut sizes = Vec::with_capacity(paths.len());
    for path in paths {
        let path = path.as_ref();
        sizes.push(std::fs::metadata(path).map_err(|e| ImportError::io(path, e))?.len());
    }
    let total: u64 = sizes.iter().sum();
    let mut done = 0;
    let mut pending = Pending::new();
    let mut files = Vec::with_capacity(paths.len());
    let mut accounts = Vec::with_capacity(paths.len());
    for (index, (path, size)) in paths.iter().zip(&sizes).enumerate() {
        let reading = Reading {
            offset_minutes: options.timezone.minutes(),
            intraday: options.timeframe.is_intraday(),
            tick: options.tick,
            file: index as u32,
        };
        let mut advance = |bytes: u64| progress(done + bytes.min(*size), total);
        let sheet = read_sheet(path.as_ref(), *size, reading, &mut advance)?;
        let (file, account) = take_in(sheet, wanted, options, &mut pending)?;
        files.push(file);
        accounts.push(account);
        done += size;
        progress(done, total);
    }
    finish(pending, files, accounts, options)
}

fn read_sheet(
    path: &Path,
    size: u64,
    reading: Reading,
    progress: &mut dyn FnMut(u64),
) -> Result<Sheet, ImportError> {
    match input::open(path)? {
        Content::Text(lines) => csv::read(lines, reading, progress),
        Content::Parquet(file) => parquet::read(path, file, size, reading, progress),
    }
}

/// Takes the wanted rows of one sheet; begins its report.
fn take_in(
    mut sheet: Sheet,
    wanted: Wanted<'_>,
    options: &ImportOptions<'_>,
    pending: &mut Pending,
) -> Result<(FileReport, Account), ImportError> {
    let (chosen, others) = choice::choose(&mut sheet, wanted)?;
    let mut account = Account {
        path: sheet.path.clone(),
        tally: sheet.tally,
        warnings: sheet.warnings,
        ..Account::default()
    };
    let mut rows = account.tally.total();
    let all: Vec<&Group> = chosen.iter().flat_map(|(_, groups)| groups).collect();
    refuse_days_as_intraday(&sheet.path, &all)?;
    let sum = |of: fn(&Group) -> u64| all.iter().map(|g| of(g)).sum::<u64>();
    let mut notes = sheet.notes;
    rows += sum(|g| g.seen);
    if sum(|g| g.naive) > 0 {
        notes.push(match options.timezone {
            TimeZoneChoice::Ist => "times have no zone and were read as Indian Standard Time".to_owned(),
            TimeZoneChoice::Utc => "times have no zone and were read as UTC, as you said".to_owned(),
            TimeZoneChoice::Offset(m) => {
                format!("times have no zone and were read as {m} minutes east of Greenwich")
            }
        });
    }
    let tails = sum(|g| g.tails);
    if tails > 0 {
        notes.push(match options.tick {
            Some(tick) => format!("{tails} rows have prices of more than 4 decimals: brought to the tick of {tick} where it is near, else rounded"),
            None => format!("{tails} rows have prices of more than 4 decimals: rounded to 1/10,000; --tick brings them to the tick"),
        });
    }
    if sheet.volume_in_lots {
        notes.push(
            "volume counts lots, as published; the file does not say how many units a lot has".to_owned(),
        );
    }
    if sheet.volume_from_lots {
        notes.push("volume was published in lots and multiplied by the lot size of its row".to_owned());
    }
    if !sheet.has_volume {
        notes.push("there is no volume column: volume is 0".to_owned());
    }
    for (instrument, groups) in chosen {
        // One part for each file: order and days are judged within it.
        let mut part = Part { rows: Vec::new(), is_ticks: sheet.is_ticks };
        let several = groups.len() > 1;
        for group in groups {
            account.tally.merge(&group.tally);
            if part.rows.is_empty() { part.rows = group.rows } else { part.rows.extend(group.rows) }
        }
        if several {
            part.rows.sort_by_key(|r| r.line);
        }
        pending.entry(instrument).or_default().push(part);
    }
    let file = FileReport {
        path: sheet.path,
        format: sheet.format,
        rows,
        kept: 0,
        other_symbols: others.iter().map(|g| g.seen).sum(),
        skipped_lines: sheet.skipped_lines,
        unknown_day_rows: 0,
        findings: Vec::new(),
        notes,
    };
    Ok((file, account))
}

/// Dates without times can only be daily bars.
fn refuse_days_as_intraday(path: &Path, groups: &[&Group]) -> Result<(), ImportError> {
    let without_time: u64 = groups.iter().map(|g| g.without_time).sum();
    if without_time == 0 || groups.iter().any(|g| !g.rows.is_empty()) {
        return Ok(());
    }
    let what =
        "its rows have a date and no time of day, so they are daily bars; use --timeframe 1d".to_owned();
    Err(ImportError::Timeframe { file: path.to_owned(), what, likely: Some(Timeframe::Day) })
}

fn finish(
    pending: Pending,
    files: Vec<FileReport>,
    mut accounts: Vec<Account>,
    options: &ImportOptions<'_>,
) -> Result<Imported, ImportError> {
    let building = Building {
        timeframe: options.timeframe,
        calendar: options.calendar,
        class_of: options.class_of,
        keep_out_of_session: options.keep_out_of_session,
        offset_minutes: options.timezone.minutes(),
    };
    let mut series = Vec::new();
    let mut report = ImportReport::default();
    for (instrument, parts) in pending {
        let (bars, unknown_days) = series::build(&instrument, parts, building, &mut accounts)?;
        let (Some(&first), Some(&last)) = (bars.times().first(), bars.times().last()) else { continue };
        report.series.push(SeriesReport {
            instrument: instrument.clone(),
            timeframe: options.timeframe,
            bars: bars.len() as u64,
            first,
            last,
            unknown_days,
        });
        series.push((instrument, options.timeframe, bars));
    }
    for (mut file, mut account) in files.into_iter().zip(accounts) {
        report.warnings.append(&mut account.warnings);
        let has_naive = file.notes.iter().any(|n| n.starts_with("times have no zone"));
        if let Some(warning) = shifted(&file, &account, options).filter(|_| has_naive) {
            report.warnings.push(warning);
        }
        if account.outside_kept > 0 {
            file.notes
                .push(format!("{} rows outside the sessions were kept, as you said", account.outside_kept));
        }
        (file.kept, file.unknown_day_rows) = (account.kept, account.unknown_day_rows);
        file.findings = account.tally.into_findings();
        report.files.push(file);
    }
    if options.strict {
        refuse_defects(&report)?;
    }
    if series.is_empty() {
        let what = nothing_kept(&report);
        return Err(ImportError::NothingKept { what, report: Box::new(report) });
    }
    Ok(Imported { series, report })
}

/// Advice where most rows lie outside the sessions but would lie inside in another zone.
fn shifted(file: &FileReport, account: &Account, options: &ImportOptions<'_>) -> Option<String> {
    let judged = account.kept + account.outside;
    if account.outside * 2 < judged {
        return None;
    }
    let (inside, zone, flag) = if account.inside_as_utc >= account.inside_as_ist {
        (account.inside_as_utc, TimeZoneChoice::Utc, "utc")
    } else {
        (account.inside_as_ist, TimeZoneChoice::Ist, "ist")
    };
    if zone == options.timezone || inside * 2 < account.outside {
        return None;
    }
    let upper = flag.to_ascii_uppercase();
    Some(format!(
        "{}: {} of {judged} rows lie outside the sessions, and most would lie inside if their times were {upper}: the bars kept are probably wrong; import again with --timezone {upper}",
        file.path.display(),
        account.outside,
    ))
}

/// `--strict`: names the first defect by file and line.
fn refuse_defects(report: &ImportReport) -> Result<(), ImportError> {
    for file in &report.files {
        let firsts = file.findings.iter().filter_map(|f| f.examples.first().map(|e| (e, f.defect)));
        if let Some((example, defect)) = firsts.min_by_key(|(e, defect)| (e.line, *defect)) {
            return Err(ImportError::Strict {
                place: Place { file: file.path.clone(), line: Some(example.line) },
                defect,
                detail: example.detail.clone(),
            });
        }
    }
    Ok(())
}

fn nothing_kept(report: &ImportReport) -> String {
    let mut parts = Vec::new();
    for file in &report.files {
        let reasons: Vec<String> = file
            .findings
            .iter()
            .filter(|f| f.defect.leaves_out())
            .map(|f| {
                let first =
                    f.examples.first().map_or(String::new(), |e| format!(" (line {}: {})", e.line, e.detail));
                format!("{} {}{first}", f.count, f.defect.title())
            })
            .collect();
        parts.push(format!(
            "{}: none of its {} rows can be used: {}",
            file.path.display(),
            file.rows,
            reasons.join(", ")
        ));
    }
    parts.extend(report.warnings.iter().cloned());
    parts.join("; ")
}
