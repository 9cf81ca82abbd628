//! Dates and times of source files, read byte by byte without allocation.
//!
//! A date without a time stays a date; a time without a zone stays naive until the caller says which zone it means.
//! Two-digit years next to numeric months, and dates with the month first, are refused: they can be misread in silence.

mod clock;

use domain::Date;
use domain::time::DayNumber;

use clock::{clock, leading_digits, value};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
const MICROS_PER_DAY: i64 = 1_440 * MICROS_PER_MINUTE;

/// Electronic trading in India began in 1994; files that reach past 2100 are in another unit.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1990..=2100;

/// What a time field says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Moment {
    /// A day, no time.
    Day(DayNumber),
    /// A wall-clock time without zone: microseconds since 1970-01-01 00:00 of that clock.
    Naive(i64),
    /// Microseconds since 1970-01-01 00:00 UTC.
    Instant(i64),
}

/// Why a field is not a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum MomentError {
    NotATime,
    /// Before 1990 or after 2100.
    OutOfRange,
    TwoDigitYear,
    /// `01/13/2025`: the file writes the month first, so its other dates would be misread.
    MonthFirst,
}

impl MomentError {
    pub(super) fn reason(self) -> &'static str {
        match self {
            MomentError::NotATime => "is not a date or time",
            MomentError::OutOfRange => "lies outside the years 1990 to 2100",
            MomentError::TwoDigitYear => "has a two-digit year; write YYYY-MM-DD",
            MomentError::MonthFirst => "writes the month first",
        }
    }
}

type Parsed<T> = Result<T, MomentError>;
const NOT: MomentError = MomentError::NotATime;

/// Reads a date, a date with time, or an epoch number (seconds, milli-, micro- or nanoseconds by its length).
pub(super) fn moment(text: &[u8]) -> Parsed<Moment> {
    let text = text.trim_ascii();
    let digits = leading_digits(text);
    if digits >= 9 {
        return numeric(text, digits);
    }
    let (day, used) = date(text, digits)?;
    let rest = match &text[used..] {
        [b'T' | b't' | b' ' | b'_', rest @ ..] => rest.trim_ascii(),
        [] => return Ok(Moment::Day(day)),
        _ => return Err(NOT),
    };
    with_time(day, rest)
}

/// A date and a time of day from two columns; a date that already holds a time is taken whole.
pub(super) fn joined(date: &[u8], clock: &[u8]) -> Parsed<Moment> {
    match moment(date)? {
        Moment::Day(day) if !clock.trim_ascii().is_empty() => with_time(day, clock.trim_ascii()),
        Moment::Naive(at) if at.rem_euclid(MICROS_PER_DAY) == 0 && !clock.trim_ascii().is_empty() => {
            with_time(DayNumber::from_days(at.div_euclid(MICROS_PER_DAY) as i32), clock.trim_ascii())
        }
        other => Ok(other),
    }
}

/// A plain date such as an expiry.
pub(super) fn day(text: &[u8]) -> Parsed<DayNumber> {
    match moment(text)? {
        Moment::Day(day) => Ok(day),
        Moment::Naive(at) => Ok(DayNumber::from_days(at.div_euclid(MICROS_PER_DAY) as i32)),
        Moment::Instant(at) => Ok(domain::Timestamp::from_micros(at).day()),
    }
}

/// An instant of a typed column, if it lies in the years that are believed.
pub(super) fn instant(micros: i64) -> Parsed<Moment> {
    in_range(micros).map(Moment::Instant)
}

/// A wall-clock time of a typed column.
pub(super) fn naive(micros: i64) -> Parsed<Moment> {
    in_range(micros).map(Moment::Naive)
}

/// A day of a typed column, counted from 1970-01-01.
pub(super) fn day_number(days: i32) -> Parsed<Moment> {
    in_range(i64::from(days) * MICROS_PER_DAY).map(|_| Moment::Day(DayNumber::from_days(days)))
}

fn in_range(micros: i64) -> Parsed<i64> {
    // 1990-01-01 is day 7305, 2101-01-01 day 47847.
    if (7_305 * MICROS_PER_DAY..47_847 * MICROS_PER_DAY).contains(&micros) {
        Ok(micros)
    } else {
        Err(MomentError::OutOfRange)
    }
}

fn civil(year: i64, month: i64, day: i64) -> Parsed<DayNumber> {
    let year = i16::try_from(year).map_err(|_| NOT)?;
    let date = i8::try_from(month)
        .ok()
        .zip(i8::try_from(day).ok())
        .and_then(|(m, d)| Date::new(year, m, d).ok())
        .ok_or(NOT)?;
    if YEARS.contains(&year) { Ok(DayNumber::of(date)) } else { Err(MomentError::OutOfRange) }
}

