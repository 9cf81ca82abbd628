//! What holds for every strategy on any bars.

use proptest::prelude::*;

use super::series::{Series, given, marks, scan};
use crate::{Description, SignalBits, Signals, Value, Values, registry};

/// A bar as steps of 0.05 from the close before: change of close, high above and low below the body, volume,
/// and whether a new session begins.
pub(crate) type Step = (i32, u8, u8, u16, bool);

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let volume = prop_oneof![1 => Just(0u16), 4 => 1u16..1000];
    // Unchanged closes are frequent, as are sessions of a few bars to a few dozen.
    let change = prop_oneof![1 => Just(0), 4 => -30i32..=30];
    (change, 0u8..10, 0u8..10, volume, prop::bool::weighted(0.05))
}

pub(crate) fn series(steps: &[Step]) -> Series {
    let mut series = Series::default();
    let (mut close, mut session, mut minute) = (2000i32, 7, 0);
    let rupees = |steps: i32| f64::from(steps * 500) / 10_000.0;
    for &(change, up, down, volume, new_session) in steps {
        let before = close;
        close = (close + change).max(20);
        if new_session {
            (session, minute) = (session + 1, 0);
        }
        let high = close.max(before) + i32::from(up);
        let low = (close.min(before) - i32::from(down)).max(1);
        series.push(rupees(high), rupees(low), rupees(close), f64::from(volume), session, minute);
        minute += 5;
    }
    series
}

/// Defaults, and quicker ones that mark more of a short series.
fn parameter_sets(description: &Description) -> Vec<Values> {
    let quick = description.parameters.iter().map(|p| {
        let value = match p.default {
            Value::Integer(n) => Value::Integer((n / 4).max(p.min.as_f64() as i64)),
            Value::Real(x) => Value::Real((x / 2.0).max(p.min.as_f64())),
        };
        (p.name.to_string(), value.to_string())
    });
    // An RSI scale halved would be lopsided.
    let quick: Vec<_> = if description.name == "rsi_reversion" {
        given(&[("period", "3"), ("oversold", "40"), ("overbought", "60")])
    } else {
        quick.collect()
    };
    [Vec::new(), quick].iter().map(|set| description.values(set).expect("good parameters")).collect()
}

/// What `law` finds wrong with any strategy under any of its parameter sets.
fn each(
    mut law: impl FnMut(&Description, &Values) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    for description in registry() {
        for values in parameter_sets(description) {
            law(description, &values)?;
        }
    }
    Ok(())
}

