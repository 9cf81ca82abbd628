//! What the demo needs of memory, after it has traded for some minutes and been looked at.

use std::time::Duration;

use serde_json::json;

use crate::serving::Serving;
use crate::verdict;

const SOCKETS: usize = 4;
const BETWEEN: Duration = Duration::from_millis(500);
const GOAL: f64 = 150.0;

pub fn measure() {
    let minutes = std::env::var("SAUDA_BENCH_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path());
    let token = serving.log_in();
    for _ in 0..SOCKETS {
        serving.watch(&token);
    }
    println!("demo with {SOCKETS} sockets on /ws/live, resident memory:");
    for minute in 0..=minutes {
        let until = Duration::from_secs(if minute == 0 { 10 } else { minute * 60 });
        while serving.began.elapsed() < until {
            trade(&serving, &token);
            std::thread::sleep(BETWEEN);
        }
        // The pages that a person opens.
        let orders = serving.ask("GET", "/api/orders?limit=500", Some(&token), None);
        let from = "/api/historical-data?instrument=NSE:RELIANCE-EQ&timeframe=5m";
        serving.ask("GET", from, Some(&token), None);
        let (resident, most) = (megabytes(serving.id(), "VmRSS"), megabytes(serving.id(), "VmHWM"));
        println!(
            "  after {until:>4.0?}: {resident:.0} MB, {most:.0} MB at most, {} orders",
            orders["items"].as_array().map_or(0, Vec::len)
        );
        if minute == minutes {
            println!("  {most:.0} MB at most (goal: under {GOAL} MB, {})", verdict(most < GOAL));
        }
    }
    serving.stop();
}

/// In and out again by hand, beside what the demo's runs do.
fn trade(serving: &Serving, token: &str) {
    let accounts = serving.ask("GET", "/api/accounts", Some(token), None);
    for side in ["BUY", "SELL"] {
        let order = json!({
            "accountId": accounts["items"][0]["id"], "instrument": "NSE:TCS-EQ", "side": side, "type": "MARKET",
            "product": "MIS", "quantity": 1
        });
        serving.ask("POST", "/api/orders", Some(token), Some(&order));
        std::thread::sleep(BETWEEN);
    }
}

fn megabytes(process: u32, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let kib: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib * 1_024.0 / 1e6
}
