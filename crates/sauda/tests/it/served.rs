//! `sauda serve` as a process of its own, for as long as a test needs it.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::http::{Answer, Client};

/// A running server.
pub struct Served {
    child: Child,
    /// `http://…`, or `https://…`.
    pub url: String,
    /// All that it printed until it was ready.
    pub greeting: String,
}

impl Served {
    pub fn start(sauda: &Sauda, more: &[&str]) -> Served {
        let mut command = sauda.command(&["serve", "--listen", "127.0.0.1:0"]);
        Served::spawn(command.args(more))
    }

    /// What a server says that does not start.
    pub fn refused(sauda: &Sauda, more: &[&str]) -> Ended {
        let mut command = sauda.command(&["serve", "--listen", "127.0.0.1:0"]);
        Ended::of(command.args(more).output().unwrap())
    }

    pub fn spawn(command: &mut Command) -> Served {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut greeting = String::new();
        for line in lines.by_ref().map_while(Result::ok) {
            greeting += &line;
            greeting.push('\n');
            if line.contains("Ctrl-C stops it") {
                break;
            }
        }
        std::thread::spawn(move || lines.count());
        let url = greeting
            .split_whitespace()
            .find(|word| word.starts_with("http"))
            .unwrap_or_else(|| panic!("it did not begin: {greeting}"))
            .trim_end_matches('/')
            .to_owned();
        Served { child, url, greeting }
    }

    pub fn address(&self) -> &str {
        self.url.split_once("://").unwrap().1
    }

    pub fn nobody(&self) -> Client {
        Client::new(self.address(), None)
    }

    pub fn try_log_in(&self, name: &str, password: &str) -> Answer {
        let who = json!({ "name": name, "password": password });
        self.nobody().ask("POST", "/api/auth/login", None, Some(&who)).unwrap()
    }

    pub fn log_in(&self, name: &str, password: &str) -> Client {
        let answer = self.try_log_in(name, password);
        assert_eq!(answer.status, 200, "{answer:?}");
        Client::new(self.address(), Some(answer.body["accessToken"].as_str().unwrap().to_owned()))
    }

    /// Stops it as a supervisor does.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again until it is so, for at most 20 s.
#[track_caller]
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
