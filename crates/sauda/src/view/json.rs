//! Printing a document, and the candle that several of them hold.

use std::path::Path;

use domain::bars::Bar;
use domain::{Bars, Price, Timestamp};
use serde::Serialize;

use crate::failure::Failure;
use crate::{outside, view};

/// Prints one document to standard output.
pub fn print(document: &impl Serialize) -> Result<(), Failure> {
    outside::write_whole(Path::new("-"), |out| view::write_json(out, document))
}

/// One candle.
#[derive(Serialize)]
pub struct BarView {
    #[serde(serialize_with = "view::time")]
    ts: Timestamp,
    #[serde(serialize_with = "view::price")]
    open: Price,
    #[serde(serialize_with = "view::price")]
    high: Price,
    #[serde(serialize_with = "view::price")]
    low: Price,
    #[serde(serialize_with = "view::price")]
    close: Price,
    volume: i64,
}

impl BarView {
    fn of(bar: Bar) -> BarView {
        let Bar { time, open, high, low, close, volume } = bar;
        BarView { ts: time, open, high, low, close, volume: volume.raw() }
    }

    pub fn all(bars: &Bars) -> Vec<BarView> {
        bars.iter().map(BarView::of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_keep_their_four_decimals() {
        for text in ["0.0001", "48203.45", "99999999.9999", "100.00"] {
            let price: Price = text.parse().unwrap();
            let bar = Bar {
                time: Timestamp::default(),
                open: price,
                high: price,
                low: price,
                close: price,
                volume: domain::Qty::ZERO,
            };
            let shown = serde_json::to_value(BarView::of(bar)).unwrap();
            assert_eq!(shown["open"].to_string().parse::<Price>().unwrap(), price, "{shown}");
            assert_eq!(shown["ts"], "1970-01-01T05:30:00+05:30");
        }
    }
}
