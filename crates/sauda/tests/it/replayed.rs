//! `sauda serve --feed replay`: which days it takes, and what it says of the others.

use serde_json::json;

use super::*;
use crate::http::Client;
use crate::served::{Served, until};
use crate::users::PASSWORD;

#[test]
fn days_that_cannot_be_replayed_are_refused() {
    let sauda = with_a_week();
    for (flags, words) in [
        ("--feed replay", &["--from 2024-01-31"][..]),
        ("--feed replay --from 2024-13-01", &["--from", "2024-13-01", "not a date"]),
        ("--feed replay --from 2024-01-06", &["--from", "2024-01-05", "earlier day"]),
        ("--feed replay --from 2023-12-01 --to 2023-12-05", &["--to", "2024-01-01", "later day"]),
        ("--feed replay --from 2024-01-05 --to 2024-01-01", &["--to", "swap"]),
        ("--feed replay --from 2024-01-01 --speed 0", &["--speed", "3600"]),
        // Nobody who names a day wants made-up prices.
        ("--from 2024-01-01", &["--from", "--feed replay"]),
        ("--to 2024-01-01", &["--to", "--feed replay"]),
    ] {
        sauda.line(&format!("serve --listen 127.0.0.1:0 {flags}")).fails(2, words);
    }
}

/// The server is stopped in the middle of the day and started again as before.
#[test]
fn a_replay_goes_on_where_it_was_and_refuses_days_that_are_over() {
    let sauda = with_a_week();
    let account = sauda.add_user("asha", "admin").json()["account"]["id"].as_i64().unwrap();
    let flags = ["--feed", "replay", "--from", "2024-01-05", "--speed", "1800"];
    let order = json!({
        "accountId": account, "instrument": "NSE:SBIN-EQ", "side": "BUY", "type": "MARKET", "product": "MIS",
        "quantity": 10
    });
    let place = |client: &mut Client| client.ask("POST", "/api/orders", None, Some(&order)).unwrap();
    let held = |client: &mut Client| client.get("/api/positions").unwrap()["items"][0]["quantity"].clone();
    let now = |client: &mut Client| {
        client.get("/api/config").unwrap()["feed"]["now"].as_str().unwrap()[..16].to_owned()
    };

    let server = Served::start(&sauda, &flags);
    let mut asha = server.log_in("asha", PASSWORD);
    // The day begins at midnight, its first price comes at 09:15.
    until("an order finds a price", || place(&mut asha).status == 201);
    until("it trades", || held(&mut asha) == 10);
    let stopped = now(&mut asha);
    server.stop();

    let server = Served::start(&sauda, &flags);
    let mut asha = server.log_in("asha", PASSWORD);
    let resumed = now(&mut asha);
    assert!(
        resumed.as_str() >= "2024-01-05T09:15" && stopped.as_str() < "2024-01-05T15:29",
        "{stopped} {resumed}"
    );
    assert_eq!(held(&mut asha), 10);
    until("the day ends", || now(&mut asha).as_str() >= "2024-01-05T15:29");
    until("nothing is taken any more", || place(&mut asha).status == 409);
    let words = place(&mut asha).body["detail"].clone();
    assert!(words.as_str().unwrap().contains("the replay is over"), "{words}");
    server.stop();
    let before = "serve --listen 127.0.0.1:0 --feed replay --from 2024-01-01 --to 2024-01-03";
    sauda.line(before).fails(2, &["--to 2024-01-03", "2024-01-05", "later days", "--data-dir"]);
}
