//! Float columns for strategies and indicators, a block at a time.

use domain::{Bars, Price, Timeframe};
use indicators::Atr;
use strategy::{Block, Inputs, Signals, Strategy, UNKNOWN_CLOSE};

use crate::days::Day;

/// Bars in a block: the columns that a strategy reads stay in the second-level cache.
const BLOCK: usize = 16_384;

/// Float columns of some bars.
#[derive(Default)]
pub(crate) struct Scratch {
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
}

/// Lets a strategy mark all bars.
pub(crate) fn mark(strategy: &mut dyn Strategy, bars: &Bars, timeframe: Timeframe, days: &[Day]) -> Signals {
    let inputs = strategy.inputs();
    let mut signals = Signals::with_capacity(bars.len());
    let mut scratch = Scratch::default();
    let mut from = 0;
    let mut day = 0;
    while from < bars.len() {
        let to = (from + BLOCK).min(bars.len());
        scratch.fill((bars, timeframe), from..to, inputs, days, &mut day);
        strategy.scan(&scratch.block(to - from), &mut signals);
        from = to;
    }
    signals
}

/// Average true range (14), as many values as bars; NaN until it is defined.
pub(crate) fn average_true_range(bars: &Bars) -> Vec<f64> {
    let mut atr = vec![f64::NAN; bars.len()];
    if let Ok(mut kernel) = Atr::new(14) {
        let float = |prices: &[Price]| prices.iter().map(|p| p.to_f64()).collect::<Vec<_>>();
        kernel.extend(&float(bars.highs()), &float(bars.lows()), &float(bars.closes()), &mut atr);
    }
    atr
}

/// Returns that the volatility is estimated from.
const VOLATILITY_RETURNS: usize = 100;
/// Trading days in a year, by convention.
const DAYS_A_YEAR: f64 = 252.0;

/// Annualised standard deviation of the last 100 bar-to-bar returns, as a fraction; NaN until there are so many.
/// A session counts 375 minutes, a year 252 sessions.
pub(crate) fn volatility(bars: &Bars, timeframe: Timeframe) -> Vec<f64> {
    let bars_a_day = match timeframe {
        Timeframe::Minutes(n) => 375.0 / f64::from(n),
        Timeframe::Day => 1.0,
    };
    let closes = bars.closes();
    let returns: Vec<f64> = closes.windows(2).map(|w| w[1].to_f64() / w[0].to_f64() - 1.0).collect();
    let mut out = vec![f64::NAN; bars.len()];
    for (i, window) in returns.windows(VOLATILITY_RETURNS).enumerate() {
        let mean = window.iter().sum::<f64>() / VOLATILITY_RETURNS as f64;
        let variance =
            window.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>() / (VOLATILITY_RETURNS - 1) as f64;
        out[i + VOLATILITY_RETURNS] = (variance * bars_a_day * DAYS_A_YEAR).sqrt();
    }
    out
}

impl Scratch {
    pub fn fill(
        &mut self,
        (bars, timeframe): (&Bars, Timeframe),
        range: std::ops::Range<usize>,
        inputs: Inputs,
        days: &[Day],
        day: &mut usize,
    ) {
        let prices = |on: bool, from: &[Price], to: &mut Vec<f64>| {
            to.clear();
            if on {
                to.extend(from[range.clone()].iter().map(|p| p.to_f64()));
            }
        };
        prices(inputs.open, bars.opens(), &mut self.open);
        prices(inputs.high, bars.highs(), &mut self.high);
        prices(inputs.low, bars.lows(), &mut self.low);
        prices(inputs.close, bars.closes(), &mut self.close);
        self.volume.clear();
        if inputs.volume {
            self.volume.extend(bars.volumes()[range.clone()].iter().map(|v| v.raw() as f64));
        }
        self.session.clear();
        self.minute.clear();
        for column in [&mut self.end, &mut self.left, &mut self.time, &mut self.weekday] {
            column.clear();
        }
        if !inputs.clock && !inputs.calendar {
            return;
        }
        for i in range {
            while i >= days[*day].end {
                *day += 1;
            }
            let today = &days[*day];
            if inputs.clock {
                let since_open = bars.times()[i] - today.open;
                self.session.push(*day as u32);
                self.minute.push((since_open.as_seconds() / 60) as u32);
            }
            if inputs.calendar {
                let end = today.bar_end(i, bars, timeframe);
                // A daily bar of a day without hours ends at midnight: still that day's, not the next one's.
                let time = ((end - today.number.start()).as_seconds() / 60).min(1_440) as u32;
                self.end.push(((end - today.open).as_seconds() / 60) as u32);
                self.left.push(
                    today
                        .session_close
                        .map_or(UNKNOWN_CLOSE, |close| ((close - end).as_seconds() / 60).max(0) as u32),
                );
                self.time.push(time);
                self.weekday.push(today.weekday());
            }
        }
    }

    pub fn block(&self, len: usize) -> Block<'_> {
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
            len,
        }
    }
}
