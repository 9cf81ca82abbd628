//! What tidy has to say: where, which rule, and the cure.

use std::fmt;

/// A broken promise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// From the workspace's root.
    pub path: String,
    /// Counted from 1; `None` for the whole file.
    pub line: Option<usize>,
    pub rule: &'static str,
    pub what: String,
    pub cure: String,
}

/// Findings fail the check; notes are only shown.
#[derive(Debug, Default)]
pub struct Report {
    pub findings: Vec<Finding>,
    pub notes: Vec<String>,
}

impl Report {
    pub fn add(
        &mut self,
        rule: &'static str,
        path: &str,
        line: Option<usize>,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.findings.push(Finding {
            path: path.to_owned(),
            line,
            rule,
            what: what.into(),
            cure: cure.into(),
        });
    }

    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": [{}] {}\n    cure: {}", self.rule, self.what, self.cure)
    }
}
