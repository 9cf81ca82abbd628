//! Rows of one file, checked one by one and kept apart by label: what CSV and Parquet have in common.

mod row;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use domain::time::{DayNumber, MICROS_PER_MINUTE};
use domain::{Tick, Timestamp};

use super::columns::{Columns, PriceColumns, TimeColumns};
use super::error::ImportError;
use super::moment::{Moment, MomentError};
use super::number::{self, Decimal, NumberError};
use super::report::{Defect, Tally};
use super::symbol::{Label, LabelFields};
use row::{Defects, EMPTY, ReadRow, check};

pub(super) use row::{Group, Row};

/// Rows that fit the memory of a small machine (56 bytes each).
const MAX_ROWS: u64 = 50_000_000;

/// The cells of one row, whatever the file's format.
pub(super) trait Cells {
    /// Appends the cell's text.
    fn text(&self, column: usize, into: &mut Vec<u8>);
    fn moment(&self, column: usize) -> Result<Moment, MomentError>;
    fn joined(&self, date: usize, clock: usize) -> Result<Moment, MomentError>;
    fn price(&self, column: usize) -> Result<Option<Decimal>, NumberError>;
    fn volume(&self, column: usize) -> Result<i64, NumberError>;
}

/// One file's rows.
#[derive(Debug)]
pub(super) struct Sheet {
    pub path: PathBuf,
    pub format: String,
    pub is_ticks: bool,
    /// In the order of first appearance.
    pub groups: Vec<Group>,
    /// Defects of rows whose label cannot be known.
    pub tally: Tally,
    pub skipped_lines: u64,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
    /// The volume column counts lots and no column says how many units a lot has.
    pub volume_in_lots: bool,
    pub volume_from_lots: bool,
    pub has_volume: bool,
}

/// What a reader must know of the caller's wishes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Minutes east of Greenwich of times without zone.
    pub offset_minutes: i64,
    pub intraday: bool,
    pub tick: Option<Tick>,
    pub file: u32,
}

/// Builds a [`Sheet`] row by row.
pub(super) struct Assembler {
    pub columns: Columns,
    reading: Reading,
    sheet: Sheet,
    /// The day of all rows, where only the file's name has it.
    file_day: Option<DayNumber>,
    /// Index of a group, or what is wrong with its label.
    known: HashMap<Vec<u8>, Result<usize, String>>,
    key: Vec<u8>,
    last_key: Vec<u8>,
    last_group: Option<usize>,
    rows: u64,
}

impl Assembler {
    pub(super) fn new(
        path: &Path,
        columns: Columns,
        reading: Reading,
        file_day: Option<DayNumber>,
        file_label: Option<String>,
    ) -> Assembler {
        let is_ticks = matches!(columns.prices, PriceColumns::Tick { .. });
        let mut assembler = Assembler {
            sheet: Sheet {
                path: path.to_owned(),
                format: columns.format.to_owned(),
                is_ticks,
                groups: Vec::new(),
                tally: Tally::default(),
                skipped_lines: 0,
                notes: Vec::new(),
                warnings: Vec::new(),
                volume_in_lots: columns.volume_in_lots && columns.lot.is_none(),
                volume_from_lots: columns.volume_in_lots && columns.lot.is_some(),
                has_volume: columns.volume.is_some(),
            },
            columns,
            reading,
            file_day,
            known: HashMap::new(),
            key: Vec::new(),
            last_key: Vec::new(),
            last_group: None,
            rows: 0,
        };
        if assembler.columns.symbol.is_none() {
            let label = Label { symbol: file_label.unwrap_or_default(), ..Label::default() };
            assembler.last_group = Some(assembler.group(label));
        }
        assembler
    }

    pub(super) fn skip_line(&mut self) {
        self.sheet.skipped_lines += 1;
    }

    pub(super) fn note(&mut self, note: String) {
        self.sheet.notes.push(note);
    }

    /// Counts a row that has no readable label.
    pub(super) fn reject(&mut self, defect: Defect, line: u64, detail: impl FnOnce() -> String) {
        self.sheet.tally.add(defect, line, detail);
    }

