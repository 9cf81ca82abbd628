//! When each market is open, by date, from dated data.
//!
//! Hours, holidays and special sessions are rows of `data/calendar/*.toml`, compiled in; [`Calendar::extended`] lays an
//! operator's rows on top at run time, since closures are announced with a few days' notice. The calendar answers for
//! any date and never fails: what the data does not know it says ([`DayStatus::Unknown`], [`TradingDay::hours_known`]),
//! and no bar is refused on the strength of data that nobody has verified. It knows no clock: callers bring the date.

mod day;
mod hours;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use crate::dated_table::TableError;
use crate::time::{Date, MinuteOfDay};
use hours::{Hours, Listed, SquareOff};
use jiff::civil::Weekday;

pub use day::{DayStatus, Session, TradingDay};

/// Which clock an instrument follows: hours differ by segment and, since 3 Aug 2026, by class of share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TradingClass {
    /// A cash-market index.
    Index,
    /// A share with derivatives: its continuous session ends early for the closing auction since 3 Aug 2026.
    ShareWithDerivatives,
    /// Any other share or fund.
    Share,
    EquityDerivative,
    /// Rupee pairs.
    Currency,
    CrossCurrency,
    /// Metals and energy.
    Commodity,
    /// Cotton, palm oil, kapas.
    AgriInternational,
    /// Other farm goods.
    Agri,
}

/// The exchange calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    classes: [ClassCalendar; TradingClass::ALL.len()],
}

/// What is known of one class. Rows with a date are sorted by it.
#[derive(Clone, Debug, Default)]
struct ClassCalendar {
    /// Never empty once the built-in files are read.
    hours: Vec<(Date, Hours)>,
    /// Never empty once the built-in files are read.
    square_off: Vec<(Date, SquareOff)>,
    covered: Vec<RangeInclusive<Date>>,
    days: BTreeMap<Date, Listed>,
}

static BUILTIN: LazyLock<Calendar> = LazyLock::new(|| {
    let files = [
        include_str!("../../../data/calendar/equity.toml"),
        include_str!("../../../data/calendar/commodity.toml"),
        include_str!("../../../data/calendar/currency.toml"),
    ];
    let mut calendar = Calendar { classes: Default::default() };
    for file in files {
        calendar.add(file).expect("the calendar that is compiled in is sound: a test reads it");
    }
    calendar
});

/// Minutes before the close at which positions are squared off on a day that opens after the usual time for it.
const LATE_DAY_SQUARE_OFF: u16 = 15;

impl TradingClass {
    pub const ALL: [TradingClass; 9] = [
        TradingClass::Index,
        TradingClass::ShareWithDerivatives,
        TradingClass::Share,
        TradingClass::EquityDerivative,
        TradingClass::Currency,
        TradingClass::CrossCurrency,
        TradingClass::Commodity,
        TradingClass::AgriInternational,
        TradingClass::Agri,
    ];

    /// The class's name in data files.
    pub const fn name(self) -> &'static str {
        match self {
            TradingClass::Index => "index",
            TradingClass::ShareWithDerivatives => "share_with_derivatives",
            TradingClass::Share => "share",
            TradingClass::EquityDerivative => "equity_derivative",
            TradingClass::Currency => "currency",
            TradingClass::CrossCurrency => "cross_currency",
            TradingClass::Commodity => "commodity",
            TradingClass::AgriInternational => "agri_international",
            TradingClass::Agri => "agri",
        }
    }

    /// `None` unless it is one of the names, written as in data files.
    pub fn from_name(name: &str) -> Option<TradingClass> {
        TradingClass::ALL.into_iter().find(|class| class.name() == name)
    }
}