/// Nine digits and more: an epoch, or a compact date with time.
fn numeric(text: &[u8], digits: usize) -> Parsed<Moment> {
    if digits > 19 {
        return Err(NOT);
    }
    let whole = &text[..digits];
    let rest = &text[digits..];
    // `20240101091500` and `202401010915`; an epoch of 12 digits (before 2001) cannot begin with 19 or 20.
    if (digits == 14 || digits == 12)
        && rest.is_empty()
        && (whole.starts_with(b"19") || whole.starts_with(b"20"))
    {
        let day = civil(value(&whole[..4]), value(&whole[4..6]), value(&whole[6..8]))?;
        return with_time(day, &whole[8..]);
    }
    let fraction = match rest {
        [] => &[][..],
        [b'.', fraction @ ..] if fraction.iter().all(u8::is_ascii_digit) => fraction,
        _ => return Err(NOT),
    };
    let number: i64 =
        whole.iter().try_fold(0i64, |n, d| n.checked_mul(10)?.checked_add(i64::from(d - b'0'))).ok_or(NOT)?;
    let micros = match digits {
        9..=10 => {
            let mut micros = number * MICROS_PER_SECOND;
            let mut unit = MICROS_PER_SECOND / 10;
            for digit in fraction {
                micros += i64::from(digit - b'0') * unit;
                unit /= 10;
            }
            micros
        }
        12..=13 => number * 1_000,
        15..=16 => number,
        18..=19 => number / 1_000,
        _ => return Err(NOT),
    };
    in_range(micros).map(Moment::Instant)
}

/// Reads the date at the front; gives the day and the length read.
fn date(text: &[u8], digits: usize) -> Parsed<(DayNumber, usize)> {
    match digits {
        8 => Ok((civil(value(&text[..4]), value(&text[4..6]), value(&text[6..8]))?, 8)),
        4 => {
            let separator = *text.get(4).filter(|b| b"-/.".contains(b)).ok_or(NOT)?;
            let (month, used) = month(&text[5..])?;
            let at = 5 + used;
            if text.get(at) != Some(&separator) {
                return Err(NOT);
            }
            let days = leading_digits(&text[at + 1..]);
            if !(1..=2).contains(&days) {
                return Err(NOT);
            }
            Ok((civil(value(&text[..4]), month, value(&text[at + 1..at + 1 + days]))?, at + 1 + days))
        }
        1 | 2 => day_first(text, digits),
        _ => Err(NOT),
    }
}

fn day_first(text: &[u8], digits: usize) -> Parsed<(DayNumber, usize)> {
    let separator = text.get(digits).copied().filter(|b| b"-/. ".contains(b));
    let mut at = digits + usize::from(separator.is_some());
    let named = text.get(at).is_some_and(u8::is_ascii_alphabetic);
    if separator.is_none() && !named {
        return Err(NOT);
    }
    let (month, used) = month(&text[at..])?;
    at += used;
    if let Some(separator) = separator {
        if text.get(at) != Some(&separator) {
            return Err(NOT);
        }
        at += 1;
    }
    let years = leading_digits(&text[at..]);
    let year = match years {
        4 => value(&text[at..at + 4]),
        // `06-Jul-26`: with the month spelt out there is only one reading.
        2 if named => 2_000 + value(&text[at..at + 2]),
        2 => return Err(MomentError::TwoDigitYear),
        _ => return Err(NOT),
    };
    let day = value(&text[..digits]);
    if month > 12 && (1..=12).contains(&day) && month <= 31 {
        return Err(MomentError::MonthFirst);
    }
    Ok((civil(year, month, day)?, at + years))
}

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

/// A month as one or two digits or as its name; gives the length read.
fn month(text: &[u8]) -> Parsed<(i64, usize)> {
    let digits = leading_digits(text);
    if (1..=2).contains(&digits) {
        return Ok((value(&text[..digits]), digits));
    }
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let name = &text[..letters];
    let is_month = |full: &&[u8]| {
        (letters == 3 || letters == full.len() || (letters == 4 && full[0] == b's'))
            && letters <= full.len()
            && name.eq_ignore_ascii_case(&full[..letters])
    };
    let index = MONTHS.iter().position(is_month).ok_or(NOT)?;
    Ok((index as i64 + 1, letters))
}

