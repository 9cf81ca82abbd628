//! Futures and options as files describe them, and which of the options are monthly ones.
//!
//! The weekly of a month's last week is the monthly and bears the month's name (contract names of the NSE end-of-day
//! files of 2025 and 2026).

use std::collections::{BTreeMap, BTreeSet};

use domain::instrument::{self, ContractExpiry, Exchange, InstrumentError, InstrumentId, OptionSide};
use domain::time::DayNumber;
use domain::{Date, Price};

use super::symbol::{Label, LabelFields, text};
use super::{moment, number};

/// A derivative as a file describes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Contract {
    pub expiry: DayNumber,
    /// Strike and side of an option; `None` for a future.
    pub option: Option<(Price, OptionSide)>,
    /// The exchange's own name, where given.
    pub name: String,
    pub is_commodity: bool,
}

impl Contract {
    pub(super) fn read(fields: &LabelFields<'_>, kind: &str) -> Result<Contract, String> {
        let written = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let expiry = moment::day(fields.expiry)
            .map_err(|e| format!("expiry `{}` {}", written(fields.expiry), e.reason()))?;
        let side = match text(fields.side).as_str() {
            "CE" | "CA" | "C" | "CALL" => Some(OptionSide::Call),
            "PE" | "PA" | "P" | "PUT" => Some(OptionSide::Put),
            "" | "-" | "XX" | "FUT" => None,
            other => return Err(format!("option type `{other}` is neither CE nor PE")),
        };
        let option = match side {
            None => None,
            Some(side) => match number::price(fields.strike) {
                Ok(Some(strike)) if strike.raw > 0 => Some((Price::from_raw(strike.raw), side)),
                _ => return Err(format!("strike `{}` is not a price", written(fields.strike))),
            },
        };
        if option.is_none() && (kind.starts_with("OPT") || matches!(kind, "IDO" | "STO")) {
            return Err(format!("an option ({kind}) without CE or PE"));
        }
        let symbol = text(fields.symbol);
        let name = text(fields.contract);
        // UDiFF cash files put the company's name into the contract's column.
        let is_contract =
            name.starts_with(&symbol) && ["FUT", "CE", "PE"].iter().any(|end| name.ends_with(end));
        let is_commodity = matches!(kind, "FUTCOM" | "OPTFUT" | "OPTCOM" | "COF" | "COO" | "FUTIDX COM")
            || (kind.is_empty() && is_commodity(&symbol));
        Ok(Contract { expiry, option, name: if is_contract { name } else { String::new() }, is_commodity })
    }

    /// The contract's id: the exchange's own name where the file has it, else spelt from its parts.
    pub(super) fn id(
        &self,
        exchange: Exchange,
        underlying: &str,
        expiries: &Expiries,
    ) -> Result<InstrumentId, String> {
        if !self.name.is_empty() {
            return format!("{exchange}:{}", self.name).parse().map_err(|e: InstrumentError| e.to_string());
        }
        let date = self.expiry.date();
        let is_monthly = self.option.is_none() || expiries.is_monthly(underlying, self.expiry);
        let expiry = if is_monthly {
            ContractExpiry::Month { year: date.year(), month: date.month() }
        } else {
            ContractExpiry::Day(date)
        };
        let named =
            instrument::Contract { exchange, underlying: underlying.to_owned(), expiry, option: self.option };
        named.id().map_err(|e| e.to_string())
    }
}

/// The expiries that one file holds, by underlying: what tells a weekly option from a monthly one.
#[derive(Clone, Debug, Default)]
pub(super) struct Expiries {
    options: BTreeMap<String, BTreeSet<DayNumber>>,
    futures: BTreeMap<String, BTreeSet<DayNumber>>,
}

impl Expiries {
    pub(super) fn add(&mut self, label: &Label) {
        if let Some(contract) = &label.contract {
            let table = if contract.option.is_some() { &mut self.options } else { &mut self.futures };
            table.entry(label.symbol.clone()).or_default().insert(contract.expiry);
        }
    }

    /// Whether an expiry is the monthly one of its underlying: a future expires that day too, or it is the last of
    /// its month in the file and so near the month's end that holidays alone can lie behind it.
    fn is_monthly(&self, underlying: &str, expiry: DayNumber) -> bool {
        let same_day = |table: &BTreeMap<String, BTreeSet<DayNumber>>| {
            table.get(underlying).is_some_and(|days| days.contains(&expiry))
        };
        if same_day(&self.futures) {
            return true;
        }
        let month = |day: DayNumber| month_of(day.date());
        let later = self.options.get(underlying).is_some_and(|days| {
            days.range(expiry.next()..).next().is_some_and(|next| month(*next) == month(expiry))
        });
        // A weekly contract follows within 7 days; a run of holidays moves it back by 4 at most.
        !later && month(DayNumber::from_days(expiry.as_days() + 11)) != month(expiry)
    }
}

fn month_of(date: Date) -> (i16, i8) {
    (date.year(), date.month())
}

/// What MCX lists, for files that do not name the exchange.
fn is_commodity(symbol: &str) -> bool {
    const ROOTS: [&str; 16] = [
        "GOLD",
        "SILVER",
        "CRUDEOIL",
        "NATURALGAS",
        "NATGASMINI",
        "COPPER",
        "ZINC",
        "LEAD",
        "ALUMINIUM",
        "ALUMINI",
        "NICKEL",
        "COTTON",
        "MENTHAOIL",
        "CPO",
        "KAPAS",
        "CARDAMOM",
    ];
    const ENDS: [&str; 9] = ["", "M", "MINI", "MIC", "GUINEA", "PETAL", "TEN", "CNDY", "OIL"];
    ROOTS.iter().any(|root| symbol.strip_prefix(root).is_some_and(|end| ENDS.contains(&end)))
}
