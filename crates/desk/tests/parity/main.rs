//! A stored day played on paper gives the orders and trades of its backtest, byte for byte: through the desk, its
//! journal and database, the adapter and the paper exchange on one side, and a loop over bars on the other.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod paper_side;

use backtest::{Backtest, LaneSpec, Outcome, Pace, TimeExit};
use desk::path::{BookSetup, Facts, Size, StrategyChoice, StrategySource};
use domain::calendar::Calendar;
use domain::instrument::InstrumentTables;
use domain::order::{InstrumentKey, OrderState};
use domain::time::{MinuteOfDay, Span};
use domain::{Bars, Date, Money, Price, Product, Qty, Tick, Timeframe, Timestamp};
use history::synthetic::{Market, SymbolSpec};

pub const INSTRUMENT: &str = "NSE:SBIN-EQ";
pub const CASH: Money = Money::rupees(1_000_000);

/// What is compared.
#[derive(Clone)]
pub struct Case {
    pub strategy: &'static str,
    /// The text of a rule file, in place of the strategy; its run is asked for without what it says itself.
    pub rules: Option<&'static str>,
    pub max_trades_a_day: Option<u32>,
    pub parameters: Vec<(&'static str, &'static str)>,
    pub timeframe: &'static str,
    pub product: Product,
    pub sides: &'static str,
    pub stop: Option<&'static str>,
    pub target: Option<&'static str>,
    pub trail: Option<&'static str>,
    pub square_off: Option<(u16, u16)>,
    pub charges: &'static str,
    pub qty: i64,
    pub freeze: Option<i64>,
}

impl Case {
    pub fn setup(&self, run: i64, version: i64) -> BookSetup {
        BookSetup {
            run: Some(run),
            place_in_run: 0,
            strategy_version: Some(version),
            algo_id: None,
            instrument: INSTRUMENT.parse().unwrap(),
            facts: Facts {
                day: domain::time::DayNumber::of(first_day()),
                tick: Tick::DEFAULT,
                lot: Qty::units(1),
                freeze: self.freeze.map(Qty::units),
                strike: None,
            },
            product: self.product,
            sides: self.sides.to_owned(),
            size: Size::Units(Qty::units(self.qty)),
            stop: self.stop.map(str::to_owned),
            target: self.target.map(str::to_owned),
            trail: self.trail.map(str::to_owned),
            charges: self.charges.to_owned(),
            square_off: self.square_off.map(|(h, m)| MinuteOfDay::new(h, m).unwrap()),
            timeframe: Some(self.timeframe.parse().unwrap()),
            strategy: Some(StrategyChoice {
                source: match self.rules {
                    None => StrategySource::BuiltIn(self.strategy.to_owned()),
                    Some(text) => StrategySource::Rules { text: text.to_owned(), name: "played".to_owned() },
                },
                parameters: self.parameters.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            }),
            limits: engine::BookLimits {
                max_trades_per_day: self.max_trades_a_day,
                ..engine::BookLimits::default()
            },
        }
    }
}

pub fn first_day() -> Date {
    Date::new(2025, 3, 3).unwrap()
}

/// Two weeks of minutes; the last days are played.
pub fn minutes(seed: u64) -> Bars {
    let calendar = Calendar::builtin();
    let class =
        InstrumentTables::builtin().resolve(&INSTRUMENT.parse().unwrap(), first_day(), None).unwrap().class;
    let first = domain::time::DayNumber::of(first_day()).as_days();
    let days: Vec<_> = (first..first + 11)
        .map(|day| domain::time::DayNumber::from_days(day).date())
        .map(|date| (date, calendar.day(class, date)))
        .filter(|(_, day)| day.is_open())
        .collect();
    let spec = SymbolSpec {
        id: INSTRUMENT.parse().unwrap(),
        start_price: Price::rupees(800),
        annual_vol: 0.45,
        beta: 1.0,
        tick: Tick::DEFAULT,
        base_volume: Qty::units(9_000_000),
    };
    Market::new(seed, vec![spec]).unwrap().bars(&days).remove(0).1
}

pub fn played_from() -> Timestamp {
    domain::time::DayNumber::of(Date::new(2025, 3, 10).unwrap()).start()
}

/// An order in one line.
pub fn line(
    (side, qty): (&str, Qty),
    (limit, trigger): (Option<Price>, Option<Price>),
    (state, filled, value): (String, Qty, Money),
    created: Timestamp,
) -> String {
    format!("{created} {side} {qty} {limit:?} {trigger:?} {state} {filled} {value}")
}

fn backtest_side(case: &Case, minutes: &Bars) -> Outcome {
    let calendar = Calendar::builtin();
    let timeframe: Timeframe = case.timeframe.parse().unwrap();
    let instrument =
        InstrumentTables::builtin().resolve(&INSTRUMENT.parse().unwrap(), first_day(), None).unwrap();
    let bars = domain::bars::resample(minutes, timeframe, calendar, instrument.class);
    let setup = case.setup(1, 1);
    let (book, strategy) = setup.build(InstrumentKey(0)).unwrap();
    let mut backtest = Backtest::new(CASH, calendar);
    backtest.pace = Pace::EveryBar;
    backtest.keep_orders = true;
    backtest.limits.max_trades_per_day = case.max_trades_a_day;
    backtest.add(LaneSpec {
        book,
        strategy: strategy.unwrap(),
        bars: &bars,
        timeframe,
        finer: None,
        class: instrument.class,
        // As `sauda backtest` reads its flags.
        time_exit: match setup.square_off {
            Some(time) => TimeExit::At(time),
            None if case.product == Product::Mis => TimeExit::Calendar,
            None => TimeExit::Never,
        },
        start: played_from(),
    });
    backtest.run(&mut |_| ())
}

