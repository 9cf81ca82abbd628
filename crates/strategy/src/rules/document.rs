//! TOML and JSON alike: a tree of values that know where they stand.

use toml::de::{DeTable, DeValue};

use super::lexer::Offsets;
use super::mistake::{Mistake, Span};
use super::tree::Word;

pub(super) struct Node {
    pub at: Span,
    pub data: Data,
}

pub(super) enum Data {
    /// In the order of the file, no key twice.
    Table(Vec<(Word, Node)>),
    List(Vec<Node>),
    Text(String, Offsets),
    Integer(i64),
    Real(f64),
    Truth(bool),
    /// A thing that rules have no use for.
    Other(&'static str),
}

/// Deeper files are refused. An expression of the greatest height takes two levels for each.
pub(super) const MAX_DEPTH: usize = 160;

impl Data {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Data::Table(_) => "a table",
            Data::List(_) => "a list",
            Data::Text(..) => "a text",
            Data::Integer(_) | Data::Real(_) => "a number",
            Data::Truth(_) => "true or false",
            Data::Other(what) => what,
        }
    }
}

/// Reads a TOML document.
pub(super) fn toml(text: &str) -> Result<Node, Mistake> {
    let table = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..text.len().min(1));
        Mistake::new(Span::new(span.start, span.end), error.message().replace('\n', ", "))
    })?;
    let at = Span::new(table.span().start, table.span().end);
    Ok(Node { at, data: self::table(text, table.get_ref()) })
}

fn table(text: &str, table: &DeTable<'_>) -> Data {
    let mut entries: Vec<(Word, Node)> = table
        .iter()
        .map(|(key, value)| {
            let at = Span::new(key.span().start, key.span().end);
            let word = Word { text: key.get_ref().to_string(), at };
            let at = Span::new(value.span().start, value.span().end);
            (word, Node { at, data: data(text, at, value.get_ref()) })
        })
        .collect();
    // The library sorts by name; people order with a purpose.
    entries.sort_by_key(|(word, _)| word.at);
    Data::Table(entries)
}

fn data(text: &str, at: Span, value: &DeValue<'_>) -> Data {
    match value {
        DeValue::String(content) => Data::Text(content.to_string(), toml_offsets(text, at, content)),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Data::Integer(number),
            Err(_) => Data::Other("a number beyond 64 bits"),
        },
        DeValue::Float(number) => number.as_str().parse().map_or(Data::Other("no number"), Data::Real),
        DeValue::Boolean(truth) => Data::Truth(*truth),
        DeValue::Datetime(_) => Data::Other("a TOML date or time; write it in quotes"),
        DeValue::Array(list) => Data::List(
            list.iter()
                .map(|item| {
                    let at = Span::new(item.span().start, item.span().end);
                    Node { at, data: data(text, at, item.get_ref()) }
                })
                .collect(),
        ),
        DeValue::Table(inner) => table(text, inner),
    }
}

/// Where the bytes of a decoded TOML string stand in the file.
fn toml_offsets(text: &str, at: Span, content: &str) -> Offsets {
    let (start, end) = (at.start as usize, at.end as usize);
    let raw = text.get(start..end).unwrap_or_default();
    let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
    let inner = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or_default();
    // The line break after opening quotes does not count.
    let skipped = match inner.as_bytes() {
        [b'\r', b'\n', ..] if quotes == 3 => 2,
        [b'\n', ..] if quotes == 3 => 1,
        _ => 0,
    };
    let base = start + quotes + skipped;
    if inner.get(skipped..) == Some(content) {
        return Offsets::From(base);
    }
    // With escapes: each character of the content stands at the same character of the file, or at an escape.
    let mut each = Vec::with_capacity(content.len() + 1);
    let mut rest = inner.get(skipped..).unwrap_or_default().char_indices().peekable();
    for letter in content.chars() {
        let mut place = None;
        while let Some((i, raw)) = rest.next() {
            if raw == '\\' {
                let line_ends = rest.peek().is_some_and(|(_, c)| c.is_whitespace());
                if line_ends {
                    while rest.peek().is_some_and(|(_, c)| c.is_whitespace()) {
                        rest.next();
                    }
                    continue;
                }
                let digits = match rest.next().map(|(_, c)| c) {
                    Some('u') => 4,
                    Some('U') => 8,
                    Some('x') => 2,
                    _ => 0,
                };
                for _ in 0..digits {
                    rest.next();
                }
            } else if raw == '\r' && letter != '\r' {
                continue;
            }
            place = Some(i);
            break;
        }
        let place = base + place.unwrap_or(inner.len());
        each.extend(std::iter::repeat_n(place as u32, letter.len_utf8()));
    }
    each.push((end - quotes.min(end)) as u32);
    Offsets::Each(each)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(text: &str) -> Vec<usize> {
        let node = toml(text).expect("TOML");
        let Data::Table(entries) = node.data else { panic!() };
        let Data::Text(content, offsets) = &entries[0].1.data else { panic!() };
        (0..=content.len()).map(|i| offsets.span(i, i).start as usize).collect()
    }

    #[test]
    fn letters_are_found_behind_escapes() {
        assert_eq!(offsets("a = \"xy\""), [5, 6, 7]);
        assert_eq!(offsets("a = \"x\\\"y\""), [5, 6, 8, 9]);
        assert_eq!(offsets("a = \"\\u0041y\""), [5, 11, 12]);
        assert_eq!(offsets("a = \"\"\"\nx\\\n  y\"\"\""), [8, 13, 14]);
        assert_eq!(offsets("a = '''\nxy'''"), [8, 9, 10]);
    }
}
