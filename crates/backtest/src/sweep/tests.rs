use std::sync::atomic::AtomicBool;

use domain::charges::ChargesTable;
use domain::instrument::InstrumentTables;
use domain::order::InstrumentKey;
use domain::time::{DayNumber, MinuteOfDay, Span};
use domain::{Price, Product, Qty, Tick};
use engine::{Contract, MarginRates, Protection, Sides, Sizing};
use exchange::Slippage;
use proptest::prelude::*;

use super::*;
use crate::metrics::Metrics;
use crate::{Backtest, LaneSpec};

/// Some days of five-minute bars of a random walk.
fn bars(seed: u64, days: i32) -> Bars {
    let mut state = seed | 1;
    let mut draw = |below: i64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as i64 % below
    };
    let mut at = 4_000i64;
    let mut all = Vec::new();
    for day in 0..days {
        for i in 0..75 {
            let open = at + draw(5) - 2;
            at = (open + draw(31) - 15).max(500);
            let price = |ticks: i64| Price::from_raw(ticks * 500);
            all.push(domain::bars::Bar {
                time: DayNumber::from_days(19_700 + day).at(MinuteOfDay::new(9, 15).unwrap())
                    + Span::minutes(5 * i),
                open: price(open),
                high: price(open.max(at) + draw(4)),
                low: price(open.min(at) - draw(4)),
                close: price(at),
                volume: Qty::units(1_000 + draw(500)),
            });
        }
    }
    Bars::collect(all).unwrap()
}

fn book(key: u32, protection: Protection, plan: &str) -> BookSpec {
    let id = "NSE:SBIN-EQ".parse().unwrap();
    let share = InstrumentTables::builtin().resolve(&id, jiff::civil::date(2024, 1, 1), None).unwrap();
    BookSpec {
        instrument: InstrumentKey(key),
        contract: Contract { tick: Tick::DEFAULT, lot: Qty::units(1), freeze: None, strike: None },
        product: Product::Mis,
        sides: Sides::Both,
        sizing: Sizing::Fixed(Qty::units(50)),
        protection,
        margin: MarginRates::default(),
        charges: ChargesTable::builtin().schedule(plan.parse().unwrap(), &share, Product::Mis),
        fill_at_close: false,
        daily_bars: false,
    }
}

fn expected(set: u64, m: &Metrics) -> Row {
    Row {
        set,
        final_equity: m.final_equity,
        net_pnl: m.net_pnl,
        charges: m.charges,
        trades: m.trades as u32,
        wins: m.wins as u32,
        profit_factor: m.profit_factor,
        max_drawdown: m.max_drawdown,
        max_drawdown_pct: m.max_drawdown_pct,
        cagr: m.cagr,
        sharpe: m.sharpe,
        sortino: m.sortino,
        calmar: m.calmar,
        refused_orders: m.refused_orders,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Each row is the single backtest with those parameters, to the paisa; in order, on any number of threads.
    #[test]
    fn every_row_is_its_single_backtest(seed in 1u64..10_000, which in 0usize..10, threads in 1usize..4, stops in any::<bool>(), two in any::<bool>()) {
        let description = &strategy::registry()[which];
        let protection = Protection {
            stop: stops.then(|| "pct=0.5".parse().unwrap()),
            trail: stops.then(|| "atr=2".parse().unwrap()),
            ..Protection::default()
        };
        let histories: Vec<Bars> = (0..=u64::from(two)).map(|k| bars(seed * 7 + k, 12)).collect();
        let fills = FillRules { slippage: Slippage::Ticks(1), ..FillRules::default() };
        let series = |bars, key| SweepSeries {
            book: book(key, protection, "dhan"),
            bars,
            timeframe: Timeframe::Minutes(5),
            finer: None,
            class: TradingClass::Share,
            time_exit: TimeExit::Calendar,
            start: Timestamp::MIN,
        };
        // The first parameter takes three values, where there is one.
        let values: Vec<strategy::Values> = (0..3)
            .filter_map(|step| {
                let given: Vec<(String, String)> = description
                    .parameters
                    .first()
                    .map(|p| (p.name.to_string(), (p.default.as_f64() as i64 + step).to_string()))
                    .into_iter()
                    .collect();
                description.values(&given).ok()
            })
            .collect();
        let sweep = Sweep {
            cash: Money::rupees(200_000),
            limits: AccountLimits::default(),
            fills,
            calendar: Calendar::builtin(),
            series: histories.iter().zip(0..).map(|(bars, key)| series(bars, key)).collect(),
            threads,
            cache_bytes: 4_000,
        };
        let wanted: Vec<u64> = (0..values.len() as u64).collect();
        let mut rows = Vec::new();
        let build = |set: u64| description.build(&values[set as usize]).unwrap();
        sweep.run(&wanted, build, &AtomicBool::new(false), |row, equity| rows.push((row, equity.to_vec())));
        prop_assert_eq!(rows.len(), values.len());
        for (set, (row, equity)) in rows.iter().enumerate() {
            let mut single = Backtest::new(sweep.cash, sweep.calendar);
            single.fills = fills;
            for (key, bars) in histories.iter().enumerate() {
                single.add(LaneSpec {
                    book: book(key as u32, protection, "dhan"),
                    strategy: description.build(&values[set]).unwrap(),
                    bars,
                    timeframe: Timeframe::Minutes(5),
                    finer: None,
                    class: TradingClass::Share,
                    time_exit: TimeExit::Calendar,
                    start: Timestamp::MIN,
                });
            }
            let outcome = single.run(&mut |_| ());
            prop_assert_eq!(*row, expected(set as u64, &Metrics::of(&outcome, &[])));
            prop_assert_eq!(equity, &outcome.equity);
        }
    }
}
