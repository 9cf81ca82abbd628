//! What the page says about trades beyond the metrics of the result: their distribution, their groups, the years.
//!
//! Rupees are exact sums in 1/10,000.

use std::collections::BTreeMap;

use domain::Money;
use serde::Serialize;
use serde_json::Value;

use crate::result::{ResultDocument, TradeRow};

/// Bars of the distribution between its open ends, about.
const BINS: i64 = 30;

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Digest {
    distribution: Vec<Bin>,
    by_direction: Vec<Group>,
    by_exit: Vec<Group>,
    by_instrument: Vec<Group>,
    years: Vec<Year>,
    average_win: Option<i64>,
    average_loss: Option<i64>,
    median: Option<i64>,
    best: Option<i64>,
    worst: Option<i64>,
}

/// Trades whose net P&L lies in `from..to`; an end that is null is open.
#[derive(Serialize, Debug, PartialEq, Eq)]
pub struct Bin {
    from: Option<i64>,
    to: Option<i64>,
    trades: usize,
}

#[derive(Serialize, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    key: String,
    trades: usize,
    wins: usize,
    net_pnl: i64,
}

/// The months of a year together.
#[derive(Serialize, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Year {
    year: String,
    /// The months' returns, compounded; null if one of them is unknown.
    return_pct: Option<f64>,
}

impl Digest {
    pub fn of(result: &ResultDocument) -> Digest {
        let mut pnl: Vec<i64> = result.trades.iter().map(|t| t.pnl.raw()).collect();
        pnl.sort_unstable();
        let losses = &pnl[..pnl.partition_point(|&p| p < 0)];
        let wins = &pnl[pnl.partition_point(|&p| p <= 0)..];
        Digest {
            distribution: distribution(&pnl),
            by_direction: groups(&result.trades, |t| &t.direction),
            by_exit: groups(&result.trades, |t| &t.exit_reason),
            by_instrument: groups(&result.trades, |t| &t.instrument),
            years: years(result),
            average_win: average(wins),
            average_loss: average(losses),
            median: median(&pnl),
            best: pnl.last().copied(),
            worst: pnl.first().copied(),
        }
    }
}

