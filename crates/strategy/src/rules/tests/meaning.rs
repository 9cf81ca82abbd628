//! What the words mean, on a few bars that can be followed by hand.

use super::market::{Market, market, rules, scan, walk, where_true, where_true_with};
use crate::rules::Rules;

#[test]
fn comparisons_have_a_dead_band() {
    let bars = Market::of_closes(5, &[100.0, 100.0000005, 100.000002]);
    assert_eq!(where_true("close > 100", &bars), "..x");
    assert_eq!(where_true("close >= 100", &bars), "xxx");
    assert_eq!(where_true("close <= 100", &bars), "xx.");
    assert_eq!(where_true("close == 100", &bars), "xx.");
    assert_eq!(where_true("close != 100", &bars), "..x");
    assert_eq!(where_true("close < 100.000002", &bars), "xx.");
}

#[test]
fn nothing_holds_of_what_is_not_defined_nor_of_its_opposite() {
    let bars = Market::of_closes(5, &[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(where_true("sma(3) > 0", &bars), "..xx");
    assert_eq!(where_true("not (sma(3) > 0)", &bars), "....");
    assert_eq!(where_true("not (sma(3) < 0)", &bars), "..xx");
    assert_eq!(where_true("not not (sma(3) > 0)", &bars), "..xx");
    assert_eq!(where_true("not (sma(3) > 0 and close > 0)", &bars), "....");
    // One part settles it, whatever the other is.
    assert_eq!(where_true("sma(3) > 0 or close > 0", &bars), "xxxx");
    assert_eq!(where_true("not (sma(3) > 0 and close < 0)", &bars), "xxxx");
    assert_eq!(where_true("undefined > 0 or not (undefined > 0)", &bars), "....");
    assert_eq!(where_true("close / (close - 2) > 0", &bars), "..xx");
}

#[test]
fn the_past_is_counted_in_bars() {
    let bars = Market::of_closes(5, &[1.0, 5.0, 2.0, 5.0, 5.0]);
    assert_eq!(where_true("close[1] == 5", &bars), "..x.x");
    assert_eq!(where_true("(close > 4)[2]", &bars), "...x.");
    assert_eq!(where_true("not (close > 4)[1]", &bars), ".x.x.");
    assert_eq!(where_true("close[0] == close", &bars), "xxxxx");
    assert_eq!(where_true("bars_since(close > 4) == 0", &bars), ".x.xx");
    assert_eq!(where_true("bars_since(close > 4) >= 1", &bars), "..x..");
    assert_eq!(where_true("value_when(close < 3, close) == 2", &bars), "..xxx");
    assert_eq!(where_true("highest(close, 3) > 4", &bars), "..xxx");
    assert_eq!(where_true("lowest(close, 2) == 2", &bars), "..xx.");
}

#[test]
fn a_cross_needs_the_bar_before_on_the_other_side() {
    let bars = Market::of_closes(5, &[1.0, 3.0, 4.0, 3.0, 2.0, 3.0, 3.5]);
    assert_eq!(where_true("crosses_above(close, 3)", &bars), "..x...x");
    assert_eq!(where_true("crosses_below(close, 3)", &bars), "....x..");
    assert_eq!(where_true("not crosses_above(close, 3)", &bars), "xx.xxx.");
}

#[test]
fn arithmetic_binds_as_everywhere() {
    let bars = Market::of_closes(5, &[2.0]);
    for (condition, holds) in [
        ("2 + 3 * close == 8", true),
        ("(2 + 3) * close == 10", true),
        ("10 - 2 - 3 == close + 3", true),
        ("12 / 2 / 3 == close", true),
        ("-close * -close == 4", true),
        ("2 - -close == 4", true),
        ("not close == 2 or close == 2", true),
        ("not (close == 2 or close == 2)", false),
        ("close == 1 and close == 2 or close == 2", true),
        ("close == 1 and (close == 2 or close == 2)", false),
        ("max(1, close, 3) == 3 and min(1, close, 3) == 1 and abs(1 - close) == 1", true),
        ("if(close > 1, 10, 20) == 10", true),
        ("if(close > 1, close > 2, close > 1)", false),
    ] {
        assert_eq!(where_true(condition, &bars), if holds { "x" } else { "." }, "{condition}");
    }
}

#[test]
fn time_is_the_moment_of_decision() {
    // Fifteen-minute bars from 09:15: the first is judged at 09:30.
    let bars = walk(25, 15);
    let from = where_true("time >= 09:30", &bars);
    assert_eq!(from, "x".repeat(25));
    assert_eq!(where_true("time > 09:30", &bars), format!(".{}", "x".repeat(24)));
    assert_eq!(where_true("time == 15:30", &bars), format!("{}x", ".".repeat(24)));
    assert_eq!(where_true("start_minute == 0 or minute == 375", &bars), format!("x{}x", ".".repeat(23)));
}

#[test]
fn entries_keep_to_their_times_and_days() {
    let bars = walk(50, 15);
    let lines = "[entries]\ntimes = [\"09:45-10:15\", \"15:30-15:30\"]\ndays = [\"mon\", \"wed\"]";
    let marks = where_true_with(lines, "close > 0", &bars);
    // Bar 1 ends at 09:45. The second day is a Tuesday.
    assert_eq!(marks, format!(".xxx{}x{}", ".".repeat(20), ".".repeat(25)));
    assert_eq!(where_true("weekday == tue", &bars), format!("{}{}", ".".repeat(25), "x".repeat(25)));
}

#[test]
fn the_day_is_known_so_far_and_the_day_before_whole() {
    // Two bars a day.
    let mut bars = Market::default();
    let half = |day, second: bool, ohlc: [f64; 4]| (day, if second { 180 } else { 0 }, ohlc);
    for (day, minute, [o, h, l, c]) in [
        half(0, false, [10.0, 12.0, 9.0, 11.0]),
        half(0, true, [11.0, 15.0, 10.0, 14.0]),
        half(1, false, [16.0, 17.0, 15.5, 16.5]),
        half(1, true, [16.0, 16.0, 8.0, 9.0]),
    ] {
        bars.push(day, minute, 180, [o, h, l, c, 1.0]);
    }
    for (condition, marks) in [
        ("day_open == 10", "xx.."),
        ("day_open == 16", "..xx"),
        ("day_high == 12", "x..."),
        ("day_high == 15", ".x.."),
        ("day_high == 17", "..xx"),
        ("day_low == 8", "...x"),
        ("prev_open == 10 and prev_high == 15 and prev_low == 9 and prev_close == 14", "..xx"),
        ("not (prev_close == 14)", "...."),
        ("gap == 2", "..xx"),
    ] {
        assert_eq!(where_true(condition, &bars), marks, "{condition}");
    }
}

#[test]
fn a_longer_bar_is_seen_only_when_it_has_closed() {
    let closes: Vec<f64> = (1..=8).map(f64::from).collect();
    let bars = Market::of_closes(5, &closes);
    // The first quarter of an hour closes with the third bar.
    assert_eq!(where_true("tf(15m, close) == 3", &bars), "..xxx...");
    assert_eq!(where_true("tf(15m, close) == 6", &bars), ".....xxx");
    assert_eq!(where_true("tf(15m, open) == 4", &bars), ".....xxx");
    assert_eq!(where_true("tf(15m, close)[1] == 3", &bars), "...xxx..");
    assert_eq!(where_true("tf(15m, close[1]) == 3", &bars), ".....xxx");
    assert_eq!(where_true("tf(15m, volume) == 3", &bars), "..xxxxxx");
    assert_eq!(where_true("tf(15m, close > 5)", &bars), ".....xxx");
    assert_eq!(where_true("not tf(15m, close > 5)", &bars), "..xxx...");
    assert_eq!(where_true("close > tf(15m, sma(2))", &bars), ".....xxx");
    // Bars that are longer than the timeframe hold none of it.
    assert_eq!(where_true("tf(1m, close) > 0 or not (tf(1m, close) > 0)", &bars), "........");
}

#[test]
fn the_last_longer_bar_of_a_day_ends_with_its_session() {
    let bars = market(&vec![(1, 0, 0, 1, 0, false); 50], 15);
    // Hours from 09:15: the seventh is a quarter of an hour short, and closes at 15:30 all the same.
    let seen = where_true("tf(1h, close) == close", &bars);
    assert_eq!(seen, format!("{}x", "...x".repeat(6)).repeat(2));
    assert_eq!(
        where_true("tf(1d, close) == close", &bars),
        format!("{}x{}x", ".".repeat(24), ".".repeat(24))
    );
    assert_eq!(
        where_true("tf(1d, open) == day_open", &bars),
        format!("{}x{}x", ".".repeat(24), ".".repeat(24))
    );
}

#[test]
fn a_missing_last_bar_is_made_up_for_by_the_next_one() {
    let mut bars = Market::default();
    for (minute, close) in [(0, 1.0), (5, 2.0), (15, 4.0), (20, 5.0), (25, 6.0)] {
        bars.push(0, minute, 5, [close, close, close, close, 1.0]);
    }
    assert_eq!(where_true("tf(15m, close) == 2", &bars), "..xx.");
    assert_eq!(where_true("tf(15m, close) == 6", &bars), "....x");
}

#[test]
fn indicators_take_parameters_and_series_in_any_of_their_forms() {
    let bars = walk(200, 5);
    for (one, same) in [
        ("ema(close, 9)", "ema(9)"),
        ("ema(9, close)", "ema(period = 9)"),
        ("bbands(20, 2).mid", "sma(20)"),
        ("ta_sma(high, 5)", "sma(high, 5)"),
        ("highest(high, 20)", "donchian(20).high"),
        ("highest(close * 2, 20)", "2 * highest(close, 20)"),
        ("macd(12, 26, 9).line - macd(12, 26, 9).signal", "macd(12, 26, 9).hist"),
        ("ma(10, 0)", "ma(10, sma)"),
        ("tr", "max(high, close[1]) - min(low, close[1])"),
        ("sma(sma(close, 3) + 0, 4)", "sma(sma(3), 4)"),
    ] {
        let marks = where_true(&format!("{one} == {same}"), &bars);
        assert!(!marks.trim_start_matches('.').contains('.'), "{one} is {same}: {marks}");
        assert!(marks.contains('x'), "{one}: {marks}");
    }
}

#[test]
fn candle_patterns_go_by_their_names() {
    let bars = walk(2_000, 5);
    let marks = where_true("cdlengulfing > 0", &bars);
    let count = marks.matches('x').count();
    assert!((10..1_000).contains(&count), "{count}");
    // An engulfing bar closes above its open.
    assert_eq!(where_true("cdlengulfing > 0 and close <= open", &bars), ".".repeat(2_000));
}

#[test]
fn every_indicator_of_the_catalogue_can_be_called() {
    for indicator in indicators::catalogue::catalogue() {
        let names = crate::rules::lower::value_names(indicator);
        let mut unique = names.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), names.len(), "{}: {names:?}", indicator.name);
        for name in &names {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{name}");
            let output = if names.len() > 1 { format!(".{name}") } else { String::new() };
            // The language's own functions hide a few; they go by `ta_`.
            let hidden = ["max", "min", "abs"].contains(&indicator.name.as_str());
            let prefix = if hidden { "ta_" } else { "" };
            let text = format!("name = 'x'\n[long]\nenter = '{prefix}{}(){output} > 0'", indicator.name);
            if let Err(errors) = Rules::read(&text, "x") {
                panic!("{errors}");
            }
        }
    }
}

