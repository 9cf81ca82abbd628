//! The page: data and the compiled-in bundle, put together into one document.

use std::collections::BTreeMap;
use std::io::{self, Write};

use domain::Money;
use domain::time::DayNumber;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::candles::Chart;
use crate::column::Column;
use crate::curve::{Curve, seconds};
use crate::digest::Digest;
use crate::result::{ResultDocument, TradeRow};
use crate::study::Study;

const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/report.js"));
const STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/report.css"));
const SCRIPT_HASH: &str = include_str!(concat!(env!("OUT_DIR"), "/report.sha256"));

/// Everything that one document shows. With several runs they are compared.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    pub title: String,
    /// The program that wrote it, with its version.
    pub made_by: String,
    pub studies: Vec<Study>,
    pub runs: Vec<RunPage>,
    pub charts: Vec<Chart>,
}

/// One run. Its candles are those of [`Page::charts`] with its symbols and timeframe.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct RunPage {
    name: String,
    run: Map<String, Value>,
    metrics: Map<String, Value>,
    digest: Digest,
    curve: Curve,
    trades: Trades,
    open: Vec<Open>,
    refused: Vec<Value>,
    /// What the page cannot show, and why.
    notes: Vec<String>,
}

/// Trades by column, in the order of closing. Rupees in 1/10,000, times in seconds since 1970 (UTC); 0 is no level.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Trades {
    n: usize,
    /// Only if they are not `T1`, `T2`, ….
    ids: Option<Vec<String>>,
    instruments: Names,
    directions: Names,
    exits: Names,
    entry_time: Column,
    entry_price: Column,
    exit_time: Column,
    exit_price: Column,
    stop: Column,
    target: Column,
    quantity: Column,
    pnl: Column,
    gross: Column,
    charges: Column,
    holding: Column,
}

/// A column of few different texts.
#[derive(Serialize, Debug)]
struct Names {
    names: Vec<String>,
    of: Column,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Open {
    instrument: String,
    direction: String,
    entry_time: i64,
    entry_price: i64,
    last_price: i64,
    quantity: i64,
    unrealised: i64,
    charges: i64,
}

impl RunPage {
    /// `benchmark` is the worth of buy and hold at the close of each day, empty if it is not known.
    pub fn new(
        name: String,
        result: ResultDocument,
        benchmark: &[(DayNumber, Money)],
        notes: Vec<String>,
    ) -> RunPage {
        RunPage {
            name,
            digest: Digest::of(&result),
            curve: Curve::new(result.initial_cash(), &result.equity, benchmark),
            trades: Trades::of(&result.trades),
            open: result.open.iter().map(Open::of).collect(),
            run: result.run,
            metrics: result.metrics,
            refused: result.refused,
            notes,
        }
    }
}

impl Trades {
    fn of(trades: &[TradeRow]) -> Trades {
        let column = |pick: fn(&TradeRow) -> i64| Column::of(trades.iter().map(pick));
        let counted = trades.iter().enumerate().all(|(i, t)| t.trade_id == format!("T{}", i + 1));
        Trades {
            n: trades.len(),
            ids: (!counted).then(|| trades.iter().map(|t| t.trade_id.clone()).collect()),
            instruments: Names::of(trades.iter().map(|t| t.instrument.as_str())),
            directions: Names::of(trades.iter().map(|t| t.direction.as_str())),
            exits: Names::of(trades.iter().map(|t| t.exit_reason.as_str())),
            entry_time: column(|t| seconds(t.entry_time)),
            entry_price: column(|t| t.entry_price.raw()),
            exit_time: column(|t| seconds(t.exit_time)),
            exit_price: column(|t| t.exit_price.raw()),
            stop: column(|t| t.stop_loss.map_or(0, domain::Price::raw)),
            target: column(|t| t.target_price.map_or(0, domain::Price::raw)),
            quantity: column(|t| t.quantity),
            pnl: column(|t| t.pnl.raw()),
            gross: column(|t| t.gross_pnl.raw()),
            charges: column(|t| t.charges.raw()),
            holding: column(|t| t.holding_time_seconds),
        }
    }
}

impl Names {
    fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Names {
        let mut places: BTreeMap<&str, i64> = BTreeMap::new();
        let mut names = Vec::new();
        let places: Vec<i64> = texts
            .map(|text| {
                *places.entry(text).or_insert_with(|| {
                    names.push(text.to_owned());
                    names.len() as i64 - 1
                })
            })
            .collect();
        Names { names, of: Column::of(places) }
    }
}

impl Open {
    fn of(row: &crate::result::OpenRow) -> Open {
        Open {
            instrument: row.instrument.clone(),
            direction: row.direction.clone(),
            entry_time: seconds(row.entry_time),
            entry_price: row.entry_price.raw(),
            last_price: row.last_price.raw(),
            quantity: row.quantity,
            unrealised: row.unrealised.raw(),
            charges: row.charges.raw(),
        }
    }
}

/// Writes the document: loads nothing, and may run no script but the bundle.
pub fn write(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let title = markup(&page.title);
    write!(
        out,
        "<!doctype html>\n<html lang=\"en-IN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{hash}'; \
         style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{STYLE}\n</style>\n\
         </head>\n<body>\n<main id=\"app\"></main>\n\
         <noscript><p>{title}: this report draws itself with a script inside this file; allow scripts to read it.</p>\
         </noscript>\n<script type=\"application/json\" id=\"page\">",
        hash = SCRIPT_HASH.trim(),
    )?;
    serde_json::to_writer(Inert(out), page)?;
    // Nothing may stand between the tags but the bundle: its hash is in the policy above.
    write!(out, "</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n")
}

/// Text inside markup.
fn markup(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Writes JSON so that it cannot end the element it stands in: `<` occurs inside strings only, where it may be escaped.
struct Inert<'a>(&'a mut dyn Write);

impl Write for Inert<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut parts = bytes.split(|&byte| byte == b'<');
        if let Some(first) = parts.next() {
            self.0.write_all(first)?;
        }
        for part in parts {
            self.0.write_all(b"\\u003c")?;
            self.0.write_all(part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_can_stand_in_a_script_element() {
        let lower = SCRIPT.to_ascii_lowercase();
        assert!(!lower.contains("</script") && !lower.contains("<!--"));
        assert!(!STYLE.to_ascii_lowercase().contains("</style"));
        assert!(SCRIPT.len() + STYLE.len() < 350_000, "{} bytes", SCRIPT.len() + STYLE.len());
        assert_eq!(SCRIPT_HASH.trim().len(), 44);
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(markup("<b a='1'>&\"</b>"), "&lt;b a=&#39;1&#39;&gt;&amp;&quot;&lt;/b&gt;");
    }
}
