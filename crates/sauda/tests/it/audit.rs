//! `sauda audit verify`: what somebody with the database alone cannot hide.

use std::io::Read as _;

use sea_orm::{ConnectionTrait as _, Database};

use super::*;

/// A user, an account, and a few rows in chain 0 of the activity.
fn installation() -> Sauda {
    let sauda = Sauda::new();
    sauda.add_user("asha", "admin").json();
    for name in ["tara", "ravi", "vik"] {
        sauda.add_user(name, "trader").json();
    }
    sauda
}

/// What somebody does who has the database and no rules.
fn tamper(sauda: &Sauda, statements: &[&str]) {
    let url = format!("sqlite:{}", sauda.data_dir().join("sauda.db").display());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let raw = Database::connect(url).await.unwrap();
        for statement in statements {
            raw.execute_unprepared(statement).await.unwrap();
        }
        raw.close().await.unwrap();
    });
}

const NO_GUARD: [&str; 2] =
    ["drop trigger if exists activity_no_update", "drop trigger if exists activity_no_delete"];

#[test]
fn a_whole_audit_is_told_row_by_row() {
    let sauda = installation();
    let mirror = || fs::read(sauda.data_dir().join("audit-mirror")).unwrap();
    let before = mirror();
    let told = sauda.line("audit verify --json").json();
    assert_eq!((&told["whole"], &told["firstBroken"]), (&Value::Bool(true), &Value::Null));
    assert_eq!(told["chains"][0]["table"], "activity", "{told}");
    assert_eq!(told["chains"][0]["rows"], 4, "{told}");
    let text = sauda.line("audit verify").ok();
    assert!(text.contains("activity") && text.contains("4 rows in 1 chain: all whole"), "{text}");
    assert_eq!(mirror(), before, "looking changes nothing");
}

#[test]
fn the_first_broken_link_is_named() {
    for (statements, sequence, problem) in [
        (vec!["update activity set detail = '{}' where place = 2"], Value::from(2), "not what was written"),
        (vec!["delete from activity where place = 3"], Value::from(3), "row 3 is missing"),
        (
            vec![
                "delete from activity where place = 4",
                "update audit_heads set length = 3, head = (select link from activity where place = 3) where record = 'activity'",
            ],
            Value::from(4),
            "3 rows are here, 4 were written",
        ),
    ] {
        let sauda = installation();
        tamper(&sauda, &[&NO_GUARD[..], &statements].concat());
        let ended = sauda.line("audit verify --json");
        let told: Value = serde_json::from_str(&ended.out).unwrap();
        ended.fails(1, &["activity", problem]);
        let first = &told["firstBroken"];
        assert_eq!((&told["whole"], &first["table"]), (&Value::Bool(false), &Value::from("activity")));
        assert_eq!((&first["sequence"], &first["account"]), (&sequence, &Value::from(0)), "{told}");
        assert!(first["problem"].as_str().unwrap().contains(problem), "{told}");
    }
}

#[test]
fn the_mirror_is_part_of_it() {
    let sauda = installation();
    let mirror = sauda.data_dir().join("audit-mirror");
    let mut text = String::new();
    fs::File::open(&mirror).unwrap().read_to_string(&mut text).unwrap();
    fs::write(&mirror, text.replacen("activity 0 0 ", "activity 0 1 ", 1)).unwrap();
    sauda.line("audit verify").fails(1, &["mirror was not written with this key"]);
    fs::remove_file(&mirror).unwrap();
    sauda.line("audit verify").fails(1, &["the mirror outside the database does not know it"]);
}

#[test]
fn where_nothing_is_there_is_nothing_to_verify() {
    let sauda = Sauda::new();
    sauda.line("audit verify").fails(2, &["there is no database"]);
    assert!(!sauda.data_dir().exists(), "looking makes nothing");
    sauda.line("audit verify --database redis://x").fails(2, &["--database", "sqlite:PATH"]);
    sauda.line("audit").fails(2, &["verify"]);
}