fn every(bars: usize, len: usize) -> Vec<usize> {
    (1..len).filter(|i| i % bars == 0).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_cut_into_blocks_gives_the_same_marks(
        steps in prop::collection::vec(step(), 0..400),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let series = series(&steps);
        let len = series.len();
        // Repeated cuts make empty blocks.
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(len + 1)).collect();
        cuts.sort_unstable();
        each(|description, values| {
            let whole = scan(description, values, &series, &[]);
            prop_assert_eq!(whole.start(), len, "{} marks every bar", description.name);
            for cuts in [&every(1, len), &every(7, len), &every(64, len), &every(100, len), &cuts] {
                let parts = scan(description, values, &series, cuts);
                prop_assert_eq!(marks(&whole), marks(&parts), "{} {:?} cut at {:?}", description.name, values, cuts);
                prop_assert_eq!(&whole, &parts);
            }
            Ok(())
        })?;
    }

    #[test]
    fn later_bars_do_not_change_a_mark(
        past in prop::collection::vec(step(), 1..300),
        one in prop::collection::vec(step(), 0..100),
        other in prop::collection::vec(step(), 0..100),
    ) {
        let (one, other) = (series(&[&past[..], &one].concat()), series(&[&past[..], &other].concat()));
        each(|description, values| {
            let (one, other) = (scan(description, values, &one, &[]), scan(description, values, &other, &[]));
            for i in 0..past.len() {
                prop_assert_eq!(one.at(i), other.at(i), "{} at bar {}", description.name, i);
            }
            Ok(())
        })?;
    }

    #[test]
    fn marks_of_a_bar_do_not_contradict_each_other(steps in prop::collection::vec(step(), 0..400)) {
        let series = series(&steps);
        each(|description, values| {
            let signals = scan(description, values, &series, &[]);
            for i in 0..series.len() {
                let bits = signals.at(i);
                prop_assert!(!(bits.enter_long && bits.enter_short), "{} at bar {}", description.name, i);
                prop_assert!(!(bits.enter_long && bits.exit_long), "{} at bar {}", description.name, i);
                prop_assert!(!(bits.enter_short && bits.exit_short), "{} at bar {}", description.name, i);
                prop_assert!(!bits.enter_long || bits.exit_short, "{} at bar {}", description.name, i);
                prop_assert!(!bits.enter_short || bits.exit_long, "{} at bar {}", description.name, i);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_market_turned_upside_down_swaps_the_sides(steps in prop::collection::vec(step(), 0..300)) {
        let up = series(&steps);
        let mut down = up.clone();
        // Far above any price, so that all stay positive.
        let mirror = |column: &[f64]| column.iter().map(|x| 4096.0 - x).collect::<Vec<f64>>();
        (down.high, down.low, down.close) = (mirror(&up.low), mirror(&up.high), mirror(&up.close));
        each(|description, values| {
            // Supertrend starts down on either side, until both have turned; holding is one-sided by nature;
            // an RSI that has not moved is 0 on either side.
            let unmoved = up.len() < 2 || up.close[0] == up.close[1];
            if ["supertrend", "buy_and_hold"].contains(&&*description.name)
                || description.name == "rsi_reversion" && unmoved
            {
                return Ok(());
            }
            let (up, down) = (scan(description, values, &up, &[]), scan(description, values, &down, &[]));
            for i in 0..up.start() {
                let bits = down.at(i);
                let swapped = SignalBits {
                    enter_long: bits.enter_short,
                    exit_long: bits.exit_short,
                    enter_short: bits.enter_long,
                    exit_short: bits.exit_long,
                };
                prop_assert_eq!(up.at(i), swapped, "{} at bar {}", description.name, i);
            }
            Ok(())
        })?;
    }
}

/// A fixed walk of 5-minute bars in sessions of 75.
fn walk(bars: u64) -> Series {
    let mut state = 1u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let steps: Vec<Step> = (0..bars)
        .map(|i| {
            (random(41) as i32 - 20, random(8) as u8, random(8) as u8, random(900) as u16 + 1, i % 75 == 0)
        })
        .collect();
    series(&steps)
}

#[test]
fn every_strategy_marks_every_kind_it_has() {
    let series = walk(6_000);
    for description in registry() {
        for values in parameter_sets(description) {
            let signals = scan(description, &values, &series, &[]);
            let none = SignalBits::default();
            let has = |wanted| signals.next(0, wanted).is_some();
            assert!(has(SignalBits { enter_long: true, ..none }), "{} enters long", description.name);
            assert!(has(SignalBits { exit_short: true, ..none }), "{} leaves short", description.name);
            let both_ways = description.name != "buy_and_hold";
            assert_eq!(has(SignalBits { enter_short: true, ..none }), both_ways, "{}", description.name);
            assert_eq!(has(SignalBits { exit_long: true, ..none }), both_ways, "{}", description.name);
        }
    }
}

#[test]
fn events_are_rarer_than_levels() {
    let series = walk(6_000);
    let entries = |signals: &Signals| {
        (0..series.len()).filter(|&i| signals.at(i).enter_long || signals.at(i).enter_short).count()
    };
    for description in registry() {
        let values = description.values(&[]).expect("defaults");
        let entries = entries(&scan(description, &values, &series, &[]));
        let level =
            ["sma_cross", "ema_cross", "macd", "supertrend", "buy_and_hold"].contains(&&*description.name);
        // A level of two sides wants one at nearly every bar.
        assert_eq!(entries > series.len() * 9 / 10, level, "{}: {entries}", description.name);
        assert!(level || entries < series.len() / 5, "{}: {entries}", description.name);
    }
}

#[test]
fn nothing_is_marked_before_the_indicators_are_defined() {
    // Name, and the first bar that may bear a mark with the defaults.
    let first = [
        ("sma_cross", 29),
        ("ema_cross", 20),
        ("rsi_reversion", 14),
        ("macd", 33),
        ("bollinger_breakout", 19),
        ("supertrend", 10),
        ("opening_range_breakout", 3),
        ("vwap_reversion", 0),
        ("donchian_breakout", 10),
        ("buy_and_hold", 0),
    ];
    assert_eq!(first.map(|(name, _)| name).to_vec(), registry().iter().map(|d| &*d.name).collect::<Vec<_>>());
    let series = walk(75);
    let any = SignalBits { enter_long: true, exit_long: true, enter_short: true, exit_short: true };
    for (description, (name, first)) in registry().iter().zip(first) {
        let values = description.values(&[]).expect("defaults");
        let found = scan(description, &values, &series, &[]).next(0, any);
        assert!(found.is_some_and(|found| found >= first), "{name}: {found:?}");
        // Blocks shorter than the warm-up: no marks, and no panic on an empty one.
        let cuts: Vec<usize> = (0..first).flat_map(|i| [i, i]).collect();
        assert_eq!(scan(description, &values, &series, &cuts).next(0, any), found, "{name}");
    }
}
