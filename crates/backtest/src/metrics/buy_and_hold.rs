//! The yardstick: the same cash in the same instruments, bought once and left alone.

use domain::order::InstrumentKey;
use domain::time::DayNumber;
use domain::{Bars, Money, Price, Timestamp};

use super::curve::{Close, Curve, relative};
use crate::lane::LaneSpec;

/// A series that buy-and-hold may buy.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    pub instrument: InstrumentKey,
    pub bars: &'a Bars,
    /// It is bought at the open of the first bar at or after this.
    pub start: Timestamp,
}

impl<'a> Held<'a> {
    /// What a lane trades, from where it may trade.
    pub fn of(lane: &LaneSpec<'a>) -> Held<'a> {
        Held { instrument: lane.book.instrument, bars: lane.bars, start: lane.start }
    }
}

/// The initial cash in equal shares put into every instrument that has a tradable bar: as many whole units as a share
/// buys at the open of the instrument's first one, at no charge; the rest stays cash. Lots and margins are not looked at.
/// Valued at each day's last close.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BuyAndHold {
    /// What the units cost. Well below the initial cash where a unit is dear against a share.
    pub invested: Money,
    pub final_equity: Money,
    /// Final equity − initial cash.
    pub net_pnl: Money,
    /// `net_pnl` in percent of the initial cash.
    pub return_pct: f64,
    /// As [`super::Metrics::cagr`], from the eve of the earliest first tradable bar.
    pub cagr: Option<f64>,
    /// As [`super::Metrics::max_drawdown_pct`]: from session closes, the initial cash as first peak.
    pub max_drawdown_pct: f64,
}

/// Units of one instrument and its last close of each day.
struct Holding {
    units: i64,
    cost: Money,
    closes: Vec<(DayNumber, Price)>,
}

pub(super) fn buy_and_hold(cash: Money, held: &[Held<'_>]) -> Option<BuyAndHold> {
    let holdings = holdings(cash, held)?;
    let curve = Curve { initial: cash, closes: closes(cash, &holdings)? };
    let last = curve.closes.last()?.equity;
    Some(BuyAndHold {
        invested: holdings.iter().map(|holding| holding.cost).sum(),
        final_equity: last,
        net_pnl: last - cash,
        return_pct: 100.0 * relative(cash, last)?,
        cagr: curve.cagr(),
        max_drawdown_pct: curve.drawdown().percent?,
    })
}

/// What [`BuyAndHold`] measures, to be drawn: worth at each day's last close, in order. Empty where it is `None`.
pub fn buy_and_hold_curve(cash: Money, held: &[Held<'_>]) -> Vec<(DayNumber, Money)> {
    let closes = holdings(cash, held).and_then(|holdings| closes(cash, &holdings));
    closes.unwrap_or_default().into_iter().map(|close| (close.day, close.equity)).collect()
}

fn holdings(cash: Money, held: &[Held<'_>]) -> Option<Vec<Holding>> {
    let mut series: Vec<&Held<'_>> = Vec::new();
    for one in held {
        let tradable = one.bars.first_at_or_after(one.start) < one.bars.len();
        if tradable && series.iter().all(|other| other.instrument != one.instrument) {
            series.push(one);
        }
    }
    let share = cash.raw().checked_div(series.len() as i64)?;
    let holdings: Vec<Holding> = series.into_iter().map(|one| Holding::buy(share, one)).collect();
    if holdings.iter().all(|holding| holding.units == 0) { None } else { Some(holdings) }
}

impl Holding {
    fn buy(share: i64, held: &Held<'_>) -> Holding {
        let (bars, first) = (held.bars, held.bars.first_at_or_after(held.start));
        let open = bars.opens()[first].raw();
        let units = (share / open).max(0);
        Holding { units, cost: Money::from_raw(units * open), closes: day_closes(bars, first) }
    }
}

/// The last close of every date from bar `first` on.
fn day_closes(bars: &Bars, first: usize) -> Vec<(DayNumber, Price)> {
    let times = bars.times();
    let mut closes = Vec::new();
    let mut from = first;
    while from < times.len() {
        let day = times[from].day();
        let midnight = day.next().start();
        // Doubling steps, then a binary search: a million bars are two thousand days.
        let mut step = 1;
        while from + step < times.len() && times[from + step] < midnight {
            step *= 2;
        }
        let near = from + step / 2;
        let far = (from + step).min(times.len());
        let end = near + times[near..far].partition_point(|&t| t < midnight);
        closes.push((day, bars.closes()[end - 1]));
        from = end;
    }
    closes
}

/// Worth of cash and units at the close of every date on which one of them traded; `None` if it outgrows an amount.
fn closes(cash: Money, holdings: &[Holding]) -> Option<Vec<Close>> {
    let mut days: Vec<DayNumber> =
        holdings.iter().flat_map(|h| h.closes.iter().map(|&(day, _)| day)).collect();
    days.sort_unstable();
    days.dedup();
    let mut next = vec![0; holdings.len()];
    days.into_iter()
        .map(|day| {
            let mut worth = i128::from(cash.raw());
            for (holding, next) in holdings.iter().zip(&mut next) {
                if holding.closes.get(*next).is_some_and(|&(on, _)| on <= day) {
                    *next += 1;
                }
                // Bought on the date of its first close; on dates without bars the close before stands.
                if let Some(&(_, close)) =
                    next.checked_sub(1).and_then(|last: usize| holding.closes.get(last))
                {
                    worth +=
                        i128::from(holding.units) * i128::from(close.raw()) - i128::from(holding.cost.raw());
                }
            }
            Some(Close { day, equity: Money::from_raw(i64::try_from(worth).ok()?) })
        })
        .collect()
}
