//! The grammar of symbols: what a text after the colon can mean, and how a contract is written.
//!
//! | kind | form | example |
//! |---|---|---|
//! | share | NAME-SERIES, a series has one or two letters or digits | `SBIN-EQ`, BSE `SBIN-A` |
//! | index | NAME-INDEX | `NIFTY50-INDEX` |
//! | month | NAME YY MMM FUT, NAME YY MMM STRIKE CE/PE | `NIFTY26MARFUT`, `USDINR25AUG84.5CE` |
//! | day | NAME YY M DD FUT, NAME YY M DD STRIKE CE/PE; M is 1 to 9, O, N, D | `NIFTY2640723000CE`, `USDINR26904FUT` |
//!
//! Source: Fyers symbology appendix; the day form of currency futures is seen in Fyers' currency master of
//! 25 Aug 2026. Names end in digits (`NIFTYNXT50`, `SENSEX50`), so an option's text can have several readings; all
//! whose date exists are given, and the tables choose between them.

use std::fmt::Write as _;

use super::{Exchange, InstrumentError, InstrumentId, OptionSide};
use crate::{Date, Price};

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const MONTH_CODES: &[u8; 12] = b"123456789OND";

/// When a contract ends, as its name says it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ContractExpiry {
    /// The month's own contract.
    Month { year: i16, month: i8 },
    /// A weekly contract, by its day.
    Day(Date),
}

/// A future or an option by its parts, to be written as a symbol.
///
/// The week whose expiry is the month's last carries the month's name, not the day's: which one that is, the
/// instrument master knows.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Contract {
    pub exchange: Exchange,
    /// `NIFTY`, `BAJAJ-AUTO`.
    pub underlying: String,
    pub expiry: ContractExpiry,
    /// `None` for a future.
    pub option: Option<(Price, OptionSide)>,
}

/// What a symbol can mean.
pub(super) enum Form<'a> {
    Equity { name: &'a str },
    Index { name: &'a str },
    Contract(Vec<Reading<'a>>),
}

/// One way to read a contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reading<'a> {
    pub underlying: &'a str,
    pub expiry: ContractExpiry,
    pub option: Option<(Price, OptionSide)>,
}

/// Why a symbol has no meaning.
pub(super) enum Unread {
    NoKind,
    BadName,
    StrayDot,
    NoExpiry,
}

impl Unread {
    pub fn text(&self, exchange: Exchange, symbol: &str) -> String {
        match self {
            Unread::NoKind => format!(
                "is no share, index or contract; a share has a series ({exchange}:{symbol}-EQ), an index its ending \
                 ({exchange}:{symbol}-INDEX)"
            ),
            Unread::BadName => "has no proper name; a name starts with a letter or a digit".to_owned(),
            Unread::StrayDot => "holds `.`; only a strike has decimals".to_owned(),
            Unread::NoExpiry => {
                "has no year and month, or year and day, with a strike behind it for an option \
                                 (26MAR23000CE, 2640723000CE, 26MARFUT)"
                    .to_owned()
            }
        }
    }
}

/// The symbol with the trailing zeros of a strike's decimals left out.
pub(super) fn canonical(symbol: &str) -> String {
    let Some((body, side)) = symbol.split_at_checked(symbol.len().saturating_sub(2)) else {
        return symbol.to_owned();
    };
    match body.rsplit_once('.') {
        Some((_, decimals))
            if matches!(side, "CE" | "PE")
                && !decimals.is_empty()
                && decimals.bytes().all(|b| b.is_ascii_digit()) =>
        {
            let kept = body.trim_end_matches('0');
            format!("{}{side}", kept.strip_suffix('.').unwrap_or(kept))
        }
        _ => symbol.to_owned(),
    }
}

/// What the symbol (upper case) can mean; a contract has at least one reading.
pub(super) fn read(symbol: &str) -> Result<Form<'_>, Unread> {
    if let Some((name, ending)) = symbol.rsplit_once('-') {
        let is_series = matches!(ending.len(), 1 | 2) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
        if ending == "INDEX" || is_series {
            return match name {
                _ if name.contains('.') => Err(Unread::StrayDot),
                _ if !is_name(name) => Err(Unread::BadName),
                _ if is_series => Ok(Form::Equity { name }),
                _ => Ok(Form::Index { name }),
            };
        }
    }
    let readings = if let Some(body) = symbol.strip_suffix("FUT") {
        future_readings(body)
    } else if let Some(body) = symbol.strip_suffix("CE") {
        option_readings(body, OptionSide::Call)
    } else if let Some(body) = symbol.strip_suffix("PE") {
        option_readings(body, OptionSide::Put)
    } else if symbol.contains('.') {
        return Err(Unread::StrayDot);
    } else {
        return Err(Unread::NoKind);
    };
    match readings.is_empty() {
        // `RELIANCE` ends in CE: without a digit it is a share that lacks its series.
        true if !symbol.bytes().any(|b| b.is_ascii_digit()) => Err(Unread::NoKind),
        true => Err(Unread::NoExpiry),
        false => Ok(Form::Contract(readings)),
    }
}

