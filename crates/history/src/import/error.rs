//! Why a file is not imported at all.

use std::fmt;
use std::path::{Path, PathBuf};

use domain::Timeframe;
use thiserror::Error;

use super::report::{Defect, ImportReport};

/// Where in the input: a file, and a line (or, in Parquet, a row) counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: PathBuf,
    pub line: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// Why nothing was imported. Sorted by what cures it.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The options contradict each other.
    #[error("{0}")]
    Options(String),
    /// The file cannot be opened or read.
    #[error("{file}: {source}")]
    Io {
        file: String,
        #[source]
        source: std::io::Error,
    },
    /// The file is cut off, corrupt, or beyond the limits: get it again.
    #[error("{place}: {what}")]
    Damaged { place: Place, what: String },
    /// The file is sound but no table of prices that we can read: change the file.
    #[error("{place}: {what}")]
    Layout { place: Place, what: String },
    /// The instrument is not clear: give another `--symbol`, or `--all`.
    #[error("{}: {what}", .file.display())]
    Symbol {
        file: PathBuf,
        what: String,
        /// The symbols that the file holds, in `--symbol` spelling, in order; all of them.
        found: Vec<String>,
    },
    /// The rows are not bars of the timeframe that was asked for.
    #[error("{}: {what}", .file.display())]
    Timeframe {
        file: PathBuf,
        what: String,
        /// What the rows look like, where that is clear.
        likely: Option<Timeframe>,
    },
    /// `--strict`: the first defect.
    #[error("{place}: {}: {detail} (refused by --strict; without it such rows are {})", .defect.title(), .defect.treatment())]
    Strict { place: Place, defect: Defect, detail: String },
    /// Not one row could be used; the report says why.
    #[error("{what}")]
    NothingKept { what: String, report: Box<ImportReport> },
}

impl ImportError {
    pub(super) fn io(file: &Path, source: std::io::Error) -> ImportError {
        ImportError::Io { file: file.display().to_string(), source }
    }

    pub(super) fn damaged(file: &Path, line: Option<u64>, what: impl Into<String>) -> ImportError {
        ImportError::Damaged { place: Place { file: file.to_owned(), line }, what: what.into() }
    }

    pub(super) fn layout(file: &Path, line: Option<u64>, what: impl Into<String>) -> ImportError {
        ImportError::Layout { place: Place { file: file.to_owned(), line }, what: what.into() }
    }
}
