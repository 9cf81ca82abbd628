//! Marks that can be worked out on paper.

use super::series::{Series, given, marks, scan, strategy};

#[track_caller]
fn check(name: &str, parameters: &[(&str, &str)], series: &Series, expected: &str) {
    let description = strategy(name);
    let values = description.values(&given(parameters)).expect("good parameters");
    assert_eq!(marks(&scan(description, &values, series, &[])), expected, "{name} {parameters:?}");
}

#[track_caller]
fn check_closes(name: &str, parameters: &[(&str, &str)], closes: &[f64], expected: &str) {
    check(name, parameters, &Series::of_closes(closes), expected);
}

#[test]
fn sma_cross_keeps_what_it_has_while_the_averages_are_equal() {
    // fast 1: the close; slow 2: 10.5, 11, 11, 10.5, 10, 10.25
    let closes = [10.0, 11.0, 11.0, 11.0, 10.0, 10.0, 10.5];
    check_closes("sma_cross", &[("fast", "1"), ("slow", "2")], &closes, ". Ls . . lS . Ls");
}

#[test]
fn ema_cross_is_a_level() {
    // slow 3, weight 1/2: 11, 12, 13, 11, 10.5; fast 1: the close
    let closes = [10.0, 11.0, 12.0, 13.0, 14.0, 9.0, 10.0];
    check_closes("ema_cross", &[("fast", "1"), ("slow", "3")], &closes, ". . Ls Ls Ls lS lS");
    check_closes("ema_cross", &[("fast", "1"), ("slow", "3")], &[10.0; 6], ". . . . . .");
}

#[test]
fn macd_compares_line_and_signal_once_both_exist() {
    // fast 2 (2/3), slow 3 (1/2), signal 2 (2/3):
    // bar 2: fast 4, slow 3, line 1; bar 3: fast 4, slow 3.5, line 0.5, signal 0.75, so −0.25;
    // bar 4: fast 8, slow 6.75, line 1.25, signal 0.25 + 0.8333, so +0.1667
    let parameters = [("fast", "2"), ("slow", "3"), ("signal", "2")];
    check_closes("macd", &parameters, &[1.0, 2.0, 6.0, 4.0, 10.0], ". . . lS Ls");
    check_closes("macd", &parameters, &[7.5; 6], ". . . . . .");
}

#[test]
fn averages_that_have_met_bear_no_marks() {
    // After a rise, a standstill at a price that binary floats do not hold exactly, and for MACD a straight rise, which
    // brings line and signal together.
    let still = (0..6_000).map(|i| 1234.55 + f64::from(i.min(100)) * 0.05).collect::<Vec<_>>();
    let straight = (0..6_000).map(|i| 1234.55 + f64::from(i.max(100)) * 0.05).collect::<Vec<_>>();
    for (name, closes) in
        [("sma_cross", &still), ("ema_cross", &still), ("macd", &still), ("macd", &straight)]
    {
        let description = strategy(name);
        let values = description.values(&[]).expect("defaults");
        let marks = marks(&scan(description, &values, &Series::of_closes(closes), &[]));
        assert!(marks.contains(['L', 'S']), "{name}: {marks}");
        assert!(marks.ends_with(&" .".repeat(1_000)), "{name}: {marks}");
    }
}

#[test]
fn rsi_reversion_buys_on_the_way_back_up() {
    // n = 2, averages of gain and loss: bar 2: 0, 1 → 0; bar 3: .5, .5 → 50 (too far up to buy, an exit);
    let parameters = [("period", "2")];
    check_closes("rsi_reversion", &parameters, &[12.0, 11.0, 10.0, 11.0], ". . s ls");
    // a rise of 0.75 instead: .375, .5 → 42.9: crosses 30, below 50. Then −2: .1875, 1.25 → 13.0. Then +1:
    // .59375, .625 → 48.7: crosses again. Then +1: .796875, .3125 → 71.8: leaves.
    let closes = [12.0, 11.0, 10.0, 10.75, 8.75, 9.75, 10.75];
    check_closes("rsi_reversion", &parameters, &closes, ". . s Ls s Ls l");
}

#[test]
fn rsi_reversion_sells_on_the_way_back_down() {
    // The mirror image: 100, 57.1, 87.0, 51.3, 28.2.
    let closes = [10.0, 11.0, 12.0, 11.25, 13.25, 12.25, 11.25];
    check_closes("rsi_reversion", &[("period", "2")], &closes, ". . l lS l lS s");
}

#[test]
fn rsi_reversion_does_not_buy_the_first_tick_after_a_standstill() {
    // 0 while nothing has moved, then 100.
    check_closes("rsi_reversion", &[("period", "2")], &[10.0, 10.0, 10.0, 10.0, 10.05], ". . s s l");
}

#[test]
fn rsi_reversion_leaves_at_its_exit_level() {
    let closes = [12.0, 11.0, 10.0, 10.75];
    // 42.9 at the last bar.
    check_closes("rsi_reversion", &[("period", "2"), ("exit", "42")], &closes, ". . s l");
    check_closes("rsi_reversion", &[("period", "2"), ("exit", "43")], &closes, ". . s Ls");
}

