//! Price steps by market, date and price level.
//!
//! The exchange sets a share's tick once a month, from its close on the last trading day of the month before: a
//! share that crosses 1,000 within the month keeps its tick. A caller that wants exactly that passes that close
//! as the price; with today's price the slab may be off by one near a boundary. The instrument master decides.

use serde::Deserialize;

use super::rows::Span;
use crate::dated_table::{Day, Exchanges, yes};
use crate::{Date, Exchange, Price, Tick};

/// What a row of ticks is for.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub(super) enum TickMarket {
    Shares,
    StockFutures,
    IndexFutures,
    EquityOptions,
    CurrencyFutures,
    CurrencyOptions,
    CommodityFutures,
    CommodityOptions,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TickRowText {
    exchange: Exchanges,
    market: TickMarket,
    #[serde(default)]
    names: Vec<String>,
    valid_from: Option<Day>,
    valid_to: Option<Day>,
    #[serde(default = "yes")]
    verified: bool,
    source: String,
    slabs: Vec<SlabText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SlabText {
    below: Option<String>,
    up_to: Option<String>,
    tick: String,
}

#[derive(Clone, Debug)]
pub(super) struct TickRow {
    exchanges: Vec<Exchange>,
    market: TickMarket,
    names: Vec<String>,
    valid: Span,
    pub verified: bool,
    pub source: String,
    slabs: Vec<Slab>,
}

#[derive(Clone, Copy, Debug)]
struct Slab {
    /// The highest price of the slab.
    top: Price,
    tick: Tick,
}

impl TickRow {
    pub fn new(text: TickRowText) -> Result<TickRow, String> {
        let mut slabs: Vec<Slab> = Vec::new();
        let last = text.slabs.len().checked_sub(1).ok_or("`slabs` is empty")?;
        for (i, slab) in text.slabs.iter().enumerate() {
            let top = match (&slab.below, &slab.up_to) {
                (Some(_), Some(_)) => return Err("a slab has both `below` and `up_to`; keep one".to_owned()),
                (Some(below), None) => price(below)? - Price::from_raw(1),
                (None, Some(up_to)) => price(up_to)?,
                (None, None) if i == last => Price::MAX,
                (None, None) => return Err("only the last slab may be without `below` or `up_to`".to_owned()),
            };
            if slabs.last().is_some_and(|before| top <= before.top) {
                return Err(format!("slab {} does not lie above the one before", i + 1));
            }
            let tick = Tick::new(price(&slab.tick)?);
            slabs
                .push(Slab { top, tick: tick.ok_or_else(|| format!("tick {} is not positive", slab.tick))? });
        }
        Ok(TickRow {
            exchanges: text.exchange.0,
            market: text.market,
            names: text.names,
            valid: Span::new(text.valid_from, text.valid_to)?,
            verified: text.verified,
            source: text.source,
            slabs,
        })
    }

    pub fn applies(&self, exchange: Exchange, market: TickMarket, name: &str, on: Date) -> bool {
        self.exchanges.contains(&exchange)
            && self.market == market
            && self.valid.holds(on)
            && (self.names.is_empty() || self.names.iter().any(|n| n == name))
    }

    /// The tick at a price; where all slabs agree, without one too.
    pub fn at(&self, price: Option<Price>) -> Option<Tick> {
        match (price, self.slabs.as_slice()) {
            (_, [only]) if only.top == Price::MAX => Some(only.tick),
            (Some(price), slabs) => slabs.iter().find(|s| price <= s.top).map(|s| s.tick),
            (None, _) => None,
        }
    }
}

fn price(text: &str) -> Result<Price, String> {
    text.parse().map_err(|e: crate::money::AmountError| e.to_string())
}
