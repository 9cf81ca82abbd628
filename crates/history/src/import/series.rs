//! From the rows of one instrument to its bars: sessions, order, duplicates, timeframe.

use std::path::PathBuf;

use domain::calendar::Calendar;
use domain::instrument::InstrumentId;
use domain::time::{DayNumber, MICROS_PER_MINUTE};
use domain::{Bars, Price, Qty, Timeframe, Timestamp};

use super::error::ImportError;
use super::report::{Defect, Tally};
use super::sessions::{ClassOf, Sessions};
use super::sheet::Row;
use super::ticks;

/// The rows of one instrument from one file, in its order.
pub(super) struct Part {
    pub rows: Vec<Row>,
    pub is_ticks: bool,
}

/// What was counted for one file.
#[derive(Default)]
pub(super) struct Account {
    pub path: PathBuf,
    pub tally: Tally,
    pub warnings: Vec<String>,
    pub kept: u64,
    pub unknown_day_rows: u64,
    /// Rows outside the sessions that were kept on request.
    pub outside_kept: u64,
    /// Rows outside the sessions, and how many of them would lie inside with their naive time read as UTC and as IST.
    pub outside: u64,
    pub inside_as_utc: u64,
    pub inside_as_ist: u64,
}

/// What the builder must know of the caller's wishes.
#[derive(Clone, Copy)]
pub(super) struct Building<'a> {
    pub timeframe: Timeframe,
    pub calendar: &'a Calendar,
    pub class_of: ClassOf<'a>,
    pub keep_out_of_session: bool,
    /// How naive times were read, in minutes east of Greenwich.
    pub offset_minutes: i64,
}

/// Builds the bars; empty if no row can be used. `accounts` has one entry for each file.
pub(super) fn build(
    instrument: &InstrumentId,
    parts: Vec<Part>,
    building: Building<'_>,
    accounts: &mut [Account],
) -> Result<(Bars, u64), ImportError> {
    let mut sessions = Sessions::new(building.calendar, building.class_of, instrument);
    let is_ticks = parts.iter().any(|p| p.is_ticks);
    if is_ticks && parts.iter().any(|p| !p.is_ticks) {
        let what =
            format!("some files hold ticks of {instrument}, some hold bars; import them one after the other");
        return Err(ImportError::Options(what));
    }
    let mut rows = Vec::new();
    for mut part in parts {
        count_disorder(&part.rows, accounts);
        if is_ticks && !building.keep_out_of_session {
            ticks::leave_out_other_days(&mut part.rows, &mut sessions, accounts);
        }
        leave_out_of_session(&mut part.rows, building, &mut sessions, accounts);
        if rows.is_empty() { rows = part.rows } else { rows.append(&mut part.rows) }
    }
    let mut unknown_days: Vec<DayNumber> = Vec::new();
    for row in &rows {
        let number = row.time.day();
        if unknown_days.last() != Some(&number) && sessions.day(number).is_unknown() {
            unknown_days.push(number);
        }
    }
    unknown_days.sort_unstable();
    unknown_days.dedup();
    let rows = if is_ticks {
        ticks::to_bars(rows, building.timeframe, &mut sessions, accounts)?
    } else {
        let mut rows = rows;
        rows_to_bars(&mut rows, building, &mut sessions, accounts)?;
        rows
    };
    Ok((columns(&rows, accounts)?, unknown_days.len() as u64))
}

pub(super) fn account<'a>(accounts: &'a mut [Account], row: &Row) -> &'a mut Account {
    &mut accounts[row.file as usize]
}

fn count_disorder(rows: &[Row], accounts: &mut [Account]) {
    for pair in rows.windows(2) {
        if pair[1].time < pair[0].time {
            account(accounts, &pair[1]).tally.add(Defect::Disorder, u64::from(pair[1].line), || {
                format!("{} comes after {}", pair[1].time, pair[0].time)
            });
        }
    }
}

fn leave_out_of_session(
    rows: &mut Vec<Row>,
    building: Building<'_>,
    sessions: &mut Sessions<'_>,
    accounts: &mut [Account],
) {
    // Enough to see whether a whole file is shifted; a look-up for each row would double the time of an import.
    const SHIFTS_TRIED: u64 = 5_000;
    let is_daily = !building.timeframe.is_intraday();
    rows.retain(|row| {
        let day = sessions.day(row.time.day());
        let account = account(accounts, row);
        if day.is_unknown() {
            account.unknown_day_rows += 1;
            return true;
        }
        if if is_daily { day.is_open() } else { day.holds(row.time.minute_of_day()) } {
            return true;
        }
        account.outside += 1;
        if account.outside <= SHIFTS_TRIED {
            let as_utc = row.time + domain::time::Span::minutes(building.offset_minutes);
            let as_ist = as_utc - domain::time::Span::minutes(330);
            let mut inside = |time: Timestamp| {
                let day = sessions.day(time.day());
                !day.is_unknown() && day.holds(time.minute_of_day())
            };
            account.inside_as_utc += u64::from(inside(as_utc));
            account.inside_as_ist += u64::from(inside(as_ist));
        } else {
            account.inside_as_utc += u64::from(account.inside_as_utc * 2 > account.outside);
            account.inside_as_ist += u64::from(account.inside_as_ist * 2 > account.outside);
        }
        if building.keep_out_of_session {
            account.outside_kept += 1;
            return true;
        }
        account.tally.add(Defect::OutOfSession, u64::from(row.line), || day.why_outside(row.time));
        false
    });
}

