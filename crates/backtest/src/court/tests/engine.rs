//! Sweeps of a real strategy by the real engine over made-up markets.

use std::collections::BTreeMap;

use domain::bars::Bar;
use domain::calendar::{Calendar, TradingClass};
use domain::charges::{ChargesTable, Schedule};
use domain::instrument::InstrumentTables;
use domain::order::InstrumentKey;
use domain::time::DayNumber;
use domain::{Bars, Money, Price, Product, Qty, Tick, Timeframe, Timestamp};
use engine::{BookSpec, Contract, MarginRates, Protection, Sides, Sizing};
use strategy::built_in::registry;

use super::sweeps::normal;
use crate::court::{Case, Court, Kind, Verdict, neighbours};
use crate::random::Random;
use crate::{Backtest, LaneSpec, TimeExit};

const CASH: Money = Money::rupees(1_000_000);
const WARM_UP: usize = 60;

/// Daily bars whose closes walk at random; a trend pulls for some weeks one way, then the other.
pub(crate) fn market(sessions: usize, trend: f64, seed: u64) -> Bars {
    bars(sessions, trend, &mut Random::new(seed, 800))
}

fn bars(sessions: usize, trend: f64, random: &mut Random) -> Bars {
    let monday = 16_075;
    let (mut price, mut drift) = (1_000.0f64, trend);
    let at = |price: f64| Price::from_raw((price * 20.0).round() as i64 * 500);
    let walk = (0..sessions + WARM_UP).map(|k| {
        if random.below(40) == 0 {
            drift = -drift;
        }
        let open = price;
        price *= (0.01 * normal(random) + drift).exp();
        let day = DayNumber::from_days(monday + (k / 5 * 7 + k % 5) as i32);
        Bar {
            time: day.start(),
            open: at(open),
            high: at(open.max(price)),
            low: at(open.min(price)),
            close: at(price),
            volume: Qty::units(1_000_000),
        }
    });
    Bars::collect(walk).unwrap()
}

pub(crate) fn free_of_charge() -> Schedule {
    let date = jiff::civil::date(2024, 1, 1);
    let share = InstrumentTables::builtin().resolve(&"NSE:SBIN-EQ".parse().unwrap(), date, None).unwrap();
    ChargesTable::builtin().schedule("zero".parse().unwrap(), &share, Product::Nrml)
}

/// A hundred shares, both sides, nothing in the way.
pub(crate) fn book(charges: &Schedule) -> BookSpec {
    BookSpec {
        instrument: InstrumentKey(0),
        contract: Contract { tick: Tick::DEFAULT, lot: Qty::units(1), freeze: None, strike: None },
        product: Product::Nrml,
        sides: Sides::Both,
        sizing: Sizing::Fixed(Qty::units(100)),
        protection: Protection::default(),
        margin: MarginRates::default(),
        charges: charges.clone(),
        fill_at_close: false,
        daily_bars: true,
    }
}

/// Session returns of one crossing; equity is sampled at session closes.
fn returns(bars: &Bars, fast: usize, slow: usize, charges: &Schedule) -> Vec<f64> {
    let description = registry().iter().find(|d| d.name == "sma_cross").unwrap();
    let given = [("fast".to_string(), fast.to_string()), ("slow".to_string(), slow.to_string())];
    let mut run = Backtest::new(CASH, Calendar::builtin());
    run.add(LaneSpec {
        book: book(charges),
        strategy: description.build(&description.values(&given).unwrap()).unwrap(),
        bars,
        timeframe: Timeframe::Day,
        finer: None,
        class: TradingClass::Share,
        time_exit: TimeExit::Never,
        start: Timestamp::MIN,
    });
    let outcome = run.run(&mut |_| ());
    let equity: BTreeMap<Timestamp, Money> = outcome.equity.into_iter().collect();
    let mut before = CASH;
    equity
        .into_values()
        .map(|now| {
            let growth = (now - before).to_f64() / before.to_f64();
            before = now;
            growth
        })
        .skip(WARM_UP)
        .collect()
}

fn sweep(sessions: usize, trend: f64, seed: u64, charges: &Schedule) -> Verdict {
    let bars = market(sessions, trend, seed);
    let grid = [5, 5];
    let sets: Vec<Vec<f64>> =
        (0..25).map(|i| returns(&bars, 2 + 2 * (i / 5), 20 + 10 * (i % 5), charges)).collect();
    let mut court = Court::new(sessions, seed);
    let ratios: Vec<Option<f64>> = (0..)
        .zip(&sets)
        .map(|(i, set)| court.hear(i, set).unwrap().map(|moments| moments.annual_sharpe()))
        .collect();
    let best = (0..25).max_by(|&a, &b| ratios[a].partial_cmp(&ratios[b]).unwrap()).unwrap();
    let around: Vec<_> = neighbours(&grid, best).into_iter().map(|i| ratios[i]).collect();
    court.judge(&Case { returns: &sets[best], neighbours: &around, threads: 1, ..Case::default() })
}

/// LUCK-1 on the real engine: moving averages on random walks are rarely called real, on trends mostly.
#[test]
fn crossings_on_random_walks_and_on_trends() {
    let charges = free_of_charge();
    let real = |seeds: std::ops::Range<u64>, trend| {
        seeds.filter(|&seed| sweep(500, trend, seed, &charges).kind == Kind::LikelyReal).count()
    };
    let on_walks = real(0..200, 0.0);
    let on_trends = real(1_000..1_040, 0.006);
    println!("{on_walks} of 200 random walks and {on_trends} of 40 trending markets are called real");
    assert!(on_walks < 10, "{on_walks} of 200 random walks are called likely real");
    assert!(on_trends >= 32, "only {on_trends} of 40 trends are found");
}
