//! The crate's own indicators as the catalogue lists them.

use super::bars::Input::{self, Close, High, Low, Minute, Open, Session, Volume};
use super::kernels::{Kernel, Over, VwapBands, VwapFrom, VwapLine};
use super::{Indicator, Origin, Parameter, ParameterKind};
use crate::parameter::MAX_PERIOD;
use crate::{
    Adx, AnchoredVwap, Atr, Bollinger, CentralPivotRange, DirectionalIndicator, Donchian, Ema, HeikinAshi,
    Macd, OpeningRange, ParameterError, Rsi, SessionVwap, Side, Sma, Stochastic, StochasticRaw, Supertrend,
    TrueRange,
};

type Started = Result<Box<dyn Kernel>, ParameterError>;

/// How an indicator of this crate starts, and how many bars it takes before its first value.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) kernel: fn(&[f64], Input) -> Started,
    pub(super) warm_up: fn(&[f64]) -> usize,
}

fn over<K>(kernel: Result<K, ParameterError>, series: Input) -> Started
where
    Over<K>: Kernel + 'static,
{
    kernel.map(|kernel| Box::new(Over { kernel, series }) as Box<dyn Kernel>)
}

fn period(name: &'static str, default: f64, min: f64) -> Parameter {
    whole(name, "bars", default, min, MAX_PERIOD as f64)
}

fn whole(name: &'static str, doc: &'static str, default: f64, min: f64, max: f64) -> Parameter {
    Parameter { name: name.into(), doc, kind: ParameterKind::Integer { min, max }, default }
}

fn factor(name: &'static str, doc: &'static str, default: f64) -> Parameter {
    Parameter { name: name.into(), doc, kind: ParameterKind::Real { min: 0.0, max: 1e6 }, default }
}

struct Entry {
    name: &'static str,
    doc: &'static str,
    parameters: Vec<Parameter>,
    inputs: &'static [Input],
    /// Where in `inputs` the series stands that a source may replace.
    series: usize,
    outputs: &'static [&'static str],
    kernel: fn(&[f64], Input) -> Started,
    warm_up: fn(&[f64]) -> usize,
}

impl Entry {
    fn list(self) -> Indicator {
        Indicator {
            name: self.name.into(),
            doc: self.doc,
            group: "Sauda",
            parameters: self.parameters,
            inputs: self.inputs.to_vec(),
            series: self.series,
            outputs: self.outputs.iter().map(|&output| output.into()).collect(),
            origin: Origin::Own(Start { kernel: self.kernel, warm_up: self.warm_up }),
        }
    }
}

pub(super) fn indicators() -> Vec<Indicator> {
    averages().into_iter().chain(ranges()).chain(directions()).chain(sessions()).map(Entry::list).collect()
}

const HLC: &[Input] = &[High, Low, Close];

fn averages() -> Vec<Entry> {
    vec![
        Entry {
            name: "sma",
            doc: "Simple moving average",
            parameters: vec![period("period", 20.0, 1.0)],
            inputs: &[Close],
            series: 1,
            outputs: &["sma_{0}"],
            kernel: |p, series| over(Sma::new(p[0] as usize), series),
            warm_up: |p| p[0] as usize - 1,
        },
        Entry {
            name: "ema",
            doc: "Exponential moving average, seeded with the mean of its first values",
            parameters: vec![period("period", 20.0, 1.0)],
            inputs: &[Close],
            series: 1,
            outputs: &["ema_{0}"],
            kernel: |p, series| over(Ema::new(p[0] as usize), series),
            warm_up: |p| p[0] as usize - 1,
        },
        Entry {
            name: "rsi",
            doc: "Relative strength index (Wilder)",
            parameters: vec![period("period", 14.0, 2.0)],
            inputs: &[Close],
            series: 1,
            outputs: &["rsi_{0}"],
            kernel: |p, series| over(Rsi::new(p[0] as usize), series),
            warm_up: |p| p[0] as usize,
        },
        Entry {
            name: "macd",
            doc: "Moving average convergence divergence, as TA-Lib seeds it",
            parameters: vec![
                period("fast", 12.0, 2.0),
                period("slow", 26.0, 2.0),
                period("signal", 9.0, 1.0),
            ],
            inputs: &[Close],
            series: 1,
            outputs: &["macd_{0}_{1}", "macd_signal_{2}", "macd_hist"],
            kernel: |p, series| over(Macd::new(p[0] as usize, p[1] as usize, p[2] as usize), series),
            warm_up: |p| p[0].max(p[1]) as usize + p[2] as usize - 2,
        },
        Entry {
            name: "bbands",
            doc: "Bollinger bands, population standard deviation",
            parameters: vec![period("period", 20.0, 2.0), factor("deviations", "band width", 2.0)],
            inputs: &[Close],
            series: 1,
            outputs: &["bb_upper_{0}_{1}", "bb_mid_{0}", "bb_lower_{0}_{1}"],
            kernel: |p, series| over(Bollinger::new(p[0] as usize, p[1]), series),
            warm_up: |p| p[0] as usize - 1,
        },
    ]
}

