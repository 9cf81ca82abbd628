//! The crate's own indicators behind one trait, so that the catalogue can run whatever was named.

use super::bars::{Bar, Columns, Input};
use crate::{
    Adx, AnchoredVwap, Atr, Bollinger, CentralPivotRange, DirectionalIndicator, Donchian, Ema, HeikinAshi,
    Macd, OpeningRange, Rsi, SessionVwap, Sma, Stochastic, StochasticRaw, Supertrend, TrueRange,
};

/// A running indicator. The caller sees to it that the bars it hands over have a number in every column the
/// indicator reads, and that `out` has room for every output.
pub(super) trait Kernel: Send + Sync {
    fn next(&mut self, bar: &Bar, out: &mut [f64]);

    fn extend(&mut self, columns: &Columns<'_>, out: &mut [&mut [f64]]);

    /// A column from its first bar to its last, after which the kernel is not used again.
    fn whole(&mut self, columns: &Columns<'_>, out: &mut [&mut [f64]]) {
        self.extend(columns, out);
    }

    fn fork(&self) -> Box<dyn Kernel>;
}

/// An indicator and, if it is one of a single series, the column it is computed over.
#[derive(Clone)]
pub(super) struct Over<K> {
    pub(super) kernel: K,
    pub(super) series: Input,
}

macro_rules! kernels {
    ($($kind:ty: |$s:ident, $b:ident, $o:ident| $next:expr, |$t:ident, $c:ident, $w:ident| $extend:expr;)*) => {$(
        impl Kernel for Over<$kind> {
            #[inline]
            fn next(&mut self, $b: &Bar, $o: &mut [f64]) {
                let $s = self;
                $next;
            }

            fn extend(&mut self, $c: &Columns<'_>, $w: &mut [&mut [f64]]) {
                let $t = self;
                $extend;
            }

            fn fork(&self) -> Box<dyn Kernel> {
                Box::new(self.clone())
            }
        }
    )*};
}

kernels! {
    Sma: |s, b, o| o[0] = s.kernel.next(b.get(s.series)),
        |s, c, o| s.kernel.extend(c.get(s.series), o[0]);
    Ema: |s, b, o| o[0] = s.kernel.next(b.get(s.series)),
        |s, c, o| s.kernel.extend(c.get(s.series), o[0]);
    Rsi: |s, b, o| o[0] = s.kernel.next(b.get(s.series)),
        |s, c, o| s.kernel.extend(c.get(s.series), o[0]);
    Macd: |s, b, o| {
            let value = s.kernel.next(b.get(s.series));
            (o[0], o[1], o[2]) = (value.macd, value.signal, value.histogram);
        },
        |s, c, o| if let [macd, signal, histogram] = o {
            s.kernel.extend(c.get(s.series), macd, signal, histogram);
        };
    Bollinger: |s, b, o| {
            let bands = s.kernel.next(b.get(s.series));
            (o[0], o[1], o[2]) = (bands.upper, bands.middle, bands.lower);
        },
        |s, c, o| if let [upper, middle, lower] = o {
            s.kernel.extend(c.get(s.series), upper, middle, lower);
        };
    TrueRange: |s, b, o| o[0] = s.kernel.next(b.high, b.low, b.close),
        |s, c, o| s.kernel.extend(c.high, c.low, c.close, o[0]);
    Atr: |s, b, o| o[0] = s.kernel.next(b.high, b.low, b.close),
        |s, c, o| s.kernel.extend(c.high, c.low, c.close, o[0]);
    Supertrend: |s, b, o| {
            let trend = s.kernel.next(b.high, b.low, b.close);
            (o[0], o[1]) = (trend.line, trend.direction);
        },
        |s, c, o| if let [line, direction] = o {
            s.kernel.extend(c.high, c.low, c.close, line, direction);
        };
    Adx: |s, b, o| o[0] = s.kernel.next(b.high, b.low),
        |s, c, o| s.kernel.extend(c.high, c.low, o[0]);
    DirectionalIndicator: |s, b, o| o[0] = s.kernel.next(b.high, b.low, b.close),
        |s, c, o| s.kernel.extend(c.high, c.low, c.close, o[0]);
    StochasticRaw: |s, b, o| o[0] = s.kernel.next(b.high, b.low, b.close),
        |s, c, o| s.kernel.extend(c.high, c.low, c.close, o[0]);
    Stochastic: |s, b, o| {
            let value = s.kernel.next(b.high, b.low, b.close);
            (o[0], o[1]) = (value.k, value.d);
        },
        |s, c, o| if let [k, d] = o {
            s.kernel.extend(c.high, c.low, c.close, k, d);
        };
    Donchian: |s, b, o| {
            let channel = s.kernel.next(b.high, b.low);
            (o[0], o[1], o[2]) = (channel.high, channel.low, channel.middle);
        },
        |s, c, o| if let [high, low, middle] = o {
            s.kernel.extend(c.high, c.low, high, low, middle);
        };
    OpeningRange: |s, b, o| {
            let range = s.kernel.next(b.session, b.minute, b.high, b.low);
            (o[0], o[1]) = (range.high, range.low);
        },
        |s, c, o| if let [high, low] = o {
            s.kernel.extend(c.session, c.minute, c.high, c.low, high, low);
        };
    CentralPivotRange: |s, b, o| {
            o[..9].copy_from_slice(&s.kernel.next(b.session, b.high, b.low, b.close).to_array());
        },
        |s, c, o| if let Ok(o) = o.try_into() {
            s.kernel.extend(c.session, c.high, c.low, c.close, o);
        };
    HeikinAshi: |s, b, o| {
            let candle = s.kernel.next(b.open, b.high, b.low, b.close);
            (o[0], o[1], o[2], o[3]) = (candle.open, candle.high, candle.low, candle.close);
        },
        |s, c, o| if let Ok(o) = o.try_into() {
            s.kernel.extend(c.open, c.high, c.low, c.close, o);
        };
    VwapLine: |s, b, o| o[0] = s.kernel.0.next(b.session, b.high, b.low, b.close, b.volume).price,
        |s, c, o| for (i, price) in o[0].iter_mut().enumerate() {
            *price = s.kernel.0.next(c.session[i], c.high[i], c.low[i], c.close[i], c.volume[i]).price;
        };
    VwapBands: |s, b, o| {
            let vwap = s.kernel.vwap.next(b.session, b.high, b.low, b.close, b.volume);
            let width = s.kernel.deviations * vwap.deviation;
            (o[0], o[1], o[2]) = (vwap.price + width, vwap.price, vwap.price - width);
        },
        |s, c, o| if let [upper, middle, lower] = o {
            s.kernel.vwap.extend(c.session, c.high, c.low, c.close, c.volume, middle, upper);
            for ((upper, &mut middle), lower) in upper.iter_mut().zip(&mut **middle).zip(&mut **lower) {
                let width = s.kernel.deviations * *upper;
                (*upper, *lower) = (middle + width, middle - width);
            }
        };
    VwapFrom: |s, b, o| {
            if s.kernel.until_anchor == 0 {
                s.kernel.vwap.anchor();
            }
            s.kernel.until_anchor = s.kernel.until_anchor.wrapping_sub(1);
            o[0] = s.kernel.vwap.next(b.high, b.low, b.close, b.volume).price;
        },
        |s, c, o| bar_by_bar(s, c, o);
}

/// Session VWAP without its bands.
#[derive(Clone)]
pub(super) struct VwapLine(pub(super) SessionVwap);

/// Session VWAP with bands at a number of deviations.
#[derive(Clone)]
pub(super) struct VwapBands {
    pub(super) vwap: SessionVwap,
    pub(super) deviations: f64,
}

/// VWAP anchored a number of bars after the first one.
#[derive(Clone)]
pub(super) struct VwapFrom {
    pub(super) vwap: AnchoredVwap,
    pub(super) until_anchor: u64,
}

fn bar_by_bar(kernel: &mut impl Kernel, columns: &Columns<'_>, out: &mut [&mut [f64]]) {
    let mut values = [f64::NAN; super::MAX_OUTPUTS];
    for i in 0..columns.len() {
        if let Some(bar) = columns.bar(i, &[]) {
            kernel.next(&bar, &mut values);
        }
        for (column, value) in out.iter_mut().zip(values) {
            column[i] = value;
        }
    }
}
