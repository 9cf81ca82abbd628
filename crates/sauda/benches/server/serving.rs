//! The demo as a process of its own, and what its user does with it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The demo at work; it is killed if it is dropped.
pub struct Serving {
    child: Child,
    address: String,
    pub began: Instant,
    /// From the command to the first answer that says all is well.
    pub ready: Duration,
}

impl Serving {
    /// `sauda serve --demo` in that folder, until `/health` and `/api/health` answer 200.
    pub fn start(folder: &Path) -> Serving {
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_sauda"))
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .env_remove("SAUDA_DATABASE")
            .env_remove("SAUDA_LISTEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The port is not known before it is printed, which is when it answers.
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("http://")?.1.trim_end_matches('/').to_owned()))
            .expect("it starts");
        std::thread::spawn(move || lines.count());
        let mut serving = Serving { child, address, began, ready: Duration::ZERO };
        serving.ask("GET", "/health", None, None);
        serving.ready = began.elapsed();
        serving.ask("GET", "/api/health", None, None);
        serving
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Gives the access token of the demo's user.
    pub fn log_in(&self) -> String {
        let demo = &self.ask("GET", "/api/auth/status", None, None)["demo"];
        let who = json!({ "name": demo["name"], "password": demo["password"] });
        let entered = self.ask("POST", "/api/auth/login", None, Some(&who));
        entered["accessToken"].as_str().unwrap().to_owned()
    }

    /// How many runs trade.
    pub fn running(&self) -> usize {
        let runs = self.ask("GET", "/api/runs", Some(&self.log_in()), None);
        let runs = runs["items"].as_array().unwrap_or_else(|| panic!("{runs}"));
        runs.iter().filter(|run| run["state"] == "running").count()
    }

    pub fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let body = body.map(Value::to_string).unwrap_or_default();
        let who = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{who}content-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
        serde_json::from_str(body).unwrap()
    }

    /// Opens a socket on `/ws/live` and reads it until the server ends.
    pub fn watch(&self, token: &str) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "GET /ws/live HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).unwrap();
        let said = json!({ "token": token }).to_string();
        // One text frame, its length in two bytes, masked as a client's must be (with zeros).
        let mut frame = vec![0x81, 0xfe];
        frame.extend_from_slice(&(said.len() as u16).to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(said.as_bytes());
        stream.write_all(&frame).unwrap();
        let mut line = String::new();
        let mut reader = BufReader::new(stream);
        reader.read_line(&mut line).unwrap();
        assert!(line.contains(" 101 "), "{line}");
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    }

    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