#[test]
fn a_side_is_not_entered_where_its_exit_holds() {
    let bars = Market::of_closes(5, &[1.0, 2.0, 3.0]);
    let text = "name = 'x'\n[long]\nenter = 'close > 1'\nexit = 'close > 2'\n[short]\nenter = 'close > 2'";
    let signals = scan(&rules(text), &bars, &[]);
    let at = |i| signals.at(i);
    assert!(at(1).enter_long && at(1).exit_short && !at(1).exit_long);
    assert!(!at(2).enter_long && at(2).exit_long && at(2).enter_short);
    let both = "name = 'x'\n[long]\nenter = 'close > 1'\n[short]\nenter = 'close > 2'";
    let signals = scan(&rules(both), &bars, &[]);
    assert_eq!(signals.at(2), crate::SignalBits::default(), "both sides at once are neither");
}

#[test]
fn distances_are_found_at_each_entry_and_needed_for_it() {
    let bars = Market::of_closes(5, &[1.0, 2.0, 4.0, 8.0]);
    let text = "name = 'x'\n[long]\nenter = 'close > 0'\n[protect]\nstop = 'close - close[1]'\ntarget = '3 * (close - close[1])'";
    let rules = rules(text);
    let signals = scan(&rules, &bars, &[]);
    let entered: Vec<bool> = (0..4).map(|i| signals.at(i).enter_long).collect();
    assert_eq!(entered, [false, true, true, true], "no entry without its stop");
    let shown = |i: usize| {
        signals
            .distances(i)
            .stop
            .zip(signals.distances(i).target)
            .map(|(s, t)| (s.to_string(), t.to_string()))
    };
    assert_eq!(shown(0), None);
    assert_eq!(shown(2), Some(("2.00".into(), "6.00".into())));
    let settings = rules.settings(&crate::Values::of(Vec::new())).expect("settings");
    assert!(settings.stop_at_entry && settings.target_at_entry && settings.stop.is_none());
    assert!(!settings.trail_at_close && !signals.trails());
}

