//! Orders, their events and fills, blocks of ids.

entity!(id_block, "id_blocks", {
    #[sea_orm(primary_key, auto_increment = false)] account_id: i64,
    #[sea_orm(primary_key, auto_increment = false)] trading_day: i64,
    next_number: i64,
});

entity!(order, "orders", {
    #[sea_orm(primary_key)] id: i64,
    order_id: String,
    user_id: i64,
    account_id: i64,
    book: String,
    run_id: Option<i64>,
    bar_open: Option<i64>,
    leg: Option<i64>,
    action: Option<String>,
    parent_order_id: Option<String>,
    strategy_version_id: Option<i64>,
    algo_id: Option<String>,
    origin: String,
    instrument: String,
    side: String,
    order_type: String,
    product: String,
    validity: String,
    quantity: i64,
    disclosed_quantity: i64,
    limit_price: Option<i64>,
    trigger_price: Option<i64>,
    after_market: bool,
    tag: Option<String>,
    state: String,
    filled_quantity: i64,
    filled_value: i64,
    broker_order_id: Option<String>,
    because: Option<String>,
    is_open: bool,
    created_at: i64,
    updated_at: i64,
    version: i64,
});

entity!(order_event, "order_events", {
    #[sea_orm(primary_key)] id: i64,
    chain: i64,
    place: i64,
    user_id: i64,
    order_id: String,
    kind: String,
    state: String,
    detail: String,
    at: i64,
    link: String,
});

entity!(fill, "fills", {
    #[sea_orm(primary_key)] id: i64,
    user_id: i64,
    account_id: i64,
    order_id: String,
    broker_fill_id: String,
    quantity: i64,
    price: i64,
    charges: i64,
    at: i64,
});

entity!(desk_cursor, "desk_cursors", {
    #[sea_orm(primary_key, auto_increment = false)] account_id: i64,
    place: i64,
});
