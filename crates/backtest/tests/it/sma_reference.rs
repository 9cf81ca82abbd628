//! `sma_cross` against a plain loop over the bars that shares nothing with the engine.

use backtest::{Backtest, LaneSpec, TimeExit};
use domain::calendar::{Calendar, TradingClass};
use domain::time::MinuteOfDay;
use domain::trade::Direction;
use domain::{Bars, Money, Price, Product, Qty, Tick, Timeframe, Timestamp};
use engine::{BookSpec, Distance, Protection, Sides, Sizing};
use exchange::Slippage;
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::random::{bars, cases, walk};
use crate::story::plain_book;

const QTY: i64 = 10;

#[derive(Clone, Debug)]
struct Rules {
    fast: usize,
    slow: usize,
    short: bool,
    /// In 1/10,000 of a percent.
    stop: Option<i64>,
    target: Option<i64>,
    slippage: i64,
    /// Minutes after midnight of the intraday square-off.
    square_off: Option<u16>,
}

/// Signed units, entry time and price, exit time and price: all in raw integers.
type Row = (i64, Timestamp, i64, Timestamp, i64);

/// The wished side at the close of bar `i`: 1, −1, or 0 for what there is.
fn wished(closes: &[i64], i: usize, rules: &Rules) -> i64 {
    if i + 1 < rules.slow {
        return 0;
    }
    // Exact: sums of integers over a common denominator. 1e-6 rupee is 0.01 in raw units.
    let sum = |n: usize| closes[i + 1 - n..=i].iter().sum::<i64>();
    let (fast, slow) = (rules.fast as i64, rules.slow as i64);
    let difference = sum(rules.fast) * slow - sum(rules.slow) * fast;
    if difference * 100 > fast * slow {
        1
    } else if difference * 100 < -(fast * slow) {
        -1
    } else {
        0
    }
}

fn reference(bars: &Bars, rules: &Rules) -> Vec<Row> {
    const TICK: i64 = 500;
    let raw = |p: &[Price]| p.iter().map(|p| p.raw()).collect::<Vec<_>>();
    let (open, high, low, close) =
        (raw(bars.opens()), raw(bars.highs()), raw(bars.lows()), raw(bars.closes()));
    let times = bars.times();
    let n = bars.len();
    let day = |i: usize| times[i].date();
    let minute = |i: usize| times[i].minute_of_day().minutes();
    let end_of = |i: usize| Timestamp::from_micros(times[i].as_micros() + 60_000_000);
    let distance = |price: i64, parts: i64| (price * parts + 500_000) / 1_000_000;
    let down = |p: i64| p.div_euclid(TICK) * TICK;
    let up = |p: i64| -(-p).div_euclid(TICK) * TICK;

    let mut rows = Vec::new();
    let mut leave = |side: &mut i64, price: i64, at: Timestamp, since: Timestamp, paid: i64| {
        rows.push((*side * QTY, since, paid, at, price));
        *side = 0;
    };
    // Side (0 is flat), entry time and price, stop, target.
    let (mut side, mut since, mut paid) = (0i64, Timestamp::MIN, 0i64);
    let (mut stop, mut target) = (None::<i64>, None::<i64>);
    let mut order: Option<i64> = None; // the side to be on at the next open
    for i in 0..n {
        let held = side;
        let due = rules.square_off.is_some_and(|m| minute(i) >= m);
        if due {
            if side != 0 {
                leave(&mut side, open[i] - held * rules.slippage, times[i], since, paid);
            }
            order = None;
        }
        if let Some(to) = order.take()
            && to != side
        {
            if side != 0 {
                leave(&mut side, open[i] - held * rules.slippage, times[i], since, paid);
            }
            if to != 0 {
                side = to;
                since = times[i];
                paid = open[i] + to * rules.slippage;
                let level = |parts: Option<i64>, sign: i64, to_lower: bool| {
                    parts.map(|parts| {
                        let raw = paid + sign * distance(paid, parts);
                        if to_lower { down(raw) } else { up(raw) }
                    })
                };
                // Against the trader: a long stop lower, a long target higher; a short's the other way round.
                stop = level(rules.stop, -to, to > 0);
                target = level(rules.target, to, to < 0);
            }
        }
        if side != 0 {
            let (worst, best) = if side > 0 { (low[i], high[i]) } else { (high[i], low[i]) };
            let beyond = |price: i64, level: i64, toward: i64| (price - level) * toward >= 0;
            let slip = side * rules.slippage;
            // Also in the bar of the entry: slippage can carry it over its own stop.
            if stop.is_some_and(|s| beyond(open[i], s, -side)) {
                leave(&mut side, open[i] - slip, times[i], since, paid);
            } else if target.is_some_and(|t| beyond(open[i], t, side)) {
                leave(&mut side, open[i], times[i], since, paid);
            } else if let Some(s) = stop.filter(|&s| beyond(worst, s, -side)) {
                leave(&mut side, s - slip, times[i], since, paid);
            } else if let Some(t) = target.filter(|&t| beyond(best, t + side * TICK, side)) {
                leave(&mut side, t, times[i], since, paid);
            }
        }
        let last = i + 1 == n || day(i + 1) != day(i);
        if last && rules.square_off.is_some() && side != 0 {
            let price = close[i] - side * rules.slippage;
            leave(&mut side, price, end_of(i), since, paid);
        }
        let wish = wished(&close, i, rules);
        let late = rules.square_off.is_some_and(|m| minute(i) + 1 >= m || last);
        if wish != 0 && wish != side {
            let to = if wish < 0 && !rules.short { 0 } else { wish };
            if !late {
                order = Some(to);
            } else if side != 0 {
                order = Some(0);
            }
        }
    }
    rows
}

