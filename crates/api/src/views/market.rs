//! Instruments, candles, quotes, the calendar.

use desk::feeds::{DayQuote, Listed};
use domain::bars::Bar;
use domain::calendar::{DayStatus, TradingClass, TradingDay};
use domain::instrument::{InstrumentId, Kind};
use domain::{Date, Money};
use serde::Serialize;
use utoipa::ToSchema;

use super::strategies::DescriptionView;
use super::{Amount, Moment};

/// An instrument that the feed has.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "instrument": "NSE:RELIANCE-EQ", "name": "RELIANCE", "kind": "equity", "tickSize": 0.1, "lotSize": 1,
    "freezeQuantity": null
}))]
pub struct InstrumentView {
    pub instrument: String,
    pub name: String,
    /// equity, index, future or option. An index cannot be traded.
    pub kind: &'static str,
    pub tick_size: Option<Amount>,
    pub lot_size: i64,
    /// The largest quantity of one order: larger ones are cut.
    pub freeze_quantity: Option<i64>,
}

impl From<&Listed> for InstrumentView {
    fn from(listed: &Listed) -> InstrumentView {
        let instrument = &listed.instrument;
        InstrumentView {
            instrument: instrument.id.to_string(),
            name: listed.name.clone(),
            kind: match instrument.kind {
                Kind::Equity => "equity",
                Kind::Index => "index",
                Kind::Future { .. } => "future",
                Kind::Option { .. } => "option",
            },
            tick_size: instrument.tick.map(|tick| tick.price().into()),
            lot_size: instrument.lot.raw(),
            freeze_quantity: instrument.freeze.map(domain::Qty::raw),
        }
    }
}

/// What there is to trade and how time goes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigView {
    pub instruments: Vec<InstrumentView>,
    pub timeframes: Vec<&'static str>,
    /// paper, replay or live.
    pub mode: &'static str,
    pub feed: FeedView,
    /// The strategies that come with the server.
    pub strategies: Vec<DescriptionView>,
}

#[derive(Serialize, ToSchema)]
pub struct FeedView {
    /// simulated, replay or live.
    pub kind: &'static str,
    /// How fast its time goes.
    pub speed: u32,
    /// What time it is there.
    pub now: Moment,
}

/// A candle; `time` is when it opened.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "time": "2026-11-23T10:00:00+05:30", "open": 1401.5, "high": 1402.3, "low": 1401, "close": 1402, "volume": 5210
}))]
pub struct CandleView {
    pub time: Moment,
    pub open: Amount,
    pub high: Amount,
    pub low: Amount,
    pub close: Amount,
    pub volume: i64,
}

impl From<Bar> for CandleView {
    fn from(bar: Bar) -> CandleView {
        CandleView {
            time: bar.time.into(),
            open: bar.open.into(),
            high: bar.high.into(),
            low: bar.low.into(),
            close: bar.close.into(),
            volume: bar.volume.raw(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct CandlesView {
    pub instrument: String,
    pub timeframe: String,
    /// Oldest first; the one that is on is the last.
    pub candles: Vec<CandleView>,
}

/// The day of an instrument so far; nulls before its first price.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "instrument": "NSE:RELIANCE-EQ", "lastPrice": 1402, "time": "2026-11-23T10:00:31+05:30", "open": 1398, "high": 1404,
    "low": 1397.5, "previousClose": 1396, "change": 6, "changePct": 0.4298, "volume": 812_330
}))]
pub struct QuoteView {
    pub instrument: String,
    pub last_price: Option<Amount>,
    pub time: Option<Moment>,
    pub open: Option<Amount>,
    pub high: Option<Amount>,
    pub low: Option<Amount>,
    pub previous_close: Option<Amount>,
    /// Since the previous close.
    pub change: Option<Amount>,
    /// The same in percent, rounded to four decimals.
    pub change_pct: Option<Amount>,
    pub volume: Option<i64>,
}

impl QuoteView {
    pub fn of(id: &InstrumentId, quote: Option<DayQuote>) -> QuoteView {
        let change =
            quote.and_then(|q| Some((q.last.raw() - q.previous_close?.raw(), q.previous_close?.raw())));
        QuoteView {
            instrument: id.to_string(),
            last_price: quote.map(|q| q.last.into()),
            time: quote.map(|q| q.at.into()),
            open: quote.map(|q| q.open.into()),
            high: quote.map(|q| q.high.into()),
            low: quote.map(|q| q.low.into()),
            previous_close: quote.and_then(|q| q.previous_close).map(Amount::from),
            change: change.map(|(change, _)| Money::from_raw(change).into()),
            change_pct: change.and_then(|(change, before)| percent(change, before)),
            volume: quote.map(|q| q.volume.raw()),
        }
    }
}

/// `part` of `whole` in percent.
fn percent(part: i64, whole: i64) -> Option<Amount> {
    if whole <= 0 {
        return None;
    }
    let hundred = i128::from(100 * domain::money::SCALE);
    let parts = domain::money::div_round(i128::from(part) * hundred, i128::from(whole));
    i64::try_from(parts).ok().map(Amount)
}

/// A day of the calendar.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "date": "2026-11-24", "class": "share", "status": "closed", "name": "Guru Nanak Jayanti", "sessions": []
}))]
pub struct DayView {
    pub date: String,
    pub class: &'static str,
    /// open, special, closed, or unknown where the data does not reach.
    pub status: &'static str,
    /// Of a holiday or a special session.
    pub name: Option<String>,
    pub sessions: Vec<SessionHoursView>,
}

#[derive(Serialize, ToSchema)]
pub struct SessionHoursView {
    /// `09:15`.
    pub open: String,
    pub close: String,
}

impl DayView {
    pub fn of(date: Date, class: TradingClass, day: &TradingDay) -> DayView {
        let (status, name) = match &day.status {
            DayStatus::Open => ("open", None),
            DayStatus::Special(name) => ("special", Some(name.clone())),
            DayStatus::Closed(name) => ("closed", Some(name.clone())),
            DayStatus::Unknown => ("unknown", None),
        };
        let hours = |session: &domain::calendar::Session| SessionHoursView {
            open: session.open.to_string(),
            close: session.close.to_string(),
        };
        DayView {
            date: date.to_string(),
            class: class.name(),
            status,
            name,
            sessions: day.sessions.iter().map(hours).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_rounded_to_four_decimals() {
        assert_eq!(percent(60_000, 13_960_000), Some(Amount(4_298)));
        assert_eq!(percent(-1, 3), Some(Amount(-333_333)));
        assert_eq!(percent(1, 0), None);
    }
}
