//! Bars with everything that rules can read.

use proptest::prelude::*;

use crate::rules::Rules;
use crate::{Block, Description, Signals, UNKNOWN_CLOSE};

/// Owned columns of a [`Block`].
#[derive(Clone, Debug, Default)]
pub(super) struct Market {
    pub(super) open: Vec<f64>,
    pub(super) high: Vec<f64>,
    pub(super) low: Vec<f64>,
    pub(super) close: Vec<f64>,
    pub(super) volume: Vec<f64>,
    pub(super) session: Vec<u32>,
    pub(super) minute: Vec<u32>,
    pub(super) end: Vec<u32>,
    pub(super) left: Vec<u32>,
    pub(super) time: Vec<u32>,
    pub(super) weekday: Vec<u32>,
}

/// The session's open and length in minutes.
const OPEN: u32 = 555;
const LENGTH: u32 = 375;

impl Market {
    pub(super) fn len(&self) -> usize {
        self.close.len()
    }

    pub(super) fn block(&self, from: usize, to: usize) -> Block<'_> {
        let all = Block {
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
            len: self.len(),
        };
        all.slice(from, to)
    }

    /// Appends a bar of `minutes` that starts `minute` minutes into the session of day `day`, a Monday if it is 0.
    pub(super) fn push(&mut self, day: u32, minute: u32, minutes: u32, ohlcv: [f64; 5]) {
        let [open, high, low, close, volume] = ohlcv;
        self.open.push(open);
        self.high.push(high);
        self.low.push(low);
        self.close.push(close);
        self.volume.push(volume);
        let end = (minute + minutes).min(LENGTH);
        self.session.push(day);
        self.minute.push(minute);
        self.end.push(end);
        self.left.push(if day % 7 == 6 { UNKNOWN_CLOSE } else { LENGTH - end });
        self.time.push(OPEN + end);
        self.weekday.push(day % 7);
    }

    /// Bars of `minutes` whose four prices are the same, from the open of a Monday on.
    pub(super) fn of_closes(minutes: u32, closes: &[f64]) -> Market {
        let mut market = Market::default();
        let a_day = LENGTH.div_ceil(minutes);
        for (i, &close) in closes.iter().enumerate() {
            let i = i as u32;
            market.push(i / a_day, i % a_day * minutes, minutes, [close, close, close, close, 1.0]);
        }
        market
    }
}

/// A bar as steps of 0.05 from the close before: change, high above and low below the body, volume, bars left out before
/// it, and whether a new day begins.
pub(super) type Step = (i32, u8, u8, u16, u8, bool);

pub(super) fn steps(most: usize) -> impl proptest::strategy::Strategy<Value = Vec<Step>> {
    let change = prop_oneof![1 => Just(0), 4 => -30i32..=30];
    let missing = prop_oneof![12 => Just(0u8), 1 => 1u8..6];
    let volume = prop_oneof![1 => Just(0u16), 4 => 1u16..1000];
    let step = (change, 0u8..10, 0u8..10, volume, missing, prop::bool::weighted(0.05));
    prop::collection::vec(step, 0..most)
}

pub(super) fn market(steps: &[Step], minutes: u32) -> Market {
    let mut market = Market::default();
    let (mut close, mut day, mut minute) = (2000i32, 0, 0);
    let rupees = |steps: i32| f64::from(steps) / 20.0;
    for &(change, up, down, volume, missing, new_day) in steps {
        minute += u32::from(missing) * minutes;
        if new_day || minute >= LENGTH {
            (day, minute) = (day + 1, u32::from(missing) * minutes);
        }
        // Days open apart from the close before.
        let gap = if minute == 0 { 3 * (i32::from(up) - i32::from(down)) } else { 0 };
        let open = (close + gap).max(20);
        close = (open + change).max(20);
        let (high, low) = (close.max(open) + i32::from(up), (close.min(open) - i32::from(down)).max(1));
        let bar = [rupees(open), rupees(high), rupees(low), rupees(close), f64::from(volume)];
        market.push(day, minute, minutes, bar);
        minute += minutes;
    }
    market
}

/// A fixed walk of bars.
pub(super) fn walk(bars: u64, minutes: u32) -> Market {
    let mut state = 3u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let steps: Vec<Step> = (0..bars)
        .map(|_| {
            let change = random(41) as i32 - 20;
            (change, random(8) as u8, random(8) as u8, random(900) as u16 + 1, 0, false)
        })
        .collect();
    market(&steps, minutes)
}

/// The rules of a text that must be right.
#[track_caller]
pub(super) fn rules(text: &str) -> Rules {
    Rules::read(text, "test.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

/// The marks with the default values when the bars come in blocks that end at `cuts` and at the last bar.
#[track_caller]
pub(super) fn scan(rules: &Rules, market: &Market, cuts: &[usize]) -> Signals {
    let description = Description::of_rules(rules.clone().into());
    let values = description.values(&[]).expect("defaults");
    let mut strategy = description.build(&values).expect("defaults");
    let mut signals = Signals::default();
    let mut from = 0;
    for &to in cuts.iter().chain([&market.len()]) {
        strategy.scan(&market.block(from, to), &mut signals);
        from = to;
    }
    signals
}

/// One letter a bar: `x` where the condition holds, `.` where it does not.
#[track_caller]
pub(super) fn where_true(condition: &str, market: &Market) -> String {
    where_true_with("", condition, market)
}

/// With lines of a file before it.
#[track_caller]
pub(super) fn where_true_with(lines: &str, condition: &str, market: &Market) -> String {
    let rules = rules(&format!("name = \"test\"\n{lines}\n[long]\nenter = '{condition}'\n"));
    let signals = scan(&rules, market, &[]);
    let one_by_one = scan(&rules, market, &(1..market.len()).collect::<Vec<_>>());
    assert_eq!(signals, one_by_one, "bar by bar");
    (0..market.len()).map(|i| if signals.at(i).enter_long { 'x' } else { '.' }).collect()
}
