//! The dated facts, and what they make of an id on a day.

use std::sync::LazyLock;

use super::rows::{QuantityRow, Rows, SharesRow};
use super::symbol::{self, ContractExpiry, Form, Reading};
use super::tick_rows::{TickMarket, TickRow};
use super::{Instrument, InstrumentError, InstrumentId, Kind, Segment, reading};
use crate::calendar::{Calendar, TradingClass};
use crate::dated_table::TableError;
use crate::expiry::{ExpiryRules, MonthExpiry};
use crate::{Date, Exchange, Price, Qty};

static BUILTIN: LazyLock<InstrumentTables> = LazyLock::new(|| {
    let files = [
        include_str!("../../../../data/instruments/names.toml"),
        include_str!("../../../../data/instruments/lots.toml"),
        include_str!("../../../../data/instruments/freezes.toml"),
        include_str!("../../../../data/instruments/ticks.toml"),
    ];
    let mut rows = Rows::default();
    for file in files {
        rows.append(file).expect("the tables that are compiled in are sound: a test reads them");
    }
    InstrumentTables { rows }
});

/// Lots, ticks, freeze quantities and derivative underlyings, dated.
#[derive(Clone, Debug)]
pub struct InstrumentTables {
    pub(super) rows: Rows,
}

/// A lot size and how far it can be trusted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LotFact {
    pub lot: Qty,
    /// False for a figure from memory or from one weak source.
    pub verified: bool,
    /// Circular, page or data that gives it.
    pub source: String,
}

