//! What may be asked for, and how the rest is refused.

use std::collections::HashSet;

use super::series::{given, strategy};
use crate::{Parameter, Value, registry};

#[track_caller]
fn refused(name: &str, parameters: &[(&str, &str)], message: &str) {
    let error = strategy(name).values(&given(parameters)).expect_err("a bad value");
    assert_eq!(error.to_string(), message);
}

#[test]
fn names_are_unique_and_everything_is_described() {
    let mut names = HashSet::new();
    for description in registry() {
        assert!(names.insert(&*description.name), "{} twice", description.name);
        assert!(description.doc.ends_with('.') && !description.doc.contains("  "), "{}", description.doc);
        let mut parameters = HashSet::new();
        for parameter in description.parameters.iter() {
            assert!(parameters.insert(&*parameter.name), "{} {} twice", description.name, parameter.name);
            assert!(!parameter.doc.is_empty() && !parameter.doc.contains("  "), "{}", parameter.doc);
        }
    }
}

#[test]
fn defaults_are_good() {
    for description in registry() {
        for Parameter { name, default, min, max, .. } in description.parameters.iter() {
            let inside = min.as_f64() <= default.as_f64() && default.as_f64() <= max.as_f64();
            assert!(inside, "{} {name}", description.name);
        }
        let values = description.values(&[]).expect("defaults fit together");
        assert!(description.build(&values).is_ok());
    }
}

#[test]
fn values_outside_the_range_are_refused_by_name() {
    for description in registry() {
        for Parameter { name, min, max, .. } in description.parameters.iter() {
            let strategy = &*description.name;
            let (below, above) = match (min, max) {
                (Value::Integer(min), Value::Integer(max)) => ((min - 1).to_string(), (max + 1).to_string()),
                _ => ((min.as_f64() - 0.01).to_string(), (max.as_f64() + 0.01).to_string()),
            };
            for value in [below, above] {
                let message =
                    format!("parameter `{name}` of `{strategy}` must be {min} to {max}, not {value}");
                refused(strategy, &[(name, &value)], &message);
            }
            for value in ["", "ten", "nan", "inf", "1e999"] {
                let error =
                    description.values(&given(&[(name, value)])).expect_err("not a number").to_string();
                assert!(
                    error.starts_with(&format!("parameter `{name}` of `{strategy}` must be a")),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn each_bound_of_a_range_can_be_used() {
    // A bound that the indicator below refuses would be a range that lies.
    let partner = |strategy: &str, name: &str, high: bool| match (strategy, name, high) {
        ("sma_cross" | "ema_cross" | "macd", "fast", true) => Some(("slow", "10000", "9999")),
        ("sma_cross" | "ema_cross", "slow", false) => Some(("fast", "1", "2")),
        ("macd", "slow", false) => Some(("fast", "2", "3")),
        ("rsi_reversion", "oversold", true) => Some(("exit", "99.9", "99.8")),
        ("rsi_reversion", "overbought", false) => Some(("exit", "0.1", "0.2")),
        ("bollinger_breakout", "period", false) => Some(("deviations", "1", "3")),
        ("bollinger_breakout", "deviations", true) => Some(("period", "102", "10")),
        ("opening_range_breakout", "minutes", true) => Some(("until", "1440", "1439")),
        ("opening_range_breakout", "until", false) => Some(("minutes", "1", "2")),
        ("donchian_breakout", "entry", false) => Some(("exit", "1", "1")),
        ("donchian_breakout", "exit", true) => Some(("entry", "10000", "10000")),
        _ => None,
    };
    for description in registry() {
        for Parameter { name, min, max, .. } in description.parameters.iter() {
            for (bound, high) in [(min, false), (max, true)] {
                let (bound, mut set) = (bound.to_string(), Vec::new());
                match partner(&description.name, name, high) {
                    // The bound itself conflicts with its partner's own bound: the nearest value that fits.
                    Some((other, value, nearest))
                        if ["fast", "oversold", "overbought", "minutes"].contains(&&**name) =>
                    {
                        set.extend([(other, value), (name, nearest)]);
                        if name == "oversold" || name == "overbought" {
                            set.push(if high { ("overbought", "100") } else { ("oversold", "0") });
                        }
                    }
                    Some((other, value, _)) => set.extend([(other, value), (name, bound.as_str())]),
                    None if description.name == "rsi_reversion" && name == "exit" => {
                        // Strictly between the other two, hence never at 0 or 100.
                        let value = if high { "99.9" } else { "0.1" };
                        set.extend([("oversold", "0"), ("overbought", "100"), (name, value)]);
                    }
                    None => set.push((name, bound.as_str())),
                }
                let result = description.values(&given(&set));
                assert!(result.is_ok(), "{} {set:?}: {:?}", description.name, result.err());
            }
        }
    }
}

#[test]
fn values_that_do_not_fit_together_are_refused() {
    for (name, fast, slow) in [("sma_cross", "30", "30"), ("ema_cross", "22", "21"), ("macd", "40", "26")] {
        let why = format!("fast {fast} is not below slow {slow}; lower fast or raise slow");
        let message = format!("parameters of `{name}` do not fit together: {why}");
        refused(name, &[("fast", fast), ("slow", slow)], &message);
    }
    let conflict = |name: &str, parameters: &[(&str, &str)], why: &str| {
        refused(name, parameters, &format!("parameters of `{name}` do not fit together: {why}"));
    };
    conflict(
        "rsi_reversion",
        &[("oversold", "50")],
        "oversold 50 is not below exit 50; lower oversold or raise exit",
    );
    conflict(
        "rsi_reversion",
        &[("exit", "75.5")],
        "exit 75.5 is not below overbought 70; lower exit or raise overbought",
    );
    conflict(
        "bollinger_breakout",
        &[("period", "5")],
        "no close can break a band 2 deviations from the mean of 5 closes; use fewer than 2.000 deviations or \
         a longer period",
    );
    conflict(
        "opening_range_breakout",
        &[("minutes", "60"), ("until", "60")],
        "minutes 60 is not below until 60; lower minutes or raise until",
    );
    conflict("donchian_breakout", &[("exit", "21")], "exit 21 is above entry 20; lower exit or raise entry");
}

#[test]
fn names_that_do_not_exist_are_refused() {
    refused(
        "buy_and_hold",
        &[("period", "1")],
        "strategy `buy_and_hold` has no parameter `period`; it has none",
    );
    refused(
        "donchian_breakout",
        &[("period", "20")],
        "strategy `donchian_breakout` has no parameter `period`; it has entry, exit",
    );
    let twice = [("period", "3"), ("period", "3")];
    refused("rsi_reversion", &twice, "parameter `period` of `rsi_reversion` is given twice");
}