#[test]
fn a_trailing_distance_is_reckoned_at_each_bar_and_needed_to_enter() {
    let bars = Market::of_closes(5, &[1.0, 2.0, 4.0, 3.0]);
    let rules = rules("name = 'x'\n[long]\nenter = 'close > 0'\n[protect]\ntrail = '2 * (close - close[1])'");
    let signals = scan(&rules, &bars, &[]);
    let trails: Vec<Option<String>> =
        (0..4).map(|i| signals.distances(i).trail.map(|d| d.to_string())).collect();
    assert_eq!(trails, [None, Some("2.00".to_owned()), Some("4.00".to_owned()), None]);
    let entered: Vec<bool> = (0..4).map(|i| signals.at(i).enter_long).collect();
    assert_eq!(entered, [false, true, true, false]);
    let settings = rules.settings(&crate::Values::of(Vec::new())).expect("settings");
    assert!(signals.trails() && settings.trail_at_close && settings.trail.is_none());
}

#[test]
fn settings_are_written_as_the_command_line_reads_them() {
    let text = "name = 'x'\n[parameters]\nloss = { default = 1.5, min = 0.5, max = 3.0 }\n[long]\nenter = 'close > 0'\n\
                [protect]\nstop = 'pct = loss'\ntarget = 'pct = loss * 2'\ntrail = 'atr = 3'\n[size]\nrisk = 0.5\n\
                [entries]\nmax_a_day = 2\n[exits]\nsquare_off = '15:10'";
    let rules = rules(text);
    let settings = rules.settings(&rules.values_with(None)).expect("settings");
    assert_eq!(settings.stop.as_deref(), Some("pct=1.5"));
    assert_eq!(settings.target.as_deref(), Some("pct=3"));
    assert_eq!(settings.trail.as_deref(), Some("atr=3"));
    assert_eq!(settings.size.as_deref(), Some("risk=0.5"));
    assert_eq!(settings.max_trades_per_day, Some(2));
    assert_eq!(settings.square_off.map(|t| t.to_string()).as_deref(), Some("15:10"));
    assert!(settings.long && !settings.short);
}

#[test]
fn equal_parts_are_computed_once_and_unused_ones_not_at_all() {
    let text = "name = 'x'\n[let]\nunused = 'sma(77) * volume'\na = 'sma(20)'\n[long]\nenter = 'a > sma(close, 20)[1] and sma(20) > 5'";
    let rules = rules(text);
    let program = rules.program(&rules.values_with(None)).expect("a program");
    // sma, its lag, two comparisons, both together.
    assert_eq!(program.base.steps.len(), 5, "{:?}", program.base.steps);
    assert_eq!(rules.inputs(), crate::Inputs::CLOSE);
    assert_eq!(rules.warm_up(), [(None, 20)]);
}

#[test]
fn the_longer_timeframes_are_told() {
    let text =
        "name = 'x'\n[let]\nunused = 'tf(2h, close)'\n[long]\nenter = 'tf(15m, ema(50)) > tf(1d, close)'";
    let rules = rules(text);
    let shown: Vec<String> = rules.timeframes().iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["15m", "1d"]);
    let warm: Vec<u64> = rules.warm_up().iter().map(|(_, bars)| *bars).collect();
    assert_eq!(warm, [0, 49, 0]);
}
