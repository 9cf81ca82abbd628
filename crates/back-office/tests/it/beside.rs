//! What happens beside a log-in and beside an administrator's act.

use std::sync::Arc;
use std::time::Duration;

use back_office::access::{
    Access, AccessError, AccessSettings, Caller, LogIn, MasterKey, Origin, OsRandomness, PasswordCost,
    Secret, SystemClock, UserChange,
};
use sea_orm::{ConnectionTrait as _, Database};
use store::users::{self, Role};
use store::{Location, Store, UserId, sessions};

use crate::servers::{self, Server};

const PASSWORD: &str = "five words nobody else has";
/// For whoever does not wait to be done; one that waits is right after any time.
const A_MOMENT: Duration = Duration::from_millis(300);

#[test]
fn postgres() {
    match servers::postgres() {
        Ok(server) => run(&server),
        Err(why) => println!("skipped: PostgreSQL: {why}"),
    }
}

#[test]
fn mariadb() {
    match servers::mariadb() {
        Ok(server) => run(&server),
        Err(why) => println!("skipped: MariaDB: {why}"),
    }
}

fn run(server: &Server) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let first = Database::connect(server.first().unwrap()).await.unwrap();
        first.execute_unprepared("create database beside").await.unwrap();
        first.close().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let key = MasterKey::from_bytes([42; 32]);
        let location = Location::parse(&server.url("beside").unwrap()).unwrap();
        let store = Store::open(&location, key.audit(), &folder.path().join("mirror")).await.unwrap();
        let settings = AccessSettings {
            clock: Arc::new(SystemClock),
            randomness: Arc::new(OsRandomness),
            password_cost: PasswordCost { memory_kib: 8, passes: 1 },
            ..AccessSettings::default()
        };
        let access = Access::open(store, &key, settings).await.unwrap();
        for (name, role) in [("asha", Role::Admin), ("ravi", Role::Admin), ("tara", Role::Trader)] {
            access.add_user(name, &Secret::new(PASSWORD), role).await.unwrap();
        }
        no_log_in_outlives_a_change_of_password_beside_it(&access).await;
        no_log_in_outlives_a_disabling_beside_it(&access).await;
        of_two_who_demote_each_other_one_stays(&access).await;
    });
}

fn log_in(access: &Access, name: &str) -> tokio::task::JoinHandle<Result<UserId, AccessError>> {
    let (access, name) = (access.clone(), name.to_owned());
    let (password, origin) = (Secret::new(PASSWORD), Origin::default());
    tokio::spawn(async move {
        let entry = access.log_in(LogIn { name, password, code: None, origin }).await?;
        Ok(entry.user.id)
    })
}

async fn no_log_in_outlives_a_change_of_password_beside_it(access: &Access) {
    let store = access.store();
    let tara = users::by_name(store, "tara").await.unwrap().unwrap();
    let unit = store.begin().await.unwrap();
    users::set_password(&unit, tara.id, "$argon2id$another").await.unwrap();
    sessions::revoke_all(&unit, tara.id, "password changed", access.now()).await.unwrap();
    let beside = log_in(access, "tara");
    tokio::time::sleep(A_MOMENT).await;
    unit.commit().await.unwrap();
    let ended = beside.await.unwrap();
    assert!(matches!(ended, Err(AccessError::Unauthenticated(_))), "{ended:?}");
    access.replace_password("tara", &Secret::new(PASSWORD)).await.unwrap();
}

async fn no_log_in_outlives_a_disabling_beside_it(access: &Access) {
    let store = access.store();
    let tara = users::by_name(store, "tara").await.unwrap().unwrap();
    let unit = store.begin().await.unwrap();
    users::set_disabled(&unit, tara.id, Some(access.now())).await.unwrap();
    sessions::revoke_all(&unit, tara.id, "role or rights changed", access.now()).await.unwrap();
    let beside = log_in(access, "tara");
    tokio::time::sleep(A_MOMENT).await;
    unit.commit().await.unwrap();
    let ended = beside.await.unwrap();
    assert!(matches!(ended, Err(AccessError::Refused(_))), "{ended:?}");
}

async fn of_two_who_demote_each_other_one_stays(access: &Access) {
    for _ in 0..10 {
        let (asha, ravi) = (caller(access, "asha").await, caller(access, "ravi").await);
        let change = UserChange { role: Some(Role::Trader), disabled: None };
        let (first, second) = tokio::join!(
            access.change_user(&asha, ravi.user, change),
            access.change_user(&ravi, asha.user, change)
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        let lost = first.and(second).unwrap_err();
        assert!(matches!(lost, AccessError::Unauthenticated(_)), "{lost:?}");
        let unit = access.store().begin().await.unwrap();
        for user in [asha.user, ravi.user] {
            users::set_role(&unit, user, Role::Admin).await.unwrap();
        }
        unit.commit().await.unwrap();
    }
}

async fn caller(access: &Access, name: &str) -> Caller {
    let who = LogIn {
        name: name.to_owned(),
        password: Secret::new(PASSWORD),
        code: None,
        origin: Origin::default(),
    };
    let entry = access.log_in(who).await.unwrap();
    access.by_access_token(&entry.access_token, Origin::default()).await.unwrap()
}
