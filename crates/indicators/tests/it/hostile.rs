//! Input that no market gives: it may be undefined, it may not panic.

use indicators::{Columns, Spec, catalogue, compute};
use proptest::prelude::*;

use crate::market::{Market, same};

fn feed(spec: &Spec, market: &Market) {
    let whole = compute(spec, &market.columns());
    let mut instance = spec.start();
    let mut out = [0.0; 9];
    for i in 0..market.len() {
        instance.next(&market.bar(i), &mut out);
        for (column, &streamed) in whole.iter().zip(&out) {
            let value = column.values[i];
            assert!(same(value, streamed), "{} at {i}: column {value:e}, stream {streamed:e}", column.name);
        }
    }
    let mut blocks = vec![Vec::new(); instance.outputs()];
    let mut instance = spec.start();
    instance.extend(&market.columns(), &mut blocks);
}

fn odd_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
        Just(0.0),
        Just(-0.0),
        Just(-1.0),
        1.0..1000.0
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn no_number_panics(odd in prop::collection::vec((0_usize..200, 0_usize..5, odd_number()), 0..60), finite in any::<bool>()) {
        let mut market = Market::new(9, 200);
        for (at, column, value) in odd {
            if finite && !value.is_finite() {
                continue;
            }
            let column = [&mut market.open, &mut market.high, &mut market.low, &mut market.close, &mut market.volume]
                .into_iter().nth(column);
            if let Some(column) = column {
                column[at] = value;
            }
        }
        for indicator in catalogue() {
            feed(&Spec::new(&indicator.name, &[], &[]).expect("defaults are right"), &market);
        }
    }

    #[test]
    fn no_short_column_panics(lengths in prop::array::uniform7(0_usize..60)) {
        let market = Market::new(9, 60);
        let [open, high, low, close, volume, session, minute] = lengths;
        let columns = Columns {
            open: &market.open[..open],
            high: &market.high[..high],
            low: &market.low[..low],
            close: &market.close[..close],
            volume: &market.volume[..volume],
            session: &market.session[..session],
            minute: &market.minute[..minute],
        };
        for indicator in catalogue() {
            let spec = Spec::new(&indicator.name, &[], &[]).expect("defaults are right");
            for column in compute(&spec, &columns) {
                prop_assert_eq!(column.values.len(), close);
            }
            let mut out = vec![Vec::new(); 1];
            spec.start().extend(&columns, &mut out);
            prop_assert_eq!(out[0].len(), close);
        }
    }

    #[test]
    fn no_parameter_panics(at in 0_usize..300, seed in any::<u64>(), picks in prop::collection::vec(0.0..=1.0_f64, 12)) {
        let market = Market::new(seed, 150);
        let indicator = &catalogue()[at % catalogue().len()];
        let parameters: Vec<f64> = indicator.parameters.iter().zip(&picks).map(|(parameter, pick)| {
            match parameter.kind {
                indicators::catalogue::ParameterKind::Integer { min, max } => {
                    (min + pick * pick * pick * (max - min).min(200.0)).floor()
                }
                indicators::catalogue::ParameterKind::Real { min, max } => {
                    (min.max(-1e3) + pick * (max.min(1e3) - min.max(-1e3))).clamp(min, max)
                }
                indicators::catalogue::ParameterKind::Choice(values) => {
                    values[(pick * (values.len() - 1) as f64) as usize].0 as f64
                }
            }
        }).collect();
        if let Ok(spec) = Spec::new(&indicator.name, &parameters, &[]) {
            feed(&spec, &market);
        }
    }
}

#[test]
fn the_ends_of_every_range_are_usable_or_refused() {
    use indicators::catalogue::{Parameter, ParameterKind};
    let market = Market::new(9, 40);
    let end = |parameter: &Parameter, most: bool| match parameter.kind {
        ParameterKind::Integer { min, max } | ParameterKind::Real { min, max } => {
            if most {
                max
            } else {
                min
            }
        }
        ParameterKind::Choice(values) => values[if most { values.len() - 1 } else { 0 }].0 as f64,
    };
    for indicator in catalogue() {
        for most in [false, true] {
            let parameters: Vec<f64> = indicator.parameters.iter().map(|p| end(p, most)).collect();
            if let Ok(spec) = Spec::new(&indicator.name, &parameters, &[]) {
                feed(&spec, &market);
            }
        }
    }
}
