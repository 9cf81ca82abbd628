//! A trader's day in Chromium, at the page that the binary serves: from the set-up token to panic and out of it again.
//!
//! What is done and asked there stands in `web/app/e2e`; the server is this build of it, with the page inside.
//! `SAUDA_SHOTS` names a folder for a screenshot of every step. Without Node, Chromium or the packages of the page it
//! says that it was skipped.

#![expect(clippy::unwrap_used, reason = "all of this is test code: what cannot go on stops where it stands")]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A run decides when a minute ends: a minute at the most, and time for a busy machine.
const RUN_WAIT_S: &str = "120";

/// `sauda serve`, ended with the test however that ends.
struct Server {
    process: Child,
    url: String,
    setup_token: String,
}

impl Server {
    /// Starts one nobody has used yet.
    fn start(folder: &Path) -> Server {
        let mut process = Command::new(env!("CARGO_BIN_EXE_sauda"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .env_remove("SAUDA_DATABASE")
            .env_remove("SAUDA_LISTEN")
            .env_remove("SAUDA_MASTER_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("server.err")).unwrap())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut server = Server { process, url: String::new(), setup_token: String::new() };
        let mut lines = said.map(|line| line.expect("it prints text").trim().to_owned());
        let ready = "Sauda is ready:";
        let url = lines.by_ref().find_map(|line| line.strip_prefix(ready).map(|url| url.trim().to_owned()));
        server.url = url.unwrap_or_else(|| panic!("the server does not start: {}", complaints(folder)));
        // The token has a line of its own below what it is for.
        lines.by_ref().find(|line| line.contains("set-up token")).expect("a set-up token");
        server.setup_token = lines.next().expect("a set-up token");
        std::thread::spawn(move || lines.count());
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn complaints(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("server.err")).unwrap()
}

#[test]
fn a_day_of_a_trader_at_the_page() {
    let folder = tempfile::Builder::new().prefix("sauda-page-").tempdir().unwrap();
    let server = Server::start(folder.path());
    let walk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/app/e2e/run.mjs");
    let walked = Command::new("node")
        .arg(walk)
        .env("SAUDA_URL", &server.url)
        .env("SAUDA_SETUP_TOKEN", &server.setup_token)
        .env("SAUDA_USER", "asha")
        .env("SAUDA_PASSWORD", "a long enough password")
        .env("SAUDA_RUN_WAIT_S", RUN_WAIT_S)
        .output();
    let Ok(walked) = walked else {
        println!("skipped: a day at the page: `node` does not start");
        return;
    };
    let said = String::from_utf8_lossy(&walked.stdout);
    print!("{said}");
    let errors = String::from_utf8_lossy(&walked.stderr);
    assert!(walked.status.success(), "{said}{errors}\nthe server: {}", complaints(folder.path()));
    if said.starts_with("skipped: ") {
        return;
    }
    for step in ["first run", "the run trades", "panic flattens"] {
        assert!(said.contains(&format!("ok  {step}")), "{step} is not among what was done:\n{said}");
    }
    assert_eq!(complaints(folder.path()), "", "the server complained");
}
