//! The minutes of one instrument: fetched ones, and those built from ticks.

use domain::bars::Bar;
use domain::time::MICROS_PER_MINUTE;
use domain::{Bars, Price, Qty, Timestamp};

/// Minutes kept: five days of a market that never closes.
const MOST: usize = 7_200;

#[derive(Debug, Default)]
pub(super) struct Series {
    /// Closed minutes, oldest first.
    minutes: Bars,
    /// The minute that is on.
    forming: Option<Bar>,
    /// The newest minute that history gave.
    fetched: Option<Timestamp>,
}

/// The open time of the minute that holds `at`.
pub(crate) fn minute_of(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros().div_euclid(MICROS_PER_MINUTE) * MICROS_PER_MINUTE)
}

impl Series {
    pub fn tick(&mut self, at: Timestamp, price: Price, volume: Qty) {
        let opened = minute_of(at);
        match &mut self.forming {
            Some(bar) if bar.time == opened => {
                bar.high = bar.high.max(price);
                bar.low = bar.low.min(price);
                bar.close = price;
                bar.volume = Qty::from_raw(bar.volume.raw().saturating_add(volume.raw()));
            }
            // A tick that came late belongs to a minute that is told already.
            Some(bar) if bar.time > opened => {}
            _ => {
                self.close_before(opened);
                self.forming =
                    Some(Bar { time: opened, open: price, high: price, low: price, close: price, volume });
            }
        }
    }

    /// The minute that is on has ended, if it began before `at`.
    pub fn close_before(&mut self, at: Timestamp) {
        if let Some(bar) = self.forming.take_if(|bar| bar.time < at) {
            self.append(bar);
        }
    }

    fn append(&mut self, bar: Bar) {
        if self.minutes.times().last().is_some_and(|last| *last >= bar.time) {
            return;
        }
        // A bar made of prices that were heard is sound.
        let _ = self.minutes.push(bar);
        if self.minutes.len() > MOST + MOST / 8 {
            self.minutes = self.minutes.slice(self.minutes.len() - MOST..self.minutes.len());
        }
    }

    /// Takes fetched minutes: where both know one, the fetched one holds.
    pub fn settle(&mut self, fetched: &Bars, until: Timestamp) {
        self.close_before(until);
        let Some(&first) = fetched.times().first() else { return };
        let keep = self.minutes.first_at_or_after(first);
        let later = self.minutes.slice(keep..self.minutes.len());
        self.minutes = self.minutes.slice(0..keep);
        let last = fetched.times().last().copied().unwrap_or(first);
        self.fetched = self.fetched.max(Some(last));
        for bar in fetched.iter() {
            self.append(bar);
        }
        for bar in later.iter().filter(|bar| bar.time > last) {
            self.append(bar);
        }
    }

    pub fn minutes(&self) -> &Bars {
        &self.minutes
    }

    /// The closed minutes from `from` on, and the one that is on.
    pub fn with_forming(&self, from: Timestamp) -> Bars {
        let mut bars = self.minutes.slice(self.minutes.first_at_or_after(from)..self.minutes.len());
        if let Some(bar) = self.forming {
            let _ = bars.push(bar);
        }
        bars
    }

    pub fn fetched(&self) -> Option<Timestamp> {
        self.fetched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_700_000_040_000_000 + seconds * 1_000_000)
    }

    fn bar(minute: i64, close: i64) -> Bar {
        let price = Price::rupees(close);
        Bar {
            time: at(minute * 60),
            open: price,
            high: price,
            low: price,
            close: price,
            volume: Qty::units(1),
        }
    }

    #[test]
    fn ticks_make_minutes_and_fetched_ones_go_before_them() {
        let mut series = Series::default();
        for (second, rupees) in [(0, 100), (20, 103), (59, 99), (60, 101), (130, 102)] {
            series.tick(at(second), Price::rupees(rupees), Qty::units(5));
        }
        assert_eq!(series.minutes().len(), 2, "the third minute is still on");
        let first = series.minutes().get(0);
        assert_eq!(
            (first.high, first.low, first.close),
            (Price::rupees(103), Price::rupees(99), Price::rupees(99))
        );
        assert_eq!(first.volume, Qty::units(15));

        let fetched = Bars::collect([bar(0, 98), bar(1, 97)]).unwrap();
        series.settle(&fetched, at(120));
        assert_eq!(series.minutes().closes(), [Price::rupees(98), Price::rupees(97)]);
        series.settle(&Bars::new(), at(180));
        assert_eq!(
            series.minutes().closes().last(),
            Some(&Price::rupees(102)),
            "built from ticks where none came"
        );
        assert_eq!(series.fetched(), Some(at(60)), "what history did not give is asked for again");
    }

    #[test]
    fn a_late_tick_changes_no_minute_that_has_ended() {
        let mut series = Series::default();
        series.tick(at(61), Price::rupees(100), Qty::units(1));
        series.tick(at(10), Price::rupees(50), Qty::units(1));
        series.close_before(at(120));
        assert_eq!(series.minutes().lows(), [Price::rupees(100)]);
    }
}
