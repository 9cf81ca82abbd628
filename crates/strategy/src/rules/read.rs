//! From a document to a rule file: keys, kinds and limits. Every wrong key is reported, not only the first.

use domain::time::MinuteOfDay;

use super::document::{Data, Node};
use super::lexer::{MAX_WORD, Offsets};
use super::mistake::{Mistake, Span};
use super::names::{did_you_mean, is_taken};
use super::tree::{DAYS, Distance, Entries, Expr, File, Kind, ParameterLine, Side, Size, Word};
use super::{json_tree, parse};
use crate::Value;

const MAX_PARAMETERS: usize = 64;
const MAX_LETS: usize = 128;
const MAX_WINDOWS: usize = 16;
const MAX_REQUIRE: usize = 64;
const MAX_NAME: usize = 80;
const MAX_DOC: usize = 2_000;

type Read<T> = Result<T, Mistake>;

/// What the document says; the mistakes, if there are any, make it void.
pub(super) fn file(root: &Node, mistakes: &mut Vec<Mistake>) -> File {
    let mut reader = Reader { mistakes };
    let mut file = File::default();
    let known = [
        "name",
        "doc",
        "require",
        "parameters",
        "let",
        "long",
        "short",
        "protect",
        "size",
        "entries",
        "exits",
    ];
    for (key, node) in reader.entries(root, "the file", &known) {
        match key.text.as_str() {
            "name" => file.name = reader.take(text(node, MAX_NAME).and_then(|t| name_of_file(node, t))),
            "doc" => file.doc = reader.take(text(node, MAX_DOC)),
            "require" => file.require = reader.list(node, MAX_REQUIRE, expression),
            "parameters" => file.parameters = reader.parameters(node),
            "let" => file.lets = reader.lets(node),
            "long" => file.long = reader.side(node, "long"),
            "short" => file.short = reader.side(node, "short"),
            "protect" => reader.protect(node, &mut file),
            "size" => file.size = reader.size(node),
            "entries" => file.entries = reader.entries_section(node),
            _ => {
                for (_, node) in reader.entries(node, "[exits]", &["square_off"]) {
                    file.square_off = reader.keep(text(node, 10).and_then(|t| time(node, &t)));
                }
            }
        }
    }
    if file.name.is_empty() && reader.mistakes.is_empty() {
        reader
            .mistakes
            .push(Mistake::new(start_of(root), "the file needs a name, for example name = \"my_rules\""));
    }
    file
}

fn start_of(root: &Node) -> Span {
    Span::new(root.at.start as usize, root.at.start as usize + 1)
}

struct Reader<'a> {
    mistakes: &'a mut Vec<Mistake>,
}

