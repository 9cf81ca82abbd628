//! The JSON of a backtest, read back. Its keys are documented in `docs/data.md`.
//!
//! `run` and `metrics` are kept as they stand: the page shows what it knows and lists the rest, so that a file of an older
//! or a newer version still opens.

use domain::{Money, Price, Timestamp};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use thiserror::Error;

/// Why a file is not a result.
#[derive(Error, Debug)]
#[error("not a result of `sauda backtest --json`: {0}")]
pub struct NotAResult(#[from] serde_json::Error);

#[derive(Deserialize, Debug)]
pub struct ResultDocument {
    pub run: Map<String, Value>,
    pub metrics: Map<String, Value>,
    pub trades: Vec<TradeRow>,
    #[serde(default)]
    pub open: Vec<OpenRow>,
    #[serde(default)]
    pub refused: Vec<Value>,
    #[serde(deserialize_with = "samples")]
    pub equity: Vec<(Timestamp, Money)>,
    /// Of a walk-forward, whose tests the rest is.
    #[serde(default)]
    pub folds: Vec<Value>,
}

/// A closed trade.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct TradeRow {
    pub trade_id: String,
    pub instrument: String,
    pub direction: String,
    #[serde(deserialize_with = "time")]
    pub entry_time: Timestamp,
    #[serde(deserialize_with = "price")]
    pub entry_price: Price,
    #[serde(deserialize_with = "time")]
    pub exit_time: Timestamp,
    #[serde(deserialize_with = "price")]
    pub exit_price: Price,
    #[serde(default, deserialize_with = "price_or_null")]
    pub stop_loss: Option<Price>,
    #[serde(default, deserialize_with = "price_or_null")]
    pub target_price: Option<Price>,
    pub quantity: i64,
    #[serde(deserialize_with = "money")]
    pub pnl: Money,
    #[serde(deserialize_with = "money")]
    pub gross_pnl: Money,
    #[serde(deserialize_with = "money")]
    pub charges: Money,
    pub holding_time_seconds: i64,
    #[serde(default)]
    pub exit_reason: String,
}

/// A position open at the end.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct OpenRow {
    pub instrument: String,
    pub direction: String,
    #[serde(deserialize_with = "time")]
    pub entry_time: Timestamp,
    #[serde(deserialize_with = "price")]
    pub entry_price: Price,
    #[serde(deserialize_with = "price")]
    pub last_price: Price,
    pub quantity: i64,
    #[serde(deserialize_with = "money")]
    pub unrealised: Money,
    #[serde(deserialize_with = "money")]
    pub charges: Money,
}

impl ResultDocument {
    pub fn read(json: &[u8]) -> Result<ResultDocument, NotAResult> {
        Ok(serde_json::from_slice(json)?)
    }

    /// The text of a setting; empty if it is absent or no text.
    pub fn setting(&self, key: &str) -> &str {
        self.run.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// What was traded.
    pub fn symbols(&self) -> impl Iterator<Item = &str> {
        self.run.get("symbols").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Cash at the start, if the file says so.
    pub fn initial_cash(&self) -> Option<Money> {
        self.metrics.get("initialCash")?.as_f64().and_then(|rupees| Money::from_f64(rupees).ok())
    }
}

fn instant(text: &str) -> Result<Timestamp, String> {
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map(|at| Timestamp::from_micros(at.as_microsecond()))
        .map_err(|_| format!("`{text}` is not a time such as 2024-01-31T09:15:00+05:30"))
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(from)?;
    instant(&text).map_err(serde::de::Error::custom)
}

fn money<'de, D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
    Money::from_f64(f64::deserialize(from)?).map_err(serde::de::Error::custom)
}

fn price<'de, D: Deserializer<'de>>(from: D) -> Result<Price, D::Error> {
    Price::from_f64(f64::deserialize(from)?).map_err(serde::de::Error::custom)
}

fn price_or_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Price>, D::Error> {
    let price = Option::<f64>::deserialize(from)?.map(Price::from_f64).transpose();
    price.map_err(serde::de::Error::custom)
}

fn samples<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(Timestamp, Money)>, D::Error> {
    use serde::de::Error;
    let rows = Vec::<(String, f64)>::deserialize(from)?;
    let sample = |(at, rupees): (String, f64)| {
        Ok((instant(&at).map_err(Error::custom)?, Money::from_f64(rupees).map_err(Error::custom)?))
    };
    rows.into_iter().map(sample).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALLEST: &str = r#"{"run":{"symbols":["NSE:SBIN-EQ"]},"metrics":{"initialCash":1000000.25},"trades":[],
        "equity":[["2024-01-01T15:30:00+05:30",1000000.2501]]}"#;

    #[test]
    fn money_and_time_come_back_exactly() {
        let read = ResultDocument::read(SMALLEST.as_bytes()).unwrap();
        assert_eq!(read.equity[0].0.to_string(), "2024-01-01T15:30:00+05:30");
        assert_eq!(read.equity[0].1.raw(), 10_000_002_501);
        assert_eq!(read.initial_cash().map(Money::raw), Some(10_000_002_500));
        assert_eq!(read.symbols().collect::<Vec<_>>(), ["NSE:SBIN-EQ"]);
    }

    #[test]
    fn what_is_no_result_says_where() {
        let refused = |json: &str| ResultDocument::read(json.as_bytes()).unwrap_err().to_string();
        assert!(refused("{\"metrics\":{}}").contains("missing field `run`"));
        assert!(refused("[").contains("line 1"));
        assert!(refused(&SMALLEST.replace("+05:30", "")).contains("is not a time such as"));
        assert!(refused(&SMALLEST.replace("1000000.2501", "1e300")).contains("not a result"));
    }
}
