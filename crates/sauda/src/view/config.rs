//! The configuration in force.

use std::path::Path;

use serde::Serialize;

use super::table::{Align, lines};

/// One key; no secret.
#[derive(Serialize)]
pub struct KeyView {
    pub key: String,
    /// `None`: nothing is set, and there is no default.
    pub value: Option<String>,
    /// default, file, environment or flag.
    pub from: &'static str,
    pub default: Option<String>,
    /// What the value counts, or what it looks like.
    pub unit: Option<String>,
    /// The variable that sets it too.
    pub environment: Option<String>,
}

pub fn text(keys: &[KeyView], file: Option<&Path>) -> String {
    let head = ["key", "value", "from"].map(str::to_owned).to_vec();
    let rows = keys.iter().map(|key| {
        let value = key.value.clone().unwrap_or_else(|| "-".to_owned());
        vec![key.key.clone(), value, key.from.to_owned()]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let table = lines(&[Align::Left, Align::Left, Align::Left], &rows);
    match file {
        Some(path) => format!("{table}\nfile: {}\n", path.display()),
        None => format!("{table}\nno file is read; sauda.toml in the data directory would be\n"),
    }
}
