//! The book of an instrument, and the options of an underlying.

use desk::feeds::{DayQuote, Quote};
use domain::Timestamp;
use domain::instrument::{Instrument, InstrumentId};
use serde::Serialize;
use utoipa::ToSchema;

use super::market::QuoteView;
use super::{Amount, Moment};

/// Orders of others at one price.
#[derive(Serialize, ToSchema)]
pub struct LevelView {
    pub price: Amount,
    pub quantity: i64,
}

/// What rests in the book, the best first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "instrument": "NSE:RELIANCE-EQ", "lastPrice": 1402, "time": "2026-11-23T10:00:31+05:30",
    "bids": [{ "price": 1401.9, "quantity": 640 }], "asks": [{ "price": 1402, "quantity": 1_210 }]
}))]
pub struct DepthView {
    pub instrument: String,
    pub last_price: Option<Amount>,
    /// Of the book; null where the feed tells none.
    pub time: Option<Moment>,
    pub bids: Vec<LevelView>,
    pub asks: Vec<LevelView>,
}

impl DepthView {
    pub fn of(id: &InstrumentId, quote: Option<DayQuote>, best: Option<(Timestamp, Quote)>) -> DepthView {
        let level =
            |price: domain::Price, qty: domain::Qty| LevelView { price: price.into(), quantity: qty.raw() };
        DepthView {
            instrument: id.to_string(),
            last_price: quote.map(|quote| quote.last.into()),
            time: best.map(|(at, _)| at.into()),
            bids: best.map(|(_, best)| level(best.bid, best.bid_qty)).into_iter().collect(),
            asks: best.map(|(_, best)| level(best.ask, best.ask_qty)).into_iter().collect(),
        }
    }
}

/// Calls and puts of one expiry.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "underlying": "NIFTY", "spot": 25_012.4, "expiry": "2026-11-24", "expiries": ["2026-11-24"], "strikes": [{
        "strike": 25_000, "call": {
            "instrument": "NSE:NIFTY26N2425000CE", "lastPrice": 96.4, "time": "2026-11-23T10:00:31+05:30", "open": 90,
            "high": 101, "low": 84.5, "previousClose": 92, "change": 4.4, "changePct": 4.7826, "volume": 812_330,
            "lotSize": 65, "bid": { "price": 96.35, "quantity": 650 }, "ask": { "price": 96.4, "quantity": 1_300 }
        }, "put": null
    }]
}))]
pub struct OptionChainView {
    pub underlying: String,
    /// The last price of the index or share itself, where the feed has it.
    pub spot: Option<Amount>,
    /// Null: the feed has no options of it.
    pub expiry: Option<String>,
    /// All that the feed has, the nearest first.
    pub expiries: Vec<String>,
    /// The lowest first.
    pub strikes: Vec<StrikeView>,
}

#[derive(Serialize, ToSchema)]
pub struct StrikeView {
    pub strike: Amount,
    pub call: Option<OptionView>,
    pub put: Option<OptionView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OptionView {
    #[serde(flatten)]
    pub quote: QuoteView,
    pub lot_size: i64,
    pub bid: Option<LevelView>,
    pub ask: Option<LevelView>,
}

impl OptionView {
    pub fn of(
        instrument: &Instrument,
        quote: Option<DayQuote>,
        best: Option<(Timestamp, Quote)>,
    ) -> OptionView {
        let depth = DepthView::of(&instrument.id, quote, best);
        OptionView {
            quote: QuoteView::of(&instrument.id, quote),
            lot_size: instrument.lot.raw(),
            bid: depth.bids.into_iter().next(),
            ask: depth.asks.into_iter().next(),
        }
    }
}
