//! What runs look back on: bars of their timeframe from before the minutes that are kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use broker::{Failure, History};
use domain::instrument::InstrumentId;
use domain::time::DayNumber;
use domain::{Bars, Timeframe, Timestamp};
use strategy::Description;

use crate::feeds::Market;
use crate::path::StrategyChoice;

/// Bars that a strategy is shown at least.
const FEWEST: usize = 400;
const MOST: usize = 20_000;
/// An average that never forgets has forgotten all but a third of a thousandth of its beginning after four lengths.
const LENGTHS: usize = 4;
/// Days of minutes fetched at a time, and in all.
const PART: i32 = 10;
const FURTHEST: i32 = 400;
/// Nothing in so many parts: there is no history before.
const EMPTY_PARTS: u32 = 3;
/// Between two attempts.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Cloned, they are the same ones.
#[derive(Clone)]
pub(super) struct Pasts {
    market: Market,
    history: Arc<dyn History>,
    by: Arc<Mutex<BTreeMap<(InstrumentId, Timeframe), Past>>>,
}

struct Past {
    /// How many bars were asked for.
    wanted: usize,
    /// `None` while they are on their way.
    bars: Option<Bars>,
}

impl Pasts {
    pub fn new(market: Market, history: Arc<dyn History>) -> Pasts {
        Pasts { market, history, by: Arc::default() }
    }

