//! Heikin-Ashi candles.

/// One averaged candle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candle {
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
}

/// Heikin-Ashi: `close = (o + h + l + c) / 4`, `open` the middle of the previous averaged body (of the bar's own body
/// at first), high and low stretched to hold both. First value at index 0. These are not traded prices.
#[derive(Debug, Clone, Default)]
pub struct HeikinAshi {
    previous: Option<(f64, f64)>,
}

impl HeikinAshi {
    pub fn new() -> Self {
        Self::default()
    }

    #[inline]
    pub fn next(&mut self, open: f64, high: f64, low: f64, close: f64) -> Candle {
        let average = (open + high + low + close) / 4.0;
        let (previous_open, previous_close) = self.previous.unwrap_or((open, close));
        let middle = f64::midpoint(previous_open, previous_close);
        self.previous = Some((middle, average));
        Candle {
            open: middle,
            high: high.max(middle).max(average),
            low: low.min(middle).min(average),
            close: average,
        }
    }

    /// The same values, bit for bit, for a block of bars, as open, high, low, close; as many as the shortest slice
    /// holds.
    pub fn extend(
        &mut self,
        open: &[f64],
        high: &[f64],
        low: &[f64],
        close: &[f64],
        out: &mut [&mut [f64]; 4],
    ) {
        let room = out.iter().map(|column| column.len()).min().unwrap_or(0);
        let n = open.len().min(high.len()).min(low.len()).min(close.len()).min(room);
        for i in 0..n {
            let candle = self.next(open[i], high[i], low[i], close[i]);
            for (column, price) in out.iter_mut().zip([candle.open, candle.high, candle.low, candle.close]) {
                column[i] = price;
            }
        }
    }
}
