//! Values small enough to work out on paper.

use indicators::{
    Adx, AnchoredVwap, Atr, Bollinger, CentralPivotRange, Donchian, Ema, HeikinAshi, Macd, OpeningRange, Rsi,
    SessionVwap, Sma, Stochastic, Supertrend,
};

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12 || a.is_nan() && b.is_nan(), "{a} is not {b}");
}

#[test]
fn averages() {
    let mut sma = Sma::new(3).expect("right");
    let got: Vec<f64> = [1.0, 2.0, 6.0, 7.0].into_iter().map(|x| sma.next(x)).collect();
    assert!(got[0].is_nan() && got[1].is_nan());
    near(got[2], 3.0);
    near(got[3], 5.0);
    let mut ema = Ema::new(3).expect("right");
    let got: Vec<f64> = [1.0, 2.0, 6.0, 7.0, 1.0].into_iter().map(|x| ema.next(x)).collect();
    near(got[2], 3.0);
    near(got[3], 5.0);
    near(got[4], 3.0);
}

#[test]
fn a_year_of_minutes_does_not_drift() {
    let x: Vec<f64> = (0..200_000).map(|i| 20_000.0 + f64::from(i % 977) * 0.05).collect();
    let mut out = vec![0.0; x.len()];
    Sma::new(20).expect("right").extend(&x, &mut out);
    for i in (1000..x.len()).step_by(997) {
        let exact = x[i - 19..=i].iter().sum::<f64>() / 20.0;
        assert!((out[i] - exact).abs() < 1e-10, "{i}: {} {exact}", out[i]);
    }
}

#[test]
fn rsi_of_three_changes() {
    let mut rsi = Rsi::new(2).expect("right");
    let got: Vec<f64> = [10.0, 12.0, 11.0, 14.0].into_iter().map(|x| rsi.next(x)).collect();
    assert!(got[0].is_nan() && got[1].is_nan());
    near(got[2], 100.0 * 2.0 / 3.0);
    // gain (1 + 3) / 2 = 2, loss 0.5 / 2 = 0.25
    near(got[3], 100.0 * 2.0 / 2.25);
}

#[test]
fn macd_seeds_the_fast_average_late() {
    let mut macd = Macd::new(2, 3, 2).expect("right");
    let got: Vec<_> = [1.0, 2.0, 6.0, 4.0].into_iter().map(|x| macd.next(x)).collect();
    assert!(got[2].macd.is_nan());
    // fast: (2 + 6) / 2 = 4, then 4; slow: 3, then 3.5; signal: mean of 1 and 0.5
    near(got[3].macd, 0.5);
    near(got[3].signal, 0.75);
    near(got[3].histogram, -0.25);
}

#[test]
fn atr_starts_with_the_second_bar() {
    let mut atr = Atr::new(2).expect("right");
    let bars = [(10.0, 8.0, 9.0), (12.0, 9.0, 11.0), (11.0, 7.0, 8.0), (9.0, 8.0, 9.0)];
    let got: Vec<f64> = bars.into_iter().map(|(h, l, c)| atr.next(h, l, c)).collect();
    assert!(got[0].is_nan() && got[1].is_nan());
    near(got[2], 3.5);
    near(got[3], 2.25);
}

#[test]
fn bands_are_population_deviations() {
    let mut bollinger = Bollinger::new(2, 2.0).expect("right");
    assert!(bollinger.next(10.0).upper.is_nan());
    let bands = bollinger.next(14.0);
    near(bands.middle, 12.0);
    near(bands.upper, 16.0);
    near(bands.lower, 8.0);
}

#[test]
fn adx_of_a_straight_rise_is_100() {
    let mut adx = Adx::new(2).expect("right");
    let got: Vec<f64> = (0..5).map(|i| adx.next(f64::from(i) + 1.0, f64::from(i))).collect();
    assert!(got[2].is_nan());
    near(got[3], 100.0);
    near(got[4], 100.0);
}

#[test]
fn supertrend_turns_on_a_close_beyond_its_band() {
    let mut supertrend = Supertrend::new(1, 1.0).expect("right");
    assert!(supertrend.next(11.0, 9.0, 10.0).line.is_nan());
    let trend = supertrend.next(11.0, 9.0, 10.0);
    assert_eq!((trend.line, trend.direction), (12.0, -1.0));
    // true range 8, so bands 15.5 ± 8; the upper one may not rise from 12, which the close is above, and the lower one
    // may not fall from 8
    let trend = supertrend.next(18.0, 13.0, 17.0);
    assert_eq!(trend.direction, 1.0);
    assert_eq!(trend.line, 8.0);
}

