//! Limits of accounts, as they are stored and as the engine takes them.

use domain::{Money, Qty};
use engine::AccountLimits;
use serde::{Deserialize, Serialize};
use store::risk::Scope;
use store::{AccountId, Store, UserId};

use crate::accounts::Wish;
use crate::{Desk, DeskError};

/// The name under which an account's limits are stored.
const RULE: &str = "account-limits";

/// What a person can limit; `None`: no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    pub max_daily_loss: Option<Money>,
    pub max_drawdown: Option<Money>,
    pub max_position: Option<Qty>,
    pub max_open_positions: Option<u32>,
    pub max_trades_per_day: Option<u32>,
    pub max_order_qty: Option<Qty>,
    pub max_order_value: Option<Money>,
    pub max_capital: Option<Money>,
    pub max_capital_per_book: Option<Money>,
    pub allow_opposite_books: bool,
}

impl Limits {
    fn check(&self) -> Result<(), DeskError> {
        let money = [
            ("maxDailyLoss", self.max_daily_loss),
            ("maxDrawdown", self.max_drawdown),
            ("maxOrderValue", self.max_order_value),
            ("maxCapital", self.max_capital),
            ("maxCapitalPerRun", self.max_capital_per_book),
        ];
        for (field, limit) in money {
            if let Some(limit) = limit.filter(|limit| *limit <= Money::ZERO) {
                return Err(DeskError::invalid(
                    field,
                    format!("{limit} is not above 0; leave it out for no limit"),
                ));
            }
        }
        for (field, limit) in [("maxPosition", self.max_position), ("maxOrderQuantity", self.max_order_qty)] {
            if let Some(limit) = limit.filter(|limit| *limit <= Qty::ZERO) {
                return Err(DeskError::invalid(
                    field,
                    format!("{limit} is not above 0; leave it out for no limit"),
                ));
            }
        }
        Ok(())
    }

    fn for_engine(&self) -> AccountLimits {
        AccountLimits {
            max_daily_loss: self.max_daily_loss,
            max_drawdown: self.max_drawdown,
            max_position: self.max_position,
            max_open_positions: self.max_open_positions,
            max_trades_per_day: self.max_trades_per_day,
            max_order_qty: self.max_order_qty,
            max_order_value: self.max_order_value,
            max_capital: self.max_capital,
            max_capital_per_book: self.max_capital_per_book,
            allow_opposite_books: self.allow_opposite_books,
            ..AccountLimits::default()
        }
    }
}

async fn stored(store: &Store, user: UserId, account: AccountId) -> Result<(Limits, Option<i64>), DeskError> {
    for limit in store::risk::limits(store, user).await? {
        if limit.scope == Scope::Account(account) && limit.rule == RULE {
            let limits = serde_json::from_str(&limit.value)
                .map_err(|why| DeskError::Conflict(format!("the stored limits cannot be read: {why}")))?;
            return Ok((limits, Some(limit.version)));
        }
    }
    Ok((Limits::default(), None))
}

pub(crate) async fn of_account(
    store: &Store,
    user: UserId,
    account: AccountId,
) -> Result<AccountLimits, DeskError> {
    Ok(stored(store, user, account).await?.0.for_engine())
}

impl Desk {
    pub async fn limits(&self, user: UserId, account: AccountId) -> Result<Limits, DeskError> {
        self.account(user, account)?;
        Ok(stored(&self.inner.store, user, account).await?.0)
    }

    /// Sets all limits of an account; what is open stays open.
    pub async fn set_limits(
        &self,
        user: UserId,
        account: AccountId,
        limits: Limits,
    ) -> Result<(), DeskError> {
        limits.check()?;
        let desk = self.account(user, account)?;
        let (_, seen) = stored(&self.inner.store, user, account).await?;
        let value = serde_json::to_string(&limits).map_err(|why| DeskError::invalid("limits", why))?;
        let unit = self.inner.store.begin().await?;
        let scope = Scope::Account(account);
        store::risk::set_limit(&unit, user, scope, RULE, &value, seen, self.now()).await?;
        unit.commit().await?;
        desk.wish(Wish::Limits(Box::new(limits.for_engine()))).await.map(drop)
    }
}
