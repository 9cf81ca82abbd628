//! The two processes: the paper exchange, and the server that is killed.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_mins(1);

fn sauda(folder: &Path, name: &str, args: &[&str]) -> Child {
    std::fs::create_dir_all(folder).unwrap();
    let log: File = OpenOptions::new().create(true).append(true).open(folder.join(name)).unwrap();
    let built = env!("CARGO_BIN_EXE_sauda").into();
    Command::new(std::env::var_os("SAUDA_CRASH_BINARY").unwrap_or(built))
        .args(args)
        .arg("--data-dir")
        .arg(folder)
        .env_remove("SAUDA_DATA_DIR")
        .env_remove("SAUDA_DATABASE")
        .env_remove("SAUDA_LISTEN")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// Reads what a process prints until a line holds `mark`, and gives what follows it; the rest is read and dropped.
fn address_after(child: &mut Child, mark: &str) -> Option<String> {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let found = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, rest) = line.split_once(mark)?;
        Some(rest.trim().trim_start_matches("http://").trim_end_matches('/').to_owned())
    });
    std::thread::spawn(move || lines.count());
    found
}

/// Ends with the harness, however that ends.
struct Process(RefCell<Child>);

impl Process {
    fn new(child: Child) -> Process {
        Process(RefCell::new(child))
    }

    fn kill(&mut self) {
        let _ = self.0.get_mut().kill();
        let _ = self.0.get_mut().wait();
    }

    fn terminate(&mut self) {
        let id = self.0.get_mut().id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let began = Instant::now();
        loop {
            if let Some(status) = self.0.get_mut().try_wait().unwrap() {
                assert!(status.success(), "stopped with {status}");
                return;
            }
            assert!(began.elapsed() < PATIENCE, "SIGTERM does not stop it");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

pub struct Exchange {
    process: Process,
    pub address: String,
}

impl Exchange {
    /// `port` 0 takes a free one; after a kill the same is wanted again.
    pub fn start(folder: &Path, port: &str, seed: u64) -> Exchange {
        let seed = seed.to_string();
        let mut args = vec!["sim", "--paper", port, "--seed", &seed, "--tick-ms", "150"];
        // Few: a start asks for the past of each. The demo's runs trade the last two.
        for listed in ["NSE:HDFCBANK-EQ=1900", "NSE:TCS-EQ=3500", "NSE:RELIANCE-EQ=1400", "NSE:SBIN-EQ=800"] {
            args.extend(["--list", listed]);
        }
        let mut child = sauda(folder, "exchange.err", &args);
        let address = address_after(&mut child, "paper exchange on ").expect("the exchange starts");
        Exchange { process: Process::new(child), address }
    }

    pub fn kill(&mut self) {
        self.process.kill();
    }

    pub fn port(&self) -> String {
        self.address.rsplit(':').next().unwrap().to_owned()
    }

    /// Asks the exchange itself, as the account's owner would at the exchange's own desk.
    pub fn ask(&self, account: &str, ask: &Value) -> Value {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut lines = BufReader::new(stream);
        let hello = json!({"hello": {"account": account, "cash": "1000000"}});
        for (n, ask) in [(1, &hello), (2, ask)] {
            writeln!(lines.get_mut(), "{}", json!({"n": n, "ask": ask})).unwrap();
        }
        loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the exchange closed the connection");
            let said: Value = serde_json::from_str(&line).unwrap();
            assert_ne!(said["error"]["n"], 2, "{ask}: {said}");
            if said["reply"]["n"] == 2 {
                return said["reply"].clone();
            }
        }
    }

    pub fn set_faults(&self, faults: &str) {
        // Of the exchange, not of an account: asked by one of its own.
        self.ask("harness", &json!({"faults": {"set": faults}}));
    }
}

pub struct Server {
    process: Process,
    pub address: String,
}

impl Server {
    fn spawn(folder: &Path, exchange: &str) -> Child {
        let args = ["serve", "--demo", "--listen", "127.0.0.1:0", "--paper", exchange];
        sauda(folder, "server.err", &args)
    }

    pub fn start(folder: &Path, exchange: &str) -> Server {
        let mut child = Server::spawn(folder, exchange);
        let address = address_after(&mut child, "Sauda is ready:");
        let process = Process::new(child);
        Server { process, address: address.expect("the server starts; see server.err") }
    }

    /// Starts one and kills it after a while, wherever it is by then.
    pub fn start_and_kill(folder: &Path, exchange: &str, after: Duration) {
        let mut process = Process::new(Server::spawn(folder, exchange));
        std::thread::sleep(after);
        process.kill();
    }

    /// Whether it still runs, and how it ended if not.
    pub fn fate(&self) -> String {
        match self.process.0.borrow_mut().try_wait() {
            Ok(None) => "it runs".to_owned(),
            ended => format!("it has ended: {ended:?}"),
        }
    }

    pub fn kill(mut self) {
        self.process.kill();
    }

    /// Ends as Ctrl-C and supervisors end it.
    pub fn terminate(mut self) {
        self.process.terminate();
    }
}
