//! Rust source without what only looks like code: comments and strings are blanked, lines stay where they are.
//!
//! Not a parser: it knows enough to tell code from text, to find what `use` brings in, and to leave out what is compiled
//! for tests alone.

/// The text with comments, strings and characters replaced by spaces.
pub fn code(text: &str) -> String {
    let source: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < source.len() {
        let end = match (source[i], source.get(i + 1)) {
            ('/', Some('/')) => find(&source, i, &['\n']).unwrap_or(source.len()),
            ('/', Some('*')) => end_of_block_comment(&source, i),
            ('"', _) => end_of_string(&source, i),
            ('\'', _) => end_of_character(&source, i),
            ('r', Some('"' | '#')) if begins_word(&source, i) => end_of_raw_string(&source, i),
            _ => i,
        };
        if end == i {
            out.push(source[i]);
            i += 1;
        } else {
            out.extend(source[i..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            i = end;
        }
    }
    out
}

fn find(source: &[char], from: usize, what: &[char]) -> Option<usize> {
    source[from..].windows(what.len()).position(|w| w == what).map(|at| from + at)
}

/// Whether `i` is the `r` of `r"…"`, `br"…"` or `cr"…"`, not the end of a name.
fn begins_word(source: &[char], i: usize) -> bool {
    let word = |at: usize| source[at].is_alphanumeric() || source[at] == '_';
    match i {
        0 => true,
        1 => !word(0) || matches!(source[0], 'b' | 'c'),
        _ => !word(i - 1) || matches!(source[i - 1], 'b' | 'c') && !word(i - 2),
    }
}

fn end_of_block_comment(source: &[char], from: usize) -> usize {
    let (mut depth, mut i) = (0, from);
    while i < source.len() {
        match (source[i], source.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            break;
        }
    }
    i.min(source.len())
}

fn end_of_string(source: &[char], from: usize) -> usize {
    let mut i = from + 1;
    while i < source.len() && source[i] != '"' {
        i += if source[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(source.len())
}

/// The end of a character; `from` itself where the quote begins a lifetime.
fn end_of_character(source: &[char], from: usize) -> usize {
    match (source.get(from + 1), source.get(from + 2)) {
        (Some('\\'), Some(_)) => find(source, from + 3, &['\'']).map_or(source.len(), |at| at + 1),
        (Some(_), Some('\'')) => from + 3,
        _ => from,
    }
}

/// The end of a raw string; `from` itself where `r#` begins a raw name.
fn end_of_raw_string(source: &[char], from: usize) -> usize {
    let hashes = source[from + 1..].iter().take_while(|c| **c == '#').count();
    if source.get(from + 1 + hashes) != Some(&'"') {
        return from;
    }
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    find(source, from + 2 + hashes, &close).map_or(source.len(), |at| at + close.len())
}

/// The code without items under `#[cfg(test)]`; takes what [`code`] gives.
pub fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = code.to_owned();
    while let Some(start) = out.find(MARK) {
        let end = start + MARK.len() + end_of_item(&out[start + MARK.len()..]);
        let blank: String = out[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(start..end, &blank);
    }
    out
}

/// Where an item ends: its semicolon, or the brace that closes its body.
fn end_of_item(code: &str) -> usize {
    let (mut braces, mut others) = (0, 0);
    for (i, c) in code.char_indices() {
        match c {
            '{' => braces += 1,
            '}' => braces -= 1,
            '(' | '[' => others += 1,
            ')' | ']' => others -= 1,
            _ => {}
        }
        if (c == ';' || c == '}') && braces <= 0 && others <= 0 {
            return i + 1;
        }
    }
    code.len()
}

/// Every path that begins at `std::`, with its line: those written out, and those that `use` takes from a group.
pub fn std_paths(code: &str) -> Vec<(usize, String)> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("std::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let line = line_of(code, at);
        let rest = &code[at..];
        let simple: String =
            rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
        if simple.ends_with("::") && rest[simple.len()..].starts_with('{') {
            expand(&simple, &rest[simple.len()..], line, &mut paths);
        } else {
            paths.push((line, simple.trim_end_matches(':').to_owned()));
        }
    }
    paths
}

/// `std::` and `{fs, time::{Duration, Instant}}` give `std::fs`, `std::time::Duration`, `std::time::Instant`.
fn expand(prefix: &str, group: &str, line: usize, paths: &mut Vec<(usize, String)>) {
    let (mut depth, mut from) = (0, 1);
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || depth == 1 && c == ',' {
            let item = group[from..i].trim();
            let line = line + group[..from].matches('\n').count() + leading_lines(&group[from..i]);
            match item.find('{') {
                Some(open) => expand(&format!("{prefix}{}", &item[..open]), &item[open..], line, paths),
                None if item.is_empty() => {}
                None => {
                    let name = item.split_whitespace().next().unwrap_or(item);
                    let path = if name == "self" {
                        prefix.trim_end_matches(':').to_owned()
                    } else {
                        format!("{prefix}{name}")
                    };
                    paths.push((line, path));
                }
            }
            from = i + 1;
        }
        if depth == 0 {
            return;
        }
    }
}

fn leading_lines(text: &str) -> usize {
    text.chars().take_while(|c| c.is_whitespace()).filter(|c| *c == '\n').count()
}

/// The lines, from 1, on which `word` stands by itself.
pub fn lines_with(code: &str, word: &str) -> Vec<usize> {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    let alone = |at: usize| {
        let (before, after) = (&code[..at], &code[at + word.len()..]);
        !(word.starts_with(name) && before.ends_with(name) || word.ends_with(name) && after.starts_with(name))
    };
    code.match_indices(word).filter(|(at, _)| alone(*at)).map(|(at, _)| line_of(code, at)).collect()
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_blanked_and_lines_stay() {
        let text = "let a = \"std::fs // no\"; // std::fs\n/* std::fs /* in */ */ let b = '\"';\nlet c: &'a str = r#\"std::\"fs\"#;\nlet d = '\\'';";
        let code = code(text);
        assert!(!code.contains("fs"), "{code}");
        assert_eq!(code.lines().count(), 4);
        assert!(code.contains("let b =") && code.contains("let c: &'a str =") && code.contains("let d ="));
    }

    #[test]
    fn names_that_end_in_r_are_no_raw_strings() {
        assert_eq!(code("for r in rows { bar(r) }"), "for r in rows { bar(r) }");
        assert_eq!(code("r#type br\"x\" char \"y\""), "r#type b     char    ");
    }

    #[test]
    fn what_is_for_tests_alone_is_left_out() {
        let kept = without_tests(
            "use a;\n#[cfg(test)]\nuse b;\n#[cfg(test)]\nmod tests {\n  fn x() { y() }\n}\nfn z() {}\n#[cfg(test)]\nmod more;\n",
        );
        assert_eq!(kept.split_whitespace().collect::<Vec<_>>().join(" "), "use a; fn z() {}");
        assert_eq!(kept.lines().count(), 10);
    }

    #[test]
    fn grouped_imports_are_taken_apart() {
        let found = std_paths(
            "use std::{\n    fs,\n    io::{self, Read as _},\n};\nlet t = std::time::Instant::now();\nmy_std::fs();",
        );
        let expected = [(2, "std::fs"), (3, "std::io"), (3, "std::io::Read"), (5, "std::time::Instant::now")];
        assert_eq!(found, expected.map(|(line, path)| (line, path.to_owned())));
    }

    #[test]
    fn words_stand_alone() {
        assert_eq!(lines_with("todo!()\nmy_todo!()\n a.todo!", "todo!"), [1, 3]);
        assert_eq!(lines_with("async fn a\nasynchronous", "async"), [1]);
    }
}
