//! Candles of one instrument, as columns.

use domain::{Bars, Timeframe};
use serde::Serialize;

use crate::column::Column;

/// Candles that one page holds at most, all charts together: more would open slowly and say no more on a screen.
pub const MOST_CANDLES: usize = 300_000;

/// The candles of one instrument in one timeframe. Prices in 1/10,000 rupee, times in seconds since 1970 (UTC).
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Chart {
    symbol: String,
    timeframe: String,
    /// How many bars of the run each candle joins, within one day: 1 unless there were too many.
    joined: usize,
    time: Column,
    open: Column,
    /// Above the open.
    high: Column,
    /// Below the open.
    low: Column,
    /// From the open.
    close: Column,
    volume: Option<Column>,
}

impl Chart {
    /// At most about `most` candles: beyond it, neighbours of one day are joined.
    pub fn new(symbol: &str, timeframe: Timeframe, bars: &Bars, most: usize) -> Chart {
        let joined = bars.len().div_ceil(most.max(1)).max(1);
        let groups = groups(bars, joined);
        let (opens, highs, lows, closes) = (bars.opens(), bars.highs(), bars.lows(), bars.closes());
        let from_open = |pick: &dyn Fn(usize, usize) -> i64| {
            Column::of(groups.iter().map(|&(a, b)| pick(a, b) - opens[a].raw()))
        };
        let high = |a: usize, b: usize| highs[a..b].iter().map(|p| p.raw()).max().unwrap_or_default();
        let low = |a: usize, b: usize| lows[a..b].iter().map(|p| p.raw()).min().unwrap_or_default();
        let volume = |&(a, b): &(usize, usize)| bars.volumes()[a..b].iter().map(|v| v.raw()).sum();
        Chart {
            symbol: symbol.to_owned(),
            timeframe: timeframe.to_string(),
            joined,
            time: Column::of(groups.iter().map(|&(a, _)| bars.times()[a].as_micros().div_euclid(1_000_000))),
            open: Column::of(groups.iter().map(|&(a, _)| opens[a].raw())),
            high: from_open(&high),
            low: from_open(&low),
            close: from_open(&|_, b| closes[b - 1].raw()),
            volume: bars.has_volume().then(|| Column::of(groups.iter().map(volume))),
        }
    }

    /// Whose candles these are.
    pub fn is_of(&self, symbol: &str, timeframe: &str) -> bool {
        self.symbol == symbol && self.timeframe == timeframe
    }
}

/// Ranges of bars that become one candle each.
fn groups(bars: &Bars, joined: usize) -> Vec<(usize, usize)> {
    let times = bars.times();
    let mut groups = Vec::with_capacity(times.len() / joined + 1);
    let mut from = 0;
    while from < times.len() {
        let day = times[from].day();
        let end = (from + joined).min(times.len());
        let end = from + times[from..end].partition_point(|t| t.day() == day);
        groups.push((from, end));
        from = end;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::bars::Bar;
    use domain::{Price, Qty, Timestamp};

    fn bars(days: i64, minutes: i64) -> Bars {
        let bar = |(day, minute): (i64, i64)| Bar {
            time: Timestamp::from_micros((day * 86_400 + 13_500 + minute * 60) * 1_000_000),
            open: Price::rupees(100 + minute),
            high: Price::rupees(102 + minute),
            low: Price::rupees(99 + minute),
            close: Price::rupees(101 + minute),
            volume: Qty::units(10),
        };
        let all = (0..days).flat_map(|day| (0..minutes).map(move |minute| (day, minute)));
        Bars::collect(all.map(bar)).unwrap()
    }

    #[test]
    fn candles_join_within_a_day_only() {
        let bars = bars(2, 5);
        assert_eq!(groups(&bars, 1).len(), 10);
        assert_eq!(groups(&bars, 2), [(0, 2), (2, 4), (4, 5), (5, 7), (7, 9), (9, 10)]);
        let json = |most| {
            serde_json::to_value(Chart::new("NSE:SBIN-EQ", "1m".parse().unwrap(), &bars, most)).unwrap()
        };
        assert_eq!((json(10)["joined"].clone(), json(9)["joined"].clone()), (1.into(), 2.into()));
        // The highs of joined candles are 3, 3 and 2 rupees above their opens.
        assert_eq!(json(5)["high"]["unit"], 10_000);
        assert_eq!(json(5)["high"]["data"], base(&[3, 3, 2, 3, 3, 2]));
        assert_eq!(json(5)["low"]["data"], base(&[-1; 6]));
        assert_eq!(json(5)["volume"]["unit"], 10);
    }

    fn base(rupees: &[i64]) -> serde_json::Value {
        serde_json::to_value(Column::of(rupees.iter().map(|r| r * 10_000))).unwrap()["data"].clone()
    }
}