#[test]
fn bollinger_breakout_enters_once_and_leaves_at_the_middle() {
    // n = 3, k = 1, mean ± deviation: bar 2: 10 ± 0; bar 3 (10 10 13): 11 ± 1.41: 13 is above 12.41, from 10,
    // on a band; bar 4 (10 13 16): 13 ± 2.45: still above; bar 5 (13 16 14): 14.33 ± 1.25: 14 is below the
    // middle; bar 6 (16 14 11): 13.67 ± 2.05: 11 is below 11.61; bar 7 (14 11 8): still below; bar 8 (11 8
    // 11): 10 ± 1.41: inside
    let closes = [10.0, 10.0, 10.0, 13.0, 16.0, 14.0, 11.0, 8.0, 11.0];
    let parameters = [("period", "3"), ("deviations", "1")];
    check_closes("bollinger_breakout", &parameters, &closes, ". . ls Ls s l lS l s");
}

#[test]
fn bollinger_breakout_needs_the_bar_before_inside() {
    // Bar 2 is outside (10 10 13) but nothing is known of bar 1; bar 3 (10 13 16) is outside still.
    let parameters = [("period", "3"), ("deviations", "1")];
    check_closes("bollinger_breakout", &parameters, &[10.0, 10.0, 13.0, 16.0], ". . s s");
}

#[test]
fn supertrend_follows_the_direction() {
    // ATR(1) is the true range and k = 1. Each bar spans 2, so the bands lie true range away from the close
    // here. bar 1: range 2, bands 8–12; bar 2 at 11: range 2, upper 12 stays (13 is not lower); bar 3 at 14:
    // range 4, 14 > 12: up, lower 10; bar 4 at 13: range 2, lower 11; bar 5 at 11: range 3, lower 11 stays, a
    // close on it turns nothing; bar 6 at 10.5: range 2, below 11: down
    let mut series = Series::default();
    for (i, middle) in [10.0, 10.0, 11.0, 14.0, 13.0, 11.0, 10.5].into_iter().enumerate() {
        series.push(middle + 1.0, middle - 1.0, middle, 1.0, 0, 5 * i as u32);
    }
    check("supertrend", &[("period", "1"), ("multiplier", "1")], &series, ". lS lS Ls Ls Ls lS");
}

/// Bars of 5 minutes, each `(high, low, close)`, in sessions.
fn sessions(days: &[&[(f64, f64, f64)]]) -> Series {
    let mut series = Series::default();
    for (day, bars) in days.iter().enumerate() {
        for (i, &(high, low, close)) in bars.iter().enumerate() {
            series.push(high, low, close, 1.0, day as u32, 5 * i as u32);
        }
    }
    series
}

#[test]
fn opening_range_breakout_waits_for_the_range_and_for_the_close() {
    let range = [(101.0, 99.0, 100.0), (102.0, 100.0, 102.0)];
    let day = |rest: &[(f64, f64, f64)]| [&range, rest].concat();
    let parameters = [("minutes", "10")];
    // 99–102. A high beyond it and a close on its edge are no breakout; then out, out still, in, out again.
    let quiet = day(&[
        (103.0, 101.0, 102.0),
        (103.0, 101.0, 102.5),
        (104.0, 102.0, 103.0),
        (103.0, 101.0, 101.0),
        (103.0, 101.0, 102.5),
    ]);
    check("opening_range_breakout", &parameters, &sessions(&[&quiet]), ". . . Ls s . Ls");
    // The first bar after the range may break it; from one side to the other in one bar reverses.
    let wild = day(&[(103.0, 101.0, 103.0), (103.0, 98.0, 98.5), (99.0, 97.0, 98.0)]);
    check("opening_range_breakout", &parameters, &sessions(&[&wild]), ". . Ls lS l");
    // A new session makes a new range: 98 is below the old one, and not yet judged.
    let low = [(98.0, 97.0, 98.0), (98.0, 97.0, 98.0), (97.0, 96.0, 96.0)];
    check("opening_range_breakout", &parameters, &sessions(&[&wild, &low]), ". . Ls lS l . . lS");
}

#[test]
fn opening_range_breakout_enters_until_its_minute_and_leaves_after_it() {
    let day = [
        (101.0, 99.0, 100.0),
        (102.0, 100.0, 102.0),
        (102.0, 100.0, 101.0),
        (104.0, 101.0, 103.0), // opens at minute 15
        (100.0, 98.0, 98.0),
    ];
    let series = sessions(&[&day]);
    check("opening_range_breakout", &[("minutes", "10"), ("until", "16")], &series, ". . . Ls l");
    check("opening_range_breakout", &[("minutes", "10"), ("until", "15")], &series, ". . . s l");
}