fn ranges() -> Vec<Entry> {
    vec![
        Entry {
            name: "tr",
            doc: "True range (Wilder)",
            parameters: vec![],
            inputs: HLC,
            series: 0,
            outputs: &["tr"],
            kernel: |_, series| over(Ok(TrueRange::new()), series),
            warm_up: |_| 1,
        },
        Entry {
            name: "atr",
            doc: "Average true range (Wilder)",
            parameters: vec![period("period", 14.0, 1.0)],
            inputs: HLC,
            series: 0,
            outputs: &["atr_{0}"],
            kernel: |p, series| over(Atr::new(p[0] as usize), series),
            warm_up: |p| p[0] as usize,
        },
        Entry {
            name: "donchian",
            doc: "Donchian channel, including the current bar",
            parameters: vec![period("period", 20.0, 1.0)],
            inputs: &[High, Low],
            series: 0,
            outputs: &["donchian_high_{0}", "donchian_low_{0}", "donchian_mid_{0}"],
            kernel: |p, series| over(Donchian::new(p[0] as usize), series),
            warm_up: |p| p[0] as usize - 1,
        },
        Entry {
            name: "stoch_k_raw",
            doc: "Raw %K: where the close stands in the range of the last bars",
            parameters: vec![period("period", 14.0, 1.0)],
            inputs: HLC,
            series: 0,
            outputs: &["stoch_k_raw_{0}"],
            kernel: |p, series| over(StochasticRaw::new(p[0] as usize), series),
            warm_up: |p| p[0] as usize - 1,
        },
        Entry {
            name: "stoch",
            doc: "Slow stochastic with simple averages",
            parameters: vec![
                period("period", 14.0, 1.0),
                period("smooth", 3.0, 1.0),
                period("signal", 3.0, 1.0),
            ],
            inputs: HLC,
            series: 0,
            outputs: &["stoch_k_{0}_{1}", "stoch_d_{2}"],
            kernel: |p, series| over(Stochastic::new(p[0] as usize, p[1] as usize, p[2] as usize), series),
            warm_up: |p| p[0] as usize + p[1] as usize + p[2] as usize - 3,
        },
        Entry {
            name: "heikin_ashi",
            doc: "Heikin-Ashi averaged candles",
            parameters: vec![],
            inputs: &[Open, High, Low, Close],
            series: 0,
            outputs: &["heikin_ashi_open", "heikin_ashi_high", "heikin_ashi_low", "heikin_ashi_close"],
            kernel: |_, series| over(Ok(HeikinAshi::new()), series),
            warm_up: |_| 0,
        },
    ]
}

