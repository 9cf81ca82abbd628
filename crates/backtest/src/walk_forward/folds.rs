//! Cutting a span of days into folds: training days, and the test days right after them.
//!
//! Every boundary is counted from the first day of the span, so months do not drift: from 31 January on, tests of a month
//! begin on 29 February (28 in other years), 31 March, 30 April. Years are twelve months, weeks seven days; days are
//! those of the calendar, not sessions.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use domain::time::{Date, DayNumber};
use jiff::ToSpan;
use thiserror::Error;

/// A length of time on the calendar, never zero: `12mo`, `1y`, `6w` or `90d`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Length {
    count: u16,
    unit: Unit,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unit {
    Days,
    Weeks,
    Months,
    Years,
}

/// How the training days move on from fold to fold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Training {
    /// By the length of a test: always the most recent days.
    #[default]
    Rolling,
    /// They begin at the first day of the span, and grow.
    Anchored,
}

/// How a span is cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    pub train: Length,
    pub test: Length,
    pub training: Training,
}

/// Days to choose on, and the days right after them to test the choice on; each ends before its last day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fold {
    pub train: Range<Date>,
    pub test: Range<Date>,
    /// False for a last test that the end of the span cuts short.
    pub whole: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum LengthError {
    #[error(
        "`{0}` is not a length of time; write a whole number and mo (months), y (years), w (weeks) or d (calendar days), \
         for example 12mo"
    )]
    Unreadable(String),
    #[error("`{0}` has no unit; write {0}mo, {0}y, {0}w or {0}d: months, years, weeks or calendar days")]
    NoUnit(u16),
    #[error("`{0}` is no time at all; use at least 1d")]
    Zero(String),
    #[error("`{0}` is longer than a hundred years; use at most 100y")]
    TooLong(String),
}

/// The span does not hold one whole fold.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error(
    "training {} and testing {} take {needed} days, and there are {} to trade, {} to {}{}",
    cut.train, cut.test, days(span), span.start, last(span), fitting(*shorter)
)]
pub struct TooShort {
    cut: Cut,
    span: Range<Date>,
    needed: i32,
    /// Days of training and testing in the same proportion that would fit.
    shorter: Option<(i32, i32)>,
}

fn fitting(shorter: Option<(i32, i32)>) -> String {
    match shorter {
        Some((train, test)) => {
            format!("; import more history, or use for example --train {train}d --test {test}d")
        }
        None => "; import more history".to_owned(),
    }
}

fn days(span: &Range<Date>) -> i32 {
    (DayNumber::of(span.end).as_days() - DayNumber::of(span.start).as_days()).max(0)
}

/// The last day of a range.
pub fn last(range: &Range<Date>) -> Date {
    range.end.yesterday().unwrap_or(Date::MIN)
}

impl Cut {
    /// The folds of a span, in order. Their tests follow each other without a gap and reach to the end of the span.
    pub fn folds(&self, span: &Range<Date>) -> Result<Vec<Fold>, TooShort> {
        let start = |fold: u32| match self.training {
            Training::Rolling => after(span.start, &[(self.test, fold)]),
            Training::Anchored => Some(span.start),
        };
        let test = |fold: u32| after(span.start, &[(self.train, 1), (self.test, fold)]);
        let mut folds = Vec::new();
        for fold in 0.. {
            // Beyond the last day that a date can name there is no history.
            let (Some(from), Some(to)) = (start(fold), test(fold)) else { break };
            if to >= span.end {
                break;
            }
            let end = test(fold + 1).unwrap_or(Date::MAX);
            folds.push(Fold { train: from..to, test: to..end.min(span.end), whole: end <= span.end });
        }
        if folds.first().is_some_and(|fold| fold.whole) { Ok(folds) } else { Err(self.too_short(span)) }
    }

    fn too_short(&self, span: &Range<Date>) -> TooShort {
        let train = after(span.start, &[(self.train, 1)]).unwrap_or(Date::MAX);
        let end = after(span.start, &[(self.train, 1), (self.test, 1)]).unwrap_or(Date::MAX);
        let (train, needed, there) =
            (days(&(span.start..train)), days(&(span.start..end)), i64::from(days(span)));
        // Room for some folds, so that more than one choice is seen: as many tests as there are, a third at least.
        let part = |length: i32| (i64::from(length) * there / i64::from(needed.max(1))) as i32;
        let shorter = (part(train).max(1), part(needed - train).max(1));
        let fits = i64::from(shorter.0) + i64::from(shorter.1) <= there;
        TooShort { cut: *self, span: span.clone(), needed, shorter: fits.then_some(shorter) }
    }
}