fn future_readings(body: &str) -> Vec<Reading<'_>> {
    let Some((underlying, when)) = body.split_at_checked(body.len().saturating_sub(5)) else {
        return Vec::new();
    };
    match read_expiry(when) {
        Some(expiry) if is_name(underlying) => vec![Reading { underlying, expiry, option: None }],
        _ => Vec::new(),
    }
}

fn option_readings(body: &str, side: OptionSide) -> Vec<Reading<'_>> {
    let mut readings = Vec::new();
    // Both forms of the date take five characters, so the end of the name fixes the rest.
    for end in 1..body.len().saturating_sub(5) {
        let (Some(underlying), Some(when), Some(strike)) =
            (body.get(..end), body.get(end..end + 5), body.get(end + 5..))
        else {
            continue;
        };
        if let (true, Some(expiry), Some(strike)) =
            (is_name(underlying), read_expiry(when), read_strike(strike))
        {
            readings.push(Reading { underlying, expiry, option: Some((strike, side)) });
        }
    }
    readings
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '&')
        && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'&' | b'-'))
}

/// `26MAR` or `26407`.
fn read_expiry(text: &str) -> Option<ContractExpiry> {
    let (year, rest) = text.split_at_checked(2)?;
    let year = 2000 + i16::from(two_digits(year)?);
    if let Some(index) = MONTHS.iter().position(|m| *m == rest) {
        return Some(ContractExpiry::Month { year, month: index as i8 + 1 });
    }
    let (code, day) = rest.split_at_checked(1)?;
    let month = MONTH_CODES.iter().position(|m| code.as_bytes() == [*m])? as i8 + 1;
    Date::new(year, month, two_digits(day)?).ok().map(ContractExpiry::Day)
}