fn directions() -> Vec<Entry> {
    vec![
        Entry {
            name: "supertrend",
            doc: "Supertrend line and direction (1 up, -1 down)",
            parameters: vec![period("period", 10.0, 1.0), factor("multiplier", "band width in ATRs", 3.0)],
            inputs: HLC,
            series: 0,
            outputs: &["supertrend_{0}_{1}", "supertrend_dir"],
            kernel: |p, series| over(Supertrend::new(p[0] as usize, p[1]), series),
            warm_up: |p| p[0] as usize,
        },
        Entry {
            name: "adx",
            doc: "Average directional index (Wilder)",
            parameters: vec![period("period", 14.0, 2.0)],
            inputs: HLC,
            series: 0,
            outputs: &["adx_{0}"],
            kernel: |p, series| over(Adx::new(p[0] as usize), series),
            warm_up: |p| 2 * p[0] as usize - 1,
        },
        Entry {
            name: "plus_di",
            doc: "Plus directional indicator (Wilder)",
            parameters: vec![period("period", 14.0, 2.0)],
            inputs: HLC,
            series: 0,
            outputs: &["plus_di_{0}"],
            kernel: |p, series| over(DirectionalIndicator::new(Side::Plus, p[0] as usize), series),
            warm_up: |p| p[0] as usize,
        },
        Entry {
            name: "minus_di",
            doc: "Minus directional indicator (Wilder)",
            parameters: vec![period("period", 14.0, 2.0)],
            inputs: HLC,
            series: 0,
            outputs: &["minus_di_{0}"],
            kernel: |p, series| over(DirectionalIndicator::new(Side::Minus, p[0] as usize), series),
            warm_up: |p| p[0] as usize,
        },
    ]
}

fn sessions() -> Vec<Entry> {
    const TRADES: &[Input] = &[High, Low, Close, Volume, Session];
    vec![
        Entry {
            name: "vwap",
            doc: "Volume-weighted average price since the session's open",
            parameters: vec![],
            inputs: TRADES,
            series: 0,
            outputs: &["vwap"],
            kernel: |_, series| over(Ok(VwapLine(SessionVwap::new())), series),
            warm_up: |_| 0,
        },
        Entry {
            name: "vwap_bands",
            doc: "Session VWAP and bands of volume-weighted standard deviations",
            parameters: vec![factor("deviations", "band width", 2.0)],
            inputs: TRADES,
            series: 0,
            outputs: &["vwap_upper_{0}", "vwap_mid", "vwap_lower_{0}"],
            kernel: |p, series| over(Ok(VwapBands { vwap: SessionVwap::new(), deviations: p[0] }), series),
            warm_up: |_| 0,
        },
        Entry {
            name: "anchored_vwap",
            doc: "Volume-weighted average price since a bar, counted from the first bar of the data",
            parameters: vec![whole("bar", "index of the bar it starts at", 0.0, 0.0, f64::from(u32::MAX))],
            inputs: &[High, Low, Close, Volume],
            series: 0,
            outputs: &["anchored_vwap_{0}"],
            kernel: |p, series| {
                over(Ok(VwapFrom { vwap: AnchoredVwap::new(), until_anchor: p[0] as u64 }), series)
            },
            warm_up: |p| p[0] as usize,
        },
        Entry {
            name: "opening_range",
            doc: "Range of a session's first minutes, from the first bar after them",
            parameters: vec![whole("minutes", "length of the range", 15.0, 1.0, 1440.0)],
            inputs: &[High, Low, Session, Minute],
            series: 0,
            outputs: &["or{0}_high", "or{0}_low"],
            kernel: |p, series| over(Ok(OpeningRange::new(p[0] as u32)), series),
            warm_up: |_| 0,
        },
        Entry {
            name: "cpr",
            doc: "Central pivot range and pivot levels of the previous session",
            parameters: vec![],
            inputs: &[High, Low, Close, Session],
            series: 0,
            outputs: &[
                "cpr_pivot",
                "cpr_bc",
                "cpr_tc",
                "cpr_r1",
                "cpr_r2",
                "cpr_r3",
                "cpr_s1",
                "cpr_s2",
                "cpr_s3",
            ],
            kernel: |_, series| over(Ok(CentralPivotRange::new()), series),
            warm_up: |_| 0,
        },
    ]
}
