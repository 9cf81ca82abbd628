//! Every function of TA-Lib by name, and ours against the library's where both exist.

use indicators::{Spec, catalogue, compute, parse};

use crate::market::Market;

#[test]
fn every_function_gives_values_where_it_says() {
    let market = Market::new(1, 1500);
    let mut functions = 0;
    for indicator in catalogue() {
        let spec = Spec::new(&indicator.name, &[], &[]).expect("defaults are right");
        let columns = compute(&spec, &market.columns());
        assert_eq!(columns.len(), indicator.outputs.len());
        functions += usize::from(indicator.source() == "ta-lib");
        // Averages of ratios of small prices and the like may be undefined at a bar; none is from end to end, except
        // arc functions, which prices are outside of, and reversal bands that wait for a swing.
        if ["acos", "asin"].contains(&indicator.name.as_str()) {
            continue;
        }
        for column in columns {
            assert!(column.values.iter().any(|value| !value.is_nan()), "{} is never defined", column.name);
            let early = &column.values[..spec.warm_up().min(1500)];
            assert!(
                early.iter().all(|value| value.is_nan()),
                "{} is defined before its warm-up",
                column.name
            );
        }
    }
    assert_eq!(functions, 237);
}

#[test]
fn ours_equal_the_library() {
    let market = Market::new(2, 5000);
    let pairs = [
        ("sma(20)", "ta_sma(20)"),
        ("sma(1)", "ta_sma(1)"),
        ("ema(20)", "ta_ema(20)"),
        ("rsi(14)", "ta_rsi(14)"),
        ("rsi(2)", "ta_rsi(2)"),
        ("macd(12,26,9)", "ta_macd(12,26,9)"),
        ("macd(26,12,1)", "ta_macd(26,12,1)"),
        ("atr(14)", "ta_atr(14)"),
        ("atr(1)", "ta_atr(1)"),
        ("tr", "trange"),
        ("bbands(20,2)", "ta_bbands(20,2,2)"),
        ("adx(14)", "ta_adx(14)"),
        ("adx(2)", "ta_adx(2)"),
        ("plus_di(14)", "ta_plus_di(14)"),
        ("minus_di(14)", "ta_minus_di(14)"),
        ("stoch(14,3,3)", "ta_stoch(14,3,sma,3,sma)"),
        ("stoch(5,1,7)", "ta_stoch(5,1,sma,7,sma)"),
        ("heikin_ashi", "ha"),
    ];
    for (ours, theirs) in pairs {
        let spec = |text| parse(text).expect("a right list").remove(0);
        let theirs = compute(&spec(theirs), &market.columns());
        for (ours, theirs) in compute(&spec(ours), &market.columns()).iter().zip(theirs) {
            for (i, (&a, &b)) in ours.values.iter().zip(&theirs.values).enumerate() {
                let near = (a - b).abs() <= 1e-8 * b.abs().max(1.0) || a.is_nan() && b.is_nan();
                assert!(near, "{} at {i}: {a}, the library has {b}", ours.name);
            }
        }
    }
}

#[test]
fn a_market_that_does_not_move_is_defined() {
    let mut market = Market::new(4, 300);
    for column in [&mut market.open, &mut market.high, &mut market.low, &mut market.close] {
        column.fill(100.05);
    }
    let last = |text: &str| {
        let spec = parse(text).expect("a right list").remove(0);
        compute(&spec, &market.columns()).iter().map(|column| column.values[299]).collect::<Vec<_>>()
    };
    assert_eq!(last("rsi(14)"), [0.0]);
    assert_eq!(last("adx(14)"), [0.0]);
    assert_eq!(last("plus_di(14)"), [0.0]);
    assert_eq!(last("atr(14)"), [0.0]);
    assert_eq!(last("stoch(14,3,3)"), [0.0, 0.0]);
    assert!(last("bbands(20,2)").iter().all(|band| (band - 100.05).abs() < 1e-9));
}
