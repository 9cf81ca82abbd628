//! The dated table, and how an instrument's rates are looked up in it.

use std::cmp::Reverse;
use std::sync::LazyLock;

use super::episode::{BY_TURNOVER, EXCHANGE, IPFT, SEBI, STAMP, STT};
use super::read;
use super::rows::{Component, Dealing, Fee, Row};
use super::schedule::{DatedRates, Rates, Schedule};
use super::{Broker, ChargePlan};
use crate::dated_table::TableError;
use crate::instrument::{Instrument, Kind, Segment};
use crate::time::DayNumber;
use crate::{Exchange, Product, Side};

/// BSE groups whose shares pay many times the usual exchange charge.
const DEAR_BSE_GROUPS: [&str; 4] = ["X", "XT", "Z", "ZP"];

/// The dated table of taxes, levies and brokerage.
#[derive(Clone, Debug)]
pub struct ChargesTable {
    rows: Vec<Row>,
}

/// What a rate is looked up for.
struct Scope<'a> {
    dealing: Dealing,
    exchange: Exchange,
    broker: Broker,
    underlying: &'a str,
}

/// The rows that speak of one scope.
struct ScopedRows<'a> {
    scope: Scope<'a>,
    rows: Vec<&'a Row>,
}

impl ChargesTable {
    /// The table that is compiled in (`data/charges.toml`).
    pub fn builtin() -> &'static ChargesTable {
        static BUILTIN: LazyLock<ChargesTable> = LazyLock::new(|| {
            let rows = read::parse(include_str!("../../../../data/charges.toml"));
            ChargesTable { rows: rows.expect("the compiled-in table is well formed: a test reads it") }
        });
        &BUILTIN
    }

    /// This table with an operator's rows: one for the same thing and day replaces ours, any other is added. The text
    /// has the form of `data/charges.toml`; errors name line and column.
    pub fn extended(&self, toml: &str) -> Result<ChargesTable, TableError> {
        let own = read::parse(toml)?;
        let kept = self.rows.iter().filter(|row| !own.iter().any(|o| o.rivals(row)));
        let rows = kept.cloned().chain(own.iter().cloned()).collect();
        Ok(ChargesTable { rows })
    }

    /// The rates of an instrument and product under a plan. Always gives a schedule: what is not known is charged
    /// nothing, and [`Schedule::warnings`] says so.
    pub fn schedule(&self, plan: ChargePlan, instrument: &Instrument, product: Product) -> Schedule {
        let broker = match plan {
            ChargePlan::Zero => return Schedule::plain(Rates::Zero),
            ChargePlan::Percent(rate) => return Schedule::plain(Rates::Percent(rate)),
            ChargePlan::Broker(broker) => broker,
        };
        let mut warnings = Vec::new();
        let dealing = dealing(instrument, product, &mut warnings);
        let scope =
            Scope { dealing, exchange: instrument.exchange, broker, underlying: &instrument.underlying };
        let rows: Vec<&Row> = self.rows.iter().filter(|row| scope.takes(row)).collect();
        let mut days: Vec<DayNumber> = rows.iter().map(|row| row.from).collect();
        days.sort_unstable();
        days.dedup();
        let scoped = ScopedRows { scope, rows };
        scoped.warn_of_shares(instrument, &mut warnings);
        scoped.warn_of_gaps(&mut warnings);

        let mut dated = days.iter().map(|day| scoped.rates_on(*day));
        let first = Box::new(dated.next().unwrap_or_default());
        let rates = Rates::Dated { first, later: dated.collect() };
        let first_days = Component::ALL
            .into_iter()
            .filter_map(|component| Some((component.name(), scoped.first_day(component)?)))
            .collect();
        Schedule { rates, warnings, first_days, unverified: scoped.unverified(&days) }
    }
}