fn rows_to_bars(
    rows: &mut Vec<Row>,
    building: Building<'_>,
    sessions: &mut Sessions<'_>,
    accounts: &mut [Account],
) -> Result<(), ImportError> {
    // Stable: of two rows of one time the one of the later file and line stays behind.
    if !rows.is_sorted_by_key(|r| r.time) {
        rows.sort_by_key(|r| r.time);
    }
    check_timeframe(rows, building.timeframe, accounts)?;
    if building.timeframe == Timeframe::Day {
        for row in rows.iter_mut() {
            row.time = sessions.day(row.time.day()).stamp();
        }
    }
    drop_duplicates(rows, accounts);
    for row in rows.iter() {
        account(accounts, row).kept += 1;
    }
    Ok(())
}

/// Of rows with one time the last stays.
fn drop_duplicates(rows: &mut Vec<Row>, accounts: &mut [Account]) {
    let same = |a: &Row, b: &Row| {
        (a.open, a.high, a.low, a.close, a.volume) == (b.open, b.high, b.low, b.close, b.volume)
    };
    rows.dedup_by(|later, kept| {
        if later.time != kept.time {
            return false;
        }
        if same(later, kept) {
            let name = place(accounts, kept, later);
            account(accounts, later).tally.add(Defect::ExactDuplicate, u64::from(later.line), || {
                format!("{} is already in {name}", kept.time)
            });
        } else {
            let name = place(accounts, later, kept);
            account(accounts, kept).tally.add(Defect::ConflictingDuplicate, u64::from(kept.line), || {
                format!("{} has other values in {name}", kept.time)
            });
            *kept = *later;
        }
        true
    });
}

/// Where `row` stands, as seen from `from`.
fn place(accounts: &[Account], row: &Row, from: &Row) -> String {
    if row.file == from.file {
        format!("line {}", row.line)
    } else {
        format!("line {} of {}", row.line, accounts[row.file as usize].path.display())
    }
}

/// Refuses rows that are closer together, or in a coarser grid, than the timeframe says.
fn check_timeframe(rows: &[Row], timeframe: Timeframe, accounts: &[Account]) -> Result<(), ImportError> {
    const MINUTES: usize = 1_441;
    /// So many distances make a grid; fewer may be chance in a thinly traded contract.
    const ENOUGH: u64 = 20;
    let mut distances = vec![0u64; MINUTES];
    let mut grid: usize = 0;
    let mut shared_days = 0u64;
    for pair in rows.windows(2) {
        if pair[0].time == pair[1].time || pair[0].time.day() != pair[1].time.day() {
            continue;
        }
        shared_days += 1;
        let minutes = ((pair[1].time - pair[0].time).as_micros() / MICROS_PER_MINUTE) as usize;
        distances[minutes.min(MINUTES - 1)] += 1;
        grid = gcd(grid, minutes);
    }
    let Some(first) = rows.first() else { return Ok(()) };
    let refuse = |likely: Option<Timeframe>, what: String| {
        Err(ImportError::Timeframe { file: accounts[first.file as usize].path.clone(), what, likely })
    };
    let usual = (1..MINUTES).max_by_key(|&m| (distances[m], std::cmp::Reverse(m))).unwrap_or(1);
    let named = |minutes: usize| {
        u16::try_from(minutes).ok().filter(|m| (1..=240).contains(m)).map(Timeframe::Minutes)
    };
    let advice =
        |likely: Option<Timeframe>| likely.map_or(String::new(), |t| format!("; use --timeframe {t}"));
    match timeframe {
        Timeframe::Day if shared_days * 2 > rows.len() as u64 => {
            let likely = named(usual);
            refuse(likely, format!("its rows are {usual} minutes apart, not a day{}", advice(likely)))
        }
        Timeframe::Minutes(n) if shared_days > 0 && usual < usize::from(n) => {
            let likely = named(usual);
            refuse(likely, format!("its rows are {usual} minutes apart, not {n}{}", advice(likely)))
        }
        Timeframe::Minutes(n) if shared_days >= ENOUGH && grid > usize::from(n) => {
            let likely = named(grid);
            refuse(
                likely,
                format!("all its rows are {grid} minutes or a multiple apart, not {n}{}", advice(likely)),
            )
        }
        _ => Ok(()),
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn columns(rows: &[Row], accounts: &[Account]) -> Result<Bars, ImportError> {
    let prices = |of: fn(&Row) -> i64| rows.iter().map(|r| Price::from_raw(of(r))).collect::<Vec<_>>();
    let bars = Bars::from_columns(
        rows.iter().map(|r| r.time).collect(),
        prices(|r| r.open),
        prices(|r| r.high),
        prices(|r| r.low),
        prices(|r| r.close),
        rows.iter().map(|r| Qty::units(r.volume)).collect(),
    );
    bars.map_err(|(i, e)| {
        // The checks before leave nothing to find here; a person's money deserves a second look all the same.
        let (file, line) = rows.get(i).map_or((0, 0), |r| (r.file as usize, r.line));
        ImportError::damaged(&accounts[file].path, Some(u64::from(line)), e.to_string())
    })
}
