//! The format of `data/instruments/*.toml` and of an operator's own file: dated rows, each with its source.
//!
//! Dates are inclusive on both sides; a date left out leaves that side open. Among rows that apply, the **last**
//! one wins, so an operator's row, which comes after ours, always does. Every error names the line.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::tick_rows::{TickRow, TickRowText};
use crate::calendar::TradingClass;
use crate::dated_table::{Day, Exchanges, TableError, TableText, yes};
use crate::{Date, Exchange, Qty};

/// A stretch of days, both ends included.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// A row that gives a quantity to each of its names, by days of trading and of expiry.
#[derive(Clone, Debug)]
pub(super) struct QuantityRow {
    exchanges: Vec<Exchange>,
    valid: Span,
    expiry: Span,
    /// Empty for every month.
    expiry_months: Vec<i8>,
    quantities: BTreeMap<String, Qty>,
    pub verified: bool,
    pub source: String,
}

/// Names for which something holds on some days of trading.
#[derive(Clone, Debug)]
pub(super) struct NamesRow {
    exchanges: Vec<Exchange>,
    names: Vec<String>,
    valid: Span,
}

/// Shares that have derivatives.
#[derive(Clone, Debug)]
pub(super) struct SharesRow {
    pub shares: NamesRow,
    /// Exchanges for which nobody checked the list.
    pub assumed: Vec<Exchange>,
    pub source: String,
}

/// Underlyings with the clock that their contracts follow.
#[derive(Clone, Debug)]
pub(super) struct ClassRow {
    pub underlyings: NamesRow,
    pub class: TradingClass,
}

