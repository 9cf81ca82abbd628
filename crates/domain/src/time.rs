//! Instants in UTC inside, Indian Standard Time at the edges.
//!
//! India has had one zone and no daylight saving since 1945, so IST is a fixed offset and needs no zone database.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use thiserror::Error;

/// A calendar day in IST.
pub type Date = jiff::civil::Date;

const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
const MICROS_PER_DAY: i64 = 1_440 * MICROS_PER_MINUTE;
const IST_OFFSET: i64 = 330 * MICROS_PER_MINUTE;

/// Microseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[repr(transparent)]
pub struct Timestamp(i64);

/// A day in IST as a plain number (days since 1970-01-01), for hot loops.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct DayNumber(i32);

/// A time of day in IST, to the minute.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct MinuteOfDay(u16);

/// A length of time in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Span(i64);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a time of day; write hh:mm, for example 15:10")]
pub struct NotATimeOfDay(pub String);

impl Span {
    pub const ZERO: Span = Span(0);

    pub const fn minutes(n: i64) -> Span {
        Span(n * MICROS_PER_MINUTE)
    }

    pub const fn micros(n: i64) -> Span {
        Span(n)
    }

    pub const fn as_micros(self) -> i64 {
        self.0
    }

    pub const fn as_seconds(self) -> i64 {
        self.0 / MICROS_PER_SECOND
    }
}

impl Timestamp {
    pub const MIN: Timestamp = Timestamp(i64::MIN);
    pub const MAX: Timestamp = Timestamp(i64::MAX);

    pub const fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros)
    }

    #[inline]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// A wall-clock moment in IST.
    pub fn ist(date: Date, time: MinuteOfDay) -> Timestamp {
        DayNumber::of(date).at(time)
    }

    #[inline]
    pub const fn day(self) -> DayNumber {
        DayNumber((self.0 + IST_OFFSET).div_euclid(MICROS_PER_DAY) as i32)
    }

    pub fn date(self) -> Date {
        self.day().date()
    }

    #[inline]
    pub const fn minute_of_day(self) -> MinuteOfDay {
        MinuteOfDay(((self.0 + IST_OFFSET).rem_euclid(MICROS_PER_DAY) / MICROS_PER_MINUTE) as u16)
    }
}

impl DayNumber {
    const EPOCH: Date = jiff::civil::date(1970, 1, 1);

    /// The day of a calendar date.
    pub fn of(date: Date) -> DayNumber {
        let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
        // Days from civil, counting years from March so that the leap day ends the year.
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let year_of_era = y - era * 400;
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        DayNumber((era * 146_097 + day_of_era - 719_468) as i32)
    }

    pub const fn from_days(days: i32) -> DayNumber {
        DayNumber(days)
    }

    pub const fn as_days(self) -> i32 {
        self.0
    }

    /// The calendar date; days beyond year 9999 stop at it.
    pub fn date(self) -> Date {
        let span = jiff::Span::new().try_days(self.0);
        span.and_then(|s| Self::EPOCH.checked_add(s)).unwrap_or(if self.0 < 0 {
            Date::MIN
        } else {
            Date::MAX
        })
    }

    /// The first instant of the day.
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0 as i64 * MICROS_PER_DAY - IST_OFFSET)
    }

    pub const fn at(self, time: MinuteOfDay) -> Timestamp {
        Timestamp(self.start().0 + time.0 as i64 * MICROS_PER_MINUTE)
    }

    #[must_use]
    pub const fn next(self) -> DayNumber {
        DayNumber(self.0 + 1)
    }
}

impl MinuteOfDay {
    /// `None` past 24:00 (24:00 itself is the end of the day).
    pub const fn new(hour: u16, minute: u16) -> Option<MinuteOfDay> {
        if minute < 60 && hour * 60 + minute <= 1_440 { Some(MinuteOfDay(hour * 60 + minute)) } else { None }
    }

    pub const fn from_minutes(minutes: u16) -> Option<MinuteOfDay> {
        if minutes <= 1_440 { Some(MinuteOfDay(minutes)) } else { None }
    }

    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl Add<Span> for Timestamp {
    type Output = Timestamp;
    #[inline]
    fn add(self, span: Span) -> Timestamp {
        Timestamp(self.0 + span.0)
    }
}

impl Sub<Span> for Timestamp {
    type Output = Timestamp;
    #[inline]
    fn sub(self, span: Span) -> Timestamp {
        Timestamp(self.0 - span.0)
    }
}

impl Sub for Timestamp {
    type Output = Span;
    #[inline]
    fn sub(self, earlier: Timestamp) -> Span {
        Span(self.0 - earlier.0)
    }
}

/// ISO 8601 in IST: `2024-01-01T09:15:00+05:30`; microseconds only when there are any.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_day = (self.0 + IST_OFFSET).rem_euclid(MICROS_PER_DAY);
        let (seconds, micros) = (in_day / MICROS_PER_SECOND, in_day % MICROS_PER_SECOND);
        let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(f, "{}T{h:02}:{m:02}:{s:02}", self.date())?;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        f.write_str("+05:30")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for MinuteOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for MinuteOfDay {
    type Err = NotATimeOfDay;

    fn from_str(text: &str) -> Result<MinuteOfDay, NotATimeOfDay> {
        let bad = || NotATimeOfDay(text.to_owned());
        let (h, m) = text.split_once(':').ok_or_else(bad)?;
        if h.len() > 2 || m.len() != 2 || !h.bytes().chain(m.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let (h, m) = (h.parse().map_err(|_| bad())?, m.parse().map_err(|_| bad())?);
        MinuteOfDay::new(h, m).ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn nine_fifteen_in_mumbai_is_three_forty_five_in_greenwich() {
        let open = Timestamp::ist(date(2024, 1, 1), MinuteOfDay::new(9, 15).unwrap());
        assert_eq!(open.as_micros(), 1_704_080_700_000_000);
        assert_eq!(open.to_string(), "2024-01-01T09:15:00+05:30");
        assert_eq!(open.minute_of_day().to_string(), "09:15");
        assert_eq!(
            Timestamp::from_micros(open.as_micros() + 1).to_string(),
            "2024-01-01T09:15:00.000001+05:30"
        );
    }

    #[test]
    fn times_of_day_are_strict() {
        assert_eq!("9:05".parse::<MinuteOfDay>().unwrap().minutes(), 545);
        for bad in ["", "9", "9:5", "25:00", "12:60", "-1:00", "+1:00", "12:00:00"] {
            assert!(bad.parse::<MinuteOfDay>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn day_numbers_agree_with_the_calendar(days in -200_000i32..200_000) {
            let day = DayNumber(days);
            prop_assert_eq!(DayNumber::of(day.date()), day);
            prop_assert_eq!(day.start().day(), day);
            prop_assert_eq!((day.next().start() - Span::micros(1)).day(), day);
        }
    }
}
