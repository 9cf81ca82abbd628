//! Which of the readings of a contract's symbol is meant.

use super::rows::Rows;
use super::symbol::{ContractExpiry, Reading};
use super::{InstrumentError, InstrumentId};
use crate::calendar::Calendar;
use crate::expiry::ExpiryRules;
use crate::{Date, Exchange};

/// No contract is listed longer ahead: NIFTY's half-yearly options run about five years.
const LONGEST_LISTING_YEARS: i16 = 6;

/// The reading that fits best. Its expiry must be one that can be listed on `on` (a mistyped date reads as an odd name
/// that expires in decades); then a known underlying goes before an unknown one, and a day on which something of its
/// underlying expires before one that is no expiry.
pub(super) fn choose<'a>(
    rows: &Rows,
    id: &InstrumentId,
    readings: Vec<Reading<'a>>,
    on: Date,
    calendar: &Calendar,
    rules: &ExpiryRules,
) -> Result<Reading<'a>, InstrumentError> {
    let exchange = id.exchange();
    let (mut left, far): (Vec<_>, Vec<_>) = readings.into_iter().partition(|r| {
        let year = match r.expiry {
            ContractExpiry::Month { year, .. } => year,
            ContractExpiry::Day(day) => day.year(),
        };
        year <= on.year() + LONGEST_LISTING_YEARS
    });
    keep(&mut left, |r| knows(rows, exchange, r.underlying));
    keep(&mut left, |r| match r.expiry {
        ContractExpiry::Month { .. } => true,
        ContractExpiry::Day(day) => rules.expires_on(exchange, r.underlying, day, calendar),
    });
    match left.as_slice() {
        [one] => Ok(*one),
        [first, second, ..] => Err(InstrumentError(format!(
            "`{id}` can be read as {} and as {}; name the underlying in a [[lot]] row of the instrument data",
            told(first),
            told(second)
        ))),
        [] => Err(InstrumentError(format!(
            "`{id}` reads as {}, but on {on} no contract is listed more than {LONGEST_LISTING_YEARS} years ahead; \
             check its date and the day asked for",
            far.first().map(told).unwrap_or_default()
        ))),
    }
}

/// Whether any table names the underlying of a contract, on any date.
fn knows(rows: &Rows, exchange: Exchange, underlying: &str) -> bool {
    rows.shares_with_derivatives.iter().any(|r| r.shares.names(exchange, underlying))
        || rows.classes.iter().any(|r| r.underlyings.names(exchange, underlying))
        || rows.lots.iter().any(|r| r.names(exchange, underlying))
        || rows.is_index(exchange, underlying)
}

/// Keeps what passes, unless nothing does; asks nothing when there is no choice.
fn keep<T>(items: &mut Vec<T>, test: impl Fn(&T) -> bool) {
    if items.len() > 1 && items.iter().any(&test) {
        items.retain(test);
    }
}

/// A reading in words.
pub(super) fn told(reading: &Reading<'_>) -> String {
    let when = match reading.expiry {
        ContractExpiry::Month { year, month } => format!("{year}-{month:02}"),
        ContractExpiry::Day(day) => day.to_string(),
    };
    match reading.option {
        None => format!("{} {when} future", reading.underlying),
        Some((strike, side)) => format!("{} {when} strike {strike} {}", reading.underlying, side.code()),
    }
}