impl fmt::Display for TradingClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Calendar {
    /// The calendar that ships with the platform.
    pub fn builtin() -> &'static Calendar {
        &BUILTIN
    }

    /// This calendar with a user's rows on top, in the format that `data/calendar/equity.toml` describes.
    ///
    /// A day listed here replaces what was known of that day; hours replace a row of the same first day, and hold until
    /// the next row, whichever file it came from. An error names the line and what would be right; nothing is taken then.
    pub fn extended(&self, toml: &str) -> Result<Calendar, TableError> {
        let mut calendar = self.clone();
        calendar.add(toml)?;
        Ok(calendar)
    }

    /// What is known of `date`, and the hours that hold on it. Costs well under a microsecond.
    pub fn day(&self, class: TradingClass, date: Date) -> TradingDay {
        let class = self.class(class);
        let usual = class.usual(date);
        if let Some(listed) = class.days.get(&date) {
            return listed.day(usual);
        }
        let covered = class.covers(date);
        match date.weekday() {
            Weekday::Saturday if covered => TradingDay::closed("Saturday"),
            Weekday::Sunday if covered => TradingDay::closed("Sunday"),
            _ if covered => usual.day(DayStatus::Open, usual.verified),
            _ => usual.day(DayStatus::Unknown, false),
        }
    }

    /// The hours that an ordinary trading day of that time has, whatever kind of day `date` is.
    pub fn usual_hours(&self, class: TradingClass, date: Date) -> TradingDay {
        let usual = self.class(class).usual(date);
        usual.day(DayStatus::Open, usual.verified)
    }

    /// Where the row that decides about `date` comes from: a circular, data, or the admission that nobody checked.
    pub fn source(&self, class: TradingClass, date: Date) -> &str {
        let class = self.class(class);
        class.days.get(&date).map_or(&class.usual(date).source, |listed| &listed.source)
    }

    /// Whether the day trades as far as is known: open, special, or an unknown day from Monday to Friday.
    pub fn is_trading_day(&self, class: TradingClass, date: Date) -> bool {
        match self.day(class, date).status {
            DayStatus::Open | DayStatus::Special(_) => true,
            DayStatus::Closed(_) => false,
            DayStatus::Unknown => !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday),
        }
    }

    /// Whether contracts can expire on the day: it trades, and it is not a holiday with a muhurat session only
    /// (the expiries of 1 Nov 2024 and 21 Oct 2025 were moved to the day before).
    pub fn can_expire(&self, class: TradingClass, date: Date) -> bool {
        self.is_trading_day(class, date)
            && !self.class(class).days.get(&date).is_some_and(|listed| listed.holiday)
    }

    /// The first trading day after `date`; `None` at the end of time.
    pub fn next_trading_day(&self, class: TradingClass, date: Date) -> Option<Date> {
        let mut after = date.tomorrow().ok()?;
        while !self.is_trading_day(class, after) {
            after = after.tomorrow().ok()?;
        }
        Some(after)
    }

    /// The last trading day before `date`; `None` at the beginning of time.
    pub fn previous_trading_day(&self, class: TradingClass, date: Date) -> Option<Date> {
        let mut before = date.yesterday().ok()?;
        while !self.is_trading_day(class, before) {
            before = before.yesterday().ok()?;
        }
        Some(before)
    }

    /// The trading days from one date to another, both included.
    pub fn trading_days(
        &self,
        class: TradingClass,
        range: RangeInclusive<Date>,
    ) -> impl Iterator<Item = Date> + '_ {
        let (from, to) = range.into_inner();
        std::iter::successors(Some(from), |day| day.tomorrow().ok())
            .take_while(move |&day| day <= to)
            .filter(move |&day| self.is_trading_day(class, day))
    }

    /// When intraday (MIS) positions are closed by default: 15:10 at NSE and BSE, 15 minutes before the close elsewhere.
    ///
    /// On a day that is over before a fixed time (a drill that ends at 12:30) the time stands, and whoever squares off
    /// uses the day's last price. On a day that opens only after it (an evening muhurat session) it is 15 minutes before
    /// that session's close. A closed day has the time of a usual one.
    pub fn square_off(&self, class: TradingClass, date: Date) -> MinuteOfDay {
        let day = self.day(class, date);
        let class = self.class(class);
        let sessions = if day.sessions.is_empty() { &class.usual(date).sessions } else { &day.sessions };
        let before_close = |minutes: u16| {
            let close = sessions.last().map_or(0, |s| s.close.minutes());
            MinuteOfDay::from_minutes(close.saturating_sub(minutes)).unwrap_or(Session::DAY.close)
        };
        match *in_force(&class.square_off, date) {
            SquareOff::At(time) if sessions.first().is_some_and(|s| s.open < time) => time,
            SquareOff::At(_) => before_close(LATE_DAY_SQUARE_OFF),
            SquareOff::BeforeClose(minutes) => before_close(minutes),
        }
    }

    fn class(&self, class: TradingClass) -> &ClassCalendar {
        &self.classes[class as usize]
    }
}

impl ClassCalendar {
    fn usual(&self, date: Date) -> &Hours {
        in_force(&self.hours, date)
    }

    fn covers(&self, date: Date) -> bool {
        self.covered.iter().any(|range| range.contains(&date))
    }
}

/// The row that holds on `date`; before the first row, the first.
fn in_force<T>(rows: &[(Date, T)], date: Date) -> &T {
    &rows[rows.partition_point(|(from, _)| *from <= date).saturating_sub(1)].1
}
