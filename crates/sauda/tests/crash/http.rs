//! HTTP/1.1 as far as the harness needs it: one connection that stays open, JSON both ways.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Who speaks to the server.
pub struct Client {
    address: String,
    token: Option<String>,
    stream: Option<BufReader<TcpStream>>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Client {
    pub fn new(address: &str, token: Option<String>) -> Client {
        Client { address: address.to_owned(), token, stream: None }
    }

    /// The demo user, logged in.
    pub fn log_in(address: &str) -> io::Result<Client> {
        let mut client = Client::new(address, None);
        let status = client.get("/api/auth/status")?;
        let answer = client.ask("POST", "/api/auth/login", None, Some(&status["demo"]))?;
        let token = answer.body["accessToken"]
            .as_str()
            .ok_or_else(|| io::Error::other(format!("no log-in: {} {}", answer.status, answer.body)))?;
        client.token = Some(token.to_owned());
        Ok(client)
    }

    /// Another connection of the same user.
    pub fn another(&self) -> Client {
        Client::new(&self.address, self.token.clone())
    }

    pub fn get(&mut self, path: &str) -> io::Result<Value> {
        let answer = self.ask("GET", path, None, None)?;
        if answer.status != 200 {
            return Err(io::Error::other(format!("GET {path}: {} {}", answer.status, answer.body)));
        }
        Ok(answer.body)
    }

    /// Every row of a list.
    pub fn all(&mut self, path: &str) -> io::Result<Vec<Value>> {
        let mut rows = Vec::new();
        let mut cursor = String::new();
        loop {
            let sign = if path.contains('?') { '&' } else { '?' };
            let mut page = self.get(&format!("{path}{sign}limit=500{cursor}"))?;
            if let Some(items) = page["items"].as_array_mut() {
                rows.append(items);
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(rows),
            }
        }
    }

    /// Asks once, and never again of itself: after an error nobody knows whether it was done.
    pub fn ask(
        &mut self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> io::Result<Answer> {
        let asked = self.try_ask(method, path, key, body);
        if asked.is_err() {
            self.stream = None;
        }
        asked
    }

    fn try_ask(
        &mut self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> io::Result<Answer> {
        let mut stream = if let Some(stream) = self.stream.take() {
            stream
        } else {
            let stream = TcpStream::connect(&self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(30)))?;
            BufReader::new(stream)
        };
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        if let Some(token) = &self.token {
            let _ = write!(text, "authorization: Bearer {token}\r\n");
        }
        if let Some(key) = key {
            let _ = write!(text, "idempotency-key: {key}\r\n");
        }
        if !body.is_empty() {
            text += "content-type: application/json\r\n";
        }
        let _ = write!(text, "content-length: {}\r\n\r\n{body}", body.len());
        stream.get_mut().write_all(text.as_bytes())?;
        let answer = read_answer(&mut stream)?;
        self.stream = Some(stream);
        Ok(answer)
    }
}

fn read_answer(stream: &mut impl BufRead) -> io::Result<Answer> {
    let line = read_line(stream)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| bad(&line))?;
    let (mut length, mut chunked) = (0, false);
    loop {
        let line = read_line(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad(&line))?;
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().map_err(|_| bad(&line))?,
            "transfer-encoding" => chunked = true,
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        loop {
            let line = read_line(stream)?;
            let size = usize::from_str_radix(&line, 16).map_err(|_| bad(&line))?;
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk)?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    } else {
        body.resize(length, 0);
        stream.read_exact(&mut body)?;
    }
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&body).map_err(|_| bad(&String::from_utf8_lossy(&body)))?
    };
    Ok(Answer { status, body })
}

fn read_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    // Part of a line is no line: the server was killed while it wrote.
    line.strip_suffix("\r\n").map(str::to_owned).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn bad(what: &str) -> io::Error {
    io::Error::other(format!("not HTTP with JSON: {what}"))
}
