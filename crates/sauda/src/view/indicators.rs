//! Bars and their indicators, row by row.

use std::io::{self, Write};

use domain::Bars;
use indicators::Column;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::table::count;

/// Rows between two reports of progress.
const REPORT_EVERY: usize = 4_096;

/// Bars from the row `from` on, with columns as long as all bars.
pub struct Table<'a> {
    pub bars: &'a Bars,
    pub from: usize,
    pub columns: &'a [Column],
}

/// What was computed, and where it went.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    pub symbol: String,
    pub timeframe: String,
    /// The stored timeframe, where it is another.
    pub resampled_from: Option<String>,
    /// With every parameter written out.
    pub indicators: Vec<String>,
    pub rows: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

impl Written {
    pub fn sentence(&self) -> String {
        let Written { symbol, timeframe, .. } = self;
        let from =
            self.resampled_from.as_ref().map_or(String::new(), |from| format!(" resampled from {from}"));
        let file = self.file.as_deref().unwrap_or("-");
        let (rows, with) = (count(self.rows as u64, "row"), self.indicators.join(", "));
        format!("{file}: {rows} of {symbol}, {timeframe}{from}, with {with}\n")
    }
}

/// A field that is empty is not yet defined. Prices are exact; floats are as short as reading them back allows.
pub fn write_csv(out: &mut dyn Write, table: &Table<'_>, progress: &mut dyn FnMut(usize)) -> io::Result<()> {
    out.write_all(b"ts,open,high,low,close,volume")?;
    for column in table.columns {
        write!(out, ",{}", column.name)?;
    }
    out.write_all(b"\n")?;
    for i in table.from..table.bars.len() {
        if i % REPORT_EVERY == 0 {
            progress(i);
        }
        let bar = table.bars.get(i);
        write!(out, "{},{},{},{},{},{}", bar.time, bar.open, bar.high, bar.low, bar.close, bar.volume)?;
        for column in table.columns {
            let value = column.values[i];
            if value.is_finite() { write!(out, ",{value}")? } else { out.write_all(b",")? }
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The same rows as arrays under the names of their columns; null is not yet defined.
pub fn write_json(out: &mut dyn Write, written: &Written, table: &Table<'_>) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        written: &'a Written,
        columns: Vec<&'a str>,
        data: Rows<'a>,
    }
    let bars = ["ts", "open", "high", "low", "close", "volume"];
    let columns = bars.into_iter().chain(table.columns.iter().map(|c| c.name.as_str())).collect();
    super::write_json(out, &Document { written, columns, data: Rows(table) })
}

struct Rows<'a>(&'a Table<'a>);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let table = self.0;
        let mut list = to.serialize_seq(Some(table.bars.len() - table.from))?;
        for i in table.from..table.bars.len() {
            list.serialize_element(&Row { table, i })?;
        }
        list.end()
    }
}

struct Row<'a> {
    table: &'a Table<'a>,
    i: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let bar = self.table.bars.get(self.i);
        let mut row = to.serialize_seq(Some(6 + self.table.columns.len()))?;
        row.serialize_element(&bar.time.to_string())?;
        for price in [bar.open, bar.high, bar.low, bar.close] {
            row.serialize_element(&price.to_f64())?;
        }
        row.serialize_element(&bar.volume.raw())?;
        for column in self.table.columns {
            let value = column.values[self.i];
            row.serialize_element(&value.is_finite().then_some(value))?;
        }
        row.end()
    }
}
