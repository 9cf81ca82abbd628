//! How a command ends when it does not succeed.

use std::fmt::Display;
use std::process::ExitCode;

use history::store::StoreError;

/// Exit code 1 or 2, with the words for the person at the terminal.
#[derive(Debug)]
pub enum Failure {
    /// The request is wrong: another request would work. Exit code 2.
    Usage(String),
    /// The request is right, the world is not. Exit code 1.
    Failed(String),
}

impl Failure {
    pub fn usage(words: impl Display) -> Failure {
        Failure::Usage(words.to_string())
    }

    pub fn failed(words: impl Display) -> Failure {
        Failure::Failed(words.to_string())
    }

    /// What is told to the person.
    pub fn words(&self) -> &str {
        match self {
            Failure::Usage(words) | Failure::Failed(words) => words,
        }
    }

    /// Prints the words to standard error and gives the exit code.
    #[expect(clippy::print_stderr, reason = "this is where a failure meets the person")]
    pub fn report(self) -> ExitCode {
        let (words, code) = match self {
            Failure::Usage(words) => (words, 2),
            Failure::Failed(words) => (words, 1),
        };
        eprintln!("error: {words}");
        ExitCode::from(code)
    }
}

/// A series that was never stored is the request's mistake; everything else is the store's trouble.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        match error {
            StoreError::NotStored { .. } | StoreError::Unknown { .. } => Failure::usage(error),
            _ => Failure::failed(error),
        }
    }
}
