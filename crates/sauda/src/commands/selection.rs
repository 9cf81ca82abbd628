//! Which bars a command is asked for: symbol, timeframe, dates; and the way out when there are none.

use std::ops::Range;

use domain::calendar::TradingClass;
use domain::instrument::{Exchange, InstrumentId, InstrumentTables};
use domain::time::DayNumber;
use domain::{Date, Timeframe, Timestamp};
use history::store::{Loaded, SeriesInfo, Store};

use crate::failure::Failure;
use crate::tables::Tables;

/// How many stored symbols a message lists.
const LISTED: usize = 8;

/// `--from` and `--to`.
#[derive(clap::Args, Clone, Copy, Default)]
pub struct Dates {
    /// First day, inclusive [default: the first stored]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,
    /// Last day, inclusive [default: the last stored]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Option<Date>,
}

/// Reads a day as `2024-01-31`.
pub fn date(text: &str) -> Result<Date, String> {
    let shaped = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let day = if shaped { text.parse::<Date>().ok() } else { None };
    day.ok_or_else(|| format!("`{text}` is not a day; write year-month-day, for example 2024-01-31"))
}

impl Dates {
    /// The instants from the start of the first day to the end of the last.
    pub fn range(self) -> Result<Range<Timestamp>, Failure> {
        self.range_named("--to")
    }

    /// [`Dates::range`] where the last day has another flag.
    pub fn range_named(self, last: &str) -> Result<Range<Timestamp>, Failure> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Failure::usage(format!("--from {from} is after {last} {to}; swap them")));
        }
        let start = self.from.map_or(Timestamp::MIN, |day| DayNumber::of(day).start());
        let end = self.to.map_or(Timestamp::MAX, |day| DayNumber::of(day).next().start());
        Ok(start..end)
    }
}

/// The clock that an instrument follows on a day.
///
/// A contract that no table can date falls back to the usual hours of its exchange; [`undated`] says so to the person.
pub fn class_of(instruments: &InstrumentTables, id: &InstrumentId, on: Date) -> TradingClass {
    match instruments.resolve(id, on, None) {
        Ok(instrument) => instrument.class,
        Err(_) if id.exchange() == Exchange::Mcx => TradingClass::Commodity,
        Err(_) => TradingClass::EquityDerivative,
    }
}

/// Why the instrument tables cannot make sense of a symbol on a day, if they cannot.
pub fn undated(instruments: &InstrumentTables, id: &InstrumentId, on: Date) -> Option<String> {
    instruments.resolve(id, on, None).err().map(|error| error.to_string())
}

/// What is stored of an instrument, the finest timeframe first; never empty.
pub fn stored(store: &Store, id: &InstrumentId) -> Result<Vec<SeriesInfo>, Failure> {
    let series = store.series(id)?;
    if series.is_empty() { Err(unknown(store, id)) } else { Ok(series) }
}

fn unknown(store: &Store, id: &InstrumentId) -> Failure {
    let mut symbols: Vec<InstrumentId> = match store.list() {
        Ok(all) => all.into_iter().map(|info| info.id).collect(),
        Err(error) => return error.into(),
    };
    symbols.dedup();
    let alike = |other: &InstrumentId| {
        let (a, b) = (other.as_str().bytes(), id.as_str().bytes());
        a.zip(b).take_while(|(a, b)| a == b).count()
    };
    symbols.sort_by_key(|symbol| std::cmp::Reverse(alike(symbol)));
    let names: Vec<&str> = symbols.iter().take(LISTED).map(InstrumentId::as_str).collect();
    let way_out = match (names.len(), symbols.len()) {
        (0, _) => "nothing is stored yet: import a file first, or run `sauda demo`".to_owned(),
        (shown, all) if shown < all => format!("stored are {} and {} more", names.join(", "), all - shown),
        _ => format!("stored: {}", names.join(", ")),
    };
    Failure::usage(format!("symbol {id} has no bars in the store; {way_out}"))
}

/// Bars of one instrument, and the clock that they follow.
pub struct Selected {
    pub loaded: Loaded,
    pub class: TradingClass,
}

/// The bars of a range, as stored or resampled from the finest stored timeframe that divides the one asked for.
pub fn load(
    store: &Store,
    tables: &Tables,
    id: &InstrumentId,
    timeframe: Timeframe,
    range: Range<Timestamp>,
) -> Result<Selected, Failure> {
    let series = stored(store, id)?;
    // A grid is counted from the open of the session, and only the close of a share depends on its class that day.
    let last = series.iter().map(|info| info.last).max().unwrap_or_default();
    let class = class_of(&tables.instruments, id, last.date());
    let loaded = store.load_or_resample(id, timeframe, range, &tables.calendar, class)?;
    Ok(Selected { loaded, class })
}

/// The failure of a range that holds no bars.
pub fn nothing_between(
    id: &InstrumentId,
    timeframe: Timeframe,
    dates: Dates,
    series: &[SeriesInfo],
) -> Failure {
    let span = |pick: fn(&SeriesInfo) -> Timestamp| series.iter().map(pick);
    let first = span(|s| s.first).min().unwrap_or_default().date();
    let last = span(|s| s.last).max().unwrap_or_default().date();
    let asked = match (dates.from, dates.to) {
        (Some(from), Some(to)) if from == to => format!("on {from}"),
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => "at all".to_owned(),
    };
    Failure::failed(format!("{id} has no {timeframe} bars {asked}; it is stored from {first} to {last}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    #[test]
    fn days_are_read_strictly() {
        assert_eq!(date("2024-02-29"), Ok(day(2024, 2, 29)));
        for bad in
            ["", "2024-02-30", "20240229", "2024-2-9", "29-02-2024", "2024-02-29T10:00", "2024/02/29", "२०२४"]
        {
            assert!(date(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_is_taken_whole() {
        let dates = Dates { from: Some(day(2024, 1, 31)), to: Some(day(2024, 1, 31)) };
        let Ok(range) = dates.range() else { panic!() };
        assert_eq!(range.start.to_string(), "2024-01-31T00:00:00+05:30");
        assert_eq!(range.end.to_string(), "2024-02-01T00:00:00+05:30");
        let reversed = Dates { from: Some(day(2024, 2, 1)), to: Some(day(2024, 1, 31)) };
        assert!(matches!(reversed.range(), Err(Failure::Usage(words)) if words.contains("swap them")));
    }

    #[test]
    fn every_symbol_has_a_clock() {
        let class = |id: &str, on| class_of(InstrumentTables::builtin(), &id.parse().unwrap(), on);
        assert_eq!(class("NSE:NIFTY50-INDEX", day(2024, 1, 1)), TradingClass::Index);
        assert_eq!(class("MCX:GOLD14FEBFUT", day(2014, 1, 1)), TradingClass::Commodity);
        // Long after its expiry the contract still has hours.
        assert_eq!(class("NSE:NIFTY25NOVFUT", day(2040, 1, 2)), TradingClass::EquityDerivative);
    }
}
