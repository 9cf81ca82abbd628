//! Limits, refusals, locks, incidents.

entity!(risk_limit, "risk_limits", {
    #[sea_orm(primary_key)] id: i64,
    user_id: i64,
    scope: String,
    scope_id: i64,
    rule: String,
    value: String,
    updated_at: i64,
    version: i64,
});

entity!(risk_event, "risk_events", {
    #[sea_orm(primary_key)] id: i64,
    chain: i64,
    place: i64,
    user_id: i64,
    run_id: Option<i64>,
    order_id: Option<String>,
    rule: String,
    instrument: Option<String>,
    detail: String,
    at: i64,
    link: String,
});

entity!(lock, "locks", {
    #[sea_orm(primary_key)] id: i64,
    user_id: Option<i64>,
    scope: String,
    scope_id: i64,
    kind: String,
    because: String,
    locked_by: Option<i64>,
    locked_at: i64,
    until: Option<i64>,
    released_by: Option<i64>,
    released_at: Option<i64>,
});

entity!(incident, "incidents", {
    #[sea_orm(primary_key)] id: i64,
    user_id: i64,
    account_id: i64,
    kind: String,
    subject: String,
    detail: String,
    opened_at: i64,
    resolved_at: Option<i64>,
    resolved_by: Option<i64>,
    resolution: Option<String>,
});