impl InstrumentTables {
    /// The tables that ship with the platform.
    pub fn builtin() -> &'static InstrumentTables {
        &BUILTIN
    }

    /// These tables with a user's rows on top, in the format of `data/instruments/*.toml`: where both apply, the
    /// user's row wins. Errors name the line of the user's text.
    pub fn extended(&self, toml: &str) -> Result<InstrumentTables, TableError> {
        let mut rows = self.rows.clone();
        rows.append(toml)?;
        Ok(InstrumentTables { rows })
    }

    /// The instrument as it was on `on`. `last_price` picks the tick slab of a share or a future, where the
    /// caller knows one; the exchange takes the close of the last trading day of the month before.
    ///
    /// A contract named by month ends on the day of the built-in expiry rules, moved before a holiday of the built-in
    /// calendar; see [`InstrumentTables::resolve_in`].
    ///
    /// Errors when the symbol has two readings that nothing tells apart, naming both, and when the contract could
    /// not have been listed yet on `on`.
    pub fn resolve(
        &self,
        id: &InstrumentId,
        on: Date,
        last_price: Option<Price>,
    ) -> Result<Instrument, InstrumentError> {
        self.resolve_in(id, on, last_price, Calendar::builtin(), ExpiryRules::builtin())
    }

    /// [`InstrumentTables::resolve`] with an operator's extended calendar and expiry rules.
    pub fn resolve_in(
        &self,
        id: &InstrumentId,
        on: Date,
        last_price: Option<Price>,
        calendar: &Calendar,
        rules: &ExpiryRules,
    ) -> Result<Instrument, InstrumentError> {
        let exchange = id.exchange();
        let (underlying, kind) = match symbol::read(id.symbol()) {
            Ok(Form::Equity { name }) => (name.to_owned(), Kind::Equity),
            Ok(Form::Index { name }) => {
                let known = self.rows.indices.get(&(exchange, name.to_owned()));
                (known.cloned().unwrap_or_else(|| name.to_owned()), Kind::Index)
            }
            Ok(Form::Contract(readings)) => {
                let reading = reading::choose(&self.rows, id, readings, on, calendar, rules)?;
                (reading.underlying.to_owned(), kind_of(exchange, &reading, calendar, rules)?)
            }
            // Reading an id has already refused this.
            Err(why) => return Err(InstrumentError(format!("`{id}` {}", why.text(exchange, id.symbol())))),
        };
        let (segment, class) = self.place(exchange, &underlying, kind, on);
        let quantity = |rows| {
            let (quantity, _) = latest(rows, exchange, &underlying, kind.expiry()?, on)?;
            Some(quantity)
        };
        let (lot, freeze) = (quantity(&self.rows.lots), quantity(&self.rows.freezes));
        let tick = self.tick_row(exchange, segment, kind, &underlying, on).and_then(|row| row.at(last_price));
        Ok(Instrument {
            id: id.clone(),
            exchange,
            segment,
            kind,
            underlying,
            class,
            tick,
            lot: lot.unwrap_or(Qty::units(1)),
            freeze,
        })
    }

    /// The lot of a contract by its expiry and the day of trading: contracts listed before a revision kept the
    /// old lot beside new ones. `None` where no row gives it.
    pub fn lot_for(&self, exchange: Exchange, underlying: &str, expiry: Date, on: Date) -> Option<LotFact> {
        latest(&self.rows.lots, exchange, underlying, expiry, on).map(|(lot, row)| LotFact {
            lot,
            verified: row.verified,
            source: row.source.clone(),
        })
    }

    /// Whether a share had derivatives on a day (since 3 Aug 2026 it then closes in the closing auction).
    pub fn has_derivatives(&self, exchange: Exchange, share: &str, on: Date) -> bool {
        self.shares_row(exchange, share, on).is_some()
    }

    pub(super) fn shares_row(&self, exchange: Exchange, share: &str, on: Date) -> Option<&SharesRow> {
        self.rows.shares_with_derivatives.iter().rev().find(|r| r.shares.holds(exchange, share, on))
    }

    /// The segment and the clock.
    fn place(&self, exchange: Exchange, underlying: &str, kind: Kind, on: Date) -> (Segment, TradingClass) {
        match kind {
            Kind::Index if exchange == Exchange::Mcx => (Segment::Commodity, TradingClass::Commodity),
            Kind::Index => (Segment::Cash, TradingClass::Index),
            Kind::Equity if self.has_derivatives(exchange, underlying, on) => {
                (Segment::Cash, TradingClass::ShareWithDerivatives)
            }
            Kind::Equity => (Segment::Cash, TradingClass::Share),
            Kind::Future { .. } | Kind::Option { .. } => {
                let class = self.contract_class(exchange, underlying, on);
                let segment = match class {
                    TradingClass::Currency | TradingClass::CrossCurrency => Segment::Currency,
                    TradingClass::EquityDerivative => Segment::Derivatives,
                    _ => Segment::Commodity,
                };
                (segment, class)
            }
        }
    }

    /// The clock of a contract.
    fn contract_class(&self, exchange: Exchange, underlying: &str, on: Date) -> TradingClass {
        match self.rows.classes.iter().rev().find(|r| r.underlyings.holds(exchange, underlying, on)) {
            Some(row) => row.class,
            None if exchange == Exchange::Mcx => TradingClass::Commodity,
            None => TradingClass::EquityDerivative,
        }
    }

    pub(super) fn tick_row(
        &self,
        exchange: Exchange,
        segment: Segment,
        kind: Kind,
        name: &str,
        on: Date,
    ) -> Option<&TickRow> {
        let market = match (segment, kind) {
            (_, Kind::Index) => return None,
            (_, Kind::Equity) => TickMarket::Shares,
            (Segment::Currency, Kind::Future { .. }) => TickMarket::CurrencyFutures,
            (Segment::Currency, Kind::Option { .. }) => TickMarket::CurrencyOptions,
            (Segment::Commodity, Kind::Future { .. }) => TickMarket::CommodityFutures,
            (Segment::Commodity, Kind::Option { .. }) => TickMarket::CommodityOptions,
            (_, Kind::Option { .. }) => TickMarket::EquityOptions,
            (_, Kind::Future { .. }) if self.rows.is_index(exchange, name) => TickMarket::IndexFutures,
            (_, Kind::Future { .. }) => TickMarket::StockFutures,
        };
        self.rows.ticks.iter().rev().find(|row| row.applies(exchange, market, name, on))
    }
}

/// The quantity of the last row that applies, with the row.
pub(super) fn latest<'a>(
    rows: &'a [QuantityRow],
    exchange: Exchange,
    name: &str,
    expiry: Date,
    on: Date,
) -> Option<(Qty, &'a QuantityRow)> {
    rows.iter().rev().find_map(|row| row.of(exchange, name, expiry, on).map(|q| (q, row)))
}

fn kind_of(
    exchange: Exchange,
    reading: &Reading<'_>,
    calendar: &Calendar,
    rules: &ExpiryRules,
) -> Result<Kind, InstrumentError> {
    let expiry = match reading.expiry {
        ContractExpiry::Day(day) => day,
        ContractExpiry::Month { year, month } => {
            match rules.of_month(exchange, reading.underlying, (year, month), calendar) {
                Some(MonthExpiry::Ruled(expiry)) => expiry.date,
                Some(MonthExpiry::AtMost(date)) => date,
                None => {
                    let told = reading::told(reading);
                    return Err(InstrumentError(format!(
                        "no day of the month of {told} trades; check the calendar"
                    )));
                }
            }
        }
    };
    Ok(match reading.option {
        None => Kind::Future { expiry },
        Some((strike, side)) => Kind::Option { expiry, strike, side },
    })
}
