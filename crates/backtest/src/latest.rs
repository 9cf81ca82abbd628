//! The newest bar of a series as a live run tells it to the engine: what a backtest over the same bars would tell.

use domain::calendar::{Calendar, TradingClass};
use domain::{Bars, Timeframe};
use engine::{BookSpec, ClosedBar, Sizing};
use strategy::Strategy;

use crate::columns;
use crate::days::{TimeExit, days};

/// The last of `bars`, all of them closed, marked by a fresh `strategy`; `None` if there are none.
///
/// `last_of_day`: no other bar of the book comes today.
pub fn latest_bar(
    strategy: &mut dyn Strategy,
    book: &BookSpec,
    (bars, timeframe): (&Bars, Timeframe),
    (calendar, class): (&Calendar, TradingClass),
    last_of_day: bool,
) -> Option<ClosedBar> {
    let last = bars.len().checked_sub(1)?;
    let days = days(bars, timeframe, TimeExit::Never, calendar, class);
    let signals = columns::mark(strategy, bars, timeframe, &days);
    let trails = book.protection.trail.is_some() || signals.trails();
    let newest = |needed: bool, column: &dyn Fn() -> Vec<f64>| {
        if needed { column().get(last).copied().unwrap_or(f64::NAN) } else { f64::NAN }
    };
    Some(ClosedBar {
        opened: bars.times()[last],
        range: trails.then(|| (bars.highs()[last], bars.lows()[last])),
        close: bars.closes()[last],
        signals: signals.at(last),
        atr: newest(book.protection.needs_atr(), &|| columns::average_true_range(bars)),
        volatility: newest(matches!(book.sizing, Sizing::Volatility(_)), &|| {
            columns::volatility(bars, timeframe)
        }),
        distances: signals.distances(last),
        last_of_day,
    })
}
