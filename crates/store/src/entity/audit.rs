//! Activity, ends of chains, idempotent requests.

entity!(activity, "activity", {
    #[sea_orm(primary_key)] id: i64,
    chain: i64,
    place: i64,
    user_id: Option<i64>,
    session_id: Option<i64>,
    action: String,
    subject: String,
    detail: String,
    address: String,
    at: i64,
    link: String,
});

entity!(audit_head, "audit_heads", {
    #[sea_orm(primary_key, auto_increment = false)] record: String,
    #[sea_orm(primary_key, auto_increment = false)] chain: i64,
    length: i64,
    head: String,
});

entity!(idempotency_key, "idempotency_keys", {
    #[sea_orm(primary_key, auto_increment = false)] user_id: i64,
    #[sea_orm(primary_key, auto_increment = false)] idempotency_key: String,
    fingerprint: String,
    status: Option<i64>,
    answer: Option<String>,
    created_at: i64,
});
