//! One row, what makes it a candle, and the rows of one label together.

use domain::{Price, Timestamp};

use crate::import::report::{Defect, Tally};
use crate::import::symbol::Label;

/// A bar, or a tick whose four prices are its one price and whose volume is cumulative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::import) struct Row {
    pub time: Timestamp,
    pub open: i64,
    pub high: i64,
    pub low: i64,
    pub close: i64,
    pub volume: i64,
    pub line: u32,
    /// Index of the file among those imported together.
    pub file: u32,
}

/// All rows of one label.
#[derive(Debug)]
pub(in crate::import) struct Group {
    pub label: Label,
    /// In the order of the file.
    pub rows: Vec<Row>,
    pub tally: Tally,
    /// Rows with this label, sound or not.
    pub seen: u64,
    /// Sound rows that have a date but no time, though intraday bars are wanted; counted as defects too.
    pub without_time: u64,
    /// Rows whose time had no zone.
    pub naive: u64,
    /// Rows with prices beyond four decimals.
    pub tails: u64,
    /// Some row has open interest: the instrument is a derivative.
    pub has_open_interest: bool,
}

pub(super) const EMPTY: Row =
    Row { time: Timestamp::MIN, open: 0, high: 0, low: 0, close: 0, volume: 0, line: 0, file: 0 };

/// A sound row with what was changed in it.
pub(super) struct ReadRow {
    pub row: Row,
    pub defects: Defects,
    pub naive: bool,
    pub tail: bool,
    pub interest: bool,
}

#[derive(Default)]
pub(super) struct Defects {
    pub within_minute: Option<Timestamp>,
    /// High and low as the file has them, if they were widened.
    pub widened: Option<(i64, i64)>,
}

/// Refuses what is no candle; widens one whose open or close sticks out and gives back its former high and low.
pub(super) fn check(row: &mut Row) -> Result<Option<(i64, i64)>, (Defect, String)> {
    let shown = |raw: i64| Price::from_raw(raw);
    let Row { open, high, low, close, volume, .. } = *row;
    if let Some(price) = [open, high, low, close].into_iter().find(|&p| p <= 0) {
        return Err((Defect::NotPositive, format!("price {} is not positive", shown(price))));
    }
    if low > high {
        return Err((Defect::Inverted, format!("low {} is above high {}", shown(low), shown(high))));
    }
    if volume < 0 {
        return Err((Defect::NegativeVolume, format!("volume {volume} is negative")));
    }
    (row.high, row.low) = (high.max(open).max(close), low.min(open).min(close));
    Ok(((row.high, row.low) != (high, low)).then_some((high, low)))
}

impl Group {
    pub(super) fn new(label: Label) -> Group {
        Group {
            label,
            rows: Vec::new(),
            tally: Tally::default(),
            seen: 0,
            without_time: 0,
            naive: 0,
            tails: 0,
            has_open_interest: false,
        }
    }

    pub(super) fn take(&mut self, read: ReadRow) {
        let ReadRow { row, defects, naive, tail, interest } = read;
        let line = u64::from(row.line);
        if let Some((high, low)) = defects.widened {
            let shown = |raw: i64| Price::from_raw(raw);
            self.tally.add(Defect::OutsideRange, line, || {
                let (open, close) = (shown(row.open), shown(row.close));
                format!("open {open}, close {close} against high {} and low {}", shown(high), shown(low))
            });
        }
        if let Some(time) = defects.within_minute {
            self.tally.add(Defect::WithinMinute, line, || time.to_string());
        }
        self.naive += u64::from(naive);
        self.tails += u64::from(tail);
        self.has_open_interest |= interest;
        self.rows.push(row);
    }
}
