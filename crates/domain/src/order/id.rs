//! The id that an order carries everywhere, the broker included.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::Date;
use crate::time::DayNumber;

const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Characters of the date (`yymmdd`), of the account (base 36) and of the number (base 10).
const DATE: usize = 6;
const ACCOUNT: usize = 3;
const NUMBER: usize = 7;

/// Trading day, account, number within both: `2611210A30000042`, 16 letters and digits, so that it fits every broker's
/// tag (the shortest allows 20). Drawn from blocks that were reserved durably beforehand, never used twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct OrderId {
    day: DayNumber,
    account: u16,
    number: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotAnOrderId {
    #[error("`{0}` is not an order id; it is written like 2611210A30000042: day, account, number")]
    Malformed(String),
    #[error("account {0} does not fit an order id: at most {max} is allowed", max = OrderId::MAX_ACCOUNT)]
    Account(i64),
    #[error("order number {0} does not fit a day: 1 to {max} are allowed", max = OrderId::MAX_NUMBER)]
    Number(i64),
    #[error("{0} does not fit an order id: its year is not between 2000 and 2099")]
    Day(Date),
}

impl OrderId {
    pub const MAX_ACCOUNT: i64 = 36i64.pow(ACCOUNT as u32) - 1;
    pub const MAX_NUMBER: i64 = 10i64.pow(NUMBER as u32) - 1;

    pub fn new(day: DayNumber, account: i64, number: i64) -> Result<OrderId, NotAnOrderId> {
        if !(2000..2100).contains(&day.date().year()) {
            return Err(NotAnOrderId::Day(day.date()));
        }
        if !(0..=OrderId::MAX_ACCOUNT).contains(&account) {
            return Err(NotAnOrderId::Account(account));
        }
        if !(1..=OrderId::MAX_NUMBER).contains(&number) {
            return Err(NotAnOrderId::Number(number));
        }
        Ok(OrderId { day, account: account as u16, number: number as u32 })
    }

    /// The trading day that it was drawn for.
    pub fn day(self) -> DayNumber {
        self.day
    }

    pub fn account(self) -> i64 {
        i64::from(self.account)
    }

    /// Its number within day and account, from 1.
    pub fn number(self) -> i64 {
        i64::from(self.number)
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, account) = (self.day.date(), usize::from(self.account));
        write!(f, "{:02}{:02}{:02}", date.year() % 100, date.month(), date.day())?;
        for place in [36 * 36, 36, 1] {
            write!(f, "{}", char::from(DIGITS[account / place % 36]))?;
        }
        write!(f, "{:0NUMBER$}", self.number)
    }
}

impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<OrderId> for String {
    fn from(id: OrderId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for OrderId {
    type Error = NotAnOrderId;

    fn try_from(text: String) -> Result<OrderId, NotAnOrderId> {
        text.parse()
    }
}

impl FromStr for OrderId {
    type Err = NotAnOrderId;

    fn from_str(text: &str) -> Result<OrderId, NotAnOrderId> {
        read(text).ok_or_else(|| NotAnOrderId::Malformed(text.chars().take(40).collect()))
    }
}

fn read(text: &str) -> Option<OrderId> {
    if text.len() != DATE + ACCOUNT + NUMBER || !text.is_ascii() {
        return None;
    }
    let (date, rest) = text.split_at(DATE);
    let (account, number) = rest.split_at(ACCOUNT);
    let digits =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    let date = digits(date)?;
    let (year, month, day) = (2000 + date / 10_000, date / 100 % 100, date % 100);
    let date = Date::new(year as i16, month as i8, day as i8).ok()?;
    let account = account.bytes().try_fold(0i64, |sum, b| {
        DIGITS.iter().position(|digit| *digit == b).map(|digit| sum * 36 + digit as i64)
    })?;
    OrderId::new(DayNumber::of(date), account, digits(number)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(year: i16, month: i8, day: i8) -> DayNumber {
        DayNumber::of(Date::new(year, month, day).unwrap())
    }

    #[test]
    fn it_names_day_account_and_number() {
        let id = OrderId::new(day(2026, 11, 21), 10 * 36 + 3, 42).unwrap();
        assert_eq!(id.to_string(), "2611210A30000042");
        assert_eq!("2611210A30000042".parse(), Ok(id));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let today = day(2026, 11, 21);
        assert_eq!(OrderId::new(today, 46_656, 1), Err(NotAnOrderId::Account(46_656)));
        assert_eq!(OrderId::new(today, 1, 0), Err(NotAnOrderId::Number(0)));
        assert_eq!(OrderId::new(today, 1, 10_000_000), Err(NotAnOrderId::Number(10_000_000)));
        assert!(OrderId::new(day(2100, 1, 1), 1, 1).is_err());
        for bad in [
            "",
            "2611210A3000004",
            "2611310A30000042",
            "2611210a30000042",
            "261121-A30000042",
            "2611210A3+000042",
        ] {
            assert_eq!(bad.parse::<OrderId>(), Err(NotAnOrderId::Malformed(bad.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn it_reads_back(days in 10_957i32..47_000, account in 0..=OrderId::MAX_ACCOUNT, number in 1..=OrderId::MAX_NUMBER) {
            let id = OrderId::new(DayNumber::from_days(days), account, number).unwrap();
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        /// Text in order is time in order, for people and for indexes.
        #[test]
        fn later_sorts_after(a in 1..=OrderId::MAX_NUMBER, b in 1..=OrderId::MAX_NUMBER) {
            let id = |n| OrderId::new(day(2026, 8, 3), 5, n).unwrap();
            prop_assert_eq!(id(a).cmp(&id(b)), id(a).to_string().cmp(&id(b).to_string()));
        }

        #[test]
        fn no_text_panics(text in ".{0,24}") {
            let _ = text.parse::<OrderId>();
        }
    }
}
