//! The lines of the paper exchange: one JSON object each, in both directions.
//!
//! | direction | line |
//! |---|---|
//! | in | `{"n":7,"ask":{"place":{…}}}`: `n` counts a connection's requests and comes back |
//! | out | `{"answer":{"n":7,"brokerId":"P12"}}` or `{"answer":{"n":7,"refused":{"code","words"}}}`: what became of an order's request; a request that times out has none |
//! | out | `{"done":{"n":7}}`: all that the request caused at once has been told |
//! | out | `{"reply":{"n":8,"book":{…}}}`: what was asked for; `{"error":{"n":8,"code","words"}}` if it could not be had |
//! | out | `{"trade":{…}}`, `{"triggered":{…}}`, `{"row":{…}}`: of the account's orders, pushed; perhaps late, or twice |
//! | out | `{"tick":{…,"best":{…}}}`: of the instruments subscribed to; without `best` of an index |
//!
//! Prices and money are decimal text (`"101.50"`), times microseconds since 1970 UTC, quantities whole units.

use std::fmt;
use std::str::FromStr;

use domain::{Money, Price, Tick};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Reads and writes a domain value as its text.
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

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub n: u64,
    pub ask: Ask,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(super) enum Ask {
    /// First on every connection: whose orders these are. `cash` is what the account begins with, if it is new.
    Hello {
        account: String,
        cash: Option<Text<Money>>,
    },
    Place(Place),
    Change {
        order: Named,
        /// Which change of the order it is, from 1.
        change: u8,
        /// The whole quantity, traded units included.
        qty: i64,
        terms: TermsText,
        #[serde(default)]
        timing: TimingText,
    },
    Cancel {
        order: Named,
    },
    Book,
    Positions,
    Funds,
    Instruments,
    /// Counters, for tests.
    Status,
    /// Ticks from now on.
    Subscribe {
        instruments: Vec<String>,
    },
    Unsubscribe {
        instruments: Vec<String>,
    },
    History {
        instrument: String,
        from: i64,
        to: i64,
    },
    /// Opens a lane: a venue of its own, whose bars are told.
    Lane {
        lane: u32,
        instrument: String,
        tick: Text<Price>,
    },
    Phase(Phase),
    /// Other faults from now on, in the words of the command line; empty: none.
    Faults {
        set: String,
    },
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Place {
    /// The client's own id of the order: kept, shown, not compared.
    pub tag: String,
    pub instrument: String,
    pub lane: Option<u32>,
    pub product: String,
    pub side: SideText,
    pub qty: i64,
    pub terms: TermsText,
    #[serde(default)]
    pub timing: TimingText,
    #[serde(default)]
    pub validity: ValidityText,
    /// Units shown; 0 shows all. Nobody looks here: it is only checked.
    #[serde(default)]
    pub disclosed_qty: i64,
}

/// An order by the exchange's number, or by the client's id of it (the latest of that id).
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum Named {
    BrokerId(String),
    Tag(String),
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Phase {
    pub lane: u32,
    /// The bar's own time: what its trades carry.
    pub at: i64,
    #[serde(rename = "phase")]
    pub part: PhaseText,
}

/// The phases of `exchange::Exchange`, by the same names.
#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum PhaseText {
    Begin { volume: Option<i64> },
    Open { price: Text<Price> },
    Range { high: Text<Price>, low: Text<Price> },
    Close { price: Text<Price> },
    Between,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum SideText {
    Buy,
    Sell,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "camelCase")]
pub(super) enum TimingText {
    #[default]
    Next,
    ThisClose,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum ValidityText {
    #[default]
    Day,
    Ioc,
    Gtt,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum TermsText {
    Marketable { limit: Text<Price> },
    Limit { price: Text<Price> },
    Stop { trigger: Text<Price>, limit: Text<Price> },
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum StatusText {
    Working,
    Filled,
    Cancelled,
    Rejected,
    Expired,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) enum PlaceInBar {
    Open,
    Inside,
    Close,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) enum Say {
    Answer(Answer),
    Done { n: u64 },
    Reply(Reply),
    Error { n: Option<u64>, code: &'static str, words: String },
    Trade(Deal),
    Triggered { tag: String, broker_id: String },
    Row(Row),
    Tick(TickText),
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub n: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broker_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

#[derive(Serialize, Clone, Debug)]
pub(super) struct Refused {
    pub code: &'static str,
    pub words: String,
}

#[derive(Serialize, Debug)]
pub(super) struct Reply {
    pub n: u64,
    #[serde(flatten)]
    pub with: With,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum With {
    Welcome {
        now: i64,
        tick_micros: i64,
    },
    Book {
        orders: Vec<Row>,
        trades: Vec<Deal>,
    },
    Positions(Vec<Position>),
    Funds {
        cash: Text<Money>,
        margin_used: Text<Money>,
    },
    Instruments(Vec<Listed>),
    Status {
        orders: usize,
        trades: usize,
        sent_twice: Vec<String>,
    },
    /// Rows of time, open, high, low, close, volume; `forming` is the minute that is on.
    History {
        bars: Vec<BarRow>,
        forming: Option<BarRow>,
    },
    Ok {},
}

pub(super) type BarRow = (i64, Text<Price>, Text<Price>, Text<Price>, Text<Price>, i64);

#[derive(Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub tag: String,
    pub broker_id: String,
    pub instrument: String,
    pub product: String,
    pub side: SideText,
    pub qty: i64,
    pub filled: i64,
    pub terms: TermsText,
    pub triggered: bool,
    pub status: StatusText,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

#[derive(Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Deal {
    pub tag: String,
    pub broker_id: String,
    pub number: u64,
    pub instrument: String,
    pub side: SideText,
    pub qty: i64,
    pub price: Text<Price>,
    pub at: i64,
    pub place: PlaceInBar,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Position {
    pub instrument: String,
    pub product: String,
    pub qty: i64,
    pub average_price: Text<Price>,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    pub instrument: String,
    pub tick: Text<Tick>,
    pub lot: i64,
    pub freeze: Option<i64>,
    pub tradable: bool,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct TickText {
    pub instrument: String,
    pub at: i64,
    pub price: Text<Price>,
    pub volume: i64,
    /// The best of the book, of what can be traded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<BestText>,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct BestText {
    pub bid: Text<Price>,
    pub bid_qty: i64,
    pub ask: Text<Price>,
    pub ask_qty: i64,
}