    pub(super) fn finish(mut self) -> Sheet {
        self.sheet.groups.retain(|g| g.seen > 0);
        self.sheet
    }

    fn group(&mut self, label: Label) -> usize {
        self.sheet.groups.push(Group::new(label));
        self.sheet.groups.len() - 1
    }

    /// Takes one data row. Fails only where going on would misread the file.
    pub(super) fn accept(&mut self, line: u64, cells: &impl Cells) -> Result<(), ImportError> {
        let Some(group) = self.group_of(line, cells) else { return Ok(()) };
        self.rows += 1;
        if self.rows > MAX_ROWS {
            let what =
                format!("has more than {} million rows; split it and import the parts", MAX_ROWS / 1_000_000);
            return Err(ImportError::damaged(&self.sheet.path, Some(line), what));
        }
        let at = match self.columns.time {
            TimeColumns::One(column) => cells.moment(column),
            TimeColumns::DateAndClock(date, clock) => cells.joined(date, clock),
            TimeColumns::Absent => self.file_day.map(Moment::Day).ok_or(MomentError::NotATime),
        };
        if at == Err(MomentError::MonthFirst) {
            let what = format!(
                "date `{}` has the month first, so other dates of this file would be misread; write dates as YYYY-MM-DD",
                self.shown_time(cells)
            );
            return Err(ImportError::layout(&self.sheet.path, Some(line), what));
        }
        let read = self.read(line, at, cells);
        let group = &mut self.sheet.groups[group];
        group.seen += 1;
        match read {
            Ok(read) => group.take(read),
            Err((defect, detail)) => {
                group.without_time +=
                    u64::from(defect == Defect::BadTime && matches!(at, Ok(Moment::Day(_))));
                group.tally.add(defect, line, || detail);
            }
        }
        Ok(())
    }

    fn group_of(&mut self, line: u64, cells: &impl Cells) -> Option<usize> {
        if self.columns.symbol.is_none() {
            return self.last_group;
        }
        let c = &self.columns;
        let label_columns = [c.symbol, c.series, c.kind, c.expiry, c.strike, c.side, c.contract, c.exchange];
        self.key.clear();
        let mut ends = [0; 8];
        for (column, end) in label_columns.into_iter().zip(&mut ends) {
            if let Some(column) = column {
                cells.text(column, &mut self.key);
            }
            *end = self.key.len();
            // Keeps `AB`,`C` and `A`,`BC` apart.
            self.key.push(0x1f);
        }
        if self.last_group.is_some() && self.key == self.last_key {
            return self.last_group;
        }
        if !self.known.contains_key(&self.key) {
            let field = |i: usize| &self.key[if i == 0 { 0 } else { ends[i - 1] + 1 }..ends[i]];
            let fields = LabelFields {
                symbol: field(0),
                series: field(1),
                kind: field(2),
                expiry: field(3),
                strike: field(4),
                side: field(5),
                contract: field(6),
                exchange: field(7),
                is_index: self.columns.names_indices,
            };
            let label = match Label::read(&fields) {
                Ok(label) if label.symbol.is_empty() => Err("the symbol is blank".to_owned()),
                other => other,
            };
            let group = label.map(|label| self.group(label));
            self.known.insert(self.key.clone(), group);
        }
        match self.known.get(&self.key) {
            Some(Ok(group)) => {
                self.last_key.clone_from(&self.key);
                self.last_group = Some(*group);
                Some(*group)
            }
            Some(Err(why)) => {
                self.sheet.tally.add(Defect::BadSymbol, line, || why.clone());
                None
            }
            None => None,
        }
    }

