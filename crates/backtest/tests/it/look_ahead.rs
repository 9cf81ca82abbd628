//! What is decided up to a close does not depend on any later price.

use backtest::{EquityAt, Outcome, Pace};
use domain::bars::Bar;
use domain::{Bars, Price, Tick, Timestamp};
use engine::Purpose;
use proptest::prelude::*;

use crate::random::{How, Run, bars, cases, run};

/// Prices after `cut` moved away by `ticks`, times and volumes as they were.
fn altered(bars: &Bars, cut: Timestamp, ticks: i64) -> Bars {
    let moved = |price: Price| price.offset(ticks, Tick::DEFAULT).max(Price::rupees(1));
    Bars::collect(bars.iter().map(|bar| {
        if bar.time < cut {
            return bar;
        }
        Bar {
            open: moved(bar.open),
            high: moved(bar.high),
            low: moved(bar.low),
            close: moved(bar.close),
            ..bar
        }
    }))
    .unwrap()
}

/// What is known when the bars before `cut` have closed: closed trades, the account's worth at every close, refusals,
/// and the entries decided.
fn known(outcome: &Outcome, cut: Timestamp) -> String {
    let trades: Vec<_> = outcome.trades.iter().filter(|t| t.exit_time < cut).collect();
    let equity: Vec<_> = outcome.equity.iter().filter(|e| e.0 <= cut).collect();
    let refusals: Vec<_> = outcome.refusals.first.iter().filter(|r| r.at <= cut).collect();
    // The terms of entries never change; stops and exits may, later.
    let entries: Vec<_> = outcome
        .orders
        .iter()
        .filter(|o| o.created <= cut && matches!(o.purpose, Purpose::Entry | Purpose::Reverse))
        .map(|o| (o.key, o.book, o.side, o.qty, o.terms, o.timing, o.created))
        .collect();
    let orders = outcome.orders.iter().filter(|o| o.created < cut).count();
    format!("{trades:#?}\n{equity:#?}\n{refusals:#?}\n{entries:#?}\n{orders} orders")
}

fn same_until(run: &Run, cut: usize, ticks: i64, pace: Pace) -> Result<(), TestCaseError> {
    let how = How { pace, equity: EquityAt::EveryBar, ..How::default() };
    let minutes: Vec<Bars> = run.walks.iter().map(|w| bars(w, run.minutes_a_day)).collect();
    let times = minutes[0].times();
    let cut = times[cut % times.len() / 5 * 5];
    let other: Vec<Bars> = minutes.iter().map(|m| altered(m, cut, ticks)).collect();
    prop_assert_eq!(known(&run.on(&minutes, how), cut), known(&run.on(&other, how), cut));
    Ok(())
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn later_prices_change_nothing_decided_before(mut run in run(), cut in 0usize..120, ticks in prop_oneof![-40i64..-1, 1i64..40]) {
        // The cut is to lie between two bars of every length.
        run.minutes_a_day = run.minutes_a_day / 5 * 5;
        same_until(&run, cut, ticks, Pace::Edges)?;
        same_until(&run, cut, ticks, Pace::EveryBar)?;
    }
}
