//! Active trading by hand, and the memory of what was answered.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Answer, Client};

/// Bought and sold all the time.
const TRADED: [&str; 3] = ["NSE:SBIN-EQ", "NSE:RELIANCE-EQ", "NSE:TCS-EQ"];
/// Only orders far below the market, each with a price of its own: none fills, none is changed.
pub const FAR: &str = "NSE:HDFCBANK-EQ";

/// A small generator: a seed plays the same decisions again (not the same moments).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) % below
    }

    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.roll(to - from)
    }
}

/// A request whose answer never came.
#[derive(Clone, Debug)]
pub struct Unanswered {
    pub key: String,
    pub path: String,
    pub body: Value,
}

/// What the clients know.
#[derive(Default)]
pub struct Ledger {
    /// Orders of answers with 201, and the key they were asked for under.
    pub answered: BTreeMap<String, String>,
    pub unanswered: Vec<Unanswered>,
    /// Prices of far orders, in ticks of ten paise: never twice.
    far: HashSet<u64>,
    keys: u64,
    /// How often each status was answered, and why not.
    pub statuses: BTreeMap<String, usize>,
    /// What should never be answered.
    pub wrong: Vec<String>,
}

impl Ledger {
    fn count(&mut self, answer: &Answer) {
        let code = answer.body["code"].as_str().unwrap_or_default();
        // The rule is what its words begin with; figures differ.
        let why: String = answer.body["detail"]
            .as_str()
            .unwrap_or_default()
            .chars()
            .take_while(|c| !c.is_ascii_digit())
            .collect();
        let why = format!("{} {code} {}", answer.status, why.trim());
        *self.statuses.entry(why.trim().to_owned()).or_default() += 1;
    }

    /// Notes what became of a request that makes orders.
    pub fn note(&mut self, asked: Unanswered, answer: &io::Result<Answer>) {
        let Ok(answer) = answer else {
            self.unanswered.push(asked);
            return;
        };
        self.count(answer);
        if answer.status == 201 || answer.status == 200 {
            for order in answer.body["orders"].as_array().into_iter().flatten() {
                let id = order["id"].as_str().unwrap().to_owned();
                let before = self.answered.insert(id.clone(), asked.key.clone());
                if before.is_some_and(|key| key != asked.key) {
                    self.wrong.push(format!("order {id} answers two requests"));
                }
            }
        } else if answer.status >= 500 && answer.status != 503 {
            self.wrong.push(format!("{} {}: {} {}", asked.path, asked.body, answer.status, answer.body));
        }
    }
}

pub struct Trader {
    pub client: Client,
    pub ledger: Arc<Mutex<Ledger>>,
    pub dice: Dice,
    pub account: i64,
    /// Pause between two requests, in milliseconds.
    pub pace: u64,
}

