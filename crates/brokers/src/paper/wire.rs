//! The lines of the paper exchange, as its documentation gives them (`broker-sim`, module `paper::wire`). Written anew
//! here: a shared type would hide a shared mistake.

use std::fmt;
use std::str::FromStr;

use domain::{Money, Price};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A domain value as its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Text<T>(pub T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<T>, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Text).map_err(D::Error::custom)
    }
}

#[derive(Serialize, Debug)]
pub(super) struct Asked {
    pub n: u64,
    pub ask: Ask,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Ask {
    Hello { account: String, cash: Text<Money> },
    Place(Place),
    Change { order: Named, change: u8, qty: i64, terms: Terms, timing: &'static str },
    Cancel { order: Named },
    Book,
    Positions,
    Funds,
    Instruments,
    Status,
    Subscribe { instruments: Vec<String> },
    History { instrument: String, from: i64, to: i64 },
    Lane { lane: u32, instrument: String, tick: Text<Price> },
    Phase { lane: u32, at: i64, phase: PhaseText },
    Faults { set: String },
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    pub tag: String,
    pub instrument: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lane: Option<u32>,
    pub product: &'static str,
    pub side: &'static str,
    pub qty: i64,
    pub terms: Terms,
    pub timing: &'static str,
    pub validity: &'static str,
    pub disclosed_qty: i64,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) enum Named {
    BrokerId(String),
    Tag(String),
}

#[derive(Serialize, Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) enum Terms {
    Marketable { limit: Text<Price> },
    Limit { price: Text<Price> },
    Stop { trigger: Text<Price>, limit: Text<Price> },
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) enum PhaseText {
    Begin { volume: Option<i64> },
    Open { price: Text<Price> },
    Range { high: Text<Price>, low: Text<Price> },
    Close { price: Text<Price> },
    Between,
}

/// A line from the exchange.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Heard {
    Answer { n: u64, broker_id: Option<String>, refused: Option<Refused> },
    Done { n: u64 },
    Reply(Reply),
    Error { n: Option<u64>, code: String, words: String },
    Trade(Deal),
    Triggered { tag: String },
    Row(Row),
    Tick(Tick),
}

#[derive(Deserialize, Debug)]
pub(super) struct Refused {
    pub code: String,
    pub words: String,
}

#[derive(Deserialize, Debug)]
pub(super) struct Reply {
    pub n: u64,
    #[serde(flatten)]
    pub with: With,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum With {
    Welcome {},
    Book { orders: Vec<Row>, trades: Vec<Deal> },
    Positions(Vec<Position>),
    Funds { cash: Text<Money>, margin_used: Text<Money> },
    Instruments(Vec<Listed>),
    Status { orders: usize, trades: usize, sent_twice: Vec<String> },
    History { bars: Vec<BarRow>, forming: Option<BarRow> },
    Ok {},
}

/// Time, open, high, low, close, volume.
pub(super) type BarRow = (i64, Text<Price>, Text<Price>, Text<Price>, Text<Price>, i64);

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub tag: String,
    pub broker_id: String,
    pub instrument: String,
    pub product: String,
    pub side: Side,
    pub qty: i64,
    pub filled: i64,
    pub terms: Terms,
    pub triggered: bool,
    pub status: Status,
    pub because: Option<String>,
}

#[derive(Deserialize, Debug)]
pub(super) struct Deal {
    pub tag: String,
    pub number: u64,
    pub instrument: String,
    pub side: Side,
    pub qty: i64,
    pub price: Text<Price>,
    pub at: i64,
    pub place: PlaceInBar,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Position {
    pub instrument: String,
    pub product: String,
    pub qty: i64,
    pub average_price: Text<Price>,
}

#[derive(Deserialize, Debug)]
pub(super) struct Listed {
    pub instrument: String,
    pub tick: Text<Price>,
    pub lot: i64,
    pub freeze: Option<i64>,
    pub tradable: bool,
}

#[derive(Deserialize, Debug)]
pub(super) struct Tick {
    pub instrument: String,
    pub at: i64,
    pub price: Text<Price>,
    pub volume: i64,
    pub best: Option<Best>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Best {
    pub bid: Text<Price>,
    pub bid_qty: i64,
    pub ask: Text<Price>,
    pub ask_qty: i64,
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Side {
    Buy,
    Sell,
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Status {
    Working,
    Filled,
    Cancelled,
    Rejected,
    Expired,
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) enum PlaceInBar {
    Open,
    Inside,
    Close,
}