fn with_time(day: DayNumber, text: &[u8]) -> Parsed<Moment> {
    let (micros, zone) = clock(text).ok_or(NOT)?;
    let local = i64::from(day.as_days()) * MICROS_PER_DAY + micros;
    Ok(match zone {
        Some(offset_minutes) => Moment::Instant(local - offset_minutes * MICROS_PER_MINUTE),
        None => Moment::Naive(local),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;
    use domain::time::MinuteOfDay;
    use jiff::civil::date as civil_date;
    use proptest::prelude::*;

    fn read(text: &str) -> String {
        match moment(text.as_bytes()) {
            Ok(Moment::Day(day)) => format!("day {}", day.date()),
            Ok(Moment::Naive(at)) => {
                let day = DayNumber::from_days(at.div_euclid(MICROS_PER_DAY) as i32);
                let second = at.rem_euclid(MICROS_PER_DAY) / MICROS_PER_SECOND;
                format!(
                    "naive {} {:02}:{:02}:{:02}",
                    day.date(),
                    second / 3600,
                    second / 60 % 60,
                    second % 60
                )
            }
            Ok(Moment::Instant(at)) => format!("at {}", Timestamp::from_micros(at)),
            Err(e) => format!("{e:?}"),
        }
    }

    #[test]
    fn dates_of_every_shape() {
        for text in [
            "20240105",
            "2024-01-05",
            "2024/1/5",
            "05-01-2024",
            "05/01/2024",
            "5/1/2024",
            "05.01.2024",
            "05-Jan-2024",
            "05-JAN-24",
            "05JAN2024",
            "5 January 2024",
            "2024-Jan-05",
            " 2024-01-05 ",
        ] {
            assert_eq!(read(text), "day 2024-01-05", "{text}");
        }
    }

    #[test]
    fn times_without_zone_stay_naive() {
        for text in [
            "2024-01-05 09:15",
            "2024-01-05T09:15:00",
            "20240105 0915",
            "20240105091500",
            "202401050915",
            "05/01/2024 9:15:00 AM",
            "05-Jan-2024 09:15:00.000",
            "2024-01-05 091500",
        ] {
            assert_eq!(read(text), "naive 2024-01-05 09:15:00", "{text}");
        }
        assert_eq!(read("2024-01-05 03:10 pm"), "naive 2024-01-05 15:10:00");
    }

    #[test]
    fn zones_and_epochs_are_instants() {
        for text in [
            "2018-01-01T09:15:00+05:30",
            "2018-01-01 03:45:00+00:00",
            "2018-01-01 03:45:00Z",
            "2018-01-01 03:45 UTC",
            "2017-12-31 22:45:00-0500",
            "2018-01-01 09:15:00 IST",
            "2018-01-01 09:15 GMT+0530",
            "1514778300",
            "1514778300.0",
            "1514778300000",
            "1514778300000000",
            "1514778300000000000",
        ] {
            assert_eq!(read(text), "at 2018-01-01T09:15:00+05:30", "{text}");
        }
    }

    #[test]
    fn what_can_be_misread_is_refused() {
        assert_eq!(read("01/13/2025"), "MonthFirst");
        assert_eq!(read("17-11-25"), "TwoDigitYear");
        assert_eq!(read("1970-01-01 00:00:00"), "OutOfRange");
        for text in [
            "",
            "x",
            "5",
            "2024",
            "2024-13-01",
            "2024-02-30",
            "2024-01-05x",
            "2024-01-05 25:00",
            "2024-01-05 9",
            "2024-01-05 09:60",
            "2024-01-05 09:15:00+99:00",
            "2024-01-05 24:00",
            "31/02/2024",
            "00/00/2024",
            "99999999999999999999",
            "12345678901",
            "2024-01/05",
            "05-Foo-2024",
            "2024-01-05 13:00 AM",
            "2024-01-05 09:15:00.",
        ] {
            assert_eq!(read(text), "NotATime", "{text}");
        }
    }

    #[test]
    fn two_columns_join() {
        let nine_fifteen = Timestamp::ist(civil_date(2024, 1, 1), MinuteOfDay::new(9, 15).unwrap());
        let naive = nine_fifteen.as_micros() + 330 * MICROS_PER_MINUTE;
        assert_eq!(joined(b"20240101", b"09:15"), Ok(Moment::Naive(naive)));
        assert_eq!(joined(b"2024-01-01 00:00:00", b"915"), Ok(Moment::Naive(naive)));
        assert_eq!(joined(b"01-Jan-2024", b""), Ok(Moment::Day(DayNumber::of(civil_date(2024, 1, 1)))));
    }

    proptest! {
        #[test]
        fn printed_timestamps_come_back(micros in 631_152_000_000_000i64..4_000_000_000_000_000) {
            let text = Timestamp::from_micros(micros).to_string();
            prop_assert_eq!(moment(text.as_bytes()), Ok(Moment::Instant(micros)));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = moment(&bytes);
            let _ = joined(&bytes, &bytes);
        }

        #[test]
        fn near_times_never_panic(text in "[0-9TZ:+./, -]{0,30}(AM|JAN|UTC)?") {
            let _ = moment(text.as_bytes());
            let _ = joined(b"20240101", text.as_bytes());
        }
    }
}