/// All rows of one or more files, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub lots: Vec<QuantityRow>,
    pub freezes: Vec<QuantityRow>,
    pub ticks: Vec<TickRow>,
    pub shares_with_derivatives: Vec<SharesRow>,
    pub classes: Vec<ClassRow>,
    /// Index symbol to the name its contracts carry, by exchange.
    pub indices: BTreeMap<(Exchange, String), String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    #[serde(default)]
    lot: Vec<Spanned<QuantityText>>,
    #[serde(default)]
    freeze: Vec<Spanned<QuantityText>>,
    #[serde(default)]
    tick: Vec<Spanned<TickRowText>>,
    #[serde(default)]
    shares_with_derivatives: Vec<Spanned<SharesText>>,
    #[serde(default)]
    trading_class: Vec<Spanned<ClassText>>,
    #[serde(default)]
    index: Vec<Spanned<IndexText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuantityText {
    exchange: Exchanges,
    valid_from: Option<Day>,
    valid_to: Option<Day>,
    expiry_from: Option<Day>,
    expiry_to: Option<Day>,
    #[serde(default)]
    expiry_months: Vec<i8>,
    #[serde(default = "yes")]
    verified: bool,
    source: String,
    quantity: BTreeMap<String, i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SharesText {
    exchange: Exchanges,
    assumed: Option<Exchanges>,
    valid_from: Option<Day>,
    valid_to: Option<Day>,
    #[serde(default = "yes")]
    verified: bool,
    source: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassText {
    exchange: Exchanges,
    class: String,
    valid_from: Option<Day>,
    valid_to: Option<Day>,
    #[serde(rename = "source")]
    _source: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexText {
    exchange: Exchanges,
    symbol: String,
    underlying: String,
}

impl Span {
    pub fn new(from: Option<Day>, to: Option<Day>) -> Result<Span, String> {
        let span = Span { from: from.map(|d| d.0), to: to.map(|d| d.0) };
        match (span.from, span.to) {
            (Some(from), Some(to)) if to < from => {
                Err(format!("the row ends on {to}, before it begins on {from}"))
            }
            _ => Ok(span),
        }
    }

    pub fn holds(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

impl Rows {
    /// Whether an index has contracts of this name.
    pub fn is_index(&self, exchange: Exchange, underlying: &str) -> bool {
        self.indices.iter().any(|((e, _), name)| *e == exchange && name == underlying)
    }

    /// Adds the rows of a file after these.
    pub fn append(&mut self, toml: &str) -> Result<(), TableError> {
        let text = TableText::new("instrument data", toml);
        let file: FileText = text.parse()?;
        each(text, file.lot, "lot", |r| QuantityRow::new(r, "lot").map(|r| self.lots.push(r)))?;
        each(text, file.freeze, "freeze", |r| {
            QuantityRow::new(r, "freeze quantity").map(|r| self.freezes.push(r))
        })?;
        each(text, file.tick, "tick", |r| TickRow::new(r).map(|r| self.ticks.push(r)))?;
        each(text, file.shares_with_derivatives, "shares_with_derivatives", |r| {
            SharesRow::new(r).map(|r| self.shares_with_derivatives.push(r))
        })?;
        each(text, file.trading_class, "trading_class", |r| ClassRow::new(r).map(|r| self.classes.push(r)))?;
        each(text, file.index, "index", |r| {
            for exchange in r.exchange.0 {
                self.indices.insert((exchange, r.symbol.clone()), r.underlying.clone());
            }
            Ok(())
        })
    }
}

/// Reads rows one by one and puts the place of the row before what is wrong with it.
fn each<T>(
    text: TableText<'_>,
    rows: Vec<Spanned<T>>,
    table: &str,
    mut read: impl FnMut(T) -> Result<(), String>,
) -> Result<(), TableError> {
    for row in rows {
        let at = row.span();
        read(row.into_inner()).map_err(|why| text.error(at, format_args!("[[{table}]]: {why}")))?;
    }
    Ok(())
}

impl QuantityRow {
    fn new(text: QuantityText, what: &str) -> Result<QuantityRow, String> {
        if let Some(month) = text.expiry_months.iter().find(|m| !(1..=12).contains(*m)) {
            return Err(format!("`expiry_months` holds {month}; months are 1 to 12"));
        }
        let mut quantities = BTreeMap::new();
        for (name, units) in text.quantity {
            if !(1..=Qty::MAX.raw()).contains(&units) {
                return Err(format!("{what} {units} of {name} is not between 1 and {}", Qty::MAX));
            }
            quantities.insert(name, Qty::units(units));
        }
        Ok(QuantityRow {
            exchanges: text.exchange.0,
            valid: Span::new(text.valid_from, text.valid_to)?,
            expiry: Span::new(text.expiry_from, text.expiry_to)?,
            expiry_months: text.expiry_months,
            quantities,
            verified: text.verified,
            source: text.source,
        })
    }

    /// The quantity that this row gives to a contract by its expiry and the day of trading.
    pub fn of(&self, exchange: Exchange, name: &str, expiry: Date, on: Date) -> Option<Qty> {
        let applies = self.exchanges.contains(&exchange)
            && self.valid.holds(on)
            && self.expiry.holds(expiry)
            && (self.expiry_months.is_empty() || self.expiry_months.contains(&expiry.month()));
        if applies { self.quantities.get(name).copied() } else { None }
    }

    /// Whether it gives a quantity to the name on any date.
    pub fn names(&self, exchange: Exchange, name: &str) -> bool {
        self.exchanges.contains(&exchange) && self.quantities.contains_key(name)
    }
}

impl NamesRow {
    fn new(exchange: Exchanges, names: Vec<String>, valid: Span) -> Result<NamesRow, String> {
        if names.is_empty() {
            return Err("`names` is empty; name at least one, or leave the row out".to_owned());
        }
        Ok(NamesRow { exchanges: exchange.0, names, valid })
    }

    /// Whether it names the name, on any date.
    pub fn names(&self, exchange: Exchange, name: &str) -> bool {
        self.exchanges.contains(&exchange) && self.names.iter().any(|n| n == name)
    }

    pub fn holds(&self, exchange: Exchange, name: &str, on: Date) -> bool {
        self.valid.holds(on) && self.names(exchange, name)
    }
}

impl SharesRow {
    fn new(text: SharesText) -> Result<SharesRow, String> {
        let assumed = match (text.verified, text.assumed) {
            (false, _) => text.exchange.0.clone(),
            (true, assumed) => assumed.map_or_else(Vec::new, |exchanges| exchanges.0),
        };
        let shares = NamesRow::new(text.exchange, text.names, Span::new(text.valid_from, text.valid_to)?)?;
        Ok(SharesRow { shares, assumed, source: text.source })
    }
}

impl ClassRow {
    fn new(text: ClassText) -> Result<ClassRow, String> {
        let class = TradingClass::from_name(&text.class).ok_or_else(|| {
            let choices = TradingClass::ALL.map(TradingClass::name).join(", ");
            format!("class `{}` is not known; use one of {choices}", text.class)
        })?;
        let underlyings =
            NamesRow::new(text.exchange, text.names, Span::new(text.valid_from, text.valid_to)?)?;
        Ok(ClassRow { underlyings, class })
    }
}
