//! The candles of a run: those it has at hand, or those of the store if they are the same.

use ::backtest::metrics::{Held, buy_and_hold_curve};
use ::report::{Chart, ResultDocument};
use domain::instrument::InstrumentId;
use domain::order::InstrumentKey;
use domain::time::DayNumber;
use domain::{Bars, Money, Timeframe, Timestamp};
use history::store::{Store, StoreError};
use serde_json::Value;

use crate::commands::selection;
use crate::tables::Tables;

/// Bars shown before the first that could trade: enough to see where indicators come from.
const LEAD_IN: usize = 200;

/// Candles of one instrument, from a little before the run's start.
pub struct Candles {
    symbol: String,
    timeframe: Timeframe,
    bars: Bars,
}

impl Candles {
    pub fn of_run(symbol: &str, timeframe: Timeframe, bars: &Bars, start: Timestamp) -> Candles {
        let first = bars.first_at_or_after(start).saturating_sub(LEAD_IN);
        Candles { symbol: symbol.to_owned(), timeframe, bars: bars.slice(first..bars.len()) }
    }

    pub fn chart(&self, most: usize) -> Chart {
        Chart::new(&self.symbol, self.timeframe, &self.bars, most)
    }

    /// Whether the other's candles are among these.
    pub fn covers(&self, other: &Candles) -> bool {
        let ends = |one: &Candles| Some((*one.bars.times().first()?, *one.bars.times().last()?));
        let within = ends(self).zip(ends(other)).is_some_and(|(own, its)| own.0 <= its.0 && own.1 >= its.1);
        self.symbol == other.symbol && self.timeframe == other.timeframe && within
    }
}

/// What the store has of a run.
#[derive(Default)]
pub struct Stored {
    pub candles: Vec<Candles>,
    pub benchmark: Vec<(DayNumber, Money)>,
    /// What is missing, and why.
    pub notes: Vec<String>,
}

/// One instrument of `run.data`.
struct Source {
    id: InstrumentId,
    bars: Bars,
    traded_from: Timestamp,
}

/// Worth of buy and hold, day by day.
pub fn benchmark(result: &ResultDocument, held: &[Held<'_>]) -> Vec<(DayNumber, Money)> {
    result.initial_cash().map_or(Vec::new(), |cash| buy_and_hold_curve(cash, held))
}

/// Candles are shown only if the store still has what the run was made on.
pub fn stored(result: &ResultDocument, store: Result<&Store, &StoreError>, tables: &Tables) -> Stored {
    let mut found = Stored::default();
    let store = match store {
        Ok(store) => store,
        Err(error) => {
            found.notes.push(format!("no candles are shown: {error}"));
            return found;
        }
    };
    let Ok(timeframe) = result.setting("timeframe").parse::<Timeframe>() else {
        found.notes.push("no candles are shown: the result does not say its timeframe".to_owned());
        return found;
    };
    let data = result.run.get("data").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut sources = Vec::new();
    for one in data {
        match load(store, tables, timeframe, one) {
            Ok(source) => sources.push(source),
            Err(why) => {
                let symbol = one.get("symbol").and_then(Value::as_str).unwrap_or("an instrument");
                found.notes.push(format!("no candles of {symbol} are shown: {why}"));
            }
        }
    }
    if !sources.is_empty() && sources.len() == data.len() {
        let held: Vec<Held<'_>> = sources
            .iter()
            .enumerate()
            .map(|(i, source)| Held {
                instrument: InstrumentKey(i as u32),
                bars: &source.bars,
                start: source.traded_from,
            })
            .collect();
        let curve = benchmark(result, &held);
        if curve.last().map(|&(_, worth)| worth) == measured(result) {
            found.benchmark = curve;
        }
    }
    let candles =
        |source: &Source| Candles::of_run(source.id.as_str(), timeframe, &source.bars, source.traded_from);
    found.candles = sources.iter().map(candles).collect();
    found
}

/// Final worth of buy and hold as the run measured it.
fn measured(result: &ResultDocument) -> Option<Money> {
    let rupees = result.metrics.get("buyAndHold")?.get("finalEquity")?.as_f64()?;
    Money::from_f64(rupees).ok()
}

/// The bars that a run says it used; why not, if the store has others now.
fn load(store: &Store, tables: &Tables, timeframe: Timeframe, data: &Value) -> Result<Source, String> {
    let text = |key: &str| data.get(key).and_then(Value::as_str).ok_or(format!("the result has no `{key}`"));
    let id: InstrumentId = text("symbol")?.parse().map_err(|error| format!("{error}"))?;
    let instant = |key: &str| {
        let at: jiff::Timestamp = text(key)?.parse().map_err(|_| format!("`{key}` is not a time"))?;
        Ok::<_, String>(Timestamp::from_micros(at.as_microsecond()))
    };
    let (first, last, traded_from) = (instant("first")?, instant("last")?, instant("tradedFrom")?);
    let end = Timestamp::from_micros(last.as_micros().saturating_add(1));
    if store.series(&id).map_err(|error| error.to_string())?.is_empty() {
        return Err("the store has none; name the folder of the run's data with --data-dir".to_owned());
    }
    let found = selection::load(store, tables, &id, timeframe, first..end);
    let bars = found.map_err(|failure| failure.words().to_owned())?.loaded.bars;
    let count = data.get("bars").and_then(Value::as_u64).unwrap_or_default();
    let same = (bars.times().first(), bars.times().last()) == (Some(&first), Some(&last));
    if !same || bars.len() as u64 != count {
        return Err(format!(
            "the store has changed since the run: {} bars where there were {count}; run the backtest again",
            bars.len()
        ));
    }
    Ok(Source { id, bars, traded_from })
}
