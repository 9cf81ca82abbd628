//! The ten worked examples of the reference.

use super::market::{rules, scan, walk};
use crate::SignalBits;
use crate::rules::Rules;

macro_rules! examples {
    ($($file:literal)*) => {
        [$(($file, include_str!(concat!("../../../../../docs/rules/", $file, ".toml")))),*]
    };
}

const EXAMPLES: [(&str, &str); 10] = examples! {
    "01-ema-pullback" "02-opening-range" "03-gap-fade" "04-higher-timeframe" "05-squeeze" "06-supertrend-days"
    "07-candles" "08-yesterday" "09-turtle" "10-vwap-pullback"
};

const REFERENCE: &str = include_str!("../../../../../docs/rules.md");

#[test]
fn each_example_enters_and_leaves_every_side_it_has() {
    let (minutes, days) = (walk(30_000, 5), walk(4_000, 375));
    for (name, text) in EXAMPLES {
        let rules = rules(text);
        let market = if name.contains("turtle") { &days } else { &minutes };
        let signals = scan(&rules, market, &[]);
        let settings = rules.settings(&rules.values_with(None)).expect("settings");
        let none = SignalBits::default();
        let count =
            |bit: fn(SignalBits) -> bool| (0..signals.start()).filter(|&i| bit(signals.at(i))).count();
        for (side, on, entered) in [
            ("long", settings.long, count(|bits| bits.enter_long)),
            ("short", settings.short, count(|bits| bits.enter_short)),
        ] {
            assert_eq!(entered > 0, on, "{name} enters {side} {entered} times");
            assert!(entered < signals.start() / 2 || name.contains("supertrend"), "{name} {side} {entered}");
        }
        if rules.file.long.exit.is_some() {
            assert!(signals.next(0, SignalBits { exit_long: true, ..none }).is_some(), "{name} leaves");
        }
        let cuts: Vec<usize> = (1..market.len()).filter(|i| i % 97 == 0).collect();
        assert!(signals == scan(&rules, market, &cuts), "{name} in blocks");
    }
}

#[test]
fn each_example_is_the_same_as_a_tree() {
    for (name, text) in EXAMPLES {
        let from_text = rules(text);
        let from_tree = Rules::read(&from_text.to_json(), name).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(from_text, from_tree, "{name}");
        assert_eq!(from_text, rules(&from_text.to_toml()), "{name}");
        assert!(from_text.doc().ends_with('.'), "{name}");
    }
}

#[test]
fn the_reference_shows_every_example_as_it_is() {
    for (name, text) in EXAMPLES {
        assert!(REFERENCE.contains(text.trim()), "docs/rules.md does not show {name}.toml as it stands");
    }
}

#[test]
fn the_reference_names_every_word() {
    use crate::rules::names::{COLUMNS, FUNCTIONS, PLAIN};
    for word in COLUMNS.iter().chain(&PLAIN).chain(&FUNCTIONS) {
        let shown = REFERENCE.contains(&format!("`{word}`")) || REFERENCE.contains(&format!("`{word}("));
        assert!(shown, "docs/rules.md does not explain `{word}`");
    }
}
