//! Users, invites, sessions, keys and settings; nobody reaches another's.

use domain::Timestamp;
use store::sessions::{self, NewSession, Refresh};
use store::users::{self, NewApiKey, Role};
use store::{PageRequest, StoreError, accounts, activity, idempotency, runs, strategies};

use crate::ground::{Ground, at, cases, is_not_found};

cases![
    names_are_unique_in_any_case,
    a_refresh_token_is_good_once,
    an_ended_session_does_not_go_on,
    another_users_things_are_not_there,
    an_invite_is_good_once,
    failed_log_ins_at_once_all_count,
    a_code_is_good_once,
    settings_change_from_the_version_that_was_seen,
    an_idempotent_request_is_answered_once,
    who_decides_by_a_user_waits_for_a_change_of_them,
    users_and_chains_are_locked_in_one_order,
    invites_are_taken_back_with_their_issuer,
];

fn page() -> PageRequest {
    PageRequest::first(10).unwrap()
}

fn session(token: &str, expires_at: Timestamp) -> NewSession {
    NewSession {
        address: "127.0.0.1".to_owned(),
        agent: "a browser of many words ".repeat(40),
        expires_at,
        token_hash: token.to_owned(),
    }
}

async fn names_are_unique_in_any_case(ground: Ground) {
    let store = &ground.store;
    let unit = store.begin().await.unwrap();
    let again = users::create(&unit, " ASHA ", "x", Role::Viewer, at(0)).await.unwrap_err();
    assert_eq!(again.to_string(), "user name is already taken");
    drop(unit);
    let found = users::by_name(store, "Asha").await.unwrap().unwrap();
    assert_eq!((found.id, found.role, found.name.as_str()), (ground.asha.user, Role::Trader, "asha"));
    assert_eq!(users::by_name(store, "nobody").await.unwrap(), None);
    assert!(!users::none_yet(store).await.unwrap());
    assert_eq!(users::list(store, page()).await.unwrap().rows.len(), 2);
    assert!(!format!("{found:?}").contains("argon2"));
}

async fn a_refresh_token_is_good_once(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let unit = store.begin().await.unwrap();
    let id = sessions::open(&unit, asha.user, &session("t1", at(1000)), at(0)).await.unwrap();
    let other = sessions::open(&unit, asha.user, &session("o1", at(1000)), at(0)).await.unwrap();
    unit.commit().await.unwrap();
    let refresh = async |token: &str, next: &str, seconds| {
        let unit = store.begin().await.unwrap();
        let outcome = sessions::refresh(&unit, token, next, at(seconds)).await.unwrap();
        unit.commit().await.unwrap();
        outcome
    };
    assert!(
        matches!(refresh("t1", "t2", 10).await, Refresh::Rotated(s) if s.id == id && s.user == asha.user)
    );
    assert!(matches!(refresh("t2", "t3", 20).await, Refresh::Rotated(_)));
    // The thief comes with the first one: the family ends, and the good one with it.
    assert!(matches!(refresh("t1", "t4", 30).await, Refresh::Reused(_)));
    assert!(matches!(refresh("t3", "t5", 40).await, Refresh::Ended(_)));
    assert_eq!(refresh("t4", "t6", 50).await, Refresh::UnknownToken);
    // The other log-in goes on.
    assert!(matches!(refresh("o1", "o2", 60).await, Refresh::Rotated(s) if s.id == other));
    let ended = sessions::get(store, asha.user, id).await.unwrap();
    assert_eq!((ended.revoked_at, ended.last_used_at), (Some(at(30)), at(20)));
    assert_eq!(ended.revoked_because.as_deref(), Some("refresh token used twice"));
    assert_eq!(sessions::revoked_since(store, at(30)).await.unwrap(), [id]);
    assert_eq!(sessions::revoked_since(store, at(31)).await.unwrap(), []);
}