    fn read(
        &self,
        line: u64,
        at: Result<Moment, MomentError>,
        cells: &impl Cells,
    ) -> Result<ReadRow, (Defect, String)> {
        let at = at.map_err(|e| (Defect::BadTime, format!("`{}` {}", self.shown_time(cells), e.reason())))?;
        let mut read =
            ReadRow { row: EMPTY, defects: Defects::default(), naive: false, tail: false, interest: false };
        let row = &mut read.row;
        (row.line, row.file) = (u32::try_from(line).unwrap_or(u32::MAX), self.reading.file);
        row.time = match at {
            Moment::Day(_) if self.reading.intraday => {
                return Err((Defect::BadTime, format!("`{}` has no time of day", self.shown_time(cells))));
            }
            Moment::Day(day) => day.start(),
            Moment::Instant(micros) => Timestamp::from_micros(micros),
            Moment::Naive(micros) => {
                read.naive = true;
                Timestamp::from_micros(micros - self.reading.offset_minutes * MICROS_PER_MINUTE)
            }
        };
        let price = |name: &str, column: usize| self.price(name, column, cells);
        match self.columns.prices {
            PriceColumns::Tick { last } => {
                let last = price("price", last)?;
                read.tail = last.tail;
                (row.open, row.high, row.low, row.close) = (last.raw, last.raw, last.raw, last.raw);
            }
            PriceColumns::Bar { open, high, low, close } => {
                let open = price("open", open)?;
                let high = price("high", high)?;
                let low = price("low", low)?;
                if open.raw == 0 && high.raw == 0 && low.raw == 0 {
                    // An exchange may book a trade outside the market (a settlement-style close) without prices.
                    return Err(match self.units(cells) {
                        Ok(units @ 1..) => {
                            (Defect::MissingPrice, format!("open, high and low are 0 though {units} traded"))
                        }
                        _ => (Defect::Untraded, "open, high and low are 0".into()),
                    });
                }
                let close = price("close", close)?;
                read.tail = open.tail | high.tail | low.tail | close.tail;
                (row.open, row.high, row.low, row.close) = (open.raw, high.raw, low.raw, close.raw);
                let within = row.time.as_micros().rem_euclid(MICROS_PER_MINUTE);
                if self.reading.intraday && within != 0 {
                    read.defects.within_minute = Some(row.time);
                    row.time = Timestamp::from_micros(row.time.as_micros() - within);
                }
            }
        }
        row.volume = self.units(cells)?;
        read.defects.widened = check(row)?;
        read.interest = self.columns.open_interest.is_some_and(|c| cells.volume(c).is_ok_and(|oi| oi > 0));
        Ok(read)
    }

    fn price(&self, name: &str, column: usize, cells: &impl Cells) -> Result<Decimal, (Defect, String)> {
        match cells.price(column) {
            Ok(Some(price)) => Ok(match self.reading.tick {
                Some(tick) if price.tail => Decimal { raw: number::to_tick(price, tick.price()), tail: true },
                _ => price,
            }),
            Ok(None) => Err((Defect::MissingPrice, format!("{name} is blank"))),
            Err(e) => Err((Defect::BadNumber, format!("{name} `{}` {}", shown(cells, column), e.reason()))),
        }
    }

    fn units(&self, cells: &impl Cells) -> Result<i64, (Defect, String)> {
        let Some(column) = self.columns.volume else { return Ok(0) };
        let bad = |column: usize, reason: &str| {
            (Defect::BadNumber, format!("volume `{}` {reason}", shown(cells, column)))
        };
        let volume = cells.volume(column).map_err(|e| bad(column, e.reason()))?;
        match self.columns.lot {
            Some(lot) if self.columns.volume_in_lots => match cells.volume(lot) {
                Ok(units) if units > 0 => volume
                    .checked_mul(units)
                    .and_then(|v| number::volume_of_int(v).ok())
                    .ok_or_else(|| bad(column, NumberError::TooLarge.reason())),
                _ if volume == 0 => Ok(0),
                _ => Err((
                    Defect::BadNumber,
                    format!("lot size `{}` is not a positive number", shown(cells, lot)),
                )),
            },
            _ => Ok(volume),
        }
    }

    fn shown_time(&self, cells: &impl Cells) -> String {
        match self.columns.time {
            TimeColumns::One(column) => shown(cells, column),
            TimeColumns::DateAndClock(date, clock) => {
                format!("{} {}", shown(cells, date), shown(cells, clock))
            }
            TimeColumns::Absent => String::new(),
        }
    }
}

/// A cell for a message: at most 40 characters.
fn shown(cells: &impl Cells, column: usize) -> String {
    let mut bytes = Vec::new();
    cells.text(column, &mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
