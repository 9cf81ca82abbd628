//! Strategies, versions, runs, snapshots.

entity!(strategy, "strategies", {
    #[sea_orm(primary_key)] id: i64,
    user_id: i64,
    name: String,
    kind: String,
    created_at: i64,
    archived_at: Option<i64>,
});

entity!(strategy_version, "strategy_versions", {
    #[sea_orm(primary_key)] id: i64,
    strategy_id: i64,
    user_id: i64,
    number: i64,
    definition: String,
    algo_id: Option<String>,
    created_at: i64,
});

entity!(strategy_run, "strategy_runs", {
    #[sea_orm(primary_key)] id: i64,
    user_id: i64,
    account_id: i64,
    strategy_version_id: i64,
    mode: String,
    timeframe: String,
    instruments: String,
    config: String,
    state: String,
    because: Option<String>,
    event_cursor: i64,
    created_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    version: i64,
});

entity!(run_snapshot, "run_snapshots", {
    #[sea_orm(primary_key)] id: i64,
    run_id: i64,
    event_cursor: i64,
    taken_at: i64,
    state: Vec<u8>,
});
