//! Small cases by hand, a long one against an independent computation, and laws.

mod golden;
mod laws;

use domain::charges::ChargesByKind;
use domain::order::InstrumentKey;
use domain::time::{DayNumber, MinuteOfDay, Span};
use domain::trade::{BookId, Direction, ExitReason, Trade};
use domain::{Bars, Date, Money, Price, Product, Qty, Timestamp, bars::Bar};
use engine::OpenPosition;
use jiff::civil::date;

use super::{Held, Metrics, Month};
use crate::outcome::{Outcome, RefusalLog};

fn ist(day: Date, minute: u16) -> Timestamp {
    Timestamp::ist(day, MinuteOfDay::from_minutes(minute).unwrap())
}

/// A trade that matters only by its times, its result and its cost.
fn trade(entry: Timestamp, exit: Timestamp, gross: Money, charges: ChargesByKind) -> Trade {
    Trade {
        book: BookId(0),
        product: Product::Mis,
        direction: Direction::Long,
        entry_time: entry,
        entry_price: Price::rupees(100),
        exit_time: exit,
        exit_price: Price::rupees(100),
        stop_loss: None,
        target_price: None,
        quantity: Qty::units(1),
        gross_pnl: gross,
        charges,
        total_charges: charges.total(),
        exit_reason: ExitReason::Signal,
    }
}

fn open_position(unrealised: Money, charges: ChargesByKind) -> OpenPosition {
    OpenPosition {
        book: BookId(0),
        product: Product::Mis,
        direction: Direction::Long,
        entry_time: Timestamp::default(),
        entry_price: Price::rupees(100),
        quantity: Qty::units(1),
        mark: Price::rupees(100),
        realised: Money::ZERO,
        unrealised,
        charges,
        total_charges: charges.total(),
        stop_loss: None,
        target_price: None,
    }
}

fn brokerage(amount: Money) -> ChargesByKind {
    ChargesByKind { brokerage: amount, ..ChargesByKind::default() }
}

/// An outcome whose session closes are these, in rupees, from an initial cash of 1,000; one trade on each changed day.
fn closes(closes: &[(Date, i64)]) -> Outcome {
    let mut before = 1_000;
    let mut outcome = Outcome { initial_cash: Money::rupees(before), ..Outcome::default() };
    for &(day, close) in closes {
        outcome.equity.push((ist(day, 930), Money::rupees(close)));
        if close != before {
            let made = Money::rupees(close - before);
            outcome.trades.push(trade(ist(day, 600), ist(day, 660), made, ChargesByKind::default()));
        }
        before = close;
    }
    outcome
}

fn january(closes_of: &[(i8, i64)]) -> Metrics {
    let days: Vec<_> = closes_of.iter().map(|&(day, close)| (date(2024, 1, day), close)).collect();
    Metrics::of(&closes(&days), &[])
}