#[test]
fn channel_and_oscillator() {
    let mut donchian = Donchian::new(2).expect("right");
    assert!(donchian.next(5.0, 1.0).high.is_nan());
    let channel = donchian.next(4.0, 2.0);
    assert_eq!((channel.high, channel.low, channel.middle), (5.0, 1.0, 3.0));
    let channel = donchian.next(3.0, 2.5);
    assert_eq!((channel.high, channel.low), (4.0, 2.0));
    let mut stochastic = Stochastic::new(1, 1, 2).expect("right");
    assert!(stochastic.next(10.0, 0.0, 5.0).k.is_nan());
    let value = stochastic.next(10.0, 0.0, 10.0);
    assert_eq!((value.k, value.d), (100.0, 75.0));
}

#[test]
fn vwap_starts_anew_each_session() {
    let mut vwap = SessionVwap::new();
    assert!(vwap.next(1, 10.0, 10.0, 10.0, 0.0).price.is_nan());
    near(vwap.next(1, 10.0, 10.0, 10.0, 1.0).price, 10.0);
    let value = vwap.next(1, 14.0, 14.0, 14.0, 3.0);
    near(value.price, 13.0);
    near(value.deviation, 3.0_f64.sqrt());
    near(vwap.next(2, 20.0, 20.0, 20.0, 5.0).price, 20.0);
    let mut anchored = AnchoredVwap::new();
    assert!(anchored.next(1.0, 1.0, 1.0, 1.0).price.is_nan());
    anchored.anchor();
    near(anchored.next(2.0, 2.0, 2.0, 1.0).price, 2.0);
}

#[test]
fn opening_range_is_published_when_it_is_over() {
    let mut range = OpeningRange::new(10);
    assert!(range.next(1, 0, 10.0, 9.0).high.is_nan());
    assert!(range.next(1, 5, 12.0, 9.5).high.is_nan());
    let over = range.next(1, 10, 99.0, 1.0);
    assert_eq!((over.high, over.low), (12.0, 9.0));
    assert!(range.next(2, 30, 99.0, 1.0).high.is_nan(), "a session that starts late has none");
}

#[test]
fn pivots_come_from_the_session_before() {
    let mut pivots = CentralPivotRange::new();
    assert!(pivots.next(1, 10.0, 8.0, 9.0).pivot.is_nan());
    assert!(pivots.next(1, 12.0, 9.0, 12.0).pivot.is_nan());
    let levels = pivots.next(2, 50.0, 40.0, 45.0);
    near(levels.pivot, 32.0 / 3.0);
    near(levels.bottom, 10.0);
    near(levels.top, 64.0 / 3.0 - 10.0);
    near(levels.resistance[0], 64.0 / 3.0 - 8.0);
    near(levels.support[0], 64.0 / 3.0 - 12.0);
    near(levels.resistance[1], 32.0 / 3.0 + 4.0);
    near(levels.support[1], 32.0 / 3.0 - 4.0);
}

#[test]
fn heikin_ashi_averages_the_bar() {
    let mut candles = HeikinAshi::new();
    let first = candles.next(10.0, 14.0, 8.0, 12.0);
    assert_eq!((first.open, first.high, first.low, first.close), (11.0, 14.0, 8.0, 11.0));
    let second = candles.next(12.0, 13.0, 12.0, 13.0);
    assert_eq!((second.open, second.close, second.low), (11.0, 12.5, 11.0));
}

#[test]
fn a_wrong_parameter_says_what_is_right() {
    let error = Sma::new(0).expect_err("wrong").to_string();
    assert_eq!(error, "period 0 is out of range; use 1 to 100000");
    assert!(Rsi::new(1).is_err());
    assert!(Bollinger::new(20, f64::NAN).is_err());
}

#[test]
fn a_channel_is_the_extreme_of_its_window() {
    let x: Vec<f64> = (0..300_u64).map(|i| (i.wrapping_mul(2_654_435_761) >> 7 & 63) as f64).collect();
    for n in [1, 2, 7, 20, 299, 300] {
        let mut donchian = Donchian::new(n).expect("right");
        for i in 0..x.len() {
            let channel = donchian.next(x[i] + 1.0, x[i]);
            if i + 1 < n {
                assert!(channel.high.is_nan());
                continue;
            }
            let window = &x[i + 1 - n..=i];
            assert_eq!(channel.high, window.iter().copied().fold(f64::MIN, f64::max) + 1.0, "{n} at {i}");
            assert_eq!(channel.low, window.iter().copied().fold(f64::MAX, f64::min), "{n} at {i}");
        }
    }
}
