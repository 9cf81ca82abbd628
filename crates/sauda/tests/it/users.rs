//! `sauda user`: at the machine, beside a server or without one.

use serde_json::json;

use super::*;
use crate::served::{Served, until};

pub const PASSWORD: &str = "five words nobody else has";

impl Sauda {
    /// Adds a user, whose password is [`PASSWORD`].
    pub fn add_user(&self, name: &str, role: &str) -> Ended {
        self.told(&["user", "add", name, "--role", role, "--password-stdin", "--json"], PASSWORD)
    }
}

#[test]
fn the_first_one_closes_registration_and_trades_on_paper() {
    let sauda = Sauda::new();
    let added = sauda.add_user("Asha", "admin").json();
    assert_eq!(
        (&added["user"]["name"], &added["user"]["role"], &added["account"]["initialCash"]),
        (&json!("asha"), &json!("admin"), &json!(1_000_000.0)),
        "{added}"
    );
    let server = Served::start(&sauda, &[]);
    assert!(!server.greeting.contains("set-up token"), "{}", server.greeting);
    let status = server.nobody().get("/api/auth/status").unwrap();
    assert_eq!(status["setupNeeded"], false);
    let mut asha = server.log_in("asha", PASSWORD);
    let account = &asha.get("/api/accounts").unwrap()["items"][0];
    assert_eq!(account["id"], added["account"]["id"], "{account}");
    let activity = asha.all("/api/activity").unwrap();
    let made: Vec<_> = activity.iter().filter(|row| row["action"] == "user.registered").collect();
    assert_eq!(made.len(), 1, "{activity:?}");
    assert_eq!(made[0]["address"], "console", "{}", made[0]);
    server.stop();
    sauda.line("audit verify").ok();
}

#[test]
fn a_user_who_is_added_beside_a_server_can_trade_there_at_once() {
    let sauda = Sauda::new();
    let server = Served::start(&sauda, &[]);
    assert!(server.greeting.contains("set-up token"), "{}", server.greeting);
    sauda.add_user("asha", "admin").json();
    assert_eq!(server.nobody().get("/api/auth/status").unwrap()["setupNeeded"], false);
    let added = sauda.add_user("tara", "trader").json();
    let account = added["account"]["id"].as_i64().unwrap();
    let mut tara = server.log_in("tara", PASSWORD);
    let funds = tara.get(&format!("/api/accounts/{account}/funds")).unwrap();
    assert_eq!(funds["available"], 1_000_000, "{funds}");
    assert_eq!(sauda.add_user("vik", "viewer").json()["account"], json!(null));
}

#[test]
fn who_is_kept_out_is_out_of_a_running_server_too() {
    let sauda = Sauda::new();
    sauda.add_user("asha", "admin").json();
    sauda.add_user("tara", "trader").json();
    let server = Served::start(&sauda, &[]);
    let mut tara = server.log_in("tara", PASSWORD);
    tara.get("/api/profile").unwrap();
    let out = sauda.line("user disable tara --json").json();
    assert!(out["disabledAt"].is_string(), "{out}");
    until("her session ends", || tara.ask("GET", "/api/profile", None, None).unwrap().status == 401);
    assert_eq!(server.try_log_in("tara", PASSWORD).status, 403);
    sauda.line("user disable tara").ok();
    assert!(sauda.line("user enable tara").ok().contains("may log in again"));
    let mut tara = server.log_in("tara", PASSWORD);
    let another = "six other words of mine";
    sauda.told(&["user", "password", "tara", "--password-stdin"], &format!("{another}\nnot this\n")).ok();
    until("her session ends", || tara.ask("GET", "/api/profile", None, None).unwrap().status == 401);
    assert_eq!(server.try_log_in("tara", PASSWORD).status, 401);
    server.log_in("tara", another);
    let activity = server.log_in("asha", PASSWORD).all("/api/activity").unwrap();
    assert!(activity.iter().all(|row| row["action"] != "user.disabled"), "hers, not asha's: {activity:?}");
    let list = sauda.line("user list --json").json();
    let names: Vec<_> = list.as_array().unwrap().iter().map(|user| user["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["asha", "tara"]);
    assert!(sauda.line("user list").ok().contains("tara"));
}

#[test]
fn what_cannot_be_says_why_and_changes_nothing() {
    let sauda = Sauda::new();
    for line in ["user list", "user disable asha", "user password asha --password-stdin"] {
        sauda.line(line).fails(2, &["there is no database", "sauda user add"]);
    }
    sauda.add_user("tara", "trader").fails(2, &["--role trader", "first user", "--role admin"]);
    sauda.add_user("asha", "admin").json();
    sauda.add_user("ASHA", "trader").fails(2, &["user name is already taken"]);
    sauda.add_user("a b", "trader").fails(2, &["`a b`", "3 to 64"]);
    sauda.add_user("tara", "boss").fails(2, &["boss", "admin, trader, viewer"]);
    let add = ["user", "add", "tara", "--role", "trader"];
    sauda.run(&add).fails(2, &["no terminal", "--password-stdin"]);
    let piped = ["user", "add", "tara", "--role", "trader", "--password-stdin"];
    sauda.told(&piped, "").fails(2, &["holds no password"]);
    let told = sauda.told(&piped, "short\n").fails(2, &["5 characters", "10 or more"]);
    assert!(!told.contains("short"), "{told}");
    sauda.run(&[&add[..], &["--password", PASSWORD]].concat()).fails(2, &["unexpected argument"]);
    sauda.line("user disable nobody").fails(2, &["nobody is called `nobody`", "user list"]);
    sauda.told(&["user", "password", "nobody", "--password-stdin"], PASSWORD).fails(2, &["`nobody`"]);
    sauda.line("user disable asha").fails(2, &["only administrator", "add another"]);
    assert_eq!(sauda.line("user list --json").json().as_array().unwrap().len(), 1);
}

/// A new key would call the whole audit forged, and open no second factor.
#[test]
fn a_lost_key_is_not_replaced_in_silence() {
    let sauda = Sauda::new();
    sauda.add_user("asha", "admin").json();
    fs::remove_file(sauda.data_dir().join("master.key")).unwrap();
    for line in ["user list", "audit verify", "serve --listen 127.0.0.1:0"] {
        sauda.line(line).fails(1, &["master.key is not there", "restore it"]);
    }
    assert!(!sauda.data_dir().join("master.key").exists());
}
