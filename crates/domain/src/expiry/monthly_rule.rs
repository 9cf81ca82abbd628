//! On which day of a month its contract ends.

use jiff::civil::Weekday;

use crate::time::Date;

/// How the expiry day of a month is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum MonthlyRule {
    Last(Weekday),
    Second(Weekday),
    /// Two business days before the month's last one (rupee pairs).
    ThirdLastBusinessDay,
    /// The exchange names each contract's day by itself, and not every month has one: no rule finds it.
    Announced,
}

impl MonthlyRule {
    pub const CHOICES: &str =
        "`last tuesday` or another weekday, `second thursday`, `third-last business day` or `announced`";

    pub fn from_text(text: &str) -> Option<MonthlyRule> {
        match text.split_once(' ') {
            Some(("last", day)) => weekday(day).map(MonthlyRule::Last),
            Some(("second", day)) => weekday(day).map(MonthlyRule::Second),
            _ if text == "third-last business day" => Some(MonthlyRule::ThirdLastBusinessDay),
            _ if text == "announced" => Some(MonthlyRule::Announced),
            _ => None,
        }
    }

    /// The day in the month of `month` if every Monday to Friday trades; `None` where no rule gives one.
    pub fn scheduled(self, month: Date) -> Option<Date> {
        match self {
            MonthlyRule::Last(weekday) => {
                let last = month.last_of_month();
                last.checked_sub(days(last.weekday().since(weekday))).ok()
            }
            MonthlyRule::Second(weekday) => {
                let first = month.first_of_month();
                first.checked_add(days(first.weekday().until(weekday) + 7)).ok()
            }
            MonthlyRule::ThirdLastBusinessDay => business_day_back(month.last_of_month(), 2, |_| true),
            MonthlyRule::Announced => None,
        }
    }
}

/// `tuesday`.
pub(super) fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        _ => return None,
    })
}

pub(super) const WEEKDAYS: &str = "monday, tuesday, wednesday, thursday or friday";

/// The last day from Monday to Friday, at or before `date`, on which contracts can expire, or the one `skip` such days
/// before it; `None` when a month passes without one.
pub(super) fn business_day_back(
    mut date: Date,
    mut skip: u8,
    can_expire: impl Fn(Date) -> bool,
) -> Option<Date> {
    for _ in 0..31 {
        if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && can_expire(date) {
            if skip == 0 {
                return Some(date);
            }
            skip -= 1;
        }
        date = date.yesterday().ok()?;
    }
    None
}

pub(super) fn days(n: i8) -> jiff::Span {
    jiff::Span::new().days(i32::from(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn rules_find_the_day() {
        let day = |rule: &str, year, month| {
            MonthlyRule::from_text(rule).unwrap().scheduled(date(year, month, 11)).map(Date::day)
        };
        assert_eq!(day("last tuesday", 2026, 3), Some(31));
        assert_eq!(day("last tuesday", 2026, 4), Some(28));
        assert_eq!(day("second thursday", 2024, 7), Some(11));
        assert_eq!(day("second thursday", 2024, 8), Some(8));
        assert_eq!(day("second friday", 2024, 3), Some(8));
        // Fyers' currency master of 25 Aug 2026 dates USDINR26AUGFUT 27 Aug 2026.
        assert_eq!(day("third-last business day", 2026, 8), Some(27));
        assert_eq!(day("announced", 2026, 8), None);
        for bad in ["last sunday", "tuesday", "last", "", "second last business day"] {
            assert_eq!(MonthlyRule::from_text(bad), None, "{bad}");
        }
    }

    #[test]
    fn holidays_are_no_business_days() {
        let end = date(2026, 8, 31);
        assert_eq!(business_day_back(end, 2, |d| d != date(2026, 8, 28)), Some(date(2026, 8, 26)));
        assert_eq!(business_day_back(date(2026, 5, 31), 0, |_| true), Some(date(2026, 5, 29)));
        assert_eq!(business_day_back(end, 0, |_| false), None);
        assert_eq!(business_day_back(Date::MIN, 30, |_| true), None);
    }
}
