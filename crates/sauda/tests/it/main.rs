//! The built binary, from outside: what it prints, what it leaves behind, how it exits.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::new_without_default,
    reason = "all of this is test code: what cannot go on stops where it stands"
)]

mod audit;
mod backtest;
mod bound;
mod config;
mod data;
mod demo;
mod holes;
#[expect(dead_code, reason = "the crash test needs more of it")]
#[path = "../crash/http.rs"]
mod http;
mod import;
mod indicators;
mod interrupted;
mod killed;
mod market_facts;

mod real_data;
mod reference;
mod replayed;
mod report;
mod rules;
mod served;
mod sim;
mod strategies;
mod sweep;
mod tls;
mod users;
mod walk_forward;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own with a store in it, and the binary that works on it.
pub struct Sauda {
    folder: TempDir,
}

/// How a command ended.
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Sauda {
    pub fn new() -> Sauda {
        Sauda { folder: TempDir::new().unwrap() }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The store's folder.
    pub fn data_dir(&self) -> PathBuf {
        self.path("data")
    }

    /// Writes a file into the folder and gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sauda"));
        command
            .args(args)
            .arg("--data-dir")
            .arg(self.data_dir())
            .current_dir(self.folder.path())
            .env_remove("SAUDA_DATA_DIR")
            .env_remove("SAUDA_DATABASE")
            .env_remove("SAUDA_MASTER_KEY")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ended {
        Ended::of(self.command(args).output().unwrap())
    }

    /// Runs a command that is told something on standard input.
    pub fn told(&self, args: &[&str], input: &str) -> Ended {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that refuses at once does not listen.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ended::of(child.wait_with_output().unwrap())
    }

    /// Runs a line of words without blanks inside.
    pub fn line(&self, line: &str) -> Ended {
        self.run(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// The store's list of files, as it lies on disk.
    pub fn manifest(&self) -> Option<Vec<u8>> {
        fs::read(self.data_dir().join("history/manifest.json")).ok()
    }
}

impl Ended {
    fn of(output: Output) -> Ended {
        let ended = Ended {
            code: output.status.code().expect("not killed"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
        ended
    }

    /// What was printed by a command that succeeded in silence.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "printed: {}", self.out);
        self.out
    }

    /// The document printed by a command that succeeded.
    #[track_caller]
    pub fn json(self) -> Value {
        let text = self.ok();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// Asserts the exit code and that the message holds all of `words`; gives the message.
    #[track_caller]
    pub fn fails(self, code: i32, words: &[&str]) -> String {
        assert_eq!(self.code, code, "printed: {}{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in: {}", self.err);
        }
        self.err
    }
}

/// Minute bars of `days` from 09:15 on, `minutes` each, as CSV in Indian time: `base` plus one paisa a row.
pub fn minute_csv(days: &[&str], minutes: u32, base: u32) -> String {
    let mut text = "timestamp,open,high,low,close,volume\n".to_owned();
    let mut row = 0;
    for day in days {
        for minute in 555..555 + minutes {
            let price = f64::from(base) + f64::from(row % 5_000) / 100.0;
            let (h, m) = (minute / 60, minute % 60);
            writeln!(
                text,
                "{day} {h:02}:{m:02}:00,{price:.2},{:.2},{:.2},{:.2},{}",
                price + 0.5,
                price - 0.5,
                price + 0.25,
                100 + row % 7
            )
            .unwrap();
            row += 1;
        }
    }
    text
}

/// The first week of 2024, which the calendar knows.
pub const WEEK: [&str; 5] = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];

/// A store with one week of minute bars of `NSE:SBIN-EQ`.
pub fn with_a_week() -> Sauda {
    let sauda = Sauda::new();
    let file = sauda.file("week.csv", minute_csv(&WEEK, 375, 600));
    sauda.run(&["import", &file, "--symbol", "NSE:SBIN-EQ", "--timeframe", "1m"]).ok();
    sauda
}

/// A file of real market data, which is not part of the repository.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("SAUDA_SHARED") {
        Some(root) => PathBuf::from(root),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    };
    let path = root.join("data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no {}", path.display());
    None
}
