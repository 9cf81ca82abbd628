//! The name of an instrument, read strictly and printed exactly.

use std::fmt;
use std::str::FromStr;

use super::symbol::{self, Form};
use super::{Exchange, InstrumentError};

/// Longer than any symbol on NSE, BSE or MCX (about 25), short enough for any file system.
const MAX_SYMBOL: usize = 40;

const EXAMPLES: &str = "write for example NSE:SBIN-EQ, NSE:NIFTY50-INDEX, NSE:NIFTY26MARFUT, \
                        NSE:NIFTY26MAR23000CE or MCX:CRUDEOIL26AUGFUT";

/// `EXCHANGE:SYMBOL` in Fyers' spelling, upper case: `NSE:SBIN-EQ`, `NSE:NIFTY50-INDEX`, `MCX:CRUDEOIL25AUGFUT`.
///
/// Reading folds case, the derivative exchanges of other brokers (`NFO:`, `CDS:`, `NCO:` are `NSE:`; `BFO:`,
/// `BCD:` are `BSE:`) and trailing zeros of a strike, so one contract has one id. The symbol holds only `A-Z`,
/// `0-9`, `&`, `-` and, in a strike, one `.`: no id can leave the folder it names. It has at least one reading
/// in the symbol grammar; whether the contract was ever listed is for the instrument master to say.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct InstrumentId {
    /// Three letters of exchange, a colon, the symbol.
    text: String,
}

impl InstrumentId {
    pub fn exchange(&self) -> Exchange {
        // The three codes are the only prefixes that reading lets through.
        Exchange::from_code(self.text.get(..3).unwrap_or_default()).unwrap_or(Exchange::Nse)
    }