async fn an_ended_session_does_not_go_on(ground: Ground) {
    let (store, asha, ravi) = (&ground.store, ground.asha, ground.ravi);
    let unit = store.begin().await.unwrap();
    let id = sessions::open(&unit, asha.user, &session("t1", at(1000)), at(0)).await.unwrap();
    sessions::open(&unit, asha.user, &session("u1", at(100)), at(0)).await.unwrap();
    sessions::open(&unit, ravi.user, &session("r1", at(1000)), at(0)).await.unwrap();
    assert!(is_not_found(sessions::revoke(&unit, ravi.user, id, "not his", at(5)).await));
    assert!(matches!(sessions::refresh(&unit, "u1", "u2", at(100)).await.unwrap(), Refresh::Ended(_)));
    assert_eq!(sessions::revoke_all(&unit, asha.user, "logged out everywhere", at(200)).await.unwrap(), 2);
    assert!(matches!(sessions::refresh(&unit, "t1", "t2", at(201)).await.unwrap(), Refresh::Ended(_)));
    assert!(matches!(sessions::refresh(&unit, "r1", "r2", at(201)).await.unwrap(), Refresh::Rotated(_)));
    unit.commit().await.unwrap();
    assert_eq!(sessions::list(store, asha.user, page()).await.unwrap().rows.len(), 2);
}

async fn another_users_things_are_not_there(ground: Ground) {
    let (store, asha, ravi) = (&ground.store, ground.asha, ground.ravi);
    let strategy = strategies::list(store, asha.user, page()).await.unwrap().rows[0].id;
    assert!(is_not_found(accounts::get(store, ravi.user, asha.account).await));
    assert!(is_not_found(runs::get(store, ravi.user, asha.run).await));
    assert!(is_not_found(strategies::get(store, ravi.user, strategy).await));
    assert!(is_not_found(strategies::version(store, ravi.user, asha.version).await));
    assert!(is_not_found(runs::latest_snapshot(store, ravi.user, asha.run).await));
    assert!(strategies::versions(store, ravi.user, strategy, page()).await.unwrap().rows.is_empty());
    assert!(runs::list(store, ravi.user, Some(asha.account), page()).await.unwrap().rows.is_empty());
    assert!(runs::unfinished(store, ravi.user, asha.account).await.unwrap().is_empty());
    assert_eq!(accounts::list(store, ravi.user, page()).await.unwrap().rows.len(), 1);
    let unit = store.begin().await.unwrap();
    let key = NewApiKey {
        name: "bot".to_owned(),
        key_hash: "k1".to_owned(),
        scopes: vec!["orders:read".to_owned(), "orders:write".to_owned()],
        expires_at: None,
    };
    let key = users::create_api_key(&unit, asha.user, &key, at(0)).await.unwrap();
    assert!(is_not_found(users::revoke_api_key(&unit, ravi.user, key, at(1)).await));
    assert!(is_not_found(accounts::change(&unit, ravi.user, asha.account, 1, "Mine", "{}").await));
    assert!(is_not_found(accounts::close(&unit, ravi.user, asha.account, 1, at(1)).await));
    assert!(is_not_found(strategies::add_version(&unit, ravi.user, strategy, "{}", None, at(1)).await));
    assert!(is_not_found(strategies::archive(&unit, ravi.user, strategy, at(1)).await));
    let state = runs::RunState::Stopped;
    assert!(is_not_found(runs::set_state(&unit, ravi.user, asha.run, 1, state, None, at(1)).await));
    assert!(is_not_found(runs::advance(&unit, ravi.user, asha.run, 0, 1).await));
    unit.commit().await.unwrap();
    assert!(users::api_keys(store, ravi.user, page()).await.unwrap().rows.is_empty());
    let found = users::api_key_by_hash(store, "k1").await.unwrap().unwrap();
    assert_eq!((found.user, found.revoked_at, found.scopes.len()), (asha.user, None, 2));
    assert_eq!(accounts::get(store, asha.user, asha.account).await.unwrap().name, "Paper");
    // His run in her account, by her strategy: the database itself refuses.
    let run = runs::get(store, asha.user, asha.run).await.unwrap();
    for (account, version) in [(asha.account, ravi.version), (ravi.account, asha.version)] {
        let unit = store.begin().await.unwrap();
        let run = runs::NewRun {
            account,
            strategy_version: version,
            mode: run.mode,
            timeframe: run.timeframe,
            instruments: run.instruments.clone(),
            config: "{}".to_owned(),
        };
        assert!(is_not_found(runs::create(&unit, ravi.user, &run, at(1)).await));
    }
}

