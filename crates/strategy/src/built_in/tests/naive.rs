//! The rules of the events once more, written from their documentation without any state: each bar looks back over the
//! whole series.

use proptest::prelude::*;

use super::laws::{series, step};
use super::series::{Series, given, scan, strategy};
use crate::SignalBits;

const TOLERANCE: f64 = 1e-6;

/// A strategy, its parameters, and the marks of each bar.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Vec<SignalBits>);

/// Above and below, each now and not at the bar before, from gaps `(value − upper, lower − value)`.
fn crossings(gaps: &[Option<(f64, f64)>], i: usize) -> (bool, bool) {
    match (i.checked_sub(1).and_then(|before| gaps[before]), gaps[i]) {
        (Some(before), Some(now)) => {
            (before.0 <= TOLERANCE && now.0 > TOLERANCE, before.1 <= TOLERANCE && now.1 > TOLERANCE)
        }
        _ => (false, false),
    }
}

/// Mean and population standard deviation of weighted values.
fn moments(values: &[f64], weights: &[f64]) -> (f64, f64) {
    let total: f64 = weights.iter().sum();
    let mean = values.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>() / total;
    let squares = values.iter().zip(weights).map(|(x, w)| w * (x - mean) * (x - mean)).sum::<f64>();
    (mean, (squares / total).sqrt())
}

fn bollinger(series: &Series, period: usize, deviations: f64) -> Vec<SignalBits> {
    let bands = |i: usize| {
        let window = &series.close[(i + 1).checked_sub(period)?..=i];
        Some(moments(window, &vec![1.0; period]))
    };
    let gaps: Vec<_> = (0..series.len())
        .map(|i| {
            let (mean, deviation) = bands(i)?;
            let distance = series.close[i] - mean;
            Some((distance - deviations * deviation, -distance - deviations * deviation))
        })
        .collect();
    let bits = |i: usize| {
        let distance = series.close[i] - bands(i)?.0;
        let (enter_long, enter_short) = crossings(&gaps, i);
        let (exit_long, exit_short) = (distance <= TOLERANCE, distance >= -TOLERANCE);
        Some(SignalBits { enter_long, exit_long, enter_short, exit_short })
    };
    (0..series.len()).map(|i| bits(i).unwrap_or_default()).collect()
}

fn donchian(series: &Series, entry: usize, exit: usize) -> Vec<SignalBits> {
    let channel = |i: usize, bars: usize| {
        let from = i.checked_sub(bars)?;
        let high = series.high[from..i].iter().copied().fold(f64::MIN, f64::max);
        let low = series.low[from..i].iter().copied().fold(f64::MAX, f64::min);
        Some((series.close[i] > high, series.close[i] < low))
    };
    (0..series.len())
        .map(|i| {
            let (enter_long, enter_short) = channel(i, entry).unwrap_or_default();
            let (exit_short, exit_long) = channel(i, exit).unwrap_or_default();
            SignalBits { enter_long, exit_long, enter_short, exit_short }
        })
        .collect()
}

/// The first bar of bar `i`'s session.
fn session_start(series: &Series, i: usize) -> usize {
    series.session.iter().position(|&s| s == series.session[i]).unwrap_or(0)
}

fn opening_range(series: &Series, minutes: u32, until: u32) -> Vec<SignalBits> {
    let bits = |i: usize| {
        let start = session_start(series, i);
        let range: Vec<usize> = (start..i).filter(|&k| series.minute[k] < minutes).collect();
        if series.minute[i] < minutes || range.is_empty() {
            return None;
        }
        let high = range.iter().map(|&k| series.high[k]).fold(f64::MIN, f64::max);
        let low = range.iter().map(|&k| series.low[k]).fold(f64::MAX, f64::min);
        let (before, close) = (series.close[i - 1], series.close[i]);
        let may_enter = series.minute[i] < until;
        Some(SignalBits {
            enter_long: may_enter && before <= high && close > high,
            exit_long: close < low,
            enter_short: may_enter && before >= low && close < low,
            exit_short: close > high,
        })
    };
    (0..series.len()).map(|i| bits(i).unwrap_or_default()).collect()
}

