//! The rows of an earlier, unfinished sweep.

use std::path::Path;

use ::backtest::sweep::Row;
use serde_json::Value as Json;

use crate::failure::Failure;
use crate::view::backtest::RunView;
use crate::view::sweep::{RowView, Searched};

/// Rows of `path`, if it is of the very same sweep.
pub fn rows(path: &Path, run: &RunView, searched: &Searched) -> Result<Vec<Row>, Failure> {
    let wrong = |why: String| Failure::usage(format!("--resume {}: {why}", path.display()));
    let text = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let document: Json =
        serde_json::from_slice(&text).map_err(|error| wrong(format!("not a sweep's JSON: {error}")))?;
    let same =
        |key: &str, ours: serde_json::Result<Json>| ours.is_ok_and(|ours| document.get(key) == Some(&ours));
    if !same("run", serde_json::to_value(run)) {
        return Err(wrong(
            "it was run with other settings or other data; start afresh without --resume".into(),
        ));
    }
    if !same("searched", serde_json::to_value(searched)) {
        return Err(wrong(
            "it searched other parameters; use the same ranges, or start afresh without --resume".into(),
        ));
    }
    let rows: Vec<RowView> = document
        .get("rows")
        .cloned()
        .and_then(|rows| serde_json::from_value(rows).ok())
        .ok_or_else(|| wrong("its rows cannot be read; start afresh without --resume".into()))?;
    rows.into_iter()
        .map(|row| row.row().ok_or_else(|| wrong("a row holds a number out of range".into())))
        .collect()
}
