//! One bar at a time, blocks of any size and the whole column give the same bits.

use indicators::{AnchoredVwap, Columns, Spec, catalogue, compute, parse};
use proptest::prelude::*;

use crate::market::{Market, first_difference, same};

fn streamed(spec: &Spec, market: &Market) -> Vec<Vec<f64>> {
    let mut instance = spec.start();
    let mut out = vec![f64::NAN; instance.outputs()];
    let mut columns = vec![Vec::new(); instance.outputs()];
    for i in 0..market.len() {
        instance.next(&market.bar(i), &mut out);
        for (column, &value) in columns.iter_mut().zip(&out) {
            column.push(value);
        }
    }
    columns
}

fn in_blocks(spec: &Spec, market: &Market, mut size: impl FnMut() -> usize) -> Vec<Vec<f64>> {
    let mut instance = spec.start();
    let mut columns = vec![Vec::new(); instance.outputs()];
    let mut from = 0;
    while from < market.len() {
        let to = (from + size()).min(market.len());
        instance.extend(&market.part(from, to), &mut columns);
        from = to;
    }
    columns
}

fn assert_same(spec: &Spec, market: &Market, seed: u64) {
    let whole = compute(spec, &market.columns());
    let streamed = streamed(spec, market);
    for (column, streamed) in whole.iter().zip(&streamed) {
        if let Some(at) = first_difference(&column.values, streamed) {
            let (a, b) = (column.values[at], streamed[at]);
            panic!("seed {seed}: {} of {spec} at {at}: column {a:e}, stream {b:e}", column.name);
        }
    }
    for size in [1, 7, 131_072] {
        let blocks = in_blocks(spec, market, || size);
        for (column, blocks) in whole.iter().zip(&blocks) {
            let at = first_difference(&column.values, blocks);
            assert_eq!(at, None, "seed {seed}: {} of {spec} in blocks of {size}", column.name);
        }
    }
}

#[test]
fn every_indicator_streams_as_it_computes() {
    let market = Market::new(7, 700);
    for indicator in catalogue() {
        let spec = Spec::new(&indicator.name, &[], &[]).expect("defaults are right");
        assert_same(&spec, &market, 7);
    }
}

/// Long enough for the running sums to be added afresh several times.
const OURS: &str = "sma(20),sma(3),sma(1500),ema(20),ema(1),rsi(14),macd(12,26,9),atr(14),bbands(20,2),
    bbands(3,1),bbands(1100,2.5),supertrend(10,3),adx(14),plus_di(14),minus_di(2),vwap,vwap_bands(1.5),
    stoch(14,3,3),stoch(5,1,7),stoch_k_raw(9),donchian(20),donchian(1),donchian(1000),tr,opening_range(15),cpr,
    heikin_ashi,anchored_vwap(100),ema(20,volume)";

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn blocks_of_any_size_give_the_same_bits(seed in any::<u64>(), bars in 0_usize..5000, sizes in prop::collection::vec(1_usize..3000, 1..8)) {
        let market = Market::new(seed, bars);
        for spec in parse(OURS).expect("a right list") {
            let whole = compute(&spec, &market.columns());
            let mut next = sizes.iter().copied().cycle();
            let blocks = in_blocks(&spec, &market, || next.next().unwrap_or(1));
            let streamed = streamed(&spec, &market);
            for ((column, blocks), streamed) in whole.iter().zip(&blocks).zip(&streamed) {
                prop_assert_eq!(first_difference(&column.values, blocks), None, "{} in blocks", &column.name);
                prop_assert_eq!(first_difference(&column.values, streamed), None, "{} streamed", &column.name);
            }
        }
    }

    #[test]
    fn every_indicator_streams_as_it_computes_on_any_market(seed in any::<u64>(), bars in 0_usize..400) {
        let market = Market::new(seed, bars);
        for indicator in catalogue() {
            assert_same(&Spec::new(&indicator.name, &[], &[]).expect("defaults are right"), &market, seed);
        }
    }
}

#[test]
fn a_bar_without_a_number_is_stepped_over() {
    let mut market = Market::new(3, 400);
    let mut without = market.clone();
    for at in [0, 5, 30, 31, 200] {
        market.close[at] = f64::NAN;
    }
    for at in [200, 31, 30, 5, 0] {
        without.open.remove(at);
        without.high.remove(at);
        without.low.remove(at);
        without.close.remove(at);
        without.volume.remove(at);
        without.session.remove(at);
        without.minute.remove(at);
    }
    for spec in parse("sma(20),rsi(14),supertrend(10,3),stoch(14,3,3),vwap,cci(20),obv,kama(10)")
        .expect("a right list")
    {
        let gaps = compute(&spec, &market.columns());
        for (gaps, without) in gaps.iter().zip(compute(&spec, &without.columns())) {
            let kept: Vec<f64> = gaps
                .values
                .iter()
                .enumerate()
                .filter(|(i, _)| !market.close[*i].is_nan())
                .map(|(_, &v)| v)
                .collect();
            assert_eq!(first_difference(&kept, &without.values), None, "{}", gaps.name);
            assert!(gaps.values[200].is_nan());
        }
        assert_same(&spec, &market, 3);
    }
}

#[test]
fn a_missing_column_is_only_missed_by_those_who_read_it() {
    let market = Market::new(11, 100);
    let columns = Columns { volume: &[], ..market.columns() };
    let specs = parse("sma(5),vwap,obv").expect("a right list");
    let computed = indicators::compute_all(&specs, &columns);
    assert!(computed[0].values[99].is_finite());
    assert!(computed[1].values.iter().chain(&computed[2].values).all(|value| value.is_nan()));
}

#[test]
fn an_anchored_average_goes_on_across_blocks() {
    let market = Market::new(21, 300);
    let (mut by_bar, mut by_block) = (AnchoredVwap::new(), AnchoredVwap::new());
    let (mut price, mut deviation) = (vec![0.0; 300], vec![0.0; 300]);
    for (from, to, anchor) in [(0, 50, false), (50, 120, true), (120, 200, false), (200, 300, true)] {
        if anchor {
            by_bar.anchor();
            by_block.anchor();
        }
        let part = market.part(from, to);
        let (price, deviation) = (&mut price[from..to], &mut deviation[from..to]);
        by_block.extend(part.high, part.low, part.close, part.volume, price, deviation);
        for i in 0..to - from {
            let vwap = by_bar.next(part.high[i], part.low[i], part.close[i], part.volume[i]);
            assert!(same(vwap.price, price[i]) && same(vwap.deviation, deviation[i]));
            assert_eq!(vwap.price.is_nan(), from == 0);
        }
    }
}
