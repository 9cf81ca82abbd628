//! The tree form of an expression, which a visual builder edits.
//!
//! A number or truth stands for itself, anything else is a table with one telling key:
//! `{"name": "close"}` · `{"time": "09:30"}` · `{"timeframe": "15m"}` ·
//! `{"call": "sma", "arguments": […]}` (an argument may be `{"parameter": "period", "value": …}`) ·
//! `{"output": "signal", "of": …}` · `{"previous": …, "bars": …}` · `{"negative": …}` · `{"not": …}` ·
//! `{"operator": ">", "left": …, "right": …}` · `{"all": […]}` · `{"any": […]}`. A text is read as the text form.

use serde_json::{Map, Number, Value as Json, json};

use super::document::{Data, Node};
use super::mistake::Mistake;
use super::names::did_you_mean;
use super::parse;
use super::tree::{Argument, Expr, Kind, MAX_HEIGHT, Operator, Word};

type Read<T> = Result<T, Mistake>;

const KEYS: [&str; 11] =
    ["name", "time", "timeframe", "call", "output", "previous", "negative", "not", "operator", "all", "any"];

const MAX_PARTS: usize = 256;

/// Reads a tree.
pub(super) fn expression(node: &Node) -> Read<Expr> {
    let at = node.at;
    let kind = match &node.data {
        Data::Text(text, offsets) => return parse::expression(text, offsets),
        Data::Integer(n) => return Ok(number(*n as f64, node)),
        Data::Real(x) if x.is_finite() => return Ok(number(*x, node)),
        Data::Truth(truth) => Kind::Truth(*truth),
        Data::Table(entries) => table(node, entries)?,
        other => return Err(Mistake::new(at, format!("expected an expression, found {}", other.kind()))),
    };
    let expr = Expr::new(kind, at);
    if expr.height > MAX_HEIGHT {
        return Err(Mistake::new(at, parse::too_deep()));
    }
    Ok(expr)
}

fn number(x: f64, node: &Node) -> Expr {
    let plain = Expr::new(Kind::Number(x.abs()), node.at);
    if x < 0.0 { Expr::new(Kind::Negative(Box::new(plain)), node.at) } else { plain }
}

fn table(node: &Node, entries: &[(Word, Node)]) -> Read<Kind> {
    let get = |key: &str| entries.iter().find(|(word, _)| word.text == key).map(|(_, node)| node);
    let telling = KEYS.into_iter().find(|key| get(key).is_some());
    let Some(telling) = telling else {
        let hint =
            entries.first().map_or(String::new(), |(key, _)| did_you_mean(&key.text, KEYS.into_iter()));
        let at = entries.first().map_or(node.at, |(key, _)| key.at);
        let reason = format!("an expression is a table with one of the keys {}{hint}", KEYS.join(", "));
        return Err(Mistake::new(at, reason));
    };
    let allowed: &[&str] = match telling {
        "call" => &["call", "arguments"],
        "output" => &["output", "of"],
        "previous" => &["previous", "bars"],
        "operator" => &["operator", "left", "right"],
        _ => std::slice::from_ref(KEYS.iter().find(|key| **key == telling).unwrap_or(&"")),
    };
    if let Some((key, _)) = entries.iter().find(|(key, _)| !allowed.contains(&key.text.as_str())) {
        let reason =
            format!("`{}` does not go with `{telling}`; use {}", key.text.escape_debug(), allowed.join(", "));
        return Err(Mistake::new(key.at, reason));
    }
    let part = |key: &str| {
        let missing = || Mistake::new(node.at, format!("`{telling}` needs `{key}` beside it"));
        get(key).ok_or_else(missing)
    };
    let child = |key: &str| part(key).and_then(expression).map(Box::new);
    match telling {
        "name" => word(part("name")?).map(Kind::Name),
        "time" => {
            let node = part("time")?;
            let time = text(node)?.parse();
            time.map(Kind::Time)
                .map_err(|_| Mistake::new(node.at, "expected a time of day such as \"09:30\""))
        }
        "timeframe" => {
            let node = part("timeframe")?;
            let timeframe = text(node)?.parse();
            timeframe
                .map(Kind::Timeframe)
                .map_err(|error: domain::timeframe::NotATimeframe| Mistake::new(node.at, error.to_string()))
        }
        "call" => {
            let name = word(part("call")?)?;
            let arguments = list(part("arguments")?)?.iter().map(argument).collect::<Read<_>>()?;
            Ok(Kind::Call { name, arguments })
        }
        "output" => Ok(Kind::Output { of: child("of")?, output: word(part("output")?)? }),
        "previous" => Ok(Kind::Previous { of: child("previous")?, bars: child("bars")? }),
        "negative" => Ok(Kind::Negative(child("negative")?)),
        "not" => Ok(Kind::Not(child("not")?)),
        "operator" => {
            let node = part("operator")?;
            let sign = text(node)?;
            let operator =
                Operator::ALL.into_iter().find(|operator| operator.sign() == sign).ok_or_else(|| {
                    let all: Vec<&str> = Operator::ALL.iter().map(|operator| operator.sign()).collect();
                    Mistake::new(node.at, format!("there is no such operator; there are {}", all.join(" ")))
                })?;
            Ok(Kind::Binary { operator, left: child("left")?, right: child("right")? })
        }
        _ => {
            let node = part(telling)?;
            let parts = list(node)?.iter().map(expression).collect::<Read<Vec<_>>>()?;
            if parts.len() < 2 {
                return Err(Mistake::new(node.at, format!("`{telling}` joins at least two conditions")));
            }
            Ok(if telling == "all" { Kind::All(parts) } else { Kind::Any(parts) })
        }
    }
}