fn order_lines(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.orders.iter().map(|order| {
        // What the exchange had: a change that was wished together with the cancel never left.
        let (trigger, limit) = order.confirmed().terms.on_the_wire();
        line(
            (&order.side.to_string(), order.qty),
            (Some(limit), trigger),
            (desk::path::state_name(order.state).to_owned(), order.filled(), order.executed),
            order.created,
        )
    });
    lines.collect()
}

fn trade_lines(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.trades.iter().map(|t| {
        format!(
            "{:?} {} {} {} {} {} {} {} {:?} {:?} {:?}",
            t.direction,
            t.entry_time,
            t.entry_price,
            t.exit_time,
            t.exit_price,
            t.quantity,
            t.gross_pnl,
            t.total_charges,
            t.stop_loss,
            t.target_price,
            t.exit_reason
        )
    });
    lines.collect()
}

const RULES: &str = r#"
name = "both_ways"
[long]
enter = "crosses_above(ema(close, 4), ema(close, 9))"
exit = "crosses_below(ema(close, 4), ema(close, 9))"
[short]
enter = "crosses_below(ema(close, 4), ema(close, 9))"
exit = "crosses_above(ema(close, 4), ema(close, 9))"
[protect]
stop = "pct = 0.3"
target = "points = 3"
[size]
quantity = 60
[entries]
max_a_day = 3
minutes_after_loss = 20
[exits]
square_off = "14:45"
"#;

fn cases() -> Vec<Case> {
    let plain = Case {
        strategy: "sma_cross",
        rules: None,
        max_trades_a_day: None,
        parameters: vec![("fast", "5"), ("slow", "20")],
        timeframe: "5m",
        product: Product::Mis,
        sides: "both",
        stop: None,
        target: None,
        trail: None,
        square_off: Some((15, 10)),
        charges: "dhan",
        qty: 100,
        freeze: None,
    };
    vec![
        plain.clone(),
        Case { stop: Some("pct=0.4"), timeframe: "3m", ..plain.clone() },
        Case { trail: Some("pct=0.6"), timeframe: "1m", square_off: None, ..plain.clone() },
        Case { stop: Some("atr=2"), freeze: Some(40), sides: "long", ..plain.clone() },
        Case { strategy: "rsi_reversion", parameters: vec![], target: Some("pct=0.5"), ..plain.clone() },
        Case {
            strategy: "donchian_breakout",
            parameters: vec![],
            stop: Some("points=4"),
            timeframe: "15m",
            square_off: None,
            ..plain.clone()
        },
        Case {
            rules: Some(RULES),
            parameters: vec![],
            stop: Some("pct=0.3"),
            target: Some("points=3"),
            square_off: Some((14, 45)),
            sides: "both",
            qty: 60,
            max_trades_a_day: Some(3),
            ..plain
        },
    ]
}

fn same(got: &[String], wanted: &[String], what: &str) {
    for (i, (got, wanted)) in got.iter().zip(wanted).enumerate() {
        assert_eq!(got, wanted, "{what}: line {i}");
    }
    assert_eq!(got.len(), wanted.len(), "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replayed_week_is_its_backtest() {
    let mut orders = 0;
    for (number, case) in cases().into_iter().enumerate() {
        let minutes = minutes(7 + number as u64);
        let wanted = backtest_side(&case, &minutes);
        let (got_orders, got_trades) = paper_side::play(&case, &minutes, &[]).await;
        same(&got_orders, &order_lines(&wanted), &format!("orders of case {number}"));
        same(&got_trades, &trade_lines(&wanted), &format!("trades of case {number}"));
        orders += got_orders.len();
    }
    assert!(orders > 60, "only {orders} orders: that shows little");
}

/// Stopped on the second day at 11:02 and on the third at 14:31:30, in the middle of most bars.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_that_was_stopped_goes_on_where_it_was() {
    let at = |day: i8, minutes: i64, seconds: i64| {
        let day = domain::time::DayNumber::of(Date::new(2025, 3, day).unwrap()).start();
        day + Span::minutes(minutes) + Span::micros(seconds * 1_000_000)
    };
    let stops = [at(11, 11 * 60 + 2, 0), at(12, 14 * 60 + 31, 30)];
    for (number, case) in cases().into_iter().enumerate() {
        let minutes = minutes(7 + number as u64);
        let wanted = backtest_side(&case, &minutes);
        let (got_orders, got_trades) = paper_side::play(&case, &minutes, &stops).await;
        same(&got_orders, &order_lines(&wanted), &format!("orders of case {number}"));
        same(&got_trades, &trade_lines(&wanted), &format!("trades of case {number}"));
    }
}

#[test]
fn an_order_that_ended_is_told_apart() {
    assert_ne!(desk::path::state_name(OrderState::Filled), desk::path::state_name(OrderState::Rejected));
}
