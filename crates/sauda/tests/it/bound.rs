//! What a server refuses to start on: another's database or directory, and a demo that is none.

use super::*;
use crate::served::Served;

#[test]
fn a_demo_takes_no_database_with_other_users() {
    let sauda = Sauda::new();
    sauda.add_user("asha", "admin").json();
    Served::refused(&sauda, &["--demo"]).fails(2, &["--demo", "asha", "--data-dir"]);
    let list = sauda.line("user list --json").json();
    assert_eq!(list.as_array().unwrap().len(), 1, "no user is made: {list}");
    Served::start(&sauda, &[]).stop();
}

#[test]
fn a_demo_that_is_over_leaves_no_open_door() {
    let sauda = Sauda::new();
    Served::start(&sauda, &["--demo"]).stop();
    // The demo again on its own.
    Served::start(&sauda, &["--demo"]).stop();
    Served::refused(&sauda, &[]).fails(1, &["user demo", "sauda user password demo", "--demo"]);
    sauda.told(&["user", "password", "demo", "--password-stdin"], "six other words of mine").ok();
    Served::start(&sauda, &[]).stop();
}

#[test]
fn a_demo_user_who_is_kept_out_is_no_open_door() {
    let sauda = Sauda::new();
    Served::start(&sauda, &["--demo"]).stop();
    sauda.add_user("asha", "admin").json();
    sauda.line("user disable demo").ok();
    Served::start(&sauda, &[]).stop();
}
