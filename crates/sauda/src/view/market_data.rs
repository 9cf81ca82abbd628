//! Stored series and what is known of their instrument, for a person and for a script.

pub mod coverage;

use std::fmt::Write as _;

use domain::bars::Bar;
use domain::instrument::{InstrumentId, Kind, OptionSide, Segment};
use domain::{Bars, Date, Price, Qty, Tick, Timestamp};
use history::store::SeriesInfo;
use serde::Serialize;

use super::json::BarView;
use super::table::Align::{Left, Right};
use super::table::{count, lines, size};
use crate::view;

#[derive(Serialize)]
pub struct SeriesView {
    symbol: String,
    timeframe: String,
    rows: usize,
    #[serde(serialize_with = "view::time")]
    first: Timestamp,
    #[serde(serialize_with = "view::time")]
    last: Timestamp,
    bytes: u64,
    sources: Vec<String>,
}

impl SeriesView {
    pub fn of(info: &SeriesInfo) -> SeriesView {
        SeriesView {
            symbol: info.id.to_string(),
            timeframe: info.timeframe.to_string(),
            rows: info.rows,
            first: info.first,
            last: info.last,
            bytes: info.bytes,
            sources: info.sources.clone(),
        }
    }
}

/// A table, one series a line.
pub fn series_table(all: &[SeriesInfo]) -> String {
    let heading =
        ["symbol", "timeframe", "bars", "first", "last", "size", "source"].map(str::to_owned).to_vec();
    let row = |info: &SeriesInfo| {
        vec![
            info.id.to_string(),
            info.timeframe.to_string(),
            info.rows.to_string(),
            minute(info.first),
            minute(info.last),
            size(info.bytes),
            sources(&info.sources),
        ]
    };
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(all.iter().map(row)).collect();
    lines(&[Left, Left, Right, Left, Left, Right, Left], &rows)
}

/// `2024-01-31 09:15`, as tables show it.
fn minute(at: Timestamp) -> String {
    format!("{} {}", at.date(), at.minute_of_day())
}

/// The newest source, and how many came before it.
fn sources(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [earlier @ .., newest] => format!("{newest} (and {} before it)", earlier.len()),
    }
}

/// What the tables say of a symbol on the last stored day.
pub enum Instrument {
    Known { instrument: domain::instrument::Instrument, doubts: Vec<String> },
    Unknown { id: InstrumentId, why: String },
}

/// One series, with bars from both ends of the range asked for.
pub struct Shown<'a> {
    pub info: &'a SeriesInfo,
    pub in_range: usize,
    pub price: Option<Price>,
    pub head: Bars,
    pub tail: Bars,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShowView {
    symbol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instrument: Option<InstrumentView>,
    /// What to know before trusting the facts of the instrument.
    doubts: Vec<String>,
    series: Vec<ShownView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InstrumentView {
    /// The day on which these facts hold.
    on: String,
    kind: &'static str,
    segment: &'static str,
    underlying: String,
    /// The clock that it follows.
    class: &'static str,
    expiry: Option<String>,
    #[serde(serialize_with = "view::price_or_null")]
    strike: Option<Price>,
    side: Option<&'static str>,
    #[serde(serialize_with = "view::price_or_null")]
    tick: Option<Price>,
    lot: i64,
    freeze: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownView {
    #[serde(flatten)]
    series: SeriesView,
    bars_in_range: usize,
    first_bars: Vec<BarView>,
    last_bars: Vec<BarView>,
}

pub fn show_json(instrument: &Instrument, on: Date, shown: &[Shown<'_>]) -> ShowView {
    let (symbol, view, doubts) = match instrument {
        Instrument::Known { instrument, doubts } => {
            (instrument.id.to_string(), Some(instrument_view(instrument, on)), doubts.clone())
        }
        Instrument::Unknown { id, why } => (id.to_string(), None, vec![why.clone()]),
    };
    let series = shown.iter().map(|s| ShownView {
        series: SeriesView::of(s.info),
        bars_in_range: s.in_range,
        first_bars: BarView::all(&s.head),
        last_bars: BarView::all(&s.tail),
    });
    ShowView { symbol, instrument: view, doubts, series: series.collect() }
}

fn instrument_view(instrument: &domain::instrument::Instrument, on: Date) -> InstrumentView {
    let (strike, side) = match instrument.kind {
        Kind::Option { strike, side, .. } => (Some(strike), Some(side)),
        _ => (None, None),
    };
    InstrumentView {
        on: on.to_string(),
        kind: match instrument.kind {
            Kind::Equity => "equity",
            Kind::Index => "index",
            Kind::Future { .. } => "future",
            Kind::Option { .. } => "option",
        },
        segment: match instrument.segment {
            Segment::Cash => "cash",
            Segment::Derivatives => "derivatives",
            Segment::Currency => "currency",
            Segment::Commodity => "commodity",
        },
        underlying: instrument.underlying.clone(),
        class: instrument.class.name(),
        expiry: instrument.kind.expiry().map(|day| day.to_string()),
        strike,
        side: side.map(OptionSide::code),
        tick: instrument.tick.map(Tick::price),
        lot: instrument.lot.raw(),
        freeze: instrument.freeze.map(Qty::raw),
    }
}

pub fn show_text(instrument: &Instrument, on: Date, shown: &[Shown<'_>]) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    match instrument {
        Instrument::Known { instrument, doubts } => {
            let view = instrument_view(instrument, on);
            let _ = write!(text, "{}: {} in {}", instrument.id, view.kind, view.segment);
            if let Some(expiry) = &view.expiry {
                let _ = write!(text, ", expires {expiry}");
            }
            if let Some(tick) = instrument.tick {
                let _ = write!(text, ", tick {}", tick.price());
            }
            let _ = writeln!(text, ", lot {}, on {on}", instrument.lot.raw());
            for doubt in doubts {
                let _ = writeln!(text, "  doubt: {doubt}");
            }
        }
        Instrument::Unknown { id, why } => {
            let _ = writeln!(text, "{id}: {why}");
        }
    }
    for Shown { info, in_range, head, tail, .. } in shown {
        let _ = writeln!(
            text,
            "\n{}: {}, {} to {}, {}",
            info.timeframe,
            count(info.rows as u64, "bar"),
            info.first,
            info.last,
            size(info.bytes)
        );
        for source in &info.sources {
            let _ = writeln!(text, "  from {source}");
        }
        if *in_range < info.rows {
            let _ = writeln!(text, "  {} in the range asked for", count(*in_range as u64, "bar"));
        }
        text.push_str(&bars(head, tail, in_range - head.len() - tail.len()));
    }
    text
}

fn bars(head: &Bars, tail: &Bars, between: usize) -> String {
    if head.is_empty() {
        return String::new();
    }
    let heading = ["", "time", "open", "high", "low", "close", "volume"].map(str::to_owned).to_vec();
    let row = |bar: Bar| {
        let price = |p: Price| p.to_string();
        vec![
            String::new(),
            minute(bar.time),
            price(bar.open),
            price(bar.high),
            price(bar.low),
            price(bar.close),
            bar.volume.raw().to_string(),
        ]
    };
    let mut rows = vec![heading];
    rows.extend(head.iter().map(row));
    if between > 0 {
        rows.push(vec![String::new(), format!("… {between} more …")]);
    }
    rows.extend(tail.iter().map(row));
    lines(&[Left, Left, Right, Right, Right, Right, Right], &rows)
}
