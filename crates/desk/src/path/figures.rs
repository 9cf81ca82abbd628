//! The figures of a refusal, as a record keeps them: rupees, units and seconds, each by its name.

use engine::{Breach, LockScope};
use serde_json::{Map, Value, json};

/// `why` in words, and what failed and what is allowed in figures. The engine's own numbers of books and orders mean
/// nothing outside and stay out.
pub(crate) fn figures(breach: &Breach, why: &str) -> Map<String, Value> {
    let mut all = Map::new();
    if let Value::Object(named) = named(breach) {
        all = named;
    }
    all.insert("why".to_owned(), why.into());
    all
}

fn named(breach: &Breach) -> Value {
    match *breach {
        Breach::BelowOneLot { lot } | Breach::NotALotMultiple { lot, .. } => json!({ "lot": lot.raw() }),
        Breach::ValueTooLarge { price, .. } | Breach::NotAPrice { price } => {
            json!({ "price": price.to_f64() })
        }
        Breach::MaxPosition { qty, limit } => json!({ "position": qty.raw(), "limit": limit.raw() }),
        Breach::MaxOrderQty { qty, limit } => json!({ "order": qty.raw(), "limit": limit.raw() }),
        Breach::MaxOpenPositions { limit } | Breach::MaxTradesPerDay { limit } => json!({ "limit": limit }),
        Breach::MaxOrderValue { value, limit } => json!({ "value": value.to_f64(), "limit": limit.to_f64() }),
        Breach::MaxCapital { used, limit } | Breach::MaxCapitalOfBook { used, limit } => {
            json!({ "used": used.to_f64(), "limit": limit.to_f64() })
        }
        Breach::LockedForTheDay { lost, limit } | Breach::Drawdown { lost, limit } => {
            json!({ "lost": lost.to_f64(), "limit": limit.to_f64() })
        }
        Breach::KillSwitch { scope } => json!({ "scope": scope_name(scope) }),
        Breach::MarketClosed { hours: Some((open, close)) } => {
            json!({ "open": open.to_string(), "close": close.to_string() })
        }
        Breach::FarFromLast { limit, last, lowest, highest } => json!({
            "price": limit.to_f64(), "last": last.to_f64(), "lowest": lowest.to_f64(), "highest": highest.to_f64()
        }),
        Breach::Duplicate { within } => json!({ "withinSeconds": within.as_micros() / 1_000_000 }),
        Breach::TooManyOrders { sent, limit } => json!({ "orders": sent, "limit": limit }),
        Breach::OffTick { price, below, above } => {
            json!({ "price": price.to_f64(), "below": below.to_f64(), "above": above.to_f64() })
        }
        Breach::WrongSide { price, last } => json!({ "price": price.to_f64(), "last": last.to_f64() }),
        Breach::LimitBehindTrigger { trigger, limit } => {
            json!({ "trigger": trigger.to_f64(), "price": limit.to_f64() })
        }
        Breach::BelowFilled { qty, filled } => json!({ "order": qty.raw(), "filled": filled.raw() }),
        Breach::AboveFreeze { qty, freeze } => json!({ "order": qty.raw(), "freeze": freeze.raw() }),
        Breach::MoreThanHeld { qty, held } => json!({ "order": qty.raw(), "held": held.raw() }),
        Breach::NotChangeable { state, .. } => json!({ "state": state.to_string() }),
        Breach::TooManyChanges { limit, .. } => json!({ "limit": limit }),
        Breach::BuyingPower { needed, available } => {
            json!({ "needed": needed.to_f64(), "available": available.to_f64() })
        }
        Breach::NoStopDistance
        | Breach::OppositeBook { .. }
        | Breach::OppositeOrder { .. }
        | Breach::MarketClosed { hours: None }
        | Breach::InstrumentNotAllowed { .. }
        | Breach::NoBook { .. }
        | Breach::NoPrice
        | Breach::NothingHeld
        | Breach::Guarded
        | Breach::FollowsPosition { .. }
        | Breach::Unsettled { .. }
        | Breach::Superseded => json!({}),
    }
}

fn scope_name(scope: LockScope) -> &'static str {
    match scope {
        LockScope::Book(_) => "run",
        LockScope::Account => "account",
        LockScope::User => "user",
        LockScope::Everyone => "everyone",
    }
}