fn argument(node: &Node) -> Read<Argument> {
    if let Data::Table(entries) = &node.data
        && let [(a, first), (b, second)] = entries.as_slice()
    {
        let (name, value) = match (a.text.as_str(), b.text.as_str()) {
            ("parameter", "value") => (first, second),
            ("value", "parameter") => (second, first),
            _ => return Ok(Argument { name: None, value: expression(node)? }),
        };
        return Ok(Argument { name: Some(word(name)?), value: expression(value)? });
    }
    Ok(Argument { name: None, value: expression(node)? })
}

fn text(node: &Node) -> Read<&str> {
    match &node.data {
        Data::Text(text, _) => Ok(text),
        other => Err(Mistake::new(node.at, format!("expected a text, found {}", other.kind()))),
    }
}

/// A text that the text form could hold as a name.
fn word(node: &Node) -> Read<String> {
    let text = text(node)?;
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let sound =
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && text.len() <= super::lexer::MAX_WORD;
    let reserved = ["and", "or", "not", "true", "false"].contains(&text);
    if starts && sound && !reserved {
        Ok(text.to_owned())
    } else {
        Err(Mistake::new(node.at, "this is not a name"))
    }
}

fn list(node: &Node) -> Read<&[Node]> {
    match &node.data {
        Data::List(items) if items.len() <= MAX_PARTS => Ok(items),
        Data::List(_) => Err(Mistake::new(node.at, format!("more than {MAX_PARTS} parts"))),
        other => Err(Mistake::new(node.at, format!("expected a list, found {}", other.kind()))),
    }
}

/// Writes a tree.
pub(super) fn tree(expr: &Expr) -> Json {
    match &expr.kind {
        Kind::Number(x) => plain(*x),
        Kind::Time(time) => json!({ "time": time.to_string() }),
        Kind::Timeframe(timeframe) => json!({ "timeframe": timeframe.to_string() }),
        Kind::Truth(truth) => Json::Bool(*truth),
        Kind::Name(name) => json!({ "name": name }),
        Kind::Call { name, arguments } => {
            let argument = |argument: &Argument| match &argument.name {
                Some(name) => json!({ "parameter": name, "value": tree(&argument.value) }),
                None => tree(&argument.value),
            };
            json!({ "call": name, "arguments": arguments.iter().map(argument).collect::<Vec<_>>() })
        }
        Kind::Output { of, output } => json!({ "output": output, "of": tree(of) }),
        Kind::Previous { of, bars } => json!({ "previous": tree(of), "bars": tree(bars) }),
        Kind::Negative(of) => json!({ "negative": tree(of) }),
        Kind::Not(of) => json!({ "not": tree(of) }),
        Kind::Binary { operator, left, right } => {
            json!({ "operator": operator.sign(), "left": tree(left), "right": tree(right) })
        }
        Kind::All(parts) => joined("all", parts),
        Kind::Any(parts) => joined("any", parts),
    }
}

fn joined(key: &str, parts: &[Expr]) -> Json {
    let mut table = Map::new();
    table.insert(key.to_owned(), Json::Array(parts.iter().map(tree).collect()));
    Json::Object(table)
}

/// A whole number without a point.
pub(super) fn plain(x: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if x.fract() == 0.0 && x.abs() < EXACT {
        return Json::from(x as i64);
    }
    Number::from_f64(x).map_or(Json::Null, Json::Number)
}