fn vwap(series: &Series, deviations: f64, after: u32) -> Vec<SignalBits> {
    let typical: Vec<f64> =
        (0..series.len()).map(|i| (series.high[i] + series.low[i] + series.close[i]) / 3.0).collect();
    let session = |i: usize| {
        let bars = session_start(series, i)..=i;
        let (values, weights) = (&typical[bars.clone()], &series.volume[bars]);
        (weights.iter().sum::<f64>() > 0.0).then(|| moments(values, weights))
    };
    let gaps: Vec<_> = (0..series.len())
        .map(|i| {
            let (mean, deviation) = session(i)?;
            let distance = series.close[i] - mean;
            let width = deviations * deviation;
            (deviation > TOLERANCE).then_some((distance - width, -distance - width))
        })
        .collect();
    let bits = |i: usize| {
        let distance = series.close[i] - session(i)?.0;
        let (rose, fell) = crossings(&gaps, i);
        let may_enter = series.minute[i] >= after;
        Some(SignalBits {
            enter_long: may_enter && fell,
            exit_long: distance >= -TOLERANCE,
            enter_short: may_enter && rose,
            exit_short: distance <= TOLERANCE,
        })
    };
    (0..series.len()).map(|i| bits(i).unwrap_or_default()).collect()
}

/// Wilder's averages from the definition, over all changes up to each bar.
fn rsi(series: &Series, period: usize, oversold: f64, overbought: f64, exit: f64) -> Vec<SignalBits> {
    let changes: Vec<f64> = series.close.windows(2).map(|w| w[1] - w[0]).collect();
    let n = period as f64;
    let average = |i: usize, part: fn(f64) -> f64| {
        let seed = changes[..period].iter().map(|&x| part(x)).sum::<f64>() / n;
        changes[period..i].iter().fold(seed, |average, &x| (average * (n - 1.0) + part(x)) / n)
    };
    let rsi = |i: usize| {
        if i < period {
            return None;
        }
        let (gain, loss) = (average(i, |x| x.max(0.0)), average(i, |x| (-x).max(0.0)));
        Some(if gain + loss == 0.0 { 0.0 } else { 100.0 * gain / (gain + loss) })
    };
    // Above oversold, below overbought.
    let gaps: Vec<_> =
        (0..series.len()).map(|i| rsi(i).map(|rsi| (rsi - oversold, overbought - rsi))).collect();
    let bits = |i: usize| {
        let distance = rsi(i)? - exit;
        let (rose, fell) = crossings(&gaps, i);
        let (exit_long, exit_short) = (distance >= -TOLERANCE, distance <= TOLERANCE);
        Some(SignalBits {
            enter_long: rose && !exit_long,
            exit_long,
            enter_short: fell && !exit_short,
            exit_short,
        })
    };
    (0..series.len()).map(|i| bits(i).unwrap_or_default()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn events_are_what_their_documents_say(steps in prop::collection::vec(step(), 0..250)) {
        let series = series(&steps);
        let cases: [Case<'_>; 7] = [
            ("bollinger_breakout", &[], bollinger(&series, 20, 2.0)),
            ("bollinger_breakout", &[("period", "5"), ("deviations", "1")], bollinger(&series, 5, 1.0)),
            ("donchian_breakout", &[], donchian(&series, 20, 10)),
            ("donchian_breakout", &[("entry", "5"), ("exit", "1")], donchian(&series, 5, 1)),
            ("opening_range_breakout", &[("until", "60")], opening_range(&series, 15, 60)),
            ("vwap_reversion", &[("deviations", "1.5")], vwap(&series, 1.5, 15)),
            ("rsi_reversion", &[("period", "5"), ("exit", "55")], rsi(&series, 5, 30.0, 70.0, 55.0)),
        ];
        for (name, parameters, expected) in cases {
            let description = strategy(name);
            let signals = scan(description, &description.values(&given(parameters)).expect("good"), &series, &[]);
            for (i, bits) in expected.into_iter().enumerate() {
                prop_assert_eq!(signals.at(i), bits, "{} {:?} at bar {}", name, parameters, i);
            }
        }
    }
}