    /// Fetches what a strategy needs beside what is kept; returns when it is had, which may take long.
    pub async fn reach(&self, id: &InstrumentId, timeframe: Timeframe, wanted: usize, end: Timestamp) {
        if self.market.closed(id, timeframe, end).len() >= wanted {
            return;
        }
        {
            let mut by = self.lock();
            let past = by.entry((id.clone(), timeframe)).or_insert(Past { wanted: 0, bars: None });
            if past.wanted >= wanted {
                return;
            }
            past.wanted = wanted;
        }
        let mut pause = FIRST_PAUSE;
        loop {
            match self.fetch(id, timeframe, wanted, end).await {
                Ok(bars) => {
                    if bars.len() < wanted {
                        let have = bars.len();
                        tracing::info!(
                            instrument = id.as_str(),
                            "{id} has {have} bars of {timeframe}, {wanted} were asked for"
                        );
                    }
                    if let Some(past) = self.lock().get_mut(&(id.clone(), timeframe)) {
                        past.bars = Some(bars);
                    }
                    return;
                }
                Err(why) => tracing::warn!(
                    instrument = id.as_str(),
                    "no {timeframe} history of {id} yet, so its runs wait: {why}; asking again in {pause:?}"
                ),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Closed bars up to `end`, from as far back as is known; `None` while a past is on its way.
    pub fn closed(&self, id: &InstrumentId, timeframe: Timeframe, end: Timestamp) -> Option<Bars> {
        let recent = self.market.closed(id, timeframe, end);
        let mut by = self.lock();
        let Some(past) = by.get_mut(&(id.clone(), timeframe)) else { return Some(recent) };
        let all = joined(past.bars.as_ref()?, &recent);
        let all = all.slice(all.len().saturating_sub(2 * past.wanted)..all.len());
        past.bars = Some(all.clone());
        Some(all)
    }

    async fn fetch(
        &self,
        id: &InstrumentId,
        timeframe: Timeframe,
        wanted: usize,
        end: Timestamp,
    ) -> Result<Bars, Failure> {
        let today = end.day().as_days();
        let (mut parts, mut have, mut empty) = (Vec::new(), 0, 0);
        let mut until = end;
        // Days are whole in each part: bars end with them.
        for back in (PART..=FURTHEST).step_by(PART as usize) {
            let from = DayNumber::from_days(today - back).start();
            let minutes = self.history.minutes(id, from, until).await?;
            let bars = self.market.resampled(id, &minutes, timeframe);
            empty = if bars.is_empty() { empty + 1 } else { 0 };
            have += bars.len();
            parts.push(bars);
            until = from;
            if have >= wanted || empty == EMPTY_PARTS {
                break;
            }
        }
        // In order, part after part.
        let all = Bars::collect(parts.iter().rev().flat_map(Bars::iter)).unwrap_or_default();
        Ok(ended(&all, timeframe, end))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(InstrumentId, Timeframe), Past>> {
        self.by.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the bar that is on at `end`: nothing is decided about a bar before its close.
fn ended(bars: &Bars, timeframe: Timeframe, end: Timestamp) -> Bars {
    let count = bars.times().iter().take_while(|opened| **opened + timeframe.span() <= end).count();
    bars.slice(0..count)
}

/// The first of the recent bars may lack minutes that are not kept any more: it is taken only where the past has none.
fn joined(past: &Bars, recent: &Bars) -> Bars {
    let Some(&first) = recent.times().first() else { return past.clone() };
    let known = past.times().binary_search(&first).is_ok();
    let from = recent.times().get(usize::from(known)).copied().unwrap_or(Timestamp::MAX);
    let older = past.slice(0..past.first_at_or_after(from));
    let newer = recent.slice(usize::from(known)..recent.len());
    Bars::collect(older.iter().chain(newer.iter())).unwrap_or_default()
}

/// Bars that warm a strategy up, so that it says what it would say after years.
pub(super) fn wanted(strategy: &StrategyChoice, timeframe: Timeframe) -> usize {
    let known = strategy.describe().ok();
    let longest = known.map_or(0, |description| match description.rules() {
        Some(rules) => {
            let bars = rules.warm_up().into_iter().map(|(longer, bars)| {
                let each =
                    longer.map_or(1, |longer| longer.span().as_micros() / timeframe.span().as_micros());
                bars as usize * each.max(1) as usize
            });
            bars.max().unwrap_or(0)
        }
        None => longest_parameter(&description, strategy),
    });
    longest.saturating_mul(LENGTHS).clamp(FEWEST, MOST)
}

/// Of built-in strategies the parameters are lengths, and numbers that are smaller.
fn longest_parameter(description: &Description, strategy: &StrategyChoice) -> usize {
    let values = description.values(&strategy.parameters);
    values.map_or(0, |values| values.iter().map(|(_, value)| value.as_f64() as usize).max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use domain::bars::Bar;
    use domain::{Price, Qty};

    use super::*;
    use crate::path::StrategySource;

    fn bars(minutes: std::ops::Range<i64>, rupees: i64) -> Bars {
        let price = Price::rupees(rupees);
        let bar = |minute| Bar {
            time: Timestamp::from_micros(1_700_000_040_000_000 + minute * 60_000_000),
            open: price,
            high: price,
            low: price,
            close: price,
            volume: Qty::units(1),
        };
        Bars::collect(minutes.map(bar)).unwrap()
    }

    fn told(past: &Bars, recent: &Bars) -> Vec<i64> {
        joined(past, recent).closes().iter().map(|close| close.raw() / domain::money::SCALE).collect()
    }

    #[test]
    fn recent_bars_go_before_old_ones_but_for_a_first_that_may_be_cut() {
        assert_eq!(told(&bars(0..3, 7), &bars(2..5, 8)), [7, 7, 7, 8, 8]);
        assert_eq!(told(&bars(0..2, 7), &bars(2..4, 8)), [7, 7, 8, 8]);
        assert_eq!(told(&bars(0..5, 7), &bars(4..5, 8)), [7; 5]);
        assert_eq!(told(&bars(0..0, 7), &bars(0..2, 8)), [8, 8]);
        assert_eq!(told(&bars(0..2, 7), &bars(0..0, 8)), [7, 7]);
    }

    #[test]
    fn the_bar_that_is_on_is_no_past() {
        let (all, minute) = (bars(0..3, 7), Timeframe::Minutes(1));
        let at = |seconds: i64| Timestamp::from_micros(1_700_000_040_000_000 + seconds * 1_000_000);
        for (seconds, count) in [(0, 0), (59, 0), (60, 1), (179, 2), (180, 3), (900, 3)] {
            assert_eq!(ended(&all, minute, at(seconds)).len(), count, "{seconds}");
        }
    }

    #[test]
    fn longer_averages_and_timeframes_look_back_further() {
        let choice = |name: &str, parameters: &[(&str, &str)]| StrategyChoice {
            source: StrategySource::BuiltIn(name.to_owned()),
            parameters: parameters.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        };
        let five = Timeframe::Minutes(5);
        assert_eq!(wanted(&choice("sma_cross", &[]), five), FEWEST);
        assert_eq!(wanted(&choice("sma_cross", &[("slow", "250")]), five), 1_000);
        let text = "name = \"x\"\n[long]\nenter = \"tf(1h, close > sma(close, 50))\"\n".to_owned();
        let rules = StrategyChoice {
            source: StrategySource::Rules { text, name: "x".to_owned() },
            parameters: Vec::new(),
        };
        let needed = wanted(&rules, five);
        assert!((4 * 12 * 49..=4 * 12 * 51).contains(&needed), "{needed}");
    }
}