fn engine(bars: &Bars, rules: &Rules) -> Vec<Row> {
    let description = strategy::registry().iter().find(|d| d.name == "sma_cross").unwrap();
    let given = |name: &str, n: usize| (name.to_owned(), n.to_string());
    let values = description.values(&[given("fast", rules.fast), given("slow", rules.slow)]).unwrap();
    let percent = |parts: Option<i64>| parts.map(Distance::Percent);
    let mut run = Backtest::new(Money::rupees(10_000_000), Calendar::builtin());
    run.fills.slippage = Slippage::Ticks((rules.slippage / Tick::DEFAULT.price().raw()) as u16);
    run.add(LaneSpec {
        book: BookSpec {
            product: if rules.square_off.is_some() { Product::Mis } else { Product::Nrml },
            sides: if rules.short { Sides::Both } else { Sides::Long },
            sizing: Sizing::Fixed(Qty::units(QTY)),
            protection: Protection {
                stop: percent(rules.stop),
                target: percent(rules.target),
                ..Protection::default()
            },
            ..plain_book(0)
        },
        strategy: description.build(&values).unwrap(),
        bars,
        timeframe: Timeframe::MINUTE,
        finer: None,
        class: TradingClass::Share,
        time_exit: match rules.square_off {
            Some(minute) => TimeExit::At(MinuteOfDay::from_minutes(minute).unwrap()),
            None => TimeExit::Never,
        },
        start: Timestamp::MIN,
    });
    let outcome = run.run(&mut |_| ());
    let row = |t: &domain::trade::Trade| {
        let sign = if t.direction == Direction::Long { 1 } else { -1 };
        (sign * t.quantity.raw(), t.entry_time, t.entry_price.raw(), t.exit_time, t.exit_price.raw())
    };
    outcome.trades.iter().map(row).collect()
}

fn rules() -> impl Strategy<Value = Rules> {
    let level = || prop_oneof![1 => Just(None), 2 => (500i64..20_000).prop_map(Some)];
    let square_off = prop_oneof![1 => Just(None), 1 => (560u16..640).prop_map(Some)];
    (1usize..6, 1usize..8, any::<bool>(), level(), level(), 0i64..4, square_off).prop_map(
        |(fast, more, short, stop, target, ticks, square_off)| Rules {
            fast,
            slow: fast + more,
            short,
            stop,
            target,
            slippage: ticks * 500,
            square_off,
        },
    )
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn trade_by_trade_it_is_the_plain_loop(walk in walk(20..400), minutes_a_day in 10usize..90, rules in rules()) {
        let bars = bars(&walk, minutes_a_day);
        prop_assert_eq!(engine(&bars, &rules), reference(&bars, &rules));
    }
}

#[test]
fn the_reference_itself_trades() {
    // A test that compares nothing with nothing proves nothing.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let trades: usize = (0..50)
        .map(|_| {
            let tree = (walk(200..400), rules()).new_tree(&mut runner).unwrap();
            let (walk, rules) = tree.current();
            reference(&bars(&walk, 60), &rules).len()
        })
        .sum();
    assert!(trades > 500, "{trades}");
}
