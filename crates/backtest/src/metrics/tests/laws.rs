//! What holds for any outcome, and for what the engine really leaves behind.

use domain::calendar::{Calendar, TradingClass};
use domain::charges::ChargesTable;
use domain::instrument::InstrumentTables;
use domain::{Tick, Timeframe};
use proptest::prelude::*;

use super::*;
use crate::metrics::curve::{Close, Curve, mean};
use crate::metrics::tally::Tally;
use crate::{Backtest, EquityAt, LaneSpec, TimeExit};

/// Trades of any order and result, and any session closes that end where the trades do.
fn outcomes() -> impl Strategy<Value = Outcome> {
    let one = (0i32..400, 555u16..930, 0i64..4_000, -5_000_000i64..5_000_000, 0i64..100_000);
    let trades = prop::collection::vec(one, 0..60);
    let closes = prop::collection::vec((1i32..5, -2_000_000i64..9_000_000), 0..60);
    (trades, closes, 1i64..2_000_000).prop_map(|(trades, closes, cash)| {
        let first = DayNumber::of(date(2024, 1, 1)).as_days();
        let mut outcome = Outcome { initial_cash: Money::from_raw(cash), bars: 10, ..Outcome::default() };
        for (day, minute, held, gross, charge) in trades {
            let entry = DayNumber::from_days(first + day).at(MinuteOfDay::from_minutes(minute).unwrap());
            let charges = brokerage(Money::from_raw(charge));
            outcome.trades.push(trade(entry, entry + Span::minutes(held), Money::from_raw(gross), charges));
        }
        let mut day = first;
        for (step, equity) in closes {
            day += step;
            let close = DayNumber::from_days(day).at(MinuteOfDay::from_minutes(930).unwrap());
            outcome.equity.push((close, Money::from_raw(equity)));
        }
        let last = outcome.final_equity();
        if let Some(sample) = outcome.equity.last_mut() {
            sample.1 = last;
        }
        outcome
    })
}

proptest! {
    #[test]
    fn sums_agree_and_no_figure_is_nan(outcome in outcomes()) {
        let m = Metrics::of(&outcome, &[]);
        let pnl: Money = outcome.trades.iter().map(Trade::pnl).sum();
        prop_assert_eq!(m.net_pnl, pnl);
        prop_assert_eq!(m.net_pnl, m.gross_pnl - m.charges);
        prop_assert_eq!(m.charges, m.charges_by_kind.total());
        prop_assert_eq!(m.by_month.iter().map(|row| row.closed.net_pnl).sum::<Money>(), pnl);
        prop_assert_eq!(m.by_weekday.iter().map(|row| row.net_pnl).sum::<Money>(), pnl);
        prop_assert_eq!(m.by_hour.iter().map(|row| row.net_pnl).sum::<Money>(), pnl);
        for wins in [
            m.by_month.iter().map(|row| row.closed.wins).sum::<u64>(),
            m.by_weekday.iter().map(|row| row.wins).sum(),
            m.by_hour.iter().map(|row| row.wins).sum(),
        ] {
            prop_assert_eq!(wins, m.wins);
        }
        prop_assert!(m.wins + m.losses <= m.trades && m.longest_losing_streak <= m.losses);
        prop_assert!(m.by_month.is_sorted_by(|a, b| a.month < b.month));

        let ratios = [
            m.win_rate, m.profit_factor, m.avg_holding_seconds, m.exposure_pct, m.max_drawdown_pct, m.cagr,
            m.sharpe, m.sortino, m.calmar,
        ];
        let months = m.by_month.iter().map(|row| row.return_pct);
        prop_assert!(ratios.into_iter().chain(months).flatten().all(f64::is_finite));
        prop_assert!(m.max_drawdown >= Money::ZERO && m.max_drawdown_pct.is_none_or(|p| p >= 0.0));
        prop_assert_eq!(m.max_drawdown.is_zero(), m.max_drawdown_days == 0);
    }

    /// The returns of months compound to the return of the whole.
    #[test]
    fn months_compound_to_the_whole(closes in prop::collection::vec((1i32..25, 100i64..9_000_000), 1..60)) {
        let mut day = DayNumber::of(date(2024, 1, 1)).as_days();
        let samples: Vec<(Timestamp, Money)> = closes.iter().map(|&(step, equity)| {
            day += step;
            (DayNumber::from_days(day).at(MinuteOfDay::from_minutes(930).unwrap()), Money::from_raw(equity))
        }).collect();
        let curve = Curve::of_samples(Money::rupees(100), &samples);
        let months = crate::metrics::periods::months(&[], &curve);
        let compound: f64 = months.iter().map(|row| 1.0 + row.return_pct.unwrap() / 100.0).product();
        let whole = samples.last().unwrap().1.to_f64() / 100.0;
        prop_assert!((compound / whole - 1.0).abs() < 1e-9);
    }

    /// An idle day takes the mean return towards zero, never away from it; it makes no drawdown.
    #[test]
    fn an_idle_day_never_raises_the_mean_return(equities in prop::collection::vec(1i64..9_000_000, 2..40), at in 0usize..40) {
        let close = |(i, &equity): (usize, &i64)| Close { day: DayNumber::from_days(i as i32), equity: Money::from_raw(equity) };
        let curve = |equities: &[i64]| Curve {
            initial: Money::rupees(100),
            closes: equities.iter().enumerate().map(close).collect(),
        };
        let mut idle = equities.clone();
        let at = at % equities.len();
        idle.insert(at, equities[at]);
        let returns = |curve: &Curve| curve.returns().collect::<Option<Vec<f64>>>().unwrap();
        let (busy, idle) = (curve(&equities), curve(&idle));
        let (before, after) = (mean(&returns(&busy)), mean(&returns(&idle)));
        prop_assert!(after.abs() <= before.abs() * (1.0 + 1e-12) + 1e-15);
        prop_assert_eq!(busy.drawdown().amount, idle.drawdown().amount);
        prop_assert_eq!(busy.drawdown().percent, idle.drawdown().percent);
    }

    /// The same trades in another order are the same trades, if no two end at one instant.
    #[test]
    fn the_order_of_books_does_not_matter(results in prop::collection::vec(-3i64..3, 0..40), turn in 0usize..40) {
        let at = |i: usize| ist(date(2024, 1, 1), 555) + Span::minutes(i as i64);
        let mut trades: Vec<Trade> = results
            .iter()
            .enumerate()
            .map(|(i, &made)| trade(at(0), at(i), Money::rupees(made), ChargesByKind::default()))
            .collect();
        let streak = Tally::of(&trades).longest_losing_streak();
        let turn = turn % trades.len().max(1);
        trades.rotate_left(turn);
        prop_assert_eq!(Tally::of(&trades).longest_losing_streak(), streak);
    }
}