impl ScopedRows<'_> {
    fn of(&self, component: Component) -> impl Iterator<Item = &Row> {
        self.rows.iter().copied().filter(move |row| row.component == component)
    }

    /// The most particular row of those that have begun, the latest among equals; before all of them, the first.
    fn in_force(&self, component: Component, day: DayNumber) -> Option<&Row> {
        let begun = self.of(component).filter(|row| row.from <= day);
        let first = || self.of(component).min_by_key(|row| (row.from, Reverse(specificity(row))));
        begun.max_by_key(|row| (specificity(row), row.from)).or_else(first)
    }

    fn first_day(&self, component: Component) -> Option<DayNumber> {
        self.of(component).map(|row| row.from).min()
    }

    fn rates_on(&self, day: DayNumber) -> DatedRates {
        let row = |component| self.in_force(component, day);
        let fee = |component| row(component).map(|r| r.fee.clone());
        let rate = |component| row(component).map_or(0, |r| r.fee.rate);
        let by_side = |side: Side| {
            let paid = |component| {
                row(component).filter(|r| r.side.is_none_or(|s| s == side)).map_or(0, |r| r.fee.rate)
            };
            let mut rates = [0; BY_TURNOVER];
            rates[STT] = paid(Component::Stt);
            rates[STAMP] = paid(Component::Stamp);
            rates[EXCHANGE] = paid(Component::Exchange);
            rates[IPFT] = paid(Component::Ipft);
            rates[SEBI] = paid(Component::Sebi);
            rates
        };
        DatedRates {
            from: day,
            buy: by_side(Side::Buy),
            sell: by_side(Side::Sell),
            gst: rate(Component::Gst),
            exercise: rate(Component::Exercise),
            brokerage: fee(Component::Brokerage).unwrap_or_else(Fee::default),
            dp: fee(Component::Dp),
        }
    }

    /// Each component that some day charges at an unverified rate, with the day on which a later rate ends that.
    fn unverified(&self, days: &[DayNumber]) -> Vec<(&'static str, Option<DayNumber>)> {
        let mut found = Vec::new();
        for component in Component::ALL {
            for (i, day) in days.iter().enumerate() {
                if self.in_force(component, *day).is_some_and(|row| !row.verified) {
                    found.push((component.name(), days.get(i + 1).copied()));
                }
            }
        }
        found
    }

    fn warn_of_gaps(&self, warnings: &mut Vec<String>) {
        let scope = &self.scope;
        for component in Component::ALL {
            let expected = match component {
                // Only some exchanges collect for their protection fund apart.
                Component::Ipft => false,
                Component::Exercise => scope.dealing.is_option(),
                Component::Dp => scope.dealing.delivers(),
                _ => true,
            };
            if expected && self.first_day(component).is_none() {
                warnings.push(format!(
                    "charges: no rate of `{}` is known for {} at {} on {}; none is charged; add a row to the charges table",
                    component.name(),
                    scope.dealing.name(),
                    scope.broker,
                    scope.exchange,
                ));
            }
        }
    }

    fn warn_of_shares(&self, instrument: &Instrument, warnings: &mut Vec<String>) {
        if instrument.kind != Kind::Equity {
            return;
        }
        let id = &instrument.id;
        let group = id.as_str().rsplit_once('-').map_or("", |(_, group)| group);
        if instrument.exchange == Exchange::Bse && DEAR_BSE_GROUPS.contains(&group) {
            warnings.push(format!(
                "charges: {id} is in BSE group {group}, whose exchange charge is 10,000 to 1,00,000 a crore; the usual \
                 one is charged"
            ));
        }
        let named = self.of(Component::Stt).any(|row| row.underlying.is_some());
        let name = self.scope.underlying;
        if self.scope.dealing.delivers() && !named && (name.ends_with("BEES") || name.contains("ETF")) {
            warnings.push(format!(
                "charges: {id} looks like a fund, whose STT is lower or nil; it is charged as a share; name it in the \
                 charges table"
            ));
        }
    }
}

impl Scope<'_> {
    fn takes(&self, row: &Row) -> bool {
        row.dealing == self.dealing
            && row.exchange.is_none_or(|exchange| exchange == self.exchange)
            && row.broker.is_none_or(|broker| broker == self.broker)
            && row.underlying.as_ref().is_none_or(|name| name == self.underlying)
    }
}

fn specificity(row: &Row) -> u8 {
    2 * u8::from(row.underlying.is_some()) + u8::from(row.exchange.is_some())
}

/// How charges see an instrument and product, with a warning where that is a makeshift.
fn dealing(instrument: &Instrument, product: Product, warnings: &mut Vec<String>) -> Dealing {
    let futures = match instrument.segment {
        Segment::Commodity => Dealing::CommodityFutures,
        Segment::Currency => Dealing::CurrencyFutures,
        Segment::Cash | Segment::Derivatives if instrument.exchange == Exchange::Mcx => {
            Dealing::CommodityFutures
        }
        Segment::Cash | Segment::Derivatives => Dealing::Futures,
    };
    match instrument.kind {
        Kind::Future { .. } => futures,
        Kind::Option { .. } => match futures {
            Dealing::CommodityFutures => Dealing::CommodityOptions,
            Dealing::CurrencyFutures => Dealing::CurrencyOptions,
            _ => Dealing::Options,
        },
        Kind::Index => {
            warnings.push(format!(
                "charges: {} is an index, which cannot be traded; it is charged as {} of {}",
                instrument.id,
                futures.name(),
                instrument.exchange
            ));
            futures
        }
        Kind::Equity if futures != Dealing::Futures => {
            warnings.push(format!(
                "charges: {} is not a contract of its segment; it is charged as {} of {}",
                instrument.id,
                futures.name(),
                instrument.exchange
            ));
            futures
        }
        Kind::Equity => match product {
            Product::Cnc => Dealing::Delivery,
            Product::Mtf => Dealing::Mtf,
            Product::Mis => Dealing::Intraday,
            Product::Nrml => {
                warnings.push(format!(
                    "charges: NRML is for derivatives; {} is a share and is charged as delivery",
                    instrument.id
                ));
                Dealing::Delivery
            }
        },
    }
}
