//! Mistakes in a rule file: where, what, and the way out.

use std::fmt;

/// A stretch of the file, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Span {
        // Files are far below 4 GiB: see `MAX_FILE`.
        Span { start: start as u32, end: end.max(start) as u32 }
    }

    pub(super) fn to(self, end: Span) -> Span {
        Span { start: self.start.min(end.start), end: self.end.max(end.end) }
    }
}

/// One thing that is wrong, not yet placed in its file.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Mistake {
    pub at: Span,
    pub reason: String,
}

impl Mistake {
    pub(super) fn new(at: Span, reason: impl Into<String>) -> Mistake {
        Mistake { at, reason: reason.into() }
    }
}

/// One mistake, placed: shows itself as the file's own line with a mark under the wrong part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleError {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// Characters that are wrong, at least 1; within the line.
    pub length: usize,
    /// What is wrong and how to mend it, in one line.
    pub reason: String,
    /// The whole line, for the mark.
    text: String,
}

/// Everything that was found wrong with one file, in the order of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleErrors {
    file: String,
    errors: Vec<RuleError>,
}

impl std::error::Error for RuleErrors {}

/// More help nobody.
const MAX_ERRORS: usize = 20;
/// Wider lines are shown around the mistake only.
const MAX_SHOWN: usize = 120;

impl RuleErrors {
    pub(super) fn new(file: &str, text: &str, mut mistakes: Vec<Mistake>) -> RuleErrors {
        mistakes.sort_by_key(|m| m.at);
        mistakes.dedup();
        mistakes.truncate(MAX_ERRORS);
        let errors = mistakes.into_iter().map(|mistake| RuleError::place(text, mistake)).collect();
        RuleErrors { file: file.to_owned(), errors }
    }

    pub fn file(&self) -> &str {
        &self.file
    }

    /// At least one.
    pub fn errors(&self) -> &[RuleError] {
        &self.errors
    }
}

impl RuleError {
    fn place(text: &str, mistake: Mistake) -> RuleError {
        let mut start = (mistake.at.start as usize).min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        let before = text[line_start..start].chars().count();
        let mut end = (mistake.at.end as usize).clamp(start, line_start + line.len().max(start - line_start));
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        RuleError {
            line: text[..start].matches('\n').count() + 1,
            column: before + 1,
            length: text.get(start..end).map_or(1, |wrong| wrong.chars().count()).max(1),
            reason: mistake.reason,
            text: line.to_owned(),
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let skipped =
            if self.column + self.length > MAX_SHOWN { (self.column - 1).saturating_sub(20) } else { 0 };
        // Control characters would move the mark or the terminal.
        let shown: String = self
            .text
            .chars()
            .skip(skipped)
            .take(MAX_SHOWN)
            .map(|c| if c == '\t' || c.is_control() { ' ' } else { c })
            .collect();
        let mark = "^".repeat(self.length.min(MAX_SHOWN));
        let number = self.line.to_string();
        writeln!(f, "{}", self.reason)?;
        writeln!(f, "  {number} | {shown}")?;
        write!(f, "  {:1$} | {mark:>2$}", "", number.len(), self.column - 1 - skipped + mark.len())
    }
}

impl fmt::Display for RuleErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:{}:{}: {error}", self.file, error.line, error.column)?;
        }
        Ok(())
    }
}