async fn an_invite_is_good_once(ground: Ground) {
    let (store, asha) = (&ground.store, ground.asha);
    let unit = store.begin().await.unwrap();
    users::create_invite(&unit, asha.user, "i1", Role::Viewer, at(0), at(100)).await.unwrap();
    let late = users::create_invite(&unit, asha.user, "i2", Role::Admin, at(0), at(100)).await.unwrap();
    assert_eq!(users::use_invite(&unit, "i1", ground.ravi.user, at(50)).await.unwrap(), Role::Viewer);
    assert!(is_not_found(users::use_invite(&unit, "i1", asha.user, at(51)).await));
    assert!(is_not_found(users::use_invite(&unit, "i2", asha.user, at(100)).await));
    users::revoke_invite(&unit, late, at(60)).await.unwrap();
    assert!(is_not_found(users::use_invite(&unit, "i2", asha.user, at(61)).await));
    unit.commit().await.unwrap();
    let all = users::invites(store, page()).await.unwrap().rows;
    assert_eq!((all.len(), all[1].used_by), (2, Some(ground.ravi.user)));
}

async fn failed_log_ins_at_once_all_count(ground: Ground) {
    let mut tasks = Vec::new();
    for _ in 0..6 {
        let (store, user) = (ground.store.clone(), ground.asha.user);
        tasks.push(tokio::spawn(async move {
            let unit = store.begin().await.unwrap();
            users::count_failed_login(&unit, user).await.unwrap();
            unit.commit().await.unwrap();
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let (store, user) = (&ground.store, ground.asha.user);
    assert_eq!(users::get(store, user).await.unwrap().failed_logins, 6);
    let unit = store.begin().await.unwrap();
    users::lock_until(&unit, user, Some(at(900))).await.unwrap();
    assert_eq!(users::get(&unit, user).await.unwrap().locked_until, Some(at(900)));
    users::clear_failed_logins(&unit, user).await.unwrap();
    unit.commit().await.unwrap();
    let now = users::get(store, user).await.unwrap();
    assert_eq!((now.failed_logins, now.locked_until), (0, None));
}

async fn a_code_is_good_once(ground: Ground) {
    let (store, user) = (&ground.store, ground.asha.user);
    let unit = store.begin().await.unwrap();
    users::set_totp(&unit, user, Some(vec![0, 159, 146, 150])).await.unwrap();
    assert!(users::use_totp_step(&unit, user, 7).await.unwrap());
    assert!(!users::use_totp_step(&unit, user, 7).await.unwrap());
    assert!(!users::use_totp_step(&unit, user, 6).await.unwrap());
    assert!(users::use_totp_step(&unit, user, 8).await.unwrap());
    unit.commit().await.unwrap();
    assert_eq!(users::get(store, user).await.unwrap().totp_sealed, Some(vec![0, 159, 146, 150]));
}

async fn settings_change_from_the_version_that_was_seen(ground: Ground) {
    let (store, user) = (&ground.store, ground.asha.user);
    let unit = store.begin().await.unwrap();
    users::set_setting(&unit, user, "trading", "{}", None, at(0)).await.unwrap();
    users::set_setting(&unit, user, "trading", "{\"product\":\"MIS\"}", Some(1), at(1)).await.unwrap();
    unit.commit().await.unwrap();
    for seen in [None, Some(1), Some(3)] {
        let unit = store.begin().await.unwrap();
        let stale = users::set_setting(&unit, user, "trading", "{}", seen, at(2)).await;
        assert!(matches!(stale, Err(StoreError::Stale { .. })), "{seen:?}");
    }
    assert_eq!(users::setting(store, user, "trading").await.unwrap().unwrap().version, 2);
    assert!(users::settings(store, ground.ravi.user).await.unwrap().is_empty());
}

async fn an_idempotent_request_is_answered_once(ground: Ground) {
    use idempotency::Claim;
    let (store, asha, ravi) = (&ground.store, ground.asha.user, ground.ravi.user);
    // Many at once: one may do the work, and it is not answered yet.
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let store = store.clone();
        let claim = async move { idempotency::claim(&store, asha, "k", "f1", at(0)).await.unwrap() };
        tasks.push(tokio::spawn(claim));
    }
    let mut claims = Vec::new();
    for task in tasks {
        claims.push(task.await.unwrap());
    }
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::New).count(), 1, "{claims:?}");
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::InProgress).count(), 7, "{claims:?}");
    // What was refused leaves the key free.
    let unit = store.begin().await.unwrap();
    idempotency::release(&unit, asha, "k").await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(idempotency::claim(store, asha, "k", "f1", at(0)).await.unwrap(), Claim::New);
    let unit = store.begin().await.unwrap();
    idempotency::answer(&unit, asha, "k", 201, "{\"id\":1}").await.unwrap();
    unit.commit().await.unwrap();
    let answered = Claim::Answered { status: 201, answer: "{\"id\":1}".to_owned() };
    assert_eq!(idempotency::claim(store, asha, "k", "f1", at(0)).await.unwrap(), answered);
    assert_eq!(idempotency::claim(store, asha, "k", "f2", at(0)).await.unwrap(), Claim::Other);
    assert_eq!(idempotency::claim(store, ravi, "k", "f1", at(0)).await.unwrap(), Claim::New);
    let unit = store.begin().await.unwrap();
    assert_eq!(idempotency::forget_before(&unit, at(1)).await.unwrap(), 2);
    unit.commit().await.unwrap();
    assert_eq!(idempotency::claim(store, asha, "k", "f2", at(2)).await.unwrap(), Claim::New);
}