/// A month of one-minute sessions that swings enough to cross averages many times a day.
fn swinging(seed: i64) -> Bars {
    let mut bars = Bars::new();
    for day in (1..=31).map(|day| date(2024, 1, day)).filter(|d| d.weekday().to_monday_zero_offset() < 5) {
        if !Calendar::builtin().is_trading_day(TradingClass::Share, day) {
            continue;
        }
        for minute in 0..375i64 {
            let wave =
                |n: i64| (minute * minute * seed + n * 37).rem_euclid(211) + (n / 9 * 50).rem_euclid(400);
            let price = |n| Price::from_raw(1_000_000 + wave(n) * 500);
            let (open, close) = (price(minute), price(minute + 1));
            bars.push(Bar {
                time: ist(day, 555 + minute as u16),
                open,
                high: open.max(close),
                low: open.min(close),
                close,
                volume: Qty::units(1_000),
            })
            .unwrap();
        }
    }
    bars
}

fn lane(key: u32, bars: &Bars) -> LaneSpec<'_> {
    let crossing = &strategy::registry()[0];
    let share =
        InstrumentTables::builtin().resolve(&"NSE:SBIN-EQ".parse().unwrap(), date(2024, 1, 1), None).unwrap();
    let charges = ChargesTable::builtin().schedule("pct=0.03".parse().unwrap(), &share, Product::Nrml);
    LaneSpec {
        book: engine::BookSpec {
            instrument: InstrumentKey(key),
            contract: engine::Contract {
                tick: Tick::DEFAULT,
                lot: Qty::units(1),
                freeze: None,
                strike: None,
            },
            product: Product::Nrml,
            sides: engine::Sides::Both,
            sizing: engine::Sizing::Fixed(Qty::units(10)),
            protection: engine::Protection::default(),
            margin: engine::MarginRates::default(),
            charges,
            fill_at_close: false,
            daily_bars: false,
        },
        strategy: crossing.build(&crossing.values(&[]).unwrap()).unwrap(),
        bars,
        timeframe: Timeframe::MINUTE,
        finer: None,
        class: TradingClass::Share,
        time_exit: TimeExit::Never,
        start: ist(date(2024, 1, 3), 0),
    }
}

#[test]
fn a_real_run_adds_up_and_its_ratios_ignore_how_often_equity_was_sampled() {
    let (one, two) = (swinging(3), swinging(5));
    let run = |equity: EquityAt| {
        let mut backtest = Backtest::new(Money::rupees(1_000_000), Calendar::builtin());
        backtest.equity = equity;
        let lanes = [lane(0, &one), lane(1, &two)];
        let held: Vec<Held<'_>> = lanes.iter().map(Held::of).collect();
        for lane in lanes {
            backtest.add(lane);
        }
        let outcome = backtest.run(&mut |_| ());
        let metrics = Metrics::of(&outcome, &held);
        (outcome, metrics)
    };
    let (outcome, at_closes) = run(EquityAt::SessionClose);
    let (sampled, at_bars) = run(EquityAt::EveryBar);
    assert!(sampled.equity.len() > 100 * outcome.equity.len());
    assert_eq!(at_closes, at_bars);

    assert!(at_closes.trades > 100, "{} trades", at_closes.trades);
    assert!(!outcome.open.is_empty());
    assert_eq!(outcome.equity.last().unwrap().1, at_closes.final_equity);
    assert_eq!(at_closes.charges_by_kind.total(), at_closes.charges);
    assert!(at_closes.sharpe.is_some() && at_closes.cagr.is_some() && at_closes.buy_and_hold.is_some());
    assert!(at_closes.exposure_pct.is_some_and(|p| p > 0.0 && p <= 100.0));
}
