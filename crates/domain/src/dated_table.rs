//! What all dated tables share as text: TOML rows, each fault of which is told with its line and column.
//!
//! The tables (calendar, expiries, instruments, charges) come compiled in, and an operator lays rows of his own on top;
//! he finds his mistake by the place that a [`TableError`] names. Reads text only, never a file.

use std::fmt::{self, Display};
use std::ops::Range;

use serde::de::{DeserializeOwned, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use thiserror::Error;
use toml::Spanned;
use toml::value::{Datetime, Value};

use crate::exchange::Exchange;
use crate::time::Date;

/// A row of a dated table that cannot be used: where it stands, what is wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{table}, line {line}, column {column}: {what}")]
pub struct TableError {
    /// `calendar data`, `expiry data`, `instrument data`, `charges data`.
    pub table: &'static str,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    pub what: String,
}

/// The text of one table, to turn byte offsets into lines.
#[derive(Clone, Copy)]
pub(crate) struct TableText<'a> {
    table: &'static str,
    toml: &'a str,
}

impl<'a> TableText<'a> {
    pub const fn new(table: &'static str, toml: &'a str) -> TableText<'a> {
        TableText { table, toml }
    }

    pub fn parse<T: DeserializeOwned>(self) -> Result<T, TableError> {
        toml::from_str(self.toml).map_err(|e| {
            // Some messages of the TOML reader have two lines.
            self.error(e.span().unwrap_or_default(), e.message().trim().replace('\n', " "))
        })
    }

    /// The error about what stands at `at`.
    pub fn error(self, at: Range<usize>, what: impl Display) -> TableError {
        let before = self.toml.get(..at.start).unwrap_or(self.toml);
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        TableError { table: self.table, line: self.line(at), column, what: what.to_string() }
    }

    pub fn line(self, at: Range<usize>) -> usize {
        self.toml.bytes().take(at.start).filter(|&b| b == b'\n').count() + 1
    }

    /// What a word of a short list stands for; `choices` tells the list.
    pub fn word<T>(
        self,
        field: &str,
        word: &Spanned<String>,
        choices: impl Display,
        known: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, TableError> {
        known(word.get_ref()).ok_or_else(|| {
            let what = format!("{field} `{}` is not known; use {choices}", word.get_ref());
            self.error(word.span(), what)
        })
    }
}

/// For `#[serde(default = "yes")]`: a row is verified unless it says otherwise.
pub(crate) const fn yes() -> bool {
    true
}

/// A date in a row, bare or in quotes, without a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let written = Value::deserialize(deserializer)?;
        let date = match &written {
            Value::Datetime(Datetime { date: Some(d), time: None, offset: None }) => {
                Date::new(d.year.cast_signed(), d.month.cast_signed(), d.day.cast_signed()).ok()
            }
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        date.map(Day).ok_or_else(|| {
            D::Error::custom(format!("`{}` is not a date; write it as 2026-08-27", bare(&written)))
        })
    }
}

/// A value as it is written, without the quotes of a text.
fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The code of an exchange, or a list of codes.
#[derive(Clone, Debug)]
pub(crate) struct Exchanges(pub Vec<Exchange>);

impl<'de> Deserialize<'de> for Exchanges {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Exchanges, D::Error> {
        struct Codes;

        impl<'de> Visitor<'de> for Codes {
            type Value = Exchanges;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("NSE, BSE, MCX or a list of them")
            }

            fn visit_str<E: serde::de::Error>(self, code: &str) -> Result<Exchanges, E> {
                let unknown = || E::custom(format!("exchange `{code}` is not known; use NSE, BSE or MCX"));
                Exchange::from_code(code).map(|e| Exchanges(vec![e])).ok_or_else(unknown)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut codes: A) -> Result<Exchanges, A::Error> {
                let mut all = Vec::new();
                while let Some(Exchanges(some)) = codes.next_element()? {
                    all.extend(some);
                }
                Ok(Exchanges(all))
            }
        }

        deserializer.deserialize_any(Codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Row {
        from: Spanned<Day>,
        exchange: Exchanges,
    }

    fn read(toml: &str) -> Result<Row, TableError> {
        TableText::new("test data", toml).parse()
    }

    #[test]
    fn cells_are_read_in_every_spelling() {
        for (from, exchange) in [("2026-08-27", "\"NSE\""), ("\"2026-08-27\"", "[\"NSE\"]")] {
            let row = read(&format!("from = {from}\nexchange = {exchange}")).unwrap();
            assert_eq!(row.from.get_ref().0, jiff::civil::date(2026, 8, 27));
            assert_eq!(row.exchange.0, [Exchange::Nse]);
        }
        assert_eq!(read("from = 2026-08-27\nexchange = [\"BSE\", \"MCX\"]").unwrap().exchange.0.len(), 2);
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        for (toml, says) in [
            (
                "exchange = \"NSE\"\nfrom = \"27-08-2026\"",
                "line 2, column 8: `27-08-2026` is not a date; write it as 2026-08-27",
            ),
            (
                "exchange = \"NSE\"\n from = 2026-02-02T09:15:00",
                "line 2, column 9: `2026-02-02T09:15:00` is not a date",
            ),
            ("from = 1", "line 1, column 8: `1` is not a date"),
            (
                "from = 2026-08-27\nexchange = \"NSX\"",
                "line 2, column 12: exchange `NSX` is not known; use NSE, BSE or MCX",
            ),
            (
                "from = 2026-08-27\nexchange = [\"NSE\", \"x\"]",
                "line 2, column 20: exchange `x` is not known",
            ),
            (
                "from = 2026-08-27\nexchange = 1",
                "line 2, column 12: invalid type: integer `1`, expected NSE, BSE, MCX or a list",
            ),
            ("\u{20b9}\u{20b9} = 1", "line 1, column 1: "),
            ("from = [", "line 1, column "),
            ("", "line 1, column 1: missing field `from`"),
        ] {
            let error = read(toml).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("test data, {says}")),
                "{toml}\n   gives {error}\nexpected {says}"
            );
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
