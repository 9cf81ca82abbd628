//! From what a file calls an instrument to its id in Fyers' spelling.
//!
//! Facts: symbology of Fyers API v3 ("Symbol master", "Appendix: Symbology"); contract names as in the exchange's
//! end-of-day file. Monthly options carry the month's name, weeklies the month's digit (1…9, O, N, D) and the day.

use std::str::FromStr;

use domain::instrument::{Exchange, InstrumentId};

use super::contract::{Contract, Expiries};

/// How the rows of one instrument are labelled in a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Label {
    /// The symbol column, upper case; empty if there is none.
    pub symbol: String,
    /// `EQ`, `BE`, …; empty if the file has no series.
    pub series: String,
    pub contract: Option<Contract>,
    pub exchange: Option<Exchange>,
    /// The symbol is the name of an index.
    pub is_index: bool,
}

/// The label fields of a row, as text.
pub(super) struct LabelFields<'r> {
    pub symbol: &'r [u8],
    pub series: &'r [u8],
    pub kind: &'r [u8],
    pub expiry: &'r [u8],
    pub strike: &'r [u8],
    pub side: &'r [u8],
    pub contract: &'r [u8],
    pub exchange: &'r [u8],
    pub is_index: bool,
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.trim_ascii()).to_ascii_uppercase()
}

impl Label {
    /// Reads the fields; says what is wrong with them.
    pub(super) fn read(fields: &LabelFields<'_>) -> Result<Label, String> {
        let symbol = text(fields.symbol);
        let exchange = Exchange::from_code(&text(fields.exchange));
        let kind = text(fields.kind);
        let is_cash = matches!(kind.as_str(), "STK" | "EQ" | "INDEX");
        let contract = if fields.expiry.trim_ascii().is_empty() || is_cash {
            None
        } else {
            Some(Contract::read(fields, &kind)?)
        };
        Ok(Label { symbol, series: text(fields.series), contract, exchange, is_index: fields.is_index })
    }

    /// How the file writes it, for messages.
    pub(super) fn written(&self) -> String {
        match &self.contract {
            Some(c) if !c.name.is_empty() => c.name.clone(),
            Some(c) => format!("{} expiring {}", self.symbol, c.expiry.date()),
            None if self.series.is_empty() => self.symbol.clone(),
            None => format!("{}-{}", self.symbol, self.series),
        }
    }

    /// Whether the file says beyond doubt which instrument it is: not only a word in a symbol column.
    pub(super) fn is_definite(&self) -> bool {
        self.contract.is_some() || !self.series.is_empty() || self.is_index || has_exchange(&self.symbol)
    }

    /// The id that the label stands for. `expiries` are those of the same file.
    pub(super) fn instrument(&self, expiries: &Expiries) -> Result<InstrumentId, String> {
        if let Some(contract) = &self.contract {
            let home = if contract.is_commodity { Exchange::Mcx } else { Exchange::Nse };
            return contract.id(self.exchange.unwrap_or(home), &self.symbol, expiries);
        }
        let exchange = self.exchange.unwrap_or(Exchange::Nse);
        let id = if has_exchange(&self.symbol) {
            self.symbol.clone()
        } else if !self.series.is_empty() {
            format!("{exchange}:{}-{}", self.symbol, self.series)
        } else if self.is_index {
            format!("{exchange}:{}-INDEX", index_symbol(&self.symbol))
        } else {
            loose(&self.symbol, self.exchange)
        };
        InstrumentId::from_str(&id).map_err(|e| e.to_string())
    }

    /// Whether the label, read with some goodwill, means `wanted`: indices go by many names, and a symbol column
    /// may hold the underlying alone.
    pub(super) fn means(&self, wanted: &InstrumentId, expiries: &Expiries) -> bool {
        if self.instrument(expiries).as_ref() == Ok(wanted) {
            return true;
        }
        if self.is_definite() && !self.is_index {
            return false;
        }
        let body = wanted.symbol();
        if let Some(index) = body.strip_suffix("-INDEX") {
            return index_symbol(index) == index_symbol(bare(&self.symbol));
        }
        if self.is_index {
            return false;
        }
        let label = bare(&self.symbol);
        label == body || share(body) == Some(label) || future_underlying(body) == Some(label)
    }
}

/// Whether a label is an id already. (`NIFTY500 MULTICAP 50:25:25` is the name of an index.)
fn has_exchange(label: &str) -> bool {
    ["NSE:", "BSE:", "MCX:"].iter().any(|exchange| label.starts_with(exchange))
}