#[track_caller]
fn close_to(value: Option<f64>, expected: f64) {
    let value = value.expect("is defined");
    assert!((value - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{value} is not {expected}");
}

#[test]
fn nothing_traded_is_worth_its_cash_and_has_no_ratios() {
    let empty = Outcome { initial_cash: Money::rupees(1_000), ..Outcome::default() };
    let flat = Outcome {
        equity: vec![
            (ist(date(2024, 1, 1), 930), Money::rupees(1_000)),
            (ist(date(2024, 1, 2), 930), Money::rupees(1_000)),
        ],
        bars: 750,
        ..empty.clone()
    };
    for outcome in [empty, flat] {
        let m = Metrics::of(&outcome, &[]);
        assert_eq!((m.final_equity, m.net_pnl, m.charges), (m.initial_cash, Money::ZERO, Money::ZERO));
        assert_eq!((m.trades, m.wins, m.losses, m.longest_losing_streak), (0, 0, 0, 0));
        assert_eq!(
            (m.win_rate, m.profit_factor, m.expectancy, m.avg_holding_seconds),
            (None, None, None, None)
        );
        assert_eq!((m.max_drawdown, m.max_drawdown_pct, m.max_drawdown_days), (Money::ZERO, Some(0.0), 0));
        assert_eq!((m.sharpe, m.sortino, m.calmar, m.buy_and_hold), (None, None, None, None));
        let has_bars = outcome.bars > 0;
        assert_eq!(m.exposure_pct, has_bars.then_some(0.0));
        assert_eq!(m.cagr, has_bars.then_some(0.0));
        assert_eq!(m.by_month.len(), usize::from(has_bars));
    }
}

#[test]
fn trades_are_judged_after_charges() {
    let day = date(2024, 1, 3);
    let kinds =
        ChargesByKind { brokerage: Money::rupees(20), gst: Money::paise(360), ..ChargesByKind::default() };
    let at = |minute| ist(day, minute);
    let mut outcome = Outcome {
        initial_cash: Money::rupees(100_000),
        trades: vec![
            trade(at(555), at(585), Money::rupees(500), kinds),
            // Ahead before charges, behind after them.
            trade(at(619), at(620), Money::rupees(10), kinds),
            trade(at(620), at(680), Money::rupees(-200), kinds),
            // Broke even to the paisa.
            trade(at(690), at(700), Money::paise(2360), kinds),
        ],
        open: vec![open_position(Money::rupees(77), brokerage(Money::rupees(7)))],
        turnover: Money::rupees(4_321),
        bars: 400,
        bars_held: 101,
        refusals: RefusalLog { count: 3, first: Vec::new() },
        ..Outcome::default()
    };
    outcome.equity.push((at(930), outcome.final_equity()));
    let m = Metrics::of(&outcome, &[]);

    let rupees = |text: &str| text.parse::<Money>().unwrap();
    assert_eq!((m.trades, m.wins, m.losses), (4, 1, 2));
    assert_eq!(m.gross_pnl, rupees("410.60"));
    assert_eq!(m.charges, rupees("101.40"));
    assert_eq!((m.charges_by_kind.brokerage, m.charges_by_kind.gst), (rupees("87"), rupees("14.40")));
    assert_eq!(m.charges_by_kind.total(), m.charges);
    assert_eq!(m.net_pnl, rupees("309.20"));
    assert_eq!(m.final_equity, rupees("100309.20"));
    assert_eq!(m.final_equity, outcome.final_equity());
    close_to(m.win_rate, 0.25);
    // 476.40 won; 13.60 + 223.60 lost.
    close_to(m.profit_factor, 476.4 / 237.2);
    // 239.20 over four: the open position's 70 is no trade's.
    assert_eq!(m.expectancy, Some(rupees("59.80")));
    // 30, 1, 60 and 10 minutes.
    close_to(m.avg_holding_seconds, 1_515.0);
    close_to(m.exposure_pct, 25.25);
    assert_eq!((m.turnover, m.refused_orders), (rupees("4321"), 3));
    assert_eq!(m.longest_losing_streak, 2);

    // A Wednesday; entries at 09:15, 10:19, 10:20 and 11:30.
    assert_eq!(m.by_weekday[2].trades, 4);
    assert_eq!(m.by_weekday.iter().map(|d| d.trades).sum::<u64>(), 4);
    assert_eq!([9, 10, 11].map(|hour| m.by_hour[hour].trades), [1, 2, 1]);
    assert_eq!((m.by_hour[9].wins, m.by_hour[9].net_pnl), (1, rupees("476.40")));
    assert_eq!((m.by_hour[10].wins, m.by_hour[10].net_pnl), (0, rupees("-237.20")));
    let [month] = m.by_month[..] else { panic!("{:?}", m.by_month) };
    assert_eq!((month.month.to_string().as_str(), month.closed.trades, month.closed.wins), ("2024-01", 4, 1));
    assert_eq!(month.closed.net_pnl, rupees("239.20"));
    close_to(month.return_pct, 0.3092);
}

#[test]
fn profit_without_a_loss_has_no_profit_factor() {
    assert_eq!(january(&[(1, 1_100), (2, 1_200)]).profit_factor, None);
    assert_eq!(january(&[(1, 900), (2, 800)]).profit_factor, Some(0.0));
}

#[test]
fn expectancy_rounds_half_away_from_zero() {
    let at = ist(date(2024, 1, 1), 600);
    for (made, expected) in [([0, 1], 1), ([0, -1], -1), ([0, 3], 2), ([2, 2], 2)] {
        let trades = made.map(|raw| trade(at, at, Money::from_raw(raw), ChargesByKind::default())).to_vec();
        let m = Metrics::of(&Outcome { trades, ..Outcome::default() }, &[]);
        assert_eq!(m.expectancy, Some(Money::from_raw(expected)), "{made:?}");
    }
}

/// Returns +10 %, −10 %, +20 %: mean 1/15, sample deviation √(0.14/6), downside √(0.01/3).
#[test]
fn sharpe_and_sortino_by_hand() {
    let m = january(&[(1, 1_100), (2, 990), (3, 1_188)]);
    let mean: f64 = 0.2 / 3.0;
    close_to(m.sharpe, mean / (0.14_f64 / 6.0).sqrt() * 252.0_f64.sqrt());
    close_to(m.sortino, mean / (0.01_f64 / 3.0).sqrt() * 252.0_f64.sqrt());
}

#[test]
fn returns_without_spread_have_no_sharpe() {
    // 1000 → 1100 → 1210 → 1331: ten percent each time; the mean of three 0.1 is not 0.1 in floats.
    let m = january(&[(1, 1_100), (2, 1_210), (3, 1_331)]);
    assert_eq!((m.sharpe, m.sortino), (None, None));
    // One session is no sample.
    let m = january(&[(1, 900)]);
    assert_eq!((m.sharpe, m.sortino), (None, None));
}

#[test]
fn the_initial_cash_is_the_first_peak_and_dated_to_the_eve() {
    let m = january(&[(8, 900), (9, 950), (10, 1_000), (11, 1_000)]);
    assert_eq!(m.max_drawdown, Money::rupees(100));
    close_to(m.max_drawdown_pct, 10.0);
    // From the 7th to the 10th.
    assert_eq!(m.max_drawdown_days, 3);
}

#[test]
fn time_under_water_counts_weekends_and_runs_to_the_end() {
    // At the peak on Friday the 5th and again on Monday the 8th; below from the 9th to the end.
    let m = january(&[(4, 1_000), (5, 1_200), (8, 1_200), (9, 1_190), (19, 1_100)]);
    assert_eq!(m.max_drawdown_days, 11);
    close_to(m.max_drawdown_pct, 100.0 / 12.0);
    // A recovery past the peak ends it.
    let m = january(&[(4, 1_200), (5, 1_190), (15, 1_300), (16, 1_290)]);
    assert_eq!(m.max_drawdown_days, 11);
}

#[test]
fn the_deepest_fall_in_rupees_need_not_be_the_deepest_in_percent() {
    let m = january(&[(1, 800), (2, 4_000), (3, 3_600)]);
    assert_eq!(m.max_drawdown, Money::rupees(400));
    close_to(m.max_drawdown_pct, 20.0);
}

#[test]
fn growth_is_annualised_over_calendar_days_from_the_eve() {
    // 2024-01-01 to 2024-12-30 is 365 days with its first: 21 % in exactly a year of 365.
    let year = closes(&[(date(2024, 1, 1), 1_000), (date(2024, 6, 3), 900), (date(2024, 12, 30), 1_210)]);
    let m = Metrics::of(&year, &[]);
    close_to(m.cagr, 0.21);
    close_to(m.calmar, 2.1);
    // One session is one day.
    close_to(january(&[(1, 1_001)]).cagr, 1.001_f64.powi(365) - 1.0);
    // Tenfold in a day is past what a float holds when it is annualised: no figure, rather than an infinite one.
    assert_eq!(january(&[(1, 10_000)]).cagr, None);
    assert_eq!(january(&[(1, 1_100)]).calmar, None);
}

#[test]
fn a_ruined_account_has_no_ratios_that_divide_by_it() {
    let m = january(&[(1, 500), (2, -200), (3, 100)]);
    assert_eq!((m.sharpe, m.sortino), (None, None));
    close_to(m.max_drawdown_pct, 120.0);
    assert!(m.cagr.is_some());
    assert_eq!(january(&[(1, 500), (2, -200)]).cagr, None);
    assert_eq!(january(&[(1, 500), (2, 0)]).cagr, Some(-1.0));
    let months = Metrics::of(&closes(&[(date(2024, 1, 1), -10), (date(2024, 2, 1), 5)]), &[]).by_month;
    close_to(months[0].return_pct, -101.0);
    assert_eq!(months[1].return_pct, None);

    let penniless = Outcome { equity: vec![(ist(date(2024, 1, 1), 930), Money::ZERO)], ..Outcome::default() };
    let m = Metrics::of(&penniless, &[]);
    assert_eq!((m.cagr, m.max_drawdown_pct, m.calmar), (None, None, None));
}

#[test]
fn equity_at_every_bar_gives_the_ratios_of_session_closes() {
    let at_closes = closes(&[(date(2024, 1, 1), 1_100), (date(2024, 1, 2), 990), (date(2024, 1, 3), 1_188)]);
    let mut at_bars = at_closes.clone();
    at_bars.equity = at_closes
        .equity
        .iter()
        .flat_map(|&(at, close)| {
            [
                (at - Span::minutes(90), Money::rupees(5)),
                (at - Span::minutes(1), Money::rupees(9_000)),
                (at, close),
            ]
        })
        .collect();
    assert_eq!(Metrics::of(&at_bars, &[]), Metrics::of(&at_closes, &[]));
}

#[test]
fn a_session_that_ends_at_midnight_keeps_its_date() {
    let mut outcome = closes(&[(date(2024, 1, 31), 1_100), (date(2024, 2, 1), 990)]);
    outcome.equity[0].0 = DayNumber::of(date(2024, 2, 1)).start();
    let m = Metrics::of(&outcome, &[]);
    let months: Vec<String> = m.by_month.iter().map(|row| row.month.to_string()).collect();
    assert_eq!(months, ["2024-01", "2024-02"]);
    close_to(m.by_month[0].return_pct, 10.0);
    close_to(m.by_month[1].return_pct, -10.0);
}

#[test]
fn a_streak_follows_the_clock_not_the_books() {
    let day = date(2024, 1, 1);
    let at = |minute: u16, rupees: i64| {
        trade(ist(day, 555), ist(day, minute), Money::rupees(rupees), ChargesByKind::default())
    };
    let streak = |trades: Vec<Trade>| {
        Metrics::of(&Outcome { trades, ..Outcome::default() }, &[]).longest_losing_streak
    };
    // By the clock: lost, lost, lost, won.
    assert_eq!(streak(vec![at(600, -1), at(700, -1), at(800, 1), at(650, -1)]), 3);
    // Breaking even ends a streak.
    assert_eq!(streak(vec![at(600, -1), at(601, -1), at(602, 0), at(603, -1)]), 2);
    // Of one instant: as they closed.
    assert_eq!(streak(vec![at(600, -1), at(600, 1), at(600, -1)]), 1);
}

#[test]
fn months_follow_each_other_even_without_trades() {
    let outcome = closes(&[
        (date(2023, 12, 29), 1_100),
        (date(2024, 1, 1), 1_100),
        (date(2024, 1, 31), 1_100),
        (date(2024, 3, 1), 880),
    ]);
    let m = Metrics::of(&outcome, &[]);
    let rows: Vec<_> = m.by_month.iter().map(|row| (row.month, row.closed.trades)).collect();
    let month = |year, month| Month { year, month };
    assert_eq!(rows, [(month(2023, 12), 1), (month(2024, 1), 0), (month(2024, 3), 1)]);
    close_to(m.by_month[1].return_pct, 0.0);
    close_to(m.by_month[2].return_pct, -20.0);
}

/// A bar of two prices at a minute of a day.
fn bar(day: Date, minute: u16, open: i64, close: i64) -> Bar {
    Bar {
        time: ist(day, minute),
        open: Price::rupees(open),
        high: Price::rupees(open.max(close)),
        low: Price::rupees(open.min(close)),
        close: Price::rupees(close),
        volume: Qty::ZERO,
    }
}

fn held(key: u32, bars: &Bars, start: Timestamp) -> Held<'_> {
    Held { instrument: InstrumentKey(key), bars, start }
}

#[test]
fn buy_and_hold_buys_whole_units_at_the_first_tradable_open() {
    let (one, two, three) = (date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 3));
    let bars = Bars::collect([
        bar(one, 555, 90, 95),
        bar(two, 555, 300, 310),
        bar(two, 560, 310, 270),
        bar(three, 555, 270, 330),
    ])
    .unwrap();
    let outcome = Outcome { initial_cash: Money::rupees(1_000), ..Outcome::default() };
    let bh = Metrics::of(&outcome, &[held(0, &bars, ist(two, 0))]).buy_and_hold.unwrap();
    // Three units at 300; 100 stays. Closes: 910, 1090.
    assert_eq!(bh.invested, Money::rupees(900));
    assert_eq!((bh.final_equity, bh.net_pnl), (Money::rupees(1_090), Money::rupees(90)));
    close_to(Some(bh.return_pct), 9.0);
    close_to(Some(bh.max_drawdown_pct), 9.0);
    close_to(bh.cagr, 1.09_f64.powf(365.0 / 2.0) - 1.0);
}

