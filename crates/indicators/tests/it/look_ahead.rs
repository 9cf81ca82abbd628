//! Later bars never change earlier values.

use indicators::{Spec, catalogue, compute};

use crate::market::{Market, first_difference};

#[test]
fn later_bars_change_nothing_before_them() {
    let market = Market::new(5, 900);
    let other = Market::new(6, 900);
    for cut in [1, 40, 333, 640] {
        let mut changed = market.clone();
        changed.open[cut..].copy_from_slice(&other.open[cut..]);
        changed.high[cut..].copy_from_slice(&other.high[cut..]);
        changed.low[cut..].copy_from_slice(&other.low[cut..]);
        changed.close[cut..].copy_from_slice(&other.close[cut..]);
        changed.volume[cut..].copy_from_slice(&other.volume[cut..]);
        for indicator in catalogue() {
            let spec = Spec::new(&indicator.name, &[], &[]).expect("defaults are right");
            let whole = compute(&spec, &market.columns());
            let others = compute(&spec, &changed.columns());
            let alone = compute(&spec, &market.part(0, cut));
            for ((whole, others), alone) in whole.iter().zip(&others).zip(&alone) {
                let name = &whole.name;
                assert_eq!(
                    first_difference(&whole.values[..cut], &others.values[..cut]),
                    None,
                    "{name} at cut {cut}"
                );
                assert_eq!(
                    first_difference(&whole.values[..cut], &alone.values),
                    None,
                    "{name} cut short at {cut}"
                );
            }
        }
    }
}
