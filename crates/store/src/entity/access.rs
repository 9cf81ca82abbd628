//! Users, invites, sessions, keys, settings, accounts.

entity!(user, "users", {
    #[sea_orm(primary_key)] id: i64,
    name: String,
    password_hash: String,
    role: String,
    totp_sealed: Option<Vec<u8>>,
    totp_last_step: Option<i64>,
    failed_logins: i64,
    locked_until: Option<i64>,
    disabled_at: Option<i64>,
    created_at: i64,
    version: i64,
});

entity!(invite, "invites", {
    #[sea_orm(primary_key)] id: i64,
    token_hash: String,
    role: String,
    created_by: i64,
    created_at: i64,
    expires_at: i64,
    used_by: Option<i64>,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
});

entity!(session, "sessions", {
    #[sea_orm(primary_key)] id: i64,
    user_id: i64,
    address: String,
    agent: String,
    created_at: i64,
    last_used_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    revoked_because: Option<String>,
});

entity!(refresh_token, "refresh_tokens", {
    #[sea_orm(primary_key)] id: i64,
    session_id: i64,
    token_hash: String,
    issued_at: i64,
    used_at: Option<i64>,
});

entity!(api_key, "api_keys", {
    #[sea_orm(primary_key)] id: i64,
    user_id: i64,
    name: String,
    key_hash: String,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
});

entity!(user_setting, "user_settings", {
    #[sea_orm(primary_key, auto_increment = false)] user_id: i64,
    #[sea_orm(primary_key, auto_increment = false)] name: String,
    value: String,
    updated_at: i64,
    version: i64,
});

entity!(broker_account, "broker_accounts", {
    #[sea_orm(primary_key)] id: i64,
    user_id: i64,
    name: String,
    broker: String,
    relation: String,
    initial_cash: i64,
    settings: String,
    created_at: i64,
    closed_at: Option<i64>,
    version: i64,
});

entity!(installation, "installation", {
    #[sea_orm(primary_key, auto_increment = false)] place: i64,
    token: String,
});
