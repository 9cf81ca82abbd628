//! Bars as the columns of floats that indicators read.

use domain::calendar::{Calendar, TradingClass};
use domain::{Bars, Price};
use indicators::catalogue::column_names;
use indicators::{Column, Columns, Spec, compute_all};

/// One float column for each price; session and minute from the calendar.
pub struct Inputs {
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
    session: Vec<u32>,
    minute: Vec<u32>,
}

impl Inputs {
    pub fn of(bars: &Bars, calendar: &Calendar, class: TradingClass) -> Inputs {
        let float = |prices: &[Price]| prices.iter().map(|p| p.to_f64()).collect();
        let (session, minute) = clock(bars, calendar, class);
        Inputs {
            open: float(bars.opens()),
            high: float(bars.highs()),
            low: float(bars.lows()),
            close: float(bars.closes()),
            volume: bars.volumes().iter().map(|v| v.raw() as f64).collect(),
            session,
            minute,
        }
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            open: &self.open,
            high: &self.high,
            low: &self.low,
            close: &self.close,
            volume: &self.volume,
            session: &self.session,
            minute: &self.minute,
        }
    }
}

/// The number of each bar's day, and its minutes since the open of that day's session. On a day that the calendar has
/// closed, and where bars come before the open, minutes count from the first bar: as a backtest counts them.
fn clock(bars: &Bars, calendar: &Calendar, class: TradingClass) -> (Vec<u32>, Vec<u32>) {
    let times = bars.times();
    let mut session = Vec::with_capacity(times.len());
    let mut minute = Vec::with_capacity(times.len());
    let mut i = 0;
    while i < times.len() {
        let day = times[i].day();
        let open = calendar.day(class, day.date()).open().map_or(times[i], |open| day.at(open)).min(times[i]);
        while i < times.len() && times[i].day() == day {
            session.push(day.as_days() as u32);
            minute.push(((times[i] - open).as_seconds() / 60) as u32);
            i += 1;
        }
    }
    (session, minute)
}

/// Every indicator's columns, side by side; `progress` hears how many indicators are done.
pub fn compute(specs: &[Spec], inputs: &Inputs, progress: &mut dyn FnMut(usize)) -> Vec<Column> {
    let mut all = Vec::new();
    for (done, (spec, names)) in specs.iter().zip(column_names(specs)).enumerate() {
        progress(done);
        let computed = compute_all(std::slice::from_ref(spec), &inputs.columns());
        // Names are free of clashes only when all indicators are named together.
        all.extend(names.into_iter().zip(computed).map(|(name, column)| Column { name, ..column }));
    }
    progress(specs.len());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::bars::Bar;
    use domain::time::{DayNumber, MinuteOfDay};
    use domain::{Qty, Timestamp};
    use jiff::civil::date;

    fn bars(times: &[(i8, u16, u16)]) -> Bars {
        let at = |&(day, h, m): &(i8, u16, u16)| {
            Timestamp::ist(date(2024, 1, day), MinuteOfDay::new(h, m).unwrap())
        };
        let price = Price::rupees(100);
        let bar =
            |time| Bar { time, open: price, high: price, low: price, close: price, volume: Qty::units(1) };
        Bars::collect(times.iter().map(|t| bar(at(t)))).unwrap()
    }

    #[test]
    fn minutes_count_from_the_open_not_from_the_first_bar() {
        // 1 Jan 2024 is a trading day, 26 Jan is not.
        let bars = bars(&[(1, 9, 20), (1, 9, 30), (2, 9, 10), (2, 9, 15), (26, 11, 0), (26, 11, 5)]);
        let (session, minute) = clock(&bars, Calendar::builtin(), TradingClass::Index);
        let first = DayNumber::of(date(2024, 1, 1)).as_days() as u32;
        assert_eq!(session, [first, first, first + 1, first + 1, first + 25, first + 25]);
        assert_eq!(minute, [5, 15, 0, 5, 0, 5]);
    }
}