#[test]
fn opening_range_breakout_skips_a_session_without_a_range() {
    let mut series = Series::default();
    series.push(101.0, 99.0, 100.0, 1.0, 0, 0);
    series.push(101.0, 99.0, 100.0, 1.0, 0, 15);
    series.push(105.0, 103.0, 104.0, 1.0, 1, 15);
    series.push(108.0, 103.0, 107.0, 1.0, 1, 20);
    check("opening_range_breakout", &[], &series, ". . . .");
}

#[test]
fn vwap_reversion_fades_the_bands() {
    // Equal volumes and bars without a range: the plain mean and deviation of the session so far. k = 1. 10;
    // 10 12: 11 ± 1, on a band; 10 12 11: 11 ± .816; 8: 10.25 ± 1.48, below 8.77; 7: 9.6 ± 1.85, below still;
    // 9: 9.5 ± 1.71; 9.75: 9.54 above; 14: 10.22 ± 2.2, above 12.42
    let closes = [10.0, 12.0, 11.0, 8.0, 7.0, 9.0, 9.75, 14.0];
    let parameters = [("deviations", "1"), ("after", "0")];
    check_closes("vwap_reversion", &parameters, &closes, "ls l ls Ls s s l lS");
    // The bar at minute 15 is the one that crosses.
    check_closes("vwap_reversion", &[("deviations", "1"), ("after", "15")], &closes, "ls l ls Ls s s l lS");
    check_closes("vwap_reversion", &[("deviations", "1"), ("after", "16")], &closes, "ls l ls s s s l lS");
}

#[test]
fn vwap_reversion_weighs_by_volume() {
    // 10 × 3 and 14 × 1: 11 ± 1.73. The typical price of the third bar is (9 + 6 + 6) / 3 = 7, × 4: 9 ± 2.35,
    // and 6 lies below 6.65. A close of 6.7 with the same typical price does not; with equal volumes (10.33 ±
    // 2.87) both would.
    let mut series = Series::default();
    series.push(10.0, 10.0, 10.0, 3.0, 0, 0);
    series.push(14.0, 14.0, 14.0, 1.0, 0, 5);
    series.push(9.0, 6.0, 6.0, 4.0, 0, 10);
    let parameters = [("deviations", "1"), ("after", "0")];
    check("vwap_reversion", &parameters, &series, "ls l Ls");
    series.close[2] = 6.7;
    series.high[2] = 8.3;
    check("vwap_reversion", &parameters, &series, "ls l s");
}

#[test]
fn vwap_reversion_does_not_cross_overnight() {
    // The next day's second bar is far outside, but its first has no bands.
    let day: Vec<(f64, f64, f64)> = [10.0, 12.0, 11.0].map(|c| (c, c, c)).to_vec();
    let next = [(20.0, 20.0, 20.0), (30.0, 10.0, 10.0), (20.0, 20.0, 20.0)];
    let parameters = [("deviations", "1"), ("after", "0")];
    check("vwap_reversion", &parameters, &sessions(&[&day, &next]), "ls l ls ls s l");
}

#[test]
fn without_volume_there_is_no_vwap() {
    let mut series = Series::of_closes(&[10.0, 12.0, 11.0, 8.0, 7.0, 9.0]);
    series.volume.fill(0.0);
    check("vwap_reversion", &[("deviations", "1"), ("after", "0")], &series, ". . . . . .");
}

#[test]
fn donchian_breakout_looks_at_the_bars_before() {
    // Each bar spans its close ± 1. Bar 3 at 12 closes on the high of bars 0–2; bar 4 at 12.5 below the 13 of
    // bar 3; bar 5 at 14.5 above the 13.5 of bar 4; bar 6 at 15.6 above 15.5. Bar 7 at 13 closes below 13.5,
    // the low of the 2 bars before, but above 11.5, that of 3. Bar 8 at 12 closes on the low of the 2 before,
    // bar 9 at 10 below that of the 3 before, 11.
    let mut series = Series::default();
    for (i, close) in [10.0, 11.0, 10.0, 12.0, 12.5, 14.5, 15.6, 13.0, 12.0, 10.0].into_iter().enumerate() {
        series.push(close + 1.0, close - 1.0, close, 1.0, 0, 5 * i as u32);
    }
    check("donchian_breakout", &[("entry", "3"), ("exit", "2")], &series, ". . . . . Ls Ls l . lS");
}

#[test]
fn buy_and_hold_always_wants_to_be_long() {
    check_closes("buy_and_hold", &[], &[10.0, 9.0, 8.0], "Ls Ls Ls");
}

#[test]
fn daily_bars_have_no_opening_range_and_no_bands() {
    let mut series = Series::default();
    for day in 0..60 {
        let close = 100.0 + f64::from(day * day % 17);
        series.push(close + 2.0, close - 2.0, close, 1000.0, day, 0);
    }
    check("opening_range_breakout", &[], &series, vec!["."; 60].join(" ").as_str());
    let description = strategy("vwap_reversion");
    let values = description.values(&given(&[("after", "0")])).expect("good");
    let marks = marks(&scan(description, &values, &series, &[]));
    assert!(!marks.contains(['L', 'S']), "{marks}");
}
