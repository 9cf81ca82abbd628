//! No text makes the reader panic, loop or take long.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::generated::{Dice, bytes};
use crate::rules::Rules;

/// Reads a text and shows what is wrong with it, if anything is.
fn read(text: &str) -> Result<Rules, String> {
    Rules::read(text, "x").map_err(|errors| {
        assert!(!errors.errors().is_empty());
        for error in errors.errors() {
            let line = text.split('\n').nth(error.line - 1).unwrap_or_default();
            assert!(error.column <= line.chars().count() + 1, "{errors}");
        }
        errors.to_string()
    })
}

const WORDS: [&str; 44] = [
    "close",
    "sma",
    "(",
    ")",
    "[",
    "]",
    ",",
    ".",
    "=",
    "==",
    ">",
    "<=",
    "and",
    "or",
    "not",
    "tf",
    "15m",
    "1d",
    "09:30",
    "5",
    "1e9",
    "-",
    "+",
    "*",
    "/",
    "if",
    "max",
    "'",
    "\"",
    "\\",
    "\n",
    "{",
    "}",
    "#",
    "[let]",
    "a",
    "upper",
    "₹",
    "undefined",
    "true",
    "time",
    "weekday",
    "vwap",
    "0.5",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_words_are_read_or_refused(words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..60)) {
        let condition = words.join(" ");
        let _ = read(&condition);
        let _ = read(&format!("name = 'x'\n[long]\nenter = \"\"\"{condition}\"\"\"\n"));
        let _ = read(&format!("{{\"name\": \"x\", \"long\": {{\"enter\": \"{condition}\"}}}}"));
        let _ = read(&format!("{{ {condition}"));
    }

    #[test]
    fn any_letters_are_read_or_refused(text in any::<String>()) {
        let _ = read(&text);
        let _ = read(&format!("name = 'x'\n[long]\nenter = '''{text}'''\n"));
    }

    #[test]
    fn a_good_file_with_a_scratch_is_read_or_refused(
        bytes in bytes(),
        json in any::<bool>(),
        scratches in prop::collection::vec((any::<prop::sample::Index>(), 0u8..3, prop::sample::select(WORDS.to_vec())), 1..4),
    ) {
        let rules = Rules::of(Dice(&bytes).file());
        let mut letters: Vec<char> = if json { rules.to_json() } else { rules.to_toml() }.chars().collect();
        for (at, how, word) in scratches {
            let at = at.index(letters.len());
            match how {
                0 => drop(letters.remove(at)),
                1 => drop(letters.splice(at..at, word.chars())),
                _ => drop(letters.splice(at..=at, word.chars())),
            }
        }
        let _ = read(&letters.into_iter().collect::<String>());
    }
}

fn wrapped(condition: &str) -> String {
    format!("name = 'x'\n[long]\nenter = '{condition}'\n")
}

#[test]
fn what_is_too_deep_or_too_long_is_refused_quickly() {
    let start = Instant::now();
    for (text, reason) in [
        (wrapped(&"(".repeat(4_000)), "nests deeper"),
        (wrapped(&"-".repeat(4_000)), "nests deeper"),
        (wrapped(&"not ".repeat(1_000)), "nests deeper"),
        (wrapped(&format!("close{}", "[1]".repeat(1_000))), "nests deeper"),
        (wrapped(&format!("close > {}1", "1 + ".repeat(900))), "nests deeper"),
        (wrapped(&"sma(".repeat(900)), "nests deeper"),
        (wrapped(&"x".repeat(10_000)), "more than 4096 characters"),
        (wrapped(&"x".repeat(4_000)), "more than 40 letters"),
        (format!("{} = 1", "x".repeat(200_000)), "has no key"),
        (format!("name = 'x'\n[long]\nenter = {}", "[".repeat(100_000)), ""),
        (format!("{{\"name\": {}", "[".repeat(100_000)), "nests deeper"),
        (format!("{{\"long\": {{\"enter\": {}", "{\"not\": ".repeat(10_000)), "nests deeper"),
        ("x".repeat(300 * 1024), "bytes, more than"),
    ] {
        let error = read(&text).expect_err("hostile");
        assert!(error.contains(reason), "{}", error.chars().take(400).collect::<String>());
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn names_that_double_each_other_are_not_unfolded() {
    let mut text = "name = 'x'\n[let]\na0 = 'close'\n".to_owned();
    for i in 1..128 {
        writeln!(text, "a{i} = 'a{} + a{}'", i - 1, i - 1).expect("a string");
    }
    let start = Instant::now();
    let rules =
        read(&format!("{text}[long]\nenter = 'a127 > 5 and tf(1h, a127) > 5'\n")).expect("a long chain");
    assert!(rules.build(&rules.values_with(None)).is_ok());
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn steps_are_bounded() {
    let mut text = "name = 'x'\n[let]\n".to_owned();
    for i in 0..128 {
        let terms: Vec<String> = (0..60).map(|k| format!("close * {}", 1 + i * 60 + k)).collect();
        writeln!(text, "a{i} = '{}'", terms.join(" + ")).expect("a string");
    }
    let error = read(&format!("{text}[long]\nenter = 'close > 5'\n")).expect_err("too much");
    assert!(error.contains("more than 8192 steps"), "{}", error.chars().take(400).collect::<String>());
}