async fn who_decides_by_a_user_waits_for_a_change_of_them(ground: Ground) {
    let (store, user) = (&ground.store, ground.asha.user);
    let changing = store.begin().await.unwrap();
    users::set_password(&changing, user, "another").await.unwrap();
    let waiting = tokio::spawn({
        let store = store.clone();
        async move {
            let unit = store.begin().await.unwrap();
            users::get_locked(&unit, user).await.unwrap().password_hash
        }
    });
    // Long enough for one that does not wait to have read the old one; one that waits is right after any time.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    changing.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), "another");
}

/// One unit holds a user and wants the chain, another adds a row of that user to the chain: neither may hold what the
/// other waits for.
async fn users_and_chains_are_locked_in_one_order(ground: Ground) {
    let mut tasks = Vec::new();
    for i in 0..40 {
        let (store, user) = (ground.store.clone(), ground.asha.user);
        tasks.push(tokio::spawn(async move {
            let unit = store.begin().await?;
            if i % 2 == 0 {
                users::get_locked(&unit, user).await?;
                tokio::task::yield_now().await;
            }
            activity::record(&unit, &done_by(user)).await?;
            tokio::task::yield_now().await;
            unit.commit().await
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

fn done_by(user: store::UserId) -> activity::Activity {
    activity::Activity {
        user: Some(user),
        session: None,
        account: None,
        action: "session.opened".to_owned(),
        subject: String::new(),
        detail: "{}".to_owned(),
        address: String::new(),
        at: at(0),
    }
}

async fn invites_are_taken_back_with_their_issuer(ground: Ground) {
    let (store, asha, ravi) = (&ground.store, ground.asha.user, ground.ravi.user);
    let unit = store.begin().await.unwrap();
    for (by, token) in [(asha, "used"), (asha, "open"), (ravi, "his")] {
        users::create_invite(&unit, by, token, Role::Admin, at(0), at(100)).await.unwrap();
    }
    users::use_invite(&unit, "used", ravi, at(10)).await.unwrap();
    assert_eq!(users::revoke_invites_of(&unit, asha, at(20)).await.unwrap(), 1);
    assert!(is_not_found(users::use_invite(&unit, "open", asha, at(30)).await));
    assert_eq!(users::use_invite(&unit, "his", asha, at(30)).await.unwrap(), Role::Admin);
    assert_eq!(users::administrators_locked(&unit).await.unwrap().len(), 0);
    users::set_role(&unit, ravi, Role::Admin).await.unwrap();
    assert_eq!(users::administrators_locked(&unit).await.unwrap()[0].id, ravi);
    unit.commit().await.unwrap();
}
