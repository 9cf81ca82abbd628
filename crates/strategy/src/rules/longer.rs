//! Bars of a longer timeframe, built while the shorter ones come in, and seen only once they have closed.
//!
//! A longer bar lies on the grid that starts at the session's open, as `domain::bars::resample` cuts it. It has closed
//! at the bar whose end reaches its end or the session's close; if that bar is missing, at the next one that comes.

use domain::Timeframe;

use crate::{Block, Inputs};

#[derive(Default)]
pub(super) struct Longer {
    /// `None`: nobody reads it.
    timeframe: Option<Timeframe>,
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
    session: Vec<u32>,
    minute: Vec<u32>,
    end: Vec<u32>,
    left: Vec<u32>,
    time: Vec<u32>,
    weekday: Vec<u32>,
    /// For each bar of the block, how many longer bars of this block have closed by its close.
    closed: Vec<u32>,
    building: Option<Bar>,
}

#[derive(Clone, Copy)]
struct Bar {
    session: u32,
    /// Which of the session's longer bars.
    number: u32,
    minute: u32,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
    end: u32,
    left: u32,
    time: u32,
    weekday: u32,
}

impl Longer {
    pub(super) fn new(timeframe: Option<Timeframe>) -> Longer {
        Longer { timeframe, ..Longer::default() }
    }

    /// The longer bars that closed within the last block.
    pub(super) fn block(&self) -> Block<'_> {
        Block {
            open: &self.open,
            high: &self.high,
            low: &self.low,
            close: &self.close,
            volume: &self.volume,
            session: &self.session,
            minute: &self.minute,
            end: &self.end,
            left: &self.left,
            time: &self.time,
            weekday: &self.weekday,
            len: self.session.len(),
        }
    }

    pub(super) fn closed(&self) -> &[u32] {
        &self.closed
    }

    /// Takes the next block of shorter bars.
    pub(super) fn take(&mut self, block: &Block<'_>, inputs: Inputs) {
        self.clear();
        let Some(timeframe) = self.timeframe else { return };
        let clocks = [block.session, block.minute, block.end, block.left, block.time, block.weekday];
        if clocks.iter().any(|column| column.len() < block.len) {
            self.closed.resize(block.len, 0);
            return;
        }
        let at = |on: bool, column: &[f64], i: usize| {
            if on { column.get(i).copied() } else { None }.unwrap_or(f64::NAN)
        };
        for i in 0..block.len {
            let (session, minute, end, left) =
                (block.session[i], block.minute[i], block.end[i], block.left[i]);
            let (number, closes_at, fits) = match timeframe {
                Timeframe::Minutes(length) => {
                    let length = u32::from(length.max(1));
                    let number = minute / length;
                    (number, (number + 1).saturating_mul(length), end.saturating_sub(minute) <= length)
                }
                Timeframe::Day => (0, u32::MAX, true),
            };
            if self.building.is_some_and(|bar| (bar.session, bar.number) != (session, number)) {
                self.finish();
            }
            // A bar longer than the timeframe cannot be a part of it: it stays undefined.
            if fits {
                let (high, low) = (at(inputs.high, block.high, i), at(inputs.low, block.low, i));
                let volume = at(inputs.volume, block.volume, i);
                let bar = self.building.get_or_insert(Bar {
                    session,
                    number,
                    minute,
                    open: at(inputs.open, block.open, i),
                    high,
                    low,
                    close: f64::NAN,
                    volume: 0.0,
                    end,
                    left,
                    time: 0,
                    weekday: 0,
                });
                bar.high = if high > bar.high { high } else { bar.high };
                bar.low = if low < bar.low { low } else { bar.low };
                bar.close = at(inputs.close, block.close, i);
                bar.volume += volume;
                (bar.end, bar.left, bar.time, bar.weekday) = (end, left, block.time[i], block.weekday[i]);
                if end >= closes_at || left == 0 {
                    self.finish();
                }
            }
            self.closed.push(self.session.len() as u32);
        }
    }

    fn finish(&mut self) {
        let Some(bar) = self.building.take() else { return };
        self.open.push(bar.open);
        self.high.push(bar.high);
        self.low.push(bar.low);
        self.close.push(bar.close);
        self.volume.push(bar.volume);
        self.session.push(bar.session);
        self.minute.push(bar.minute);
        self.end.push(bar.end);
        self.left.push(bar.left);
        self.time.push(bar.time);
        self.weekday.push(bar.weekday);
    }

    fn clear(&mut self) {
        for column in [&mut self.open, &mut self.high, &mut self.low, &mut self.close, &mut self.volume] {
            column.clear();
        }
        for column in [
            &mut self.session,
            &mut self.minute,
            &mut self.end,
            &mut self.left,
            &mut self.time,
            &mut self.weekday,
            &mut self.closed,
        ] {
            column.clear();
        }
    }
}
