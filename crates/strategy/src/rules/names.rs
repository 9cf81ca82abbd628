//! The words of the language, and the nearest right one to a wrong one.

use indicators::catalogue::catalogue;

use super::lexer::MAX_WORD;

/// Columns of a bar.
pub(super) const COLUMNS: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// Plain names that stand for a value at each bar.
pub(super) const PLAIN: [&str; 25] = [
    "day_high",
    "day_low",
    "day_open",
    "fri",
    "gap",
    "hl2",
    "hlc3",
    "minute",
    "mon",
    "ohlc4",
    "prev_close",
    "prev_high",
    "prev_low",
    "prev_open",
    "sat",
    "start_minute",
    "sun",
    "thu",
    "time",
    "true",
    "false",
    "tue",
    "undefined",
    "wed",
    "weekday",
];

/// Functions of the language itself; everything else that is called is an indicator.
pub(super) const FUNCTIONS: [&str; 11] = [
    "abs",
    "bars_since",
    "crosses_above",
    "crosses_below",
    "highest",
    "if",
    "lowest",
    "max",
    "min",
    "tf",
    "value_when",
];

const KEYWORDS: [&str; 3] = ["and", "or", "not"];

/// Whether a file may not take this name for its own.
pub(super) fn is_taken(name: &str) -> bool {
    own().any(|word| word == name) || indicators::catalogue::find(name).is_some()
}

fn own() -> impl Iterator<Item = &'static str> {
    COLUMNS.into_iter().chain(PLAIN).chain(FUNCTIONS).chain(KEYWORDS)
}

/// `; did you mean …` for a word of an expression; `more` are the file's own names.
pub(super) fn hint<'a>(word: &str, more: impl Iterator<Item = &'a str>) -> String {
    let indicators = catalogue().iter().map(|indicator| -> &'a str { &indicator.name });
    did_you_mean(word, more.chain(own().map(|word| -> &'a str { word })).chain(indicators))
}

pub(super) fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(word, known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// The closest of the known words, if it is close enough to be what was meant; the first of equals.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > 2 * MAX_WORD {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let allowed = 1 + word.chars().count() / 4;
    // Words that other platforms use.
    let other = match word.as_str() {
        "crossover" | "cross_above" | "crossabove" | "cross_over" => "crosses_above",
        "crossunder" | "cross_below" | "crossbelow" | "cross_under" => "crosses_below",
        "barssince" => "bars_since",
        "valuewhen" => "value_when",
        "iff" | "iif" | "when" => "if",
        "bollinger" | "bb" => "bbands",
        "security" | "timeframe" => "tf",
        "vol" => "volume",
        "nan" | "na" | "null" | "none" => "undefined",
        "prev_day_high" | "pdh" => "prev_high",
        "prev_day_low" | "pdl" => "prev_low",
        _ => "",
    };
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let distance = if name == other { 0 } else { distance(&word, name) };
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Letters to change, add, leave out or swap with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        rows[i][0] = i;
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_that_was_meant() {
        for (wrong, right) in [
            ("clsoe", "close"),
            ("RSI", "rsi"),
            ("cross_above", "crosses_above"),
            ("crossover", "crosses_above"),
            ("smaa", "sma"),
            ("cdl_hammer", "cdlhammer"),
            ("dayhigh", "day_high"),
            ("prev_cloes", "prev_close"),
            ("supertrand", "supertrend"),
            ("fsat", "fast"),
        ] {
            assert_eq!(hint(wrong, ["fast"].into_iter()), format!("; did you mean `{right}`?"), "{wrong}");
        }
        assert_eq!(hint("xyzzyx_plugh", std::iter::empty()), "");
    }
}
