//! Limits of accounts, as they are stored and as the engine takes them.

use domain::time::Span;
use domain::{Money, Qty};
use engine::{AccountLimits, RiskPolicy};
use serde::{Deserialize, Serialize};
use store::risk::Scope;
use store::{AccountId, Store, UserId};

use crate::accounts::Wish;
use crate::path::InstrumentLists;
use crate::{Desk, DeskError};

/// The name under which an account's limits are stored.
const RULE: &str = "account-limits";

/// Orders in any second (contracts of the regulator: fewer than ten).
const USUAL_A_SECOND: u32 = 8;
const MOST_A_SECOND: u32 = 9;

/// What a person can limit; `None`: no limit.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
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
    /// Orders sent within any second; 8 unless said, at most 9: from ten on the regulator wants a registered algorithm.
    pub max_orders_per_second: Option<u32>,
    /// How far a limit price may lie from the last price, in hundredths of a percent of it.
    pub price_band: Option<u32>,
    /// Seconds within which the same entry is not taken again in its book.
    pub duplicate_seconds: Option<u32>,
    /// Entries only while the exchange is open.
    pub market_hours: bool,
    /// What may be entered.
    pub instruments: InstrumentLists,
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
        if let Some(many) = self.max_orders_per_second.filter(|many| !(1..=MOST_A_SECOND).contains(many)) {
            let why = format!(
                "{many} is not between 1 and {MOST_A_SECOND}: from ten a second on the regulator wants a registered algorithm"
            );
            return Err(DeskError::invalid("maxOrdersPerSecond", why));
        }
        if self.instruments.allowed.as_ref().is_some_and(Vec::is_empty) {
            let why = "an empty list lets nothing in; leave it out to allow all, or throw the kill switch";
            return Err(DeskError::invalid("allowedInstruments", why));
        }
        Ok(())
    }

    fn policy(&self) -> RiskPolicy {
        let mut policy = RiskPolicy::default();
        policy.market_hours = self.market_hours;
        policy.price_band = self.price_band;
        policy.duplicate_within = self.duplicate_seconds.map(|s| Span::micros(i64::from(s) * 1_000_000));
        policy.orders_per_second = Some(self.max_orders_per_second.unwrap_or(USUAL_A_SECOND));
        policy
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
) -> Result<(AccountLimits, RiskPolicy, InstrumentLists), DeskError> {
    let (limits, _) = stored(store, user, account).await?;
    Ok((limits.for_engine(), limits.policy(), limits.instruments))
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
        let InstrumentLists { allowed, blocked } = &limits.instruments;
        for (field, list) in
            [("allowedInstruments", allowed.as_deref()), ("blockedInstruments", Some(blocked))]
        {
            for id in list.unwrap_or_default() {
                self.market().find(id).map_err(|why| DeskError::invalid(field, why))?;
            }
        }
        let desk = self.account(user, account)?;
        let (_, seen) = stored(&self.inner.store, user, account).await?;
        let value = serde_json::to_string(&limits).map_err(|why| DeskError::invalid("limits", why))?;
        let unit = self.inner.store.begin().await?;
        let scope = Scope::Account(account);
        store::risk::set_limit(&unit, user, scope, RULE, &value, seen, self.now()).await?;
        unit.commit().await?;
        let for_engine = Box::new(limits.for_engine());
        let policy = Box::new(self.in_its_time(limits.policy()));
        desk.wish(Wish::Limits(for_engine, policy, Box::new(limits.instruments))).await.map(drop)
    }
}
