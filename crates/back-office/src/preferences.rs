//! What users have set for themselves: named JSON values, and the trading config that orders by hand fill gaps from.

use domain::{OrderType, Product};
use serde_json::Value;
use store::accounts;
use store::users::{self, Setting};
use store::{AccountId, StoreError, UserId};

use crate::access::record::Act;
use crate::access::{Access, AccessError, Caller, Permission};

/// The setting that holds the trading config; it has a route of its own, which checks it.
const TRADING_CONFIG: &str = "trading-config";
/// Characters of a value as JSON text.
const LONGEST: usize = 16 * 1024;
const MOST: usize = 200;

/// What an order by hand has when it does not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TradingConfig {
    /// `None`: the user has chosen none.
    pub account: Option<AccountId>,
    pub product: Product,
    pub order_type: OrderType,
}

impl Default for TradingConfig {
    fn default() -> TradingConfig {
        TradingConfig { account: None, product: Product::Mis, order_type: OrderType::Market }
    }
}

/// All settings by name, but the trading config.
pub async fn list(access: &Access, who: &Caller) -> Result<Vec<Setting>, AccessError> {
    who.needs(Permission::ReadProfile)?;
    let mut all = users::settings(access.store(), who.user).await?;
    all.retain(|setting| setting.name != TRADING_CONFIG);
    Ok(all)
}

/// Writes a setting. `seen` is the version it was decided on; without it the last one wins.
pub async fn set(
    access: &Access,
    who: &Caller,
    name: &str,
    value: &Value,
    seen: Option<i64>,
) -> Result<Setting, AccessError> {
    who.needs(Permission::ChangeProfile)?;
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    if !(1..=64).contains(&name.len()) || !name.chars().all(good) || name == TRADING_CONFIG {
        let shown: String = name.chars().take(64).collect();
        let detail = format!(
            "`{shown}` is no name of a setting; use 1 to 64 lower-case letters, digits, dashes and dots (the trading \
             config is under /api/trading-config)"
        );
        return Err(AccessError::field("name", detail));
    }
    let text = value.to_string();
    if text.len() > LONGEST {
        let detail = format!("a value of {} characters is too long; keep it under {LONGEST}", text.len());
        return Err(AccessError::field("value", detail));
    }
    let unit = access.store().begin().await?;
    let known = users::settings(&unit, who.user).await?;
    let before = known.iter().find(|setting| setting.name == name);
    if before.is_none() && known.len() >= MOST {
        return Err(AccessError::conflict("there are 200 settings already; use one of them"));
    }
    if seen.is_some_and(|seen| before.is_none_or(|setting| setting.version != seen)) {
        return Err(StoreError::Stale { what: "setting" }.into());
    }
    users::set_setting(&unit, who.user, name, &text, before.map(|s| s.version), access.now()).await?;
    Act::by(who, "setting.changed").on(name).write(&unit, access.now()).await?;
    let after = users::setting(&unit, who.user, name).await?;
    unit.commit().await?;
    after.ok_or_else(|| AccessError::Internal("a setting that was written is not there".to_owned()))
}

/// The trading config of a user, or the usual one.
pub async fn trading_config(access: &Access, user: UserId) -> Result<TradingConfig, AccessError> {
    let setting = users::setting(access.store(), user, TRADING_CONFIG).await?;
    let Some(setting) = setting else { return Ok(TradingConfig::default()) };
    let damaged = || AccessError::Internal(format!("the trading config of user {user} is damaged"));
    let value: Value = serde_json::from_str(&setting.value).map_err(|_| damaged())?;
    let word = |key: &str| value[key].as_str().ok_or_else(damaged);
    Ok(TradingConfig {
        account: value["accountId"].as_i64().map(AccountId),
        product: word("product")?.parse().map_err(|_| damaged())?,
        order_type: order_type(word("orderType")?).ok_or_else(damaged)?,
    })
}

fn order_type(word: &str) -> Option<OrderType> {
    [OrderType::Market, OrderType::Limit, OrderType::StopLimit, OrderType::StopMarket]
        .into_iter()
        .find(|known| known.to_string() == word)
}

pub async fn set_trading_config(
    access: &Access,
    who: &Caller,
    config: TradingConfig,
) -> Result<TradingConfig, AccessError> {
    who.needs(Permission::ChangeProfile)?;
    let unit = access.store().begin().await?;
    if let Some(id) = config.account {
        let account = match accounts::get(&unit, who.user, id).await {
            Err(StoreError::NotFound { .. }) => None,
            other => Some(other?),
        };
        if account.is_none_or(|account| account.closed_at.is_some()) {
            let detail = format!("account {id} is none of yours in use; GET /api/accounts lists them");
            return Err(AccessError::field("accountId", detail));
        }
    }
    let value = serde_json::json!({
        "accountId": config.account.map(|id| id.0),
        "product": config.product.to_string(),
        "orderType": config.order_type.to_string(),
    });
    let before = users::setting(&unit, who.user, TRADING_CONFIG).await?.map(|setting| setting.version);
    users::set_setting(&unit, who.user, TRADING_CONFIG, &value.to_string(), before, access.now()).await?;
    Act::by(who, "setting.changed").on(TRADING_CONFIG).with("to", value).write(&unit, access.now()).await?;
    unit.commit().await?;
    Ok(config)
}
