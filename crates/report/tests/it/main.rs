//! The document, from outside: it stands alone, nothing in it can break out, and its data comes back.

#![expect(clippy::unwrap_used, reason = "all of this is test code: what cannot go on stops where it stands")]

use domain::bars::Bar;
use domain::{Bars, Price, Qty, Timestamp};
use report::{Chart, Court, Figure, MOST_CANDLES, Page, ResultDocument, RunPage, Study, write};
use serde_json::{Value, json};

const BREAKOUT: &str = "</script><script>window.injected=true</script><img src=x onerror=alert(1)><!--";

fn result(symbol: &str, strategy: &str, warning: &str) -> ResultDocument {
    let document = json!({
        "run": {"strategy": strategy, "symbols": [symbol], "timeframe": "1m", "warnings": [warning], "params": {warning: 1}},
        "metrics": {"initialCash": 100000, "netPnl": -12.5, "trades": 1,
            "byMonth": [{"key": "2024-01", "trades": 1, "wins": 0, "netPnl": -12.5, "returnPct": -0.0125}]},
        "trades": [{"tradeId": symbol, "instrument": symbol, "direction": "Long", "quantity": 1,
            "entryTime": "2024-01-01T09:16:00+05:30", "entryPrice": 100.05,
            "exitTime": "2024-01-01T09:18:00+05:30", "exitPrice": 90,
            "pnl": -12.5, "grossPnl": -10.05, "charges": 2.45, "holdingTimeSeconds": 120, "exitReason": warning}],
        "open": [], "equity": [["2024-01-01T15:30:00+05:30", 99987.5]],
    });
    ResultDocument::read(document.to_string().as_bytes()).unwrap()
}

fn page(title: &str, run: ResultDocument, charts: Vec<Chart>) -> String {
    let run = RunPage::new(title.to_owned(), run, &[], vec![title.to_owned()]);
    let (title, made_by) = (title.to_owned(), "sauda 0".to_owned());
    let mut out = Vec::new();
    write(&Page { title, made_by, studies: Vec::new(), runs: vec![run], charts }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn bars(n: i64) -> Bars {
    let bar = |i: i64| {
        let at = (19_723 + i / 375) * 86_400 + 13_500 + (i % 375) * 60;
        let base = 2_000_000 + (i * 7_919) % 4_001 * 500;
        Bar {
            time: Timestamp::from_micros(at * 1_000_000),
            open: Price::from_raw(base),
            high: Price::from_raw(base + 1_500),
            low: Price::from_raw(base - 1_000),
            close: Price::from_raw(base + 500),
            volume: Qty::units(1_000 + (i * 31) % 977),
        }
    };
    Bars::collect((0..n).map(bar)).unwrap()
}

/// The data inside a document.
fn data(html: &str) -> Value {
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"page\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn the_document_stands_alone() {
    let html = page("a run", result("NSE:SBIN-EQ", "sma_cross", "none"), Vec::new());
    assert!(html.starts_with("<!doctype html>"));
    // Nothing is fetched: no element with an address, no import, no font; and the policy forbids what was overlooked.
    let (head, _) = html.split_once("<script>").unwrap();
    for word in [" src=", "href=", "url(", "@import", "<link", "<iframe", "<object"] {
        assert!(!head.contains(word), "{word}");
    }
    assert!(head.contains("default-src 'none'; script-src 'sha256-"), "{}", &head[..600]);
    assert_eq!(html.matches("<script").count(), 2 + html.matches("\"<script").count());
    assert!(html.len() < 360_000, "{} bytes", html.len());
}

#[test]
fn what_comes_from_data_cannot_become_markup() {
    let html = page(BREAKOUT, result(BREAKOUT, BREAKOUT, BREAKOUT), Vec::new());
    let plain = page("a", result("a", "a", "a"), Vec::new());
    assert!(!html.contains("<img") && !html.contains("window.injected=true</script>"));
    for tag in ["<script", "</script", "<!--"] {
        assert_eq!(html.matches(tag).count(), plain.matches(tag).count(), "{tag}");
    }
    assert!(html.contains("<title>&lt;/script&gt;&lt;script&gt;"));
    // Yet nothing is lost: the page reads the very text.
    let data = data(&html);
    assert_eq!(data["title"], BREAKOUT);
    assert_eq!(data["runs"][0]["run"]["warnings"][0], BREAKOUT);
    assert_eq!(data["runs"][0]["trades"]["ids"][0], BREAKOUT);
    assert_eq!(data["runs"][0]["trades"]["exits"]["names"][0], BREAKOUT);
}

#[test]
fn figures_travel_as_integers() {
    let html = page("a run", result("NSE:SBIN-EQ", "sma_cross", "none"), Vec::new());
    let run = &data(&html)["runs"][0];
    // -12.5 rupees are -125000 of 1/10,000: the unit alone, and a zigzag of -1.
    assert_eq!(run["trades"]["pnl"], json!({"n": 1, "unit": 125_000, "delta": false, "data": "AQ=="}));
    assert_eq!(run["digest"]["worst"], -125_000);
    assert_eq!(run["curve"]["drawdown"]["unit"], 125);
}

#[test]
fn a_hundred_thousand_candles_are_small() {
    let timeframe = "1m".parse().unwrap();
    let chart = Chart::new("NSE:SBIN-EQ", timeframe, &bars(100_000), MOST_CANDLES);
    let size = serde_json::to_string(&chart).unwrap().len();
    assert!(size < 1_500_000, "{size} bytes");
    // The same bytes each time: a report can be compared with another.
    let again = Chart::new("NSE:SBIN-EQ", timeframe, &bars(100_000), MOST_CANDLES);
    let html = |chart| page("a run", result("NSE:SBIN-EQ", "sma_cross", "none"), vec![chart]);
    assert!(html(chart) == html(again));
}

#[test]
fn studies_come_first_and_name_their_kind() {
    let court = Court {
        outcome: "bad",
        sentence: "luck".to_owned(),
        figures: vec![Figure { name: "trials".into(), value: "500".into(), meaning: "sets tried".into() }],
    };
    let (title, made_by) = ("a sweep".to_owned(), "sauda 0".to_owned());
    let mut out = Vec::new();
    let page =
        Page { title, made_by, studies: vec![Study::Court(court)], runs: Vec::new(), charts: Vec::new() };
    write(&page, &mut out).unwrap();
    let study = &data(&String::from_utf8(out).unwrap())["studies"][0];
    assert_eq!((&study["kind"], &study["outcome"]), (&json!("court"), &json!("bad")));
}
