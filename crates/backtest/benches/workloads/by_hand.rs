//! The least loops.

use std::collections::VecDeque;

use domain::{Money, Timestamp};
use exchange::Quote;

use crate::market::{Series, TICK};

const FAST: usize = 10;
const SLOW: usize = 30;
const DEAD_BAND: f64 = 1e-6;
const QTY: f64 = 100.0;
const FEE: f64 = 0.0003;
pub const CASH: i64 = 100_000_000;

pub struct Crossed {
    pub equity: Money,
}

/// One pass, two rolling sums, no order objects. Fees are rounded to 1/10,000 rupee for each half of a reversal.
pub fn crossover(series: &Series, short: bool) -> Crossed {
    let (open, close) = (&series.open[..], &series.close[..]);
    let n = close.len();
    let (fast, slow) = (1.0 / FAST as f64, 1.0 / SLOW as f64);
    let mut fast_sum: f64 = close[SLOW - FAST..SLOW - 1].iter().sum();
    let mut slow_sum: f64 = close[..SLOW - 1].iter().sum();
    let (mut cash, mut held) = (CASH as f64, 0.0f64);
    let low = if short { -QTY } else { 0.0 };
    for i in SLOW - 1..n - 1 {
        fast_sum += close[i];
        slow_sum += close[i];
        let gap = fast_sum * fast - slow_sum * slow;
        fast_sum -= close[i + 1 - FAST];
        slow_sum -= close[i + 1 - SLOW];
        let wanted = if gap > DEAD_BAND {
            QTY
        } else if gap < -DEAD_BAND {
            low
        } else {
            held
        };
        if wanted != held {
            let qty = wanted - held;
            let price = open[i + 1] + TICK * qty.signum();
            cash -= qty * price + qty.abs() * price * FEE;
            held = wanted;
        }
    }
    Crossed { equity: Money::from_f64(cash + held * close[n - 1]).expect("a number") }
}

/// Each pair from prefix sums, one plain pass. Gives the equities.
pub fn sweep(series: &Series, pairs: &[(i64, i64)]) -> Vec<Money> {
    let (open, close) = (&series.open[..], &series.close[..]);
    let n = close.len();
    let mut sums = Vec::with_capacity(n + 1);
    sums.push(0.0);
    for price in close {
        sums.push(sums[sums.len() - 1] + (price - close[0]));
    }
    let one = |&(fast, slow): &(i64, i64)| {
        let (f, s) = (fast as usize, slow as usize);
        let (by_fast, by_slow) = (1.0 / fast as f64, 1.0 / slow as f64);
        let (mut cash, mut held) = (CASH as f64, 0.0f64);
        for i in s - 1..n - 1 {
            let gap = (sums[i + 1] - sums[i + 1 - f]) * by_fast - (sums[i + 1] - sums[i + 1 - s]) * by_slow;
            let wanted = if gap > DEAD_BAND {
                QTY
            } else if gap < -DEAD_BAND {
                0.0
            } else {
                held
            };
            if wanted != held {
                let qty = wanted - held;
                let price = open[i + 1] + TICK * qty.signum();
                cash -= qty * price + qty.abs() * price * FEE;
                held = wanted;
            }
        }
        Money::from_f64(cash + held * close[n - 1]).expect("a number")
    };
    pairs.iter().map(one).collect()
}

/// All symbols minute by minute, a buy only if the one account can pay, equity marked each minute.
pub fn in_time_order(all: &[Series]) -> Money {
    let (fast, slow) = (1.0 / FAST as f64, 1.0 / SLOW as f64);
    let (n, k) = (all[0].close.len(), all.len());
    let (mut fast_sum, mut slow_sum) = (vec![0.0; k], vec![0.0; k]);
    let (mut held, mut wish) = (vec![0.0; k], vec![0.0f64; k]);
    let mut cash = CASH as f64;
    let (mut peak, mut drawdown) = (cash, 0.0f64);
    for i in 0..n {
        let mut equity = 0.0;
        for (j, series) in all.iter().enumerate() {
            let close = series.close[i];
            if wish[j] != 0.0 {
                let qty = std::mem::take(&mut wish[j]);
                let price = series.open[i] + TICK * qty.signum();
                let cost = qty * price + qty.abs() * price * FEE;
                if cost <= cash {
                    cash -= cost;
                    held[j] += qty;
                }
            }
            fast_sum[j] += close;
            slow_sum[j] += close;
            if i >= FAST {
                fast_sum[j] -= series.close[i - FAST];
            }
            if i >= SLOW {
                slow_sum[j] -= series.close[i - SLOW];
            }
            if i + 1 >= SLOW {
                let gap = fast_sum[j] * fast - slow_sum[j] * slow;
                let wanted = if gap > DEAD_BAND {
                    QTY
                } else if gap < -DEAD_BAND {
                    0.0
                } else {
                    held[j]
                };
                wish[j] = wanted - held[j];
            }
            equity += held[j] * close;
        }
        equity += cash;
        peak = peak.max(equity);
        drawdown = drawdown.max(peak - equity);
    }
    std::hint::black_box(drawdown);
    let worth: f64 = all.iter().zip(&held).map(|(series, held)| series.close[n - 1] * held).sum();
    Money::from_f64(cash + worth).expect("a number")
}

/// A latency queue, order records, fills, position and cash in whole ticks. Gives fills and what is left in ticks.
pub fn every_hundredth(quotes: &[(Timestamp, Quote)]) -> (u64, Money) {
    struct Order {
        at: i64,
        buy: bool,
    }
    let mut flying: VecDeque<Order> = VecDeque::new();
    let (mut held, mut cash, mut orders, mut fills) = (0i64, 0i64, 0u64, 0u64);
    let mut last = quotes[0].1;
    for (i, (at, quote)) in quotes.iter().enumerate() {
        while flying.front().is_some_and(|order| order.at <= at.as_micros()) {
            let Some(order) = flying.pop_front() else { break };
            let (side, price) = if order.buy { (1, last.ask) } else { (-1, last.bid) };
            held += side;
            cash -= side * price.raw();
            fills += 1;
        }
        last = *quote;
        if (i + 1) % 100 == 0 {
            orders += 1;
            flying.push_back(Order { at: at.as_micros() + 1, buy: orders % 2 == 1 });
        }
    }
    (fills, Money::from_raw(cash + held * last.bid.raw()))
}