fn two_digits(text: &str) -> Option<i8> {
    if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// A positive strike without superfluous zeros.
fn read_strike(text: &str) -> Option<Price> {
    let strike: Price = text.parse().ok()?;
    (strike > Price::ZERO && print_strike(strike) == text).then_some(strike)
}

/// `23000`, `84.5`.
fn print_strike(strike: Price) -> String {
    let text = strike.to_string();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl ContractExpiry {
    /// `26MAR`, `26407`; `None` outside 2000 to 2099, which two digits of a year cannot name.
    fn code(self) -> Option<String> {
        let (year, month) = match self {
            ContractExpiry::Month { year, month } => (year, month),
            ContractExpiry::Day(date) => (date.year(), date.month()),
        };
        let index = usize::try_from(month).ok()?.checked_sub(1)?;
        let short_year = (2000..2100).contains(&year).then(|| year - 2000)?;
        Some(match self {
            ContractExpiry::Month { .. } => format!("{short_year:02}{}", MONTHS.get(index)?),
            ContractExpiry::Day(date) => {
                format!("{short_year:02}{}{:02}", char::from(*MONTH_CODES.get(index)?), date.day())
            }
        })
    }
}

impl Contract {
    /// The id, in the spelling of [`InstrumentId`].
    ///
    /// Errors when the parts cannot be written: a name with other characters, a year outside 2000 to 2099, a
    /// strike that is not positive.
    pub fn id(&self) -> Result<InstrumentId, InstrumentError> {
        let Some(when) = self.expiry.code() else {
            return Err(InstrumentError(format!(
                "expiry {:?} of {} cannot be written in a symbol; years run from 2000 to 2099",
                self.expiry, self.underlying
            )));
        };
        let mut text = format!("{}:{}{when}", self.exchange, self.underlying);
        match self.option {
            None => text.push_str("FUT"),
            Some((strike, side)) => {
                // Writing to a String cannot fail.
                let _ = write!(text, "{}{}", print_strike(strike), side.code());
            }
        }
        let id: InstrumentId = text.parse()?;
        let wanted = Reading { underlying: &self.underlying, expiry: self.expiry, option: self.option };
        match read(id.symbol()) {
            Ok(Form::Contract(readings)) if readings.contains(&wanted) => Ok(id),
            _ => {
                Err(InstrumentError(format!("{self:?} has no symbol of its own; check its name and strike")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn readings(symbol: &str) -> Vec<Contract> {
        let Ok(Form::Contract(all)) = read(symbol) else { return Vec::new() };
        let owned = |r: Reading<'_>| contract(r.underlying, r.expiry, r.option);
        all.into_iter().map(owned).collect()
    }

    fn contract(underlying: &str, expiry: ContractExpiry, option: Option<(Price, OptionSide)>) -> Contract {
        Contract { exchange: Exchange::Nse, underlying: underlying.to_owned(), expiry, option }
    }

    #[test]
    fn dates_that_do_not_exist_are_no_reading() {
        let call = |rupees| Some((Price::rupees(rupees), OptionSide::Call));
        assert_eq!(
            readings("NIFTY2640723000CE"),
            [contract("NIFTY", ContractExpiry::Day(date(2026, 4, 7)), call(23_000))]
        );
        assert_eq!(
            readings("NIFTY26MAR23000CE"),
            [contract("NIFTY", ContractExpiry::Month { year: 2026, month: 3 }, call(23_000))]
        );
        // SENSEX 50 on 15 Feb 2021, or SENSEX on 12 Feb 2050: both dates exist.
        let both = readings("SENSEX502121525000CE");
        let has = |name: &str| both.iter().any(|r| r.underlying == name);
        assert!(has("SENSEX50") && has("SENSEX"), "{both:?}");
        // 30 Feb does not exist; what is left is another name, which the tables then refuse.
        let left = readings("NIFTY2623023000CE");
        assert!(left.iter().all(|r| r.underlying == "NIFTY2"), "{left:?}");
        assert_eq!(readings("NIFTY26O3223000CE"), []);
    }

    #[test]
    fn a_contract_is_written_as_its_symbol() {
        let call = Some((Price::rupees(23_000), OptionSide::Call));
        let contract = contract("NIFTY", ContractExpiry::Day(date(2026, 4, 7)), call);
        assert_eq!(contract.id().unwrap().as_str(), "NSE:NIFTY2640723000CE");
        let undated = Contract { expiry: ContractExpiry::Month { year: 2100, month: 1 }, ..contract.clone() };
        assert!(undated.id().unwrap_err().to_string().contains("years run from 2000 to 2099"));
        let unnamed = Contract { underlying: "NIFTY 50".into(), ..contract };
        assert!(unnamed.id().is_err());
    }

    proptest! {
        #[test]
        fn a_contract_written_and_read_is_the_same(
            name in "[A-Z0-9]([A-Z0-9&-]{0,10}[A-Z0-9])?",
            days in 0i32..36_500,
            monthly in any::<bool>(),
            strike in proptest::option::of(1i64..1_000_000_000),
            exchange in 0usize..3,
        ) {
            let day = crate::time::DayNumber::from_days(10_957 + days).date();
            let expiry = if monthly {
                ContractExpiry::Month { year: day.year(), month: day.month() }
            } else {
                ContractExpiry::Day(day)
            };
            let option = strike.map(|raw| (Price::from_raw(raw), OptionSide::Put));
            let contract = Contract { exchange: Exchange::ALL[exchange], underlying: name, expiry, option };
            let id = contract.id().unwrap();
            let nse = Contract { exchange: Exchange::Nse, ..contract };
            prop_assert!(readings(id.symbol()).contains(&nse), "{id}");
            prop_assert_eq!(id.as_str().parse::<InstrumentId>(), Ok(id.clone()));
        }
    }
}