/// A sum that stays within an amount: a file may claim anything.
fn sum(values: impl Iterator<Item = i64>) -> i64 {
    let sum: i128 = values.map(i128::from).sum();
    sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

fn average(values: &[i64]) -> Option<i64> {
    (!values.is_empty()).then(|| {
        let sum: i128 = values.iter().copied().map(i128::from).sum();
        domain::money::div_round(sum, values.len() as i128) as i64
    })
}

/// The middle, or the lower of the two middles' mean; `None` without values.
fn median(sorted: &[i64]) -> Option<i64> {
    let n = sorted.len();
    let middle = sorted.get(n / 2)?;
    if n % 2 == 1 { Some(*middle) } else { average(&[sorted[n / 2 - 1], *middle]) }
}

/// Equal bins of a round width over the bulk of the trades, with open ends for the rarest hundredth on either side.
fn distribution(sorted: &[i64]) -> Vec<Bin> {
    let n = sorted.len();
    let (Some(&first), Some(&last)) = (sorted.get(n / 100), sorted.get(n.saturating_sub(1 + n / 100))) else {
        return Vec::new();
    };
    let width = round_width((i128::from(last) - i128::from(first)) / i128::from(BINS));
    let below = |edge: i64| sorted.partition_point(|&p| p < edge);
    let start = first.div_euclid(width).saturating_mul(width);
    let mut bins = Vec::new();
    let (mut edge, mut counted) = (start, below(start));
    if counted > 0 {
        bins.push(Bin { from: None, to: Some(edge), trades: counted });
    }
    while edge <= last {
        let next = edge.saturating_add(width);
        let upto = below(next);
        bins.push(Bin { from: Some(edge), to: Some(next), trades: upto - counted });
        if next == edge {
            break;
        }
        (edge, counted) = (next, upto);
    }
    if counted < n {
        bins.push(Bin { from: Some(edge), to: None, trades: n - counted });
    }
    bins
}

/// The next of 1, 2, 5, 10, 20 … rupees; at least one rupee.
fn round_width(least: i128) -> i64 {
    let mut width: i128 = domain::money::SCALE.into();
    for factor in [2, 5, 10].into_iter().cycle() {
        if width >= least {
            break;
        }
        let power = if factor == 2 { width } else { width / if factor == 5 { 2 } else { 5 } };
        width = power * factor;
    }
    i64::try_from(width).unwrap_or(i64::MAX)
}

fn groups<'a>(trades: &'a [TradeRow], key: impl Fn(&'a TradeRow) -> &'a String) -> Vec<Group> {
    let mut groups: BTreeMap<&str, Vec<Money>> = BTreeMap::new();
    for trade in trades {
        groups.entry(key(trade)).or_default().push(trade.pnl);
    }
    let group = |(key, pnl): (&str, Vec<Money>)| Group {
        key: key.to_owned(),
        trades: pnl.len(),
        wins: pnl.iter().filter(|p| **p > Money::ZERO).count(),
        net_pnl: sum(pnl.into_iter().map(Money::raw)),
    };
    groups.into_iter().map(group).collect()
}

fn years(result: &ResultDocument) -> Vec<Year> {
    let months = result.metrics.get("byMonth").and_then(Value::as_array);
    let mut years: Vec<Year> = Vec::new();
    for month in months.into_iter().flatten() {
        let Some((year, _)) = month.get("key").and_then(Value::as_str).and_then(|key| key.split_once('-'))
        else {
            continue;
        };
        let growth = month.get("returnPct").and_then(Value::as_f64).map(|percent| 1.0 + percent / 100.0);
        match years.last_mut().filter(|last| last.year == year) {
            Some(last) => last.return_pct = last.return_pct.zip(growth).map(|(a, b)| a * b),
            None => years.push(Year { year: year.to_owned(), return_pct: growth }),
        }
    }
    for year in &mut years {
        year.return_pct = year.return_pct.map(|growth| 100.0 * (growth - 1.0)).filter(|pct| pct.is_finite());
    }
    years
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUPEE: i64 = domain::money::SCALE;

    #[test]
    fn widths_are_round() {
        let widths =
            [0, 1, 2, 3, 7, 11, 49, 51].map(|rupees| round_width(rupees * i128::from(RUPEE)) / RUPEE);
        assert_eq!(widths, [1, 1, 2, 5, 10, 20, 50, 100]);
        assert_eq!(round_width(i128::MAX / 100), i64::MAX);
    }

    #[test]
    fn every_trade_falls_into_one_bin() {
        let even: Vec<i64> = (-500..1_500).map(|i| i * 7 * RUPEE / 10).collect();
        let hostile = [i64::MIN, 0, i64::MAX];
        for sorted in [&even[..], &[5 * RUPEE], &[0; 4], &hostile, &[]] {
            let bins = distribution(sorted);
            assert_eq!(bins.iter().map(|b| b.trades).sum::<usize>(), sorted.len(), "{bins:?}");
            assert!(bins.windows(2).all(|w| w[0].to == w[1].from), "{bins:?}");
            assert!(bins.len() < 40, "{bins:?}");
        }
        // An edge lies at zero: a loss never shares a bar with a gain.
        assert!(distribution(&even).iter().any(|bin| bin.from == Some(0)));
    }

    #[test]
    fn middles_and_means() {
        assert_eq!([median(&[]), median(&[3]), median(&[1, 2])], [None, Some(3), Some(2)]);
        assert_eq!(average(&[i64::MAX, i64::MAX]), Some(i64::MAX));
        assert_eq!(sum([i64::MAX, i64::MAX].into_iter()), i64::MAX);
    }
}