impl Trader {
    /// Trades until it is told to stop or the server is gone.
    pub fn trade(mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            if self.step().is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(self.dice.between(self.pace / 4, self.pace)));
        }
    }

    fn step(&mut self) -> io::Result<()> {
        match self.dice.roll(100) {
            0..25 => {
                let body = self.order("MARKET", &json!({}));
                self.place(body)
            }
            25..40 => {
                let price = self.near(15)?;
                let body = self.order("LIMIT", &json!({"limitPrice": price.1, "instrument": price.0}));
                self.place(body)
            }
            40..60 => self.place_far(),
            60..70 => {
                let (instrument, last) = self.near(1)?;
                let up = self.dice.roll(2) == 0;
                let (side, trigger) = if up { ("BUY", last + 1.0) } else { ("SELL", last - 1.0) };
                let limit = if up { trigger + 5.0 } else { trigger - 5.0 };
                let more = json!({"instrument": instrument, "side": side, "triggerPrice": tick(trigger),
                    "limitPrice": tick(limit)});
                let body = self.order("SL", &more);
                self.place(body)
            }
            70..78 => {
                let (instrument, last) = self.near(1)?;
                let more = json!({"instrument": instrument, "side": "BUY", "stopLoss": tick(last * 0.995),
                    "targetPrice": tick(last * 1.005)});
                let body = self.order("MARKET", &more);
                self.place(body)
            }
            78..86 => {
                let Some(order) = self.open_order()? else { return Ok(()) };
                if order["instrument"] == FAR || order["limitPrice"].is_null() {
                    return Ok(());
                }
                let limit = order["limitPrice"].as_f64().unwrap() + 0.5;
                let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
                self.plain("PATCH", &path, Some(&json!({"limitPrice": tick(limit)})))
            }
            86..94 => {
                let Some(order) = self.open_order()? else { return Ok(()) };
                let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
                self.plain("DELETE", &path, None)
            }
            _ => {
                let positions = self.client.get("/api/positions?open=true")?;
                let Some(position) = self.pick(&positions["items"]) else { return Ok(()) };
                let path = format!("/api/positions/{}/close", position["id"].as_str().unwrap());
                self.keyed(path, json!({}))
            }
        }
    }

    fn order(&mut self, kind: &str, more: &Value) -> Value {
        let mut body = json!({
            "accountId": self.account,
            "instrument": TRADED[self.dice.roll(3) as usize],
            "side": if self.dice.roll(2) == 0 { "BUY" } else { "SELL" },
            "type": kind,
            "product": "MIS",
            "quantity": self.dice.between(1, 21),
        });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    fn place(&mut self, body: Value) -> io::Result<()> {
        self.keyed("/api/orders".to_owned(), body)
    }

    fn place_far(&mut self) -> io::Result<()> {
        let quotes = self.client.get(&format!("/api/quotes?instruments={FAR}"))?;
        let Some(last) = quotes["items"][0]["lastPrice"].as_f64() else { return Ok(()) };
        let most = (last * 9.0) as u64;
        let ticks = loop {
            let ticks = self.dice.between(most - 2_000, most);
            if self.ledger.lock().unwrap().far.insert(ticks) {
                break ticks;
            }
        };
        let price = ticks as f64 / 10.0;
        let body = self
            .order("LIMIT", &json!({"instrument": FAR, "side": "BUY", "quantity": 1, "limitPrice": price}));
        self.place(body)
    }

    /// Asks under a key of its own for something that makes orders.
    fn keyed(&mut self, path: String, body: Value) -> io::Result<()> {
        let key = {
            let mut ledger = self.ledger.lock().unwrap();
            ledger.keys += 1;
            format!("crash-{}", ledger.keys)
        };
        let asked = Unanswered { key, path, body };
        let answer = self.client.ask("POST", &asked.path, Some(&asked.key), Some(&asked.body));
        self.ledger.lock().unwrap().note(asked, &answer);
        answer.map(drop)
    }

    fn plain(&mut self, method: &str, path: &str, body: Option<&Value>) -> io::Result<()> {
        let answer = self.client.ask(method, path, None, body)?;
        let mut ledger = self.ledger.lock().unwrap();
        ledger.count(&answer);
        if answer.status >= 500 && answer.status != 503 {
            ledger.wrong.push(format!("{method} {path}: {} {}", answer.status, answer.body));
        }
        Ok(())
    }

    /// An instrument, and a price within so many tenths of a percent of its last.
    fn near(&mut self, tenths: u64) -> io::Result<(String, f64)> {
        let instrument = TRADED[self.dice.roll(3) as usize];
        let quotes = self.client.get(&format!("/api/quotes?instruments={instrument}"))?;
        let last = quotes["items"][0]["lastPrice"].as_f64().unwrap_or(1_000.0);
        let off = self.dice.roll(2 * tenths + 1) as f64 - tenths as f64;
        Ok((instrument.to_owned(), tick(last * (1.0 + off / 10_000.0))))
    }

    fn open_order(&mut self) -> io::Result<Option<Value>> {
        let open = self.client.get("/api/orders?open=true&limit=100")?;
        Ok(self.pick(&open["items"]))
    }

    fn pick(&mut self, items: &Value) -> Option<Value> {
        let items = items.as_array().filter(|items| !items.is_empty())?;
        Some(items[self.dice.roll(items.len() as u64) as usize].clone())
    }
}

/// The nearest price on a grid that suits all of them.
fn tick(price: f64) -> f64 {
    (price * 5.0).round() / 5.0
}
