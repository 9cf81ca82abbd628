//! What a server refuses to start on: another's database or directory, and a demo that is none.

use super::*;
use crate::served::Served;

#[test]
fn a_demo_beside_other_users_says_so() {
    let sauda = Sauda::new();
    sauda.add_user("asha", "admin").json();
    let served = Served::start(&sauda, &["--demo"]);
    assert!(served.greeting.contains("WARNING: it administers the 1 other users"), "{}", served.greeting);
    served.stop();
}

#[test]
fn a_demo_that_is_over_leaves_no_open_door() {
    let sauda = Sauda::new();
    Served::start(&sauda, &["--demo"]).stop();
    // The demo again on its own.
    Served::start(&sauda, &["--demo"]).stop();
    let served = Served::start(&sauda, &[]);
    assert!(served.greeting.contains("sauda user password demo"), "{}", served.greeting);
    served.stop();
    Served::refused(&sauda, &["--behind-proxy"]).fails(1, &["user demo", "sauda user password demo"]);
    sauda.told(&["user", "password", "demo", "--password-stdin"], "six other words of mine").ok();
    Served::start(&sauda, &["--behind-proxy"]).stop();
}

#[test]
fn a_demo_user_who_is_kept_out_is_no_open_door() {
    let sauda = Sauda::new();
    Served::start(&sauda, &["--demo"]).stop();
    sauda.add_user("asha", "admin").json();
    sauda.line("user disable demo").ok();
    Served::start(&sauda, &["--behind-proxy"]).stop();
}

#[test]
fn a_directory_goes_with_one_database() {
    let sauda = Sauda::new();
    Served::start(&sauda, &["--demo"]).stop();
    let mark = fs::read_to_string(sauda.data_dir().join("installation")).unwrap();
    assert_eq!(mark.trim().len(), 32, "{mark}");
    let other = format!("sqlite:{}", sauda.path("other.db").display());
    let words = ["data directory", "other.db", "--data-dir", "--database"];
    Served::refused(&sauda, &["--demo", "--database", &other]).fails(1, &words);
    // Two installations, each with its mark.
    let neighbour = Sauda::new();
    neighbour.add_user("asha", "admin").json();
    let its = format!("sqlite:{}", neighbour.data_dir().join("sauda.db").display());
    Served::refused(&sauda, &["--database", &its]).fails(1, &words[..1]);
    Served::start(&sauda, &["--demo"]).stop();
}

#[test]
fn an_installation_from_before_there_were_marks_goes_on() {
    let sauda = Sauda::new();
    Served::start(&sauda, &["--demo"]).stop();
    let mark = sauda.data_dir().join("installation");
    fs::remove_file(&mark).unwrap();
    // The database has a mark, the directory has lost its own.
    Served::refused(&sauda, &["--demo"]).fails(1, &["no mark"]);
    unmark(&sauda);
    Served::start(&sauda, &["--demo"]).stop();
    assert!(mark.exists());
    // A new database and old journals are of two.
    fs::remove_file(&mark).unwrap();
    fs::remove_file(sauda.data_dir().join("sauda.db")).unwrap();
    Served::refused(&sauda, &["--demo"]).fails(1, &["journals", "no user"]);
}

/// The database as it was before.
fn unmark(sauda: &Sauda) {
    use sea_orm::{ConnectionTrait as _, Database};
    let url = format!("sqlite:{}", sauda.data_dir().join("sauda.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Database::connect(url).await.unwrap();
        database.execute_unprepared("delete from installation").await.unwrap();
        database.close().await.unwrap();
    });
}

#[test]
fn two_servers_do_not_share_a_directory() {
    let sauda = Sauda::new();
    let first = Served::start(&sauda, &[]);
    Served::refused(&sauda, &[]).fails(1, &["in use by another server", "--data-dir"]);
    // The console works beside it.
    sauda.add_user("asha", "admin").json();
    first.stop();
    Served::start(&sauda, &[]).stop();
}
