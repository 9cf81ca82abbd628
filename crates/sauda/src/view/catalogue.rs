//! The strategies and indicators that there are, for a person and for a script.

use std::fmt::Write as _;

use indicators::catalogue::{Indicator, Parameter, ParameterKind};
use serde::Serialize;
use serde_json::{Number, Value as Json};
use strategy::{Description, Value};

use super::table::Align::{Left, Right};
use super::table::lines;

#[derive(Serialize)]
pub struct StrategyView<'a> {
    name: &'a str,
    doc: &'a str,
    parameters: Vec<StrategyParameterView<'a>>,
}

#[derive(Serialize)]
pub struct StrategyParameterView<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    default: Json,
    min: Json,
    max: Json,
    doc: &'a str,
}

pub fn strategies_json(all: &[Description]) -> Vec<StrategyView<'_>> {
    all.iter()
        .map(|s| StrategyView {
            name: &s.name,
            doc: &s.doc,
            parameters: s.parameters.iter().map(strategy_parameter).collect(),
        })
        .collect()
}

pub fn strategy_parameter(p: &strategy::Parameter) -> StrategyParameterView<'_> {
    let kind = match p.default {
        Value::Integer(_) => "integer",
        Value::Real(_) => "real",
    };
    let number = |value: Value| match value {
        Value::Integer(n) => Json::from(n),
        Value::Real(x) => Json::from(x),
    };
    let (default, min, max) = (number(p.default), number(p.min), number(p.max));
    StrategyParameterView { name: &p.name, kind, default, min, max, doc: &p.doc }
}

pub fn strategies_text(all: &[Description]) -> String {
    let mut text = String::new();
    for (i, strategy) in all.iter().enumerate() {
        if i > 0 {
            text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}\n  {}", strategy.name, strategy.doc);
        let row = |p: &strategy::Parameter| {
            let kind = if matches!(p.default, Value::Integer(_)) { "whole" } else { "real" };
            let range = format!("{} to {}", p.min, p.max);
            vec![format!("  {}", p.name), p.default.to_string(), range, kind.to_owned(), p.doc.to_string()]
        };
        if strategy.parameters.is_empty() {
            text.push_str("  no parameters\n");
            continue;
        }
        let heading = ["  parameter", "default", "range", "number", "meaning"].map(str::to_owned).to_vec();
        let rows: Vec<_> = std::iter::once(heading).chain(strategy.parameters.iter().map(row)).collect();
        text.push_str(&lines(&[Left, Right, Left, Left, Left], &rows));
    }
    text
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IndicatorView {
    name: &'static str,
    doc: &'static str,
    group: &'static str,
    source: &'static str,
    parameters: Vec<IndicatorParameterView>,
    /// The columns that it reads.
    inputs: Vec<&'static str>,
    /// Columns with every parameter at its default.
    outputs: Vec<String>,
    /// Bars before the first value, with every parameter at its default.
    warm_up: usize,
}

#[derive(Serialize)]
struct IndicatorParameterView {
    name: &'static str,
    doc: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    default: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Json>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<ChoiceView>,
}

#[derive(Serialize)]
struct ChoiceView {
    value: i64,
    word: &'static str,
}

pub fn indicators_json(all: &'static [Indicator]) -> Vec<IndicatorView> {
    all.iter()
        .map(|i| IndicatorView {
            name: &i.name,
            doc: i.doc,
            group: i.group,
            source: i.source(),
            parameters: i.parameters.iter().map(indicator_parameter).collect(),
            inputs: i.inputs.iter().map(|input| input.name()).collect(),
            outputs: outputs(i),
            warm_up: i.default_warm_up(),
        })
        .collect()
}

/// The names that the columns get with default parameters.
fn outputs(indicator: &Indicator) -> Vec<String> {
    indicators::Spec::new(&indicator.name, &[], &[])
        .map_or_else(|_| indicator.outputs.clone(), |spec| spec.columns())
}

fn indicator_parameter(p: &'static Parameter) -> IndicatorParameterView {
    let mut view = IndicatorParameterView {
        name: &p.name,
        doc: p.doc,
        kind: "choice",
        default: number(p.default),
        min: None,
        max: None,
        choices: Vec::new(),
    };
    match p.kind {
        ParameterKind::Integer { min, max } => {
            (view.kind, view.min, view.max) = ("integer", Some(number(min)), Some(number(max)));
        }
        ParameterKind::Real { min, max } => {
            (view.kind, view.min, view.max) = ("real", Some(number(min)), Some(number(max)));
        }
        ParameterKind::Choice(values) => {
            view.choices = values.iter().map(|&(value, word)| ChoiceView { value, word }).collect();
        }
    }
    view
}

/// A whole number without a point, any other as it is.
fn number(x: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if x.fract() == 0.0 && x.abs() < EXACT {
        return Json::from(x as i64);
    }
    Number::from_f64(x).map_or(Json::Null, Json::Number)
}

/// Ours first; the hundreds of TA-Lib after them.
pub fn indicators_text(all: &[Indicator]) -> String {
    let mut text = String::new();
    let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|i| i.source() == "sauda");
    for indicator in own.into_iter().chain(others) {
        let parameters: Vec<String> =
            indicator.parameters.iter().map(|p| format!("{}={}", p.name, p.default)).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}({}): {} [{}]\n    {}",
            indicator.name,
            parameters.join(", "),
            indicator.doc,
            indicator.source(),
            outputs(indicator).join(" ")
        );
    }
    text
}