/// The day so many lengths later: months first, then days.
fn after(day: Date, lengths: &[(Length, u32)]) -> Option<Date> {
    let sum = |months: bool| -> i64 {
        let part = |(length, times): &(Length, u32)| {
            let (count, is_months) = length.counted();
            if is_months == months { i64::from(count) * i64::from(*times) } else { 0 }
        };
        lengths.iter().map(part).sum()
    };
    let months = 0.seconds().try_months(sum(true)).ok()?;
    let days = 0.seconds().try_days(sum(false)).ok()?;
    day.checked_add(months).ok()?.checked_add(days).ok()
}

/// A hundred years in each unit.
const MOST: [(Unit, u16); 4] =
    [(Unit::Years, 100), (Unit::Months, 1_200), (Unit::Weeks, 5_218), (Unit::Days, 36_525)];

impl Length {
    /// Months or days, and whether they are months.
    fn counted(self) -> (u32, bool) {
        let count = u32::from(self.count);
        match self.unit {
            Unit::Days => (count, false),
            Unit::Weeks => (7 * count, false),
            Unit::Months => (count, true),
            Unit::Years => (12 * count, true),
        }
    }
}

impl FromStr for Length {
    type Err = LengthError;

    fn from_str(text: &str) -> Result<Length, LengthError> {
        let unreadable = || LengthError::Unreadable(text.to_owned());
        let (digits, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        if digits.is_empty() {
            return Err(unreadable());
        }
        let too_long = |_| LengthError::TooLong(text.to_owned());
        let count: u16 = digits.parse().map_err(too_long)?;
        let unit = match unit {
            "d" => Unit::Days,
            "w" => Unit::Weeks,
            "mo" => Unit::Months,
            "y" => Unit::Years,
            "" => return Err(LengthError::NoUnit(count)),
            _ => return Err(unreadable()),
        };
        if count == 0 {
            return Err(LengthError::Zero(text.to_owned()));
        }
        if MOST.iter().any(|&(other, most)| other == unit && count > most) {
            return Err(LengthError::TooLong(text.to_owned()));
        }
        Ok(Length { count, unit })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Days => "d",
            Unit::Weeks => "w",
            Unit::Months => "mo",
            Unit::Years => "y",
        };
        write!(f, "{}{unit}", self.count)
    }
}

