//! The built-in strategies written as rules mark the same bars.

use proptest::prelude::*;

use crate::built_in::tests::laws::{series, step};
use crate::built_in::tests::series::{given, marks, scan, strategy};
use crate::rules::Rules;
use crate::{Description, Values};

/// Names of the built-in's parameters and of the rules'.
type Words = &'static [(&'static str, &'static str)];

const PAIRS: [(&str, &str, Words); 9] = [
    ("sma_cross", include_str!("../../../../../docs/rules/built-in/sma_cross.toml"), &[]),
    ("ema_cross", include_str!("../../../../../docs/rules/built-in/ema_cross.toml"), &[]),
    ("macd", include_str!("../../../../../docs/rules/built-in/macd.toml"), &[("signal", "smooth")]),
    (
        "rsi_reversion",
        include_str!("../../../../../docs/rules/built-in/rsi_reversion.toml"),
        &[("exit", "leave")],
    ),
    ("supertrend", include_str!("../../../../../docs/rules/built-in/supertrend.toml"), &[]),
    ("bollinger_breakout", include_str!("../../../../../docs/rules/built-in/bollinger_breakout.toml"), &[]),
    (
        "donchian_breakout",
        include_str!("../../../../../docs/rules/built-in/donchian_breakout.toml"),
        &[("entry", "breakout"), ("exit", "leave")],
    ),
    (
        "opening_range_breakout",
        include_str!("../../../../../docs/rules/built-in/opening_range_breakout.toml"),
        &[],
    ),
    ("vwap_reversion", include_str!("../../../../../docs/rules/built-in/vwap_reversion.toml"), &[]),
];

/// The rules of a built-in, and its values for them.
fn rules(text: &str, words: Words, values: &Values) -> (Description, Values) {
    let rules = Rules::read(text, "built-in").unwrap_or_else(|errors| panic!("{errors}"));
    let description = Description::of_rules(rules.into());
    let pairs: Vec<(String, String)> = values
        .iter()
        .map(|(name, value)| {
            let word = words.iter().find(|(own, _)| *own == name).map_or(name, |(_, word)| word);
            (word.to_owned(), value.to_string())
        })
        .collect();
    let values = description.values(&pairs).expect("the same ranges");
    (description, values)
}

/// Defaults, and some that mark more of a short series.
fn sets(name: &str) -> Vec<Vec<(String, String)>> {
    let quick: &[(&str, &str)] = match name {
        "sma_cross" | "ema_cross" => &[("fast", "2"), ("slow", "5")],
        "macd" => &[("fast", "3"), ("slow", "6"), ("signal", "2")],
        "rsi_reversion" => &[("period", "3"), ("oversold", "40"), ("overbought", "60")],
        "supertrend" => &[("period", "2"), ("multiplier", "1.5")],
        "bollinger_breakout" => &[("period", "5"), ("deviations", "1")],
        "donchian_breakout" => &[("entry", "4"), ("exit", "2")],
        "opening_range_breakout" => &[("minutes", "5"), ("until", "60")],
        _ => &[("deviations", "1"), ("after", "0")],
    };
    vec![Vec::new(), given(quick)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rules_mark_what_the_built_ins_mark(
        steps in prop::collection::vec(step(), 0..400),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let series = series(&steps);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(series.len() + 1)).collect();
        cuts.sort_unstable();
        for (name, text, words) in PAIRS {
            let built_in = strategy(name);
            for set in sets(name) {
                let values = built_in.values(&set).expect("good parameters");
                let (rules, same) = rules(text, words, &values);
                let expected = scan(built_in, &values, &series, &[]);
                let found = scan(&rules, &same, &series, &cuts);
                prop_assert_eq!(marks(&expected), marks(&found), "{} {:?} cut at {:?}", name, values, cuts);
                prop_assert_eq!(expected, found);
            }
        }
    }
}