    /// The part after the colon.
    pub fn symbol(&self) -> &str {
        self.text.split_once(':').map_or("", |(_, s)| s)
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A name for a folder or a file, different for every id: `NSE_SBIN-EQ`.
    pub fn folder_name(&self) -> String {
        self.text.replacen(':', "_", 1)
    }

    /// The id whose [`folder_name`](InstrumentId::folder_name) this is.
    pub fn from_folder_name(name: &str) -> Result<InstrumentId, InstrumentError> {
        let id: InstrumentId = name.replacen('_', ":", 1).parse()?;
        if id.folder_name() == name {
            Ok(id)
        } else {
            let wanted = id.folder_name();
            Err(InstrumentError(format!("folder `{}` is not written as `{wanted}`", shown(name))))
        }
    }
}

impl From<InstrumentId> for String {
    fn from(id: InstrumentId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for InstrumentId {
    type Error = InstrumentError;

    fn try_from(text: String) -> Result<InstrumentId, InstrumentError> {
        text.parse()
    }
}

impl FromStr for InstrumentId {
    type Err = InstrumentError;

    fn from_str(text: &str) -> Result<InstrumentId, InstrumentError> {
        let refuse =
            |why: &str| Err(InstrumentError(format!("instrument `{}` {why}; {EXAMPLES}", shown(text))));
        let folded = text.to_ascii_uppercase();
        let Some((prefix, symbol)) = folded.split_once(':') else {
            return refuse("does not name its exchange");
        };
        let Some((exchange, contracts_only)) = exchange_of(prefix) else {
            return refuse("names no exchange known here (NSE, BSE, MCX)");
        };
        if symbol.is_empty() {
            return refuse("has nothing after the colon");
        }
        if symbol.len() > MAX_SYMBOL {
            return refuse(&format!("is too long: a symbol has at most {MAX_SYMBOL} characters"));
        }
        if let Some(bad) = symbol.chars().find(|c| !matches!(c, 'A'..='Z' | '0'..='9' | '&' | '-' | '.')) {
            return refuse(&format!(
                "holds `{}`; a symbol has letters, digits, `&` and `-`",
                bad.escape_default()
            ));
        }
        let symbol = symbol::canonical(symbol);
        match symbol::read(&symbol) {
            Ok(Form::Contract(_)) => {}
            Ok(_) if contracts_only => {
                return refuse(&format!("is no contract; {prefix} holds futures and options only"));
            }
            Ok(Form::Equity { .. }) if exchange == Exchange::Mcx => {
                return refuse("is a share; MCX lists futures and options on commodities");
            }
            Ok(_) => {}
            Err(why) => return refuse(&why.text(exchange, &symbol)),
        }
        Ok(InstrumentId { text: format!("{exchange}:{symbol}") })
    }
}

/// The exchange behind a prefix, and whether the prefix stands for its derivatives only.
fn exchange_of(prefix: &str) -> Option<(Exchange, bool)> {
    match prefix {
        "NFO" | "CDS" | "NCO" => Some((Exchange::Nse, true)),
        "BFO" | "BCD" => Some((Exchange::Bse, true)),
        _ => Exchange::from_code(prefix).map(|e| (e, false)),
    }
}

/// A text made fit for one line of an error.
fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(60).flat_map(char::escape_default).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

impl fmt::Display for InstrumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for InstrumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(text: &str) -> InstrumentId {
        text.parse().unwrap()
    }

    #[test]
    fn names_of_every_sort_are_read() {
        for text in [
            "NSE:SBIN-EQ",
            "NSE:M&M-EQ",
            "NSE:BAJAJ-AUTO-EQ",
            "NSE:20MICRONS-EQ",
            "NSE:3MINDIA-BE",
            "NSE:MCDOWELL-N-EQ",
            "NSE:AAKAAR-SM",
            "NSE:718GS2033-GS",
            "BSE:SBIN-A",
            "BSE:SENSEX-INDEX",
            "NSE:INDIAVIX-INDEX",
            "NSE:NIFTY25AUGFUT",
            "NSE:BAJAJ-AUTO26MARFUT",
            "NSE:M&M26MAR3000PE",
            "NSE:NIFTY25AUG24500CE",
            "NSE:NIFTY2581424500CE",
            "NSE:NIFTY20O0811000CE",
            "BSE:SENSEX2381161000CE",
            "NSE:USDINR26904FUT",
            "NSE:USDINR25AUG84.5CE",
            "NSE:GBPINR20NOV80.5PE",
            "MCX:CRUDEOIL25AUGFUT",
            "MCX:SILVERMIC20NOVFUT",
        ] {
            assert_eq!(id(text).as_str(), text);
            assert_eq!(InstrumentId::from_folder_name(&id(text).folder_name()), Ok(id(text)));
        }
    }

    #[test]
    fn other_spellings_fold_into_one_id() {
        assert_eq!(id("nse:sbin-eq").as_str(), "NSE:SBIN-EQ");
        assert_eq!(id("NFO:NIFTY26MARFUT").as_str(), "NSE:NIFTY26MARFUT");
        assert_eq!(id("CDS:USDINR26AUGFUT").as_str(), "NSE:USDINR26AUGFUT");
        assert_eq!(id("bfo:SENSEX26MAR75000CE").as_str(), "BSE:SENSEX26MAR75000CE");
        assert_eq!(id("NSE:USDINR25AUG84.50CE").as_str(), "NSE:USDINR25AUG84.5CE");
        assert_eq!(id("NSE:NIFTY26MAR23000.00CE").as_str(), "NSE:NIFTY26MAR23000CE");
        assert_eq!(id("BSE:SBIN-A").exchange(), Exchange::Bse);
        assert_eq!(id("NSE:M&M-EQ").folder_name(), "NSE_M&M-EQ");
    }

    #[test]
    fn a_refusal_says_what_would_work() {
        for (bad, says) in [
            ("", "does not name its exchange"),
            ("SBIN", "does not name its exchange"),
            ("NASDAQ:AAPL-EQ", "names no exchange known here"),
            ("NSE:", "has nothing after the colon"),
            ("NSE:SBIN", "NSE:SBIN-EQ"),
            ("NSE:BAJAJ-AUTO", "NSE:BAJAJ-AUTO-EQ"),
            ("NSE:NIFTY50", "NSE:NIFTY50-INDEX"),
            ("NSE:NIFTY 50-INDEX", "holds ` `"),
            ("NSE:../../etc-EQ", "holds `/`"),
            ("NSE:..-EQ", "only a strike"),
            ("NSE:SB\u{131}N-EQ", "holds `\\u{131}`"),
            ("NSE:SBIN\u{0}-EQ", "holds `\\u{0}`"),
            ("NSE:-EQ", "starts with a letter or a digit"),
            ("NFO:SBIN-EQ", "futures and options only"),
            ("MCX:GOLD-EQ", "is a share"),
            ("NSE:NIFTY26FEB30FUT", "no year and month"),
            ("NSE:NIFTY26XYZ23000CE", "no year and month"),
            ("NSE:NIFTY26MAR0CE", "no year and month"),
            ("NSE:NIFTY26MAR023000CE", "no year and month"),
        ] {
            let error = bad.parse::<InstrumentId>().unwrap_err().to_string();
            assert!(error.contains(says), "{bad:?} gave: {error}");
        }
        let long = format!("NSE:{}-EQ", "A".repeat(5_000));
        assert!(long.parse::<InstrumentId>().unwrap_err().to_string().len() < 400);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<InstrumentId>();
            let _ = InstrumentId::from_folder_name(&text);
        }

        #[test]
        fn what_is_read_prints_and_reads_back(
            text in "(NSE|nfo|BSE|MCX|CDS):[A-Za-z0-9&.-]{1,12}(-EQ|-A|-INDEX|26MARFUT|26904FUT|26[1-9OND][0-3][0-9]|26APR)?[0-9.]{0,8}(CE|PE|FUT|)"
        ) {
            if let Ok(id) = text.parse::<InstrumentId>() {
                prop_assert_eq!(id.as_str().parse::<InstrumentId>(), Ok(id.clone()));
                prop_assert_eq!(InstrumentId::from_folder_name(&id.folder_name()), Ok(id.clone()));
                prop_assert!(!id.folder_name().contains(['/', '\\', ':', '\0']) && !id.as_str().contains(".."));
                prop_assert_eq!(id.as_str().split_once(':').unwrap().0, id.exchange().code());
            }
        }
    }
}