impl Training {
    /// As the flag says it.
    pub fn name(self) -> &'static str {
        match self {
            Training::Rolling => "rolling",
            Training::Anchored => "anchored",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn cut(train: &str, test: &str, training: Training) -> Cut {
        Cut { train: train.parse().unwrap(), test: test.parse().unwrap(), training }
    }

    /// `train from, test from, test end` of each fold, a last short one with `+`.
    fn told(cut: Cut, from: Date, end: Date) -> Vec<String> {
        let told = |f: &Fold| {
            assert_eq!(f.train.end, f.test.start);
            format!("{} {} {}{}", f.train.start, f.test.start, f.test.end, if f.whole { "" } else { "+" })
        };
        cut.folds(&(from..end)).unwrap().iter().map(told).collect()
    }

    #[test]
    fn training_rolls_or_grows() {
        let (from, end) = (date(2023, 1, 1), date(2024, 1, 1));
        assert_eq!(
            told(cut("6mo", "3mo", Training::Rolling), from, end),
            ["2023-01-01 2023-07-01 2023-10-01", "2023-04-01 2023-10-01 2024-01-01"]
        );
        assert_eq!(
            told(cut("6mo", "3mo", Training::Anchored), from, date(2024, 2, 10)),
            [
                "2023-01-01 2023-07-01 2023-10-01",
                "2023-01-01 2023-10-01 2024-01-01",
                "2023-01-01 2024-01-01 2024-02-10+"
            ]
        );
        assert_eq!(
            told(cut("1y", "1y", Training::Rolling), from, date(2025, 1, 1)),
            ["2023-01-01 2024-01-01 2025-01-01"]
        );
    }

    #[test]
    fn month_ends_do_not_drift() {
        assert_eq!(
            told(cut("1mo", "1mo", Training::Rolling), date(2024, 1, 31), date(2024, 6, 1)),
            [
                "2024-01-31 2024-02-29 2024-03-31",
                "2024-02-29 2024-03-31 2024-04-30",
                "2024-03-31 2024-04-30 2024-05-31",
                "2024-04-30 2024-05-31 2024-06-01+"
            ]
        );
        // A year from a leap day is the 28th; four years from it the leap day again.
        assert_eq!(
            told(cut("1y", "1y", Training::Anchored), date(2020, 2, 29), date(2024, 2, 29)),
            [
                "2020-02-29 2021-02-28 2022-02-28",
                "2020-02-29 2022-02-28 2023-02-28",
                "2020-02-29 2023-02-28 2024-02-29"
            ]
        );
    }

    #[test]
    fn weeks_and_days_are_calendar_days_across_a_leap_day() {
        assert_eq!(
            told(cut("2w", "5d", Training::Rolling), date(2024, 2, 12), date(2024, 3, 8)),
            [
                "2024-02-12 2024-02-26 2024-03-02",
                "2024-02-17 2024-03-02 2024-03-07",
                "2024-02-22 2024-03-07 2024-03-08+"
            ]
        );
        assert_eq!(
            told(cut("1mo", "1w", Training::Rolling), date(2024, 1, 31), date(2024, 3, 8)),
            ["2024-01-31 2024-02-29 2024-03-07", "2024-02-07 2024-03-07 2024-03-08+"]
        );
    }

    #[test]
    fn too_little_history_says_how_much_there_is_and_what_fits() {
        let refused = |cut: Cut, end| cut.folds(&(date(2024, 1, 1)..end)).unwrap_err().to_string();
        let words = refused(cut("12mo", "3mo", Training::Rolling), date(2024, 6, 1));
        assert_eq!(
            words,
            "training 12mo and testing 3mo take 456 days, and there are 152 to trade, 2024-01-01 to 2024-05-31; import more \
             history, or use for example --train 122d --test 30d"
        );
        cut("122d", "30d", Training::Rolling).folds(&(date(2024, 1, 1)..date(2024, 6, 1))).unwrap();
        // One day is never enough; a hundred years do not overflow.
        assert!(
            refused(cut("1d", "1d", Training::Rolling), date(2024, 1, 2)).ends_with("import more history")
        );
        refused(cut("100y", "100y", Training::Anchored), date(2024, 1, 2));
    }

    #[test]
    fn lengths_are_read_strictly() {
        for good in ["12mo", "1y", "6w", "90d", "100y", "36525d"] {
            assert_eq!(good.parse::<Length>().unwrap().to_string(), good);
        }
        for (bad, word) in [
            ("12", "no unit"),
            ("0mo", "at least 1d"),
            ("mo", "12mo"),
            ("", "12mo"),
            ("12m", "mo (months)"),
            ("1.5y", "whole number"),
            ("-1y", "whole number"),
            ("12 mo", "12mo"),
            ("101y", "100y"),
            ("99999999999999d", "100y"),
            ("१mo", "whole number"),
        ] {
            let words = bad.parse::<Length>().unwrap_err().to_string();
            assert!(words.contains(word), "{bad}: {words}");
        }
    }

    fn length() -> impl Strategy<Value = Length> {
        let unit = prop::sample::select(vec![Unit::Days, Unit::Weeks, Unit::Months, Unit::Years]);
        (1u16..40, unit).prop_map(|(count, unit)| Length { count, unit })
    }

    proptest! {
        /// Tests tile what follows the first training, each right after its own training.
        #[test]
        fn tests_tile_the_span(first in 0i32..30_000, length_days in 1i32..9_000, train in length(), test in length(), anchored in any::<bool>()) {
            let training = if anchored { Training::Anchored } else { Training::Rolling };
            let span = DayNumber::from_days(first).date()..DayNumber::from_days(first + length_days).date();
            match (Cut { train, test, training }).folds(&span) {
                Err(error) => if let Some((train, test)) = error.shorter {
                    let cut = cut(&format!("{train}d"), &format!("{test}d"), training);
                    prop_assert!(cut.folds(&span).is_ok(), "{error}");
                },
                Ok(folds) => {
                    prop_assert_eq!(folds[0].train.start, span.start);
                    prop_assert_eq!(folds.last().unwrap().test.end, span.end);
                    for fold in &folds {
                        prop_assert!(fold.train.start < fold.train.end && fold.train.end == fold.test.start);
                        prop_assert!(fold.test.start < fold.test.end);
                        prop_assert!(!anchored || fold.train.start == span.start);
                    }
                    for pair in folds.windows(2) {
                        prop_assert!(pair[0].whole);
                        prop_assert_eq!(pair[0].test.end, pair[1].test.start);
                        prop_assert!(anchored || pair[0].train.start < pair[1].train.start);
                    }
                }
            }
        }
    }
}
