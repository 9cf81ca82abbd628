//! What serde says, in words that name field, value and cure.

use crate::Problem;
use crate::problem::Code;

/// `path` is where serde stood, in its own notation (`orders[2].quantity`, or `.` at the top).
pub(super) fn complaint(path: &str, words: &str) -> Problem {
    let place = if path == "." || path == "?" { "" } else { path };
    // serde_json adds where in the text; the field says it better.
    let words = words.split(" at line ").next().unwrap_or(words);
    let inside = |name: &str| {
        let parent = place.strip_suffix(name).map_or(place, |parent| parent.trim_end_matches('.'));
        if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
    };
    if let Some((name, known)) = named(words, "unknown field `") {
        let known = known.trim_start_matches(", ");
        let cure = match known.strip_prefix("expected ") {
            Some(known) => format!("send {known} or leave it out"),
            None => "leave it out".to_owned(),
        };
        return Problem::new(Code::UnknownField, format!("`{}` is not known here; {cure}", short(name)))
            .with_field(short(&inside(name)));
    }
    if let Some((name, _)) = named(words, "missing field `") {
        let field = inside(name);
        return Problem::validation(field.clone(), format!("`{field}` is missing; add it"));
    }
    if let Some((name, _)) = named(words, "duplicate field `") {
        let field = inside(name);
        return Problem::validation(field.clone(), format!("`{field}` stands twice; send it once"));
    }
    let subject = if place.is_empty() { "the body".to_owned() } else { format!("`{}`", short(place)) };
    if let Some((value, expected)) = named(words, "unknown variant `") {
        let expected = expected.trim_start_matches(", expected ");
        let detail = format!("{subject} is `{}`, which means nothing here; send {expected}", short(value));
        return Problem::validation(short(place), detail);
    }
    for kind in ["invalid type: ", "invalid value: "] {
        if let Some((found, expected)) = words.strip_prefix(kind).and_then(|w| w.rsplit_once(", expected ")) {
            let detail = format!("{subject} is {}; send {}", short(found), plain(expected));
            return Problem::validation(short(place), detail);
        }
    }
    if words.starts_with("invalid digit found in string") || words.starts_with("cannot parse integer") {
        return Problem::validation(
            short(place),
            format!("{subject} is not a whole number; send digits alone"),
        );
    }
    if words.starts_with("provided string was not `true` or `false`") {
        return Problem::validation(
            short(place),
            format!("{subject} is neither true nor false; send one of them"),
        );
    }
    if words.starts_with("invalid length") {
        return Problem::validation(
            short(place),
            format!("{subject} is a list with too few or too many values; send an object"),
        );
    }
    if words.starts_with("number too") {
        return Problem::validation(
            short(place),
            format!("{subject} is beyond all bounds; send a smaller number"),
        );
    }
    Problem::validation(short(place), format!("{subject} cannot be taken: {}", short(words)))
}

/// The name between the quotes that `opening` begins, and the rest.
fn named<'a>(words: &'a str, opening: &str) -> Option<(&'a str, &'a str)> {
    words.strip_prefix(opening)?.split_once('`')
}

/// Rust's names of types, in words.
fn plain(expected: &str) -> String {
    match expected {
        "i64" | "i32" | "i16" | "i8" | "isize" => "a whole number".to_owned(),
        "u64" | "u32" | "u16" | "u8" | "usize" => "a whole number that is not negative".to_owned(),
        "f64" | "f32" => "a number".to_owned(),
        "a string" | "string" => "a text in quotes".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        words if words.starts_with("struct ") || words == "a map" => "an object".to_owned(),
        words => words.to_owned(),
    }
}

/// Of what came from outside only so much is said back.
fn short(text: &str) -> String {
    const LONGEST: usize = 160;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Basket {
        orders: Vec<Line>,
        note: Option<String>,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields, rename_all = "UPPERCASE")]
    enum Side {
        Buy,
        Sell,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Line {
        quantity: u32,
        side: Side,
    }

    fn check(text: &str, field: &str, detail: &str) {
        let mut json = serde_json::Deserializer::from_str(text);
        let error = serde_path_to_error::deserialize::<_, Basket>(&mut json).unwrap_err();
        let problem = complaint(&error.path().to_string(), &error.inner().to_string());
        assert_eq!((problem.field().unwrap_or(""), problem.detail()), (field, detail), "{text}");
    }

    #[test]
    fn words_name_field_value_and_cure() {
        let line = r#"{"quantity":5,"side":"BUY"}"#;
        check(
            r#"{"orders":[{"quantity":"5","side":"BUY"}]}"#,
            "orders[0].quantity",
            "`orders[0].quantity` is string \"5\"; send a whole number that is not negative",
        );
        check(
            r#"{"orders":[{"quantity":5,"side":"LONG"}]}"#,
            "orders[0].side",
            "`orders[0].side` is `LONG`, which means nothing here; send `BUY` or `SELL`",
        );
        check(
            r#"{"orders":[{"quantity":5,"side":"BUY","price":3}]}"#,
            "orders[0].price",
            "`price` is not known here; send `quantity` or `side` or leave it out",
        );
        check(
            &format!(r#"{{"orders":[{line},{{}}]}}"#),
            "orders[1].quantity",
            "`orders[1].quantity` is missing; add it",
        );
        check(r#"{"orders":{}}"#, "orders", "`orders` is map; send a list");
        check(
            r#"{"orders":[{"quantity":-5,"side":"BUY"}]}"#,
            "orders[0].quantity",
            "`orders[0].quantity` is integer `-5`; send a whole number that is not negative",
        );
    }

    #[test]
    fn what_came_from_outside_is_not_said_back_at_length() {
        let problem = complaint("x", &format!("unknown field `{}`, expected `a`", "y".repeat(100_000)));
        assert!(problem.detail().len() < 1_000 && problem.field().unwrap().len() < 1_000);
    }
}