#[test]
fn buy_and_hold_shares_the_cash_among_instruments_not_lanes() {
    let (one, two) = (date(2024, 1, 1), date(2024, 1, 2));
    let cheap = Bars::collect([bar(one, 555, 100, 110), bar(two, 555, 110, 120)]).unwrap();
    let late = Bars::collect([bar(two, 555, 200, 150)]).unwrap();
    let over = Bars::collect([bar(one, 555, 1, 2)]).unwrap();
    let outcome = Outcome { initial_cash: Money::rupees(1_000), ..Outcome::default() };
    let all = [
        held(0, &cheap, Timestamp::MIN),
        held(1, &late, Timestamp::MIN),
        held(0, &over, Timestamp::MIN),
        // Nothing left to trade: it takes no share.
        held(2, &over, ist(two, 0)),
    ];
    let bh = Metrics::of(&outcome, &all).buy_and_hold.unwrap();
    // Five at 100, two at 200: 900 in. First close 1050 (the second is not yet bought), last 100 + 600 + 300.
    assert_eq!((bh.invested, bh.final_equity), (Money::rupees(900), Money::rupees(1_000)));
    close_to(Some(bh.max_drawdown_pct), 100.0 * 50.0 / 1_050.0);
    assert_eq!(bh.return_pct, 0.0);
}

#[test]
fn buy_and_hold_of_what_cannot_be_bought_is_no_figure() {
    let bars = Bars::collect([bar(date(2024, 1, 1), 555, 1_001, 1_001)]).unwrap();
    for cash in [1_000, 0, -5] {
        let outcome = Outcome { initial_cash: Money::rupees(cash), ..Outcome::default() };
        let series = [held(0, &bars, Timestamp::MIN)];
        assert_eq!(Metrics::of(&outcome, &series).buy_and_hold, None, "{cash}");
        assert_eq!(Metrics::of(&outcome, &[]).buy_and_hold, None);
        assert_eq!(Metrics::of(&outcome, &[held(0, &bars, Timestamp::MAX)]).buy_and_hold, None);
    }
}
