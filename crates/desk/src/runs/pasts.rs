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
        let recent = self.market.closed(id, timeframe, end);
        let key = (id.clone(), timeframe);
        let wanted = {
            let mut by = self.lock();
            // A past that nobody looked at for days ends before what is kept begins: nothing may be left out between.
            let ends = by.get(&key).and_then(|past| past.bars.as_ref()?.times().last().copied());
            let ends = ends.map(|newest| self.market.bar_end(id, newest, timeframe));
            let fell_behind = ends.zip(recent.times().first()).is_some_and(|(ends, first)| ends < *first);
            let before = if fell_behind { by.remove(&key).map_or(0, |past| past.wanted) } else { 0 };
            if recent.len() >= wanted {
                return;
            }
            let past = by.entry(key.clone()).or_insert(Past { wanted: 0, bars: None });
            if past.wanted >= wanted {
                return;
            }
            past.wanted = wanted.max(before);
            past.wanted
        };
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
                    // Unless more was asked for meanwhile, which is on its way.
                    if let Some(past) = self.lock().get_mut(&key).filter(|past| past.wanted == wanted) {
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
        let all = joined(past.bars.as_ref()?, &recent, timeframe);
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
        Ok(self.market.ended(id, &all, timeframe, end))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(InstrumentId, Timeframe), Past>> {
        self.by.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first of the recent bars may lack minutes that are not kept any more: it is taken only where the past has none.
fn joined(past: &Bars, recent: &Bars, timeframe: Timeframe) -> Bars {
    let Some(&first) = recent.times().first() else { return past.clone() };
    let known = if timeframe.is_intraday() {
        past.times().binary_search(&first).is_ok()
    } else {
        // Stamped with its first minute that is kept, where the market opens before the calendar says.
        let today = past.first_at_or_after(first.day().start());
        past.times().get(today).is_some_and(|opened| opened.day() == first.day())
    };
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
    use domain::calendar::Calendar;
    use domain::instrument::InstrumentTables;
    use domain::time::Span;
    use domain::{Price, Qty};

    use super::*;
    use crate::feeds::Listed;
    use crate::hub::Hub;
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
        joined(past, recent, Timeframe::MINUTE)
            .closes()
            .iter()
            .map(|close| close.raw() / domain::money::SCALE)
            .collect()
    }

    #[test]
    fn recent_bars_go_before_old_ones_but_for_a_first_that_may_be_cut() {
        assert_eq!(told(&bars(0..3, 7), &bars(2..5, 8)), [7, 7, 7, 8, 8]);
        assert_eq!(told(&bars(0..2, 7), &bars(2..4, 8)), [7, 7, 8, 8]);
        assert_eq!(told(&bars(0..5, 7), &bars(4..5, 8)), [7; 5]);
        assert_eq!(told(&bars(0..0, 7), &bars(0..2, 8)), [8, 8]);
        assert_eq!(told(&bars(0..2, 7), &bars(0..0, 8)), [7, 7]);
    }

    /// Bars at so many minutes after midnight of a Monday, by the day.
    fn stamped(stamps: &[(i32, i64)], rupees: i64) -> Bars {
        let monday = DayNumber::of(domain::Date::new(2026, 11, 23).unwrap()).as_days();
        let bar = |(day, minute): (i32, i64)| Bar {
            time: DayNumber::from_days(monday + day).start() + Span::minutes(minute),
            ..bars(0..1, rupees).get(0)
        };
        Bars::collect(stamps.iter().copied().map(bar)).unwrap()
    }

    #[test]
    fn a_day_of_which_minutes_are_lost_does_not_stand_beside_the_whole_one() {
        let past = stamped(&[(0, 0), (1, 0)], 7);
        // Five hours of the second day are not kept any more.
        let recent = stamped(&[(1, 300), (2, 0)], 8);
        let all = joined(&past, &recent, Timeframe::Day);
        assert_eq!(all.times(), stamped(&[(0, 0), (1, 0), (2, 0)], 7).times());
        let closes: Vec<i64> = all.closes().iter().map(|close| close.raw() / domain::money::SCALE).collect();
        assert_eq!(closes, [7, 7, 8]);
    }

    /// A minute at the beginning of each hour.
    struct Hourly(Mutex<Vec<(Timestamp, Timestamp)>>);

    impl History for Hourly {
        fn minutes(&self, _: &InstrumentId, from: Timestamp, to: Timestamp) -> broker::Fetched {
            self.0.lock().unwrap().push((from, to));
            let first = from.as_micros().div_euclid(3_600_000_000);
            let hours = (first..).map(|hour| Timestamp::from_micros(hour * 3_600_000_000));
            let hours = hours.skip_while(|at| *at < from).take_while(|at| *at < to);
            let all = hours.map(|time| Bar { time, ..bars(0..1, 7).get(0) });
            let all = Bars::collect(all).unwrap();
            Box::pin(async { Ok(all) })
        }
    }

    #[tokio::test]
    async fn a_past_of_days_ago_is_fetched_anew() {
        let now = DayNumber::of(domain::Date::new(2026, 11, 23).unwrap()).start() + Span::minutes(615);
        let id: InstrumentId = "NSE:SBIN-EQ".parse().unwrap();
        let instrument = InstrumentTables::builtin().resolve(&id, now.date(), None).unwrap();
        let listed = vec![Listed { instrument, name: "SBIN".to_owned() }];
        let market = Market::new(listed, Calendar::builtin(), Hub::default());
        let history = Arc::new(Hourly(Mutex::default()));
        let (pasts, hour) = (Pasts::new(market.clone(), history.clone()), Timeframe::Minutes(60));
        pasts.reach(&id, hour, 200, now).await;
        assert!(pasts.closed(&id, hour, now).unwrap().len() >= 200);

        // Nobody looks for ten days, and only the newest five of them are kept.
        let later = now + Span::minutes(10 * 1_440);
        let kept = history.minutes(&id, later + Span::minutes(-5 * 1_440), later).await.unwrap();
        market.settle(&id, &kept, later);
        pasts.reach(&id, hour, 200, later).await;
        let all = pasts.closed(&id, hour, later).unwrap();
        let apart = all.times().windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
        assert!(all.len() >= 200 && apart <= Span::minutes(60), "{apart:?} are missing");
        let asked = history.0.lock().unwrap().len();
        pasts.reach(&id, hour, 200, later + Span::minutes(60)).await;
        assert_eq!(history.0.lock().unwrap().len(), asked, "once");
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
