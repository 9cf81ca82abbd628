//! Writing a rule file: TOML with expressions as text, or JSON with expressions as trees. Reading either gives the same
//! rules; comments are not kept.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::json_tree::tree;
use super::print::Number;
use super::read::plain_number;
use super::tree::{DAYS, Distance, Expr, File, Side, Size};
use crate::Value;

/// The TOML form.
pub(super) fn toml(file: &File) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{key} = {value}");
    };
    line("name", &quoted(&file.name));
    if !file.doc.is_empty() {
        line("doc", &quoted(&file.doc));
    }
    if !file.require.is_empty() {
        line("require", &list(file.require.iter().map(|e| quoted(&e.to_string()))));
    }
    let mut section = |name: &str, lines: Vec<(&str, String)>| {
        if !lines.is_empty() {
            let _ = write!(out, "\n[{name}]\n");
            for (key, value) in lines {
                let _ = writeln!(out, "{key} = {value}");
            }
        }
    };
    let parameter = |p: &super::tree::ParameterLine| {
        let doc = if p.doc.is_empty() { String::new() } else { format!(", doc = {}", quoted(&p.doc)) };
        format!("{{ default = {}, min = {}, max = {}{doc} }}", value(p.default), value(p.min), value(p.max))
    };
    section("parameters", file.parameters.iter().map(|p| (p.name.text.as_str(), parameter(p))).collect());
    section("let", file.lets.iter().map(|(word, e)| (word.text.as_str(), quoted(&e.to_string()))).collect());
    for (name, side) in [("long", &file.long), ("short", &file.short)] {
        section(name, of_side(side).map(|(key, e)| (key, quoted(&e.to_string()))).collect());
    }
    section("protect", protect(file).map(|(key, d)| (key, quoted(&d.to_string()))).collect());
    section(
        "size",
        file.size.iter().map(Size::key_and_expr).map(|(key, e)| (key, number_or_text(e))).collect(),
    );
    let entries = &file.entries;
    let mut lines = Vec::new();
    if !entries.times.is_empty() {
        lines.push(("times", list(entries.times.iter().map(|(from, to)| format!("\"{from}-{to}\"")))));
    }
    if !entries.days.is_empty() {
        lines.push(("days", list(entries.days.iter().map(|&day| format!("\"{}\"", DAYS[usize::from(day)])))));
    }
    lines.extend(entries.max_a_day.map(|n| ("max_a_day", n.to_string())));
    lines.extend(entries.minutes_after_loss.map(|n| ("minutes_after_loss", n.to_string())));
    section("entries", lines);
    section("exits", file.square_off.iter().map(|time| ("square_off", format!("\"{time}\""))).collect());
    out
}

/// The JSON form.
pub(super) fn json(file: &File) -> Json {
    let mut out = Map::new();
    out.insert("name".into(), json!(file.name));
    if !file.doc.is_empty() {
        out.insert("doc".into(), json!(file.doc));
    }
    if !file.require.is_empty() {
        out.insert("require".into(), file.require.iter().map(tree).collect());
    }
    let mut section = |name: &str, entries: Vec<(&str, Json)>| {
        if !entries.is_empty() {
            let table: Map<String, Json> =
                entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            out.insert(name.to_owned(), Json::Object(table));
        }
    };
    let parameter = |p: &super::tree::ParameterLine| {
        let mut all = json!({ "default": number(p.default), "min": number(p.min), "max": number(p.max) });
        if !p.doc.is_empty() {
            all["doc"] = json!(p.doc);
        }
        all
    };
    section("parameters", file.parameters.iter().map(|p| (p.name.text.as_str(), parameter(p))).collect());
    section("let", file.lets.iter().map(|(word, e)| (word.text.as_str(), tree(e))).collect());
    for (name, side) in [("long", &file.long), ("short", &file.short)] {
        section(name, of_side(side).map(|(key, e)| (key, tree(e))).collect());
    }
    let distance = |d: &Distance| match d.unit() {
        Some(unit) => {
            let mut table = Map::new();
            table.insert(unit.to_owned(), tree(d.expr()));
            Json::Object(table)
        }
        None => tree(d.expr()),
    };
    section("protect", protect(file).map(|(key, d)| (key, distance(d))).collect());
    section("size", file.size.iter().map(Size::key_and_expr).map(|(key, e)| (key, tree(e))).collect());
    let entries = &file.entries;
    let mut lines = Vec::new();
    if !entries.times.is_empty() {
        lines.push(("times", entries.times.iter().map(|(from, to)| json!(format!("{from}-{to}"))).collect()));
    }
    if !entries.days.is_empty() {
        lines.push(("days", entries.days.iter().map(|&day| json!(DAYS[usize::from(day)])).collect()));
    }
    lines.extend(entries.max_a_day.map(|n| ("max_a_day", json!(n))));
    lines.extend(entries.minutes_after_loss.map(|n| ("minutes_after_loss", json!(n))));
    section("entries", lines);
    section("exits", file.square_off.iter().map(|time| ("square_off", json!(time.to_string()))).collect());
    Json::Object(out)
}

fn of_side(side: &Side) -> impl Iterator<Item = (&'static str, &Expr)> {
    side.enter.iter().map(|e| ("enter", e)).chain(side.exit.iter().map(|e| ("exit", e)))
}

fn protect(file: &File) -> impl Iterator<Item = (&'static str, &Distance)> {
    let all = [("stop", &file.stop), ("target", &file.target), ("trail", &file.trail)];
    all.into_iter().filter_map(|(key, distance)| distance.as_ref().map(|d| (key, d)))
}

fn number_or_text(expr: &Expr) -> String {
    plain_number(expr).map_or_else(|| quoted(&expr.to_string()), toml_number)
}

/// A whole number beyond 64 bits would not be read as one.
fn toml_number(x: f64) -> String {
    let text = Number(x).to_string();
    if text.contains('e') && !text.contains('.') { text.replacen('e', ".0e", 1) } else { text }
}

/// A parameter's number, which says by its point whether it is real.
fn value(value: Value) -> String {
    match value {
        Value::Integer(n) => n.to_string(),
        Value::Real(x) => {
            let text = toml_number(x);
            if text.contains('.') { text } else { text + ".0" }
        }
    }
}

fn number(value: Value) -> Json {
    match value {
        Value::Integer(n) => Json::from(n),
        Value::Real(x) => Json::from(x),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A basic TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