/// The label without an exchange before it or a vendor's suffix behind it.
fn bare(label: &str) -> &str {
    let label = if has_exchange(label) { &label[4..] } else { label };
    [".NS", ".BO", "-INDEX"].iter().find_map(|s| label.strip_suffix(s)).unwrap_or(label)
}

/// `SBIN-EQ` → `SBIN`; a series has one or two letters or digits.
fn share(body: &str) -> Option<&str> {
    body.rsplit_once('-').filter(|(_, series)| (1..=2).contains(&series.len())).map(|(symbol, _)| symbol)
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// `GOLD14FEBFUT` → `GOLD`
fn future_underlying(body: &str) -> Option<&str> {
    let rest = body.strip_suffix("FUT")?;
    let rest = MONTHS.iter().find_map(|m| rest.strip_suffix(m))?;
    let split = rest.len().checked_sub(2)?;
    rest.get(split..).filter(|year| year.bytes().all(|b| b.is_ascii_digit())).and(rest.get(..split))
}

/// A word in a symbol column, taken for what it most likely is.
fn loose(label: &str, exchange: Option<Exchange>) -> String {
    let symbol = bare(label);
    let index = index_symbol(symbol);
    let at_bse = label.strip_suffix(".BO").is_some() || matches!(index.as_str(), "SENSEX" | "BANKEX");
    let home = if at_bse { Exchange::Bse } else { exchange.unwrap_or(Exchange::Nse) };
    // `MCDOWELL-N` ends in no series.
    let has_series =
        symbol.rsplit_once('-').is_some_and(|(_, s)| matches!(s, "EQ" | "BE" | "BZ" | "SM" | "ST"));
    if is_index(&index) {
        format!("{home}:{index}-INDEX")
    } else if has_series || future_underlying(symbol).is_some() {
        format!("{home}:{symbol}")
    } else {
        format!("{home}:{symbol}-EQ")
    }
}

/// Indices whose bare names appear in symbol columns beside shares.
fn is_index(symbol: &str) -> bool {
    matches!(
        symbol,
        "NIFTY50" | "NIFTYBANK" | "FINNIFTY" | "MIDCPNIFTY" | "NIFTYNXT50" | "INDIAVIX" | "SENSEX" | "BANKEX"
    )
}

/// Fyers' spelling of an index: the name run together, with a short name for the ones that trade.
fn index_symbol(name: &str) -> String {
    let mut joined = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '&' => joined.push_str("AND"),
            c if c.is_ascii_alphanumeric() => joined.push(c.to_ascii_uppercase()),
            _ => {}
        }
    }
    let short = match joined.as_str() {
        "NIFTY" | "NSEI" => "NIFTY50",
        "BANKNIFTY" | "NSEBANK" | "CNXBANK" => "NIFTYBANK",
        "NIFTYFINANCIALSERVICES" | "NIFTYFINSERVICE" => "FINNIFTY",
        "NIFTYMIDCAPSELECT" | "NIFTYMIDSELECT" => "MIDCPNIFTY",
        "NIFTYNEXT50" => "NIFTYNXT50",
        "BSESN" => "SENSEX",
        _ => return joined,
    };
    short.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<'r>(parts: &[&'r str; 8]) -> LabelFields<'r> {
        let [symbol, series, kind, expiry, strike, side, contract, exchange] = parts.map(str::as_bytes);
        LabelFields { symbol, series, kind, expiry, strike, side, contract, exchange, is_index: false }
    }

    fn labels(rows: &[[&str; 8]]) -> Vec<String> {
        let labels: Vec<Label> = rows.iter().map(|r| Label::read(&fields(r)).unwrap()).collect();
        let mut expiries = Expiries::default();
        for label in &labels {
            expiries.add(label);
        }
        labels.iter().map(|l| l.instrument(&expiries).unwrap().to_string()).collect()
    }

    #[test]
    fn contracts_take_the_exchange_name_or_are_spelt() {
        let spelt = labels(&[
            ["NIFTY", "", "IDO", "2026-03-24", "23000.00", "CE", "NIFTY2632423000CE", "NSE"],
            ["RELIANCE", "", "STF", "2026-03-30", "", "", "", "NSE"],
            ["NIFTY     ", "", "OPTIDX    ", "18/11/2025", "00025000.00", "CE      ", "", ""],
            ["NIFTY", "", "OPTIDX", "25/11/2025", "25000.00", "PE", "", ""],
            ["NIFTY", "", "OPTIDX", "02/12/2025", "25000.00", "PE", "", ""],
            ["NIFTY", "", "OPTIDX", "30/12/2025", "25000.50", "PE", "", ""],
            ["NIFTY", "", "IDO", "2029-12-24", "25000", "CE", "", ""],
            ["GOLD         ", "", "FUTCOM", "05FEB2014", "0.0", "-", "", ""],
            ["GOLD", "", "", "2014-02-05", "", "", "", ""],
        ]);
        let expected = [
            "NSE:NIFTY2632423000CE",
            "NSE:RELIANCE26MARFUT",
            "NSE:NIFTY25N1825000CE",
            "NSE:NIFTY25NOV25000PE",
            "NSE:NIFTY25D0225000PE",
            "NSE:NIFTY25DEC25000.5PE",
            "NSE:NIFTY29DEC25000CE",
            "MCX:GOLD14FEBFUT",
            "MCX:GOLD14FEBFUT",
        ];
        assert_eq!(spelt, expected);
    }

    #[test]
    fn a_weekly_alone_in_a_file_is_not_taken_for_the_monthly() {
        assert_eq!(
            labels(&[["NIFTY", "", "OPTIDX", "18/11/2025", "25000", "CE", "", ""]]),
            ["NSE:NIFTY25N1825000CE"]
        );
    }

    #[test]
    fn cash_and_loose_labels() {
        let spelt = labels(&[
            ["RELIANCE", "EQ", "STK", "", "", "", "RELIANCE INDUSTRIES LTD", "NSE"],
            ["SBIN", "A", "STK", "", "", "", "", "BSE"],
            ["NIFTY", "", "", "", "", "", "", ""],
            ["^NSEBANK", "", "", "", "", "", "", ""],
            ["TCS.NS", "", "", "", "", "", "", ""],
            ["BAJAJ-AUTO", "EQ", "", "", "", "", "", ""],
            ["NSE:SBIN-EQ", "", "", "", "", "", "", ""],
            ["TCS-EQ", "", "", "", "", "", "", ""],
            ["MCDOWELL-N", "", "", "", "", "", "", ""],
            ["SENSEX", "", "", "", "", "", "", ""],
        ]);
        let expected = [
            "NSE:RELIANCE-EQ",
            "BSE:SBIN-A",
            "NSE:NIFTY50-INDEX",
            "NSE:NIFTYBANK-INDEX",
            "NSE:TCS-EQ",
            "NSE:BAJAJ-AUTO-EQ",
            "NSE:SBIN-EQ",
            "NSE:TCS-EQ",
            "NSE:MCDOWELL-N-EQ",
            "BSE:SENSEX-INDEX",
        ];
        assert_eq!(spelt, expected);
        let index = Label { symbol: "NIFTY FINANCIAL SERVICES".into(), is_index: true, ..Label::default() };
        assert_eq!(index.instrument(&Expiries::default()).unwrap().to_string(), "NSE:FINNIFTY-INDEX");
    }

    #[test]
    fn goodwill_has_limits() {
        let none = Expiries::default();
        let id = |text: &str| text.parse::<InstrumentId>().unwrap();
        let label = |symbol: &str, series: &str| Label {
            symbol: symbol.into(),
            series: series.into(),
            ..Label::default()
        };
        assert!(label("BANKNIFTY", "").means(&id("NSE:NIFTYBANK-INDEX"), &none));
        assert!(label("BANKNIFTY", "").means(&id("NSE:BANKNIFTY-INDEX"), &none));
        assert!(label("TCS", "").means(&id("NSE:TCS25NOVFUT"), &none));
        assert!(label("TCS", "").means(&id("NSE:TCS-BE"), &none));
        assert!(!label("NIFTY", "").means(&id("NSE:NIFTYBANK-INDEX"), &none));
        assert!(!label("TCS", "EQ").means(&id("NSE:TCS-BE"), &none));
        assert!(!label("RELIND", "").means(&id("NSE:RELIANCE-EQ"), &none));
    }

    #[test]
    fn broken_contracts_say_why() {
        let read = |r: [&str; 8]| Label::read(&fields(&r)).unwrap_err();
        assert_eq!(read(["X", "", "IDO", "soon", "1", "CE", "", ""]), "expiry `soon` is not a date or time");
        assert_eq!(read(["X", "", "IDO", "2026-03-24", "", "CE", "", ""]), "strike `` is not a price");
        assert_eq!(read(["X", "", "IDO", "2026-03-24", "1", "", "", ""]), "an option (IDO) without CE or PE");
    }
}
