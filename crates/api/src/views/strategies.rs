//! Strategies and their versions.

use desk::strategies::Definition;
use serde::Serialize;
use serde_json::{Value, json};
use store::strategies::{StrategyKind, StrategyRecord, VersionRecord};
use strategy::rules::RuleError;
use strategy::{Description, Parameter};
use utoipa::ToSchema;

use super::Moment;
use crate::Problem;

/// A strategy and its newest version.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 4, "name": "Averages", "kind": "builtIn", "createdAt": "2026-11-23T10:00:00+05:30",
    "version": { "id": 6, "number": 1, "definition": { "strategy": "sma_cross" }, "createdAt": "2026-11-23T10:00:00+05:30" }
}))]
pub struct StrategyView {
    pub id: i64,
    pub name: String,
    /// builtIn or rules.
    pub kind: &'static str,
    pub created_at: Moment,
    pub version: Option<VersionView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": 6, "number": 1, "definition": { "strategy": "sma_cross" }, "createdAt": "2026-11-23T10:00:00+05:30"
}))]
pub struct VersionView {
    pub id: i64,
    /// From 1.
    pub number: i64,
    /// Of a built-in `{"strategy": NAME}`, of rules the text of the file.
    pub definition: Value,
    pub created_at: Moment,
}

impl StrategyView {
    pub fn of(record: StrategyRecord, version: Option<VersionRecord>) -> StrategyView {
        StrategyView {
            id: record.id.0,
            name: record.name,
            kind: match record.kind {
                StrategyKind::BuiltIn => "builtIn",
                StrategyKind::Rules => "rules",
                StrategyKind::Model => "model",
                StrategyKind::Options => "options",
            },
            created_at: record.created_at.into(),
            version: version.map(|version| VersionView::of(record.kind, version)),
        }
    }
}

impl VersionView {
    pub fn of(kind: StrategyKind, version: VersionRecord) -> VersionView {
        VersionView {
            id: version.id.0,
            number: version.number,
            definition: match kind {
                StrategyKind::BuiltIn => json!({ "strategy": version.definition }),
                _ => Value::String(version.definition),
            },
            created_at: version.created_at.into(),
        }
    }
}

/// A definition as it is sent: an object that names a built-in, or the text of a rule file.
pub fn definition(value: Value) -> Result<Definition, Problem> {
    match value {
        Value::String(text) => Ok(Definition::Rules(text)),
        Value::Object(mut map) if map.len() == 1 => match map.remove("strategy") {
            Some(Value::String(name)) => Ok(Definition::BuiltIn(name)),
            _ => Err(neither()),
        },
        _ => Err(neither()),
    }
}

fn neither() -> Problem {
    Problem::validation(
        "definition",
        "`definition` is neither {\"strategy\": NAME} for a built-in strategy nor the text of a rule file; send one",
    )
}

/// A parameter of a strategy.
#[derive(Serialize, ToSchema)]
pub struct ParameterView {
    pub name: String,
    /// integer or real.
    pub kind: &'static str,
    pub default: Value,
    pub min: Value,
    pub max: Value,
    pub doc: String,
}

impl From<&Parameter> for ParameterView {
    fn from(parameter: &Parameter) -> ParameterView {
        let number = |value: strategy::Value| match value {
            strategy::Value::Integer(whole) => Value::from(whole),
            strategy::Value::Real(real) => Value::from(real),
        };
        ParameterView {
            name: parameter.name.to_string(),
            kind: match parameter.default {
                strategy::Value::Integer(_) => "integer",
                strategy::Value::Real(_) => "real",
            },
            default: number(parameter.default),
            min: number(parameter.min),
            max: number(parameter.max),
            doc: parameter.doc.to_string(),
        }
    }
}

/// What a strategy is called, does and takes.
#[derive(Serialize, ToSchema)]
pub struct DescriptionView {
    pub name: String,
    pub doc: String,
    pub parameters: Vec<ParameterView>,
}

impl From<&Description> for DescriptionView {
    fn from(description: &Description) -> DescriptionView {
        DescriptionView {
            name: description.name.to_string(),
            doc: description.doc.to_string(),
            parameters: description.parameters.iter().map(ParameterView::from).collect(),
        }
    }
}

/// Whether a definition is good, and all that is wrong with it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "valid": false, "strategy": null,
    "errors": [{ "line": 4, "column": 9, "length": 3, "reason": "`clse` is not known; did you mean `close`?" }]
}))]
pub struct ValidationView {
    pub valid: bool,
    /// Null if it is not valid.
    pub strategy: Option<DescriptionView>,
    pub errors: Vec<MistakeView>,
}

/// One thing that is wrong. Counted from 1; a built-in's name has no place: line, column and length are 0.
#[derive(Serialize, ToSchema)]
pub struct MistakeView {
    pub line: usize,
    /// In characters.
    pub column: usize,
    /// Characters that are wrong.
    pub length: usize,
    /// What is wrong and how to mend it.
    pub reason: String,
}

impl From<&RuleError> for MistakeView {
    fn from(error: &RuleError) -> MistakeView {
        MistakeView {
            line: error.line,
            column: error.column,
            length: error.length,
            reason: error.reason.clone(),
        }
    }
}