impl Reader<'_> {
    fn keep<T>(&mut self, read: Read<T>) -> Option<T> {
        read.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn take<T: Default>(&mut self, read: Read<T>) -> T {
        self.keep(read).unwrap_or_default()
    }

    /// The entries of a table whose keys are known; the others are reported.
    fn entries<'n>(&mut self, node: &'n Node, place: &str, known: &[&str]) -> Vec<(&'n Word, &'n Node)> {
        let mut good = Vec::new();
        for (key, value) in self.table(node) {
            if known.contains(&key.text.as_str()) {
                good.push((key, value));
                continue;
            }
            let hint = match did_you_mean(&key.text, known.iter().copied()) {
                hint if hint.is_empty() => format!("; there are {}", known.join(", ")),
                hint => hint,
            };
            let shown: String = key.text.chars().take(MAX_WORD).collect();
            let reason = format!("{place} has no key `{}`{hint}", shown.escape_debug());
            self.mistakes.push(Mistake::new(key.at, reason));
        }
        good
    }

    fn table<'n>(&mut self, node: &'n Node) -> Vec<(&'n Word, &'n Node)> {
        match &node.data {
            Data::Table(entries) => entries.iter().map(|(key, value)| (key, value)).collect(),
            other => {
                self.mistakes
                    .push(Mistake::new(node.at, format!("expected a table, found {}", other.kind())));
                Vec::new()
            }
        }
    }

    fn list<T>(&mut self, node: &Node, most: usize, item: impl Fn(&Node) -> Read<T>) -> Vec<T> {
        let Data::List(items) = &node.data else {
            self.mistakes.push(Mistake::new(node.at, format!("expected a list, found {}", node.data.kind())));
            return Vec::new();
        };
        if items.len() > most {
            self.mistakes.push(Mistake::new(node.at, format!("more than {most} items")));
            return Vec::new();
        }
        items.iter().filter_map(|node| self.keep(item(node))).collect()
    }

    fn parameters(&mut self, node: &Node) -> Vec<ParameterLine> {
        let lines = self.table(node);
        if lines.len() > MAX_PARAMETERS {
            self.mistakes.push(Mistake::new(node.at, format!("more than {MAX_PARAMETERS} parameters")));
            return Vec::new();
        }
        lines.into_iter().filter_map(|(key, node)| self.parameter(key, node)).collect()
    }

    fn parameter(&mut self, name: &Word, node: &Node) -> Option<ParameterLine> {
        let named = own_name(name);
        self.keep(named)?;
        let before = self.mistakes.len();
        let (mut default, mut min, mut max, mut doc) = (None, None, None, String::new());
        for (key, node) in self.entries(node, "a parameter", &["default", "min", "max", "doc"]) {
            match key.text.as_str() {
                "default" => default = self.keep(number(node)).map(|v| (v, node.at)),
                "min" => min = self.keep(number(node)).map(|v| (v, node.at)),
                "max" => max = self.keep(number(node)).map(|v| (v, node.at)),
                _ => doc = self.take(text(node, MAX_DOC)),
            }
        }
        if self.mistakes.len() > before {
            return None;
        }
        let read = (|| {
            let missing = |key: &str| {
                Mistake::new(
                    name.at,
                    format!("parameter `{}` needs a {key}: a range that sweeps may search", name.text),
                )
            };
            let (default, at) = default.ok_or_else(|| missing("default"))?;
            let (min, min_at) = min.ok_or_else(|| missing("min"))?;
            let (max, max_at) = max.ok_or_else(|| missing("max"))?;
            let fit = |value: Value, at: Span| match (default, value) {
                (Value::Integer(_), Value::Real(x)) => {
                    let reason =
                        format!("{x} is not whole, as the default is; write the default as {default}.0");
                    Err(Mistake::new(at, reason))
                }
                (Value::Real(_), Value::Integer(n)) => Ok(Value::Real(n as f64)),
                _ => Ok(value),
            };
            let (min, max) = (fit(min, min_at)?, fit(max, max_at)?);
            let (low, x, high) = (min.as_f64(), default.as_f64(), max.as_f64());
            if low > high {
                return Err(Mistake::new(
                    min_at.to(max_at),
                    format!("min {min} is above max {max}; swap them"),
                ));
            }
            if x < low || x > high {
                return Err(Mistake::new(at, format!("the default {default} is not within {min} to {max}")));
            }
            Ok(ParameterLine { name: name.clone(), default, min, max, doc })
        })();
        self.keep(read)
    }

    fn lets(&mut self, node: &Node) -> Vec<(Word, Expr)> {
        let lines = self.table(node);
        if lines.len() > MAX_LETS {
            self.mistakes.push(Mistake::new(node.at, format!("more than {MAX_LETS} named expressions")));
            return Vec::new();
        }
        let line = |(key, node): (&Word, &Node)| {
            own_name(key)?;
            Ok((key.clone(), expression(node)?))
        };
        lines.into_iter().filter_map(|entry| self.keep(line(entry))).collect()
    }

    fn side(&mut self, node: &Node, name: &str) -> Side {
        let mut side = Side::default();
        let before = self.mistakes.len();
        for (key, node) in self.entries(node, &format!("[{name}]"), &["enter", "exit"]) {
            let expr = self.keep(expression(node));
            if key.text == "enter" { side.enter = expr } else { side.exit = expr }
        }
        if side.enter.is_none() && self.mistakes.len() == before {
            let reason = format!("[{name}] needs `enter`: there is nothing to leave otherwise");
            self.mistakes.push(Mistake::new(start_of(node), reason));
        }
        side
    }

    fn protect(&mut self, node: &Node, file: &mut File) {
        for (key, node) in self.entries(node, "[protect]", &["stop", "target", "trail"]) {
            let distance = self.keep(distance(node));
            match key.text.as_str() {
                "stop" => file.stop = distance,
                "target" => file.target = distance,
                _ => file.trail = distance,
            }
        }
    }

    fn size(&mut self, node: &Node) -> Option<Size> {
        let mut size = None;
        for (key, node) in self.entries(node, "[size]", &["quantity", "percent", "risk", "volatility"]) {
            if size.is_some() {
                let reason = "[size] takes one rule: quantity, percent, risk or volatility";
                self.mistakes.push(Mistake::new(key.at, reason));
                return None;
            }
            let make = match key.text.as_str() {
                "quantity" => Size::Quantity,
                "percent" => Size::Percent,
                "risk" => Size::Risk,
                _ => Size::Volatility,
            };
            size = self.keep(expression(node)).map(make);
        }
        size
    }

    fn entries_section(&mut self, node: &Node) -> Entries {
        let mut entries = Entries::default();
        for (key, node) in
            self.entries(node, "[entries]", &["times", "days", "max_a_day", "minutes_after_loss"])
        {
            match key.text.as_str() {
                "times" => entries.times = self.list(node, MAX_WINDOWS, window),
                "days" => {
                    entries.days = self.list(node, DAYS.len(), day);
                    let mut seen = entries.days.clone();
                    seen.sort_unstable();
                    seen.dedup();
                    if seen.len() < entries.days.len() {
                        self.mistakes.push(Mistake::new(node.at, "a day is named twice"));
                    }
                }
                "max_a_day" => entries.max_a_day = self.keep(count(node, 1, 10_000)),
                _ => entries.minutes_after_loss = self.keep(count(node, 1, 1_000_000)),
            }
        }
        entries
    }
}

/// An expression as text, tree or plain number.
pub(super) fn expression(node: &Node) -> Read<Expr> {
    match &node.data {
        Data::Text(text, offsets) => parse::expression(text, offsets),
        _ => json_tree::expression(node),
    }
}

fn distance(node: &Node) -> Read<Distance> {
    match &node.data {
        Data::Text(text, offsets) => parse::distance(text, offsets),
        Data::Table(entries) if matches!(entries.as_slice(), [(key, _)] if is_unit(&key.text)) => {
            let (key, value) = &entries[0];
            let expr = expression(value)?;
            Ok(match key.text.as_str() {
                "pct" => Distance::Percent(expr),
                "points" => Distance::Points(expr),
                _ => Distance::Atr(expr),
            })
        }
        _ => json_tree::expression(node).map(Distance::Rupees),
    }
}

fn is_unit(word: &str) -> bool {
    ["pct", "points", "atr"].contains(&word)
}

fn text(node: &Node, most: usize) -> Read<String> {
    match &node.data {
        Data::Text(text, _) if text.chars().count() <= most => Ok(text.clone()),
        Data::Text(..) => Err(Mistake::new(node.at, format!("this text has more than {most} characters"))),
        other => Err(Mistake::new(node.at, format!("expected a text in quotes, found {}", other.kind()))),
    }
}

fn name_of_file(node: &Node, text: String) -> Read<String> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(Mistake::new(node.at, "a name is some visible letters on one line"));
    }
    Ok(text)
}

fn number(node: &Node) -> Read<Value> {
    match node.data {
        // Exact in a float, as all arithmetic is in floats.
        Data::Integer(n) if n.unsigned_abs() <= 1 << 53 => Ok(Value::Integer(n)),
        Data::Real(x) if x.is_finite() => Ok(Value::Real(x)),
        Data::Integer(_) | Data::Real(_) => Err(Mistake::new(node.at, "this number is too large")),
        ref other => Err(Mistake::new(node.at, format!("expected a number, found {}", other.kind()))),
    }
}

fn count(node: &Node, least: u32, most: u32) -> Read<u32> {
    match number(node)? {
        Value::Integer(n) if (i64::from(least)..=i64::from(most)).contains(&n) => Ok(n as u32),
        value => Err(Mistake::new(node.at, format!("{value} is not a whole number from {least} to {most}"))),
    }
}

/// A name that the file brings.
fn own_name(word: &Word) -> Read<()> {
    let name = &word.text;
    let shown: String = name.chars().take(MAX_WORD).collect();
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let sound = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !starts || !sound || name.len() > MAX_WORD {
        let reason = format!(
            "`{}` is not a name; use small letters, digits and _, at most {MAX_WORD}",
            shown.escape_debug()
        );
        return Err(Mistake::new(word.at, reason));
    }
    if is_taken(name) {
        let reason = format!(
            "`{name}` already means something in expressions; use another name, for example `my_{name}`"
        );
        return Err(Mistake::new(word.at, reason));
    }
    Ok(())
}

fn time(node: &Node, text: &str) -> Read<MinuteOfDay> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(10).collect();
        Mistake::new(node.at, format!("`{}` is not a time of day; write it as 09:30", shown.escape_debug()))
    })
}

fn window(node: &Node) -> Read<(MinuteOfDay, MinuteOfDay)> {
    let text = text(node, 20)?;
    let Some((from, to)) = text.split_once('-') else {
        return Err(Mistake::new(node.at, "expected a stretch of the day, for example \"09:30-11:00\""));
    };
    let (from, to) = (time(node, from.trim())?, time(node, to.trim())?);
    if from > to {
        return Err(Mistake::new(node.at, format!("{from} is after {to}; a stretch does not pass midnight")));
    }
    Ok((from, to))
}

fn day(node: &Node) -> Read<u8> {
    let text = text(node, 20)?;
    let at = DAYS.iter().position(|day| *day == text);
    at.map(|i| i as u8).ok_or_else(|| {
        let reason = format!("`{}` is not a day; there are {}", text.escape_debug(), DAYS.join(", "));
        Mistake::new(node.at, reason)
    })
}

/// For texts that stand alone.
impl Default for Offsets {
    fn default() -> Offsets {
        Offsets::From(0)
    }
}

/// The number of an expression that is nothing but a number.
pub(super) fn plain_number(expr: &Expr) -> Option<f64> {
    if let Kind::Number(x) = expr.kind { Some(x) } else { None }
}
