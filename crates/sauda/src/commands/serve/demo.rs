//! The demo: a user that everybody knows, an account with ten lakh rupees, two strategies that trade in it.

use std::collections::BTreeSet;

use back_office::access::{Access, Secret};
use desk::Desk;
use desk::path::Size;
use desk::runs::{RunSettings, StartRun};
use domain::instrument::{InstrumentId, Kind};
use domain::{Money, Product, Qty, Timeframe};
use store::accounts::{Broker, NewAccount, Relation};
use store::strategies::StrategyKind;
use store::users::Role;
use store::{AccountId, PageRequest, StrategyId, UserId};

use super::outward::Outward;
use crate::failure::Failure;

pub struct DemoUser {
    pub name: String,
    pub password: String,
    /// Users beside it, whose administrator everybody is.
    pub others: usize,
    id: UserId,
}

const NAME: &str = "demo";
/// No secret: it is printed, and shown on the page.
const PASSWORD: &str = "trade on paper only";
const CASH: Money = Money::rupees(1_000_000);

/// Finds the demo user, or makes it.
pub async fn user(access: &Access) -> Result<DemoUser, Failure> {
    let all = access.all_users().await.map_err(Failure::failed)?;
    let others = all.iter().filter(|user| user.name != NAME).count();
    let found = store::users::by_name(access.store(), NAME).await.map_err(Failure::failed)?;
    let id = if let Some(record) = found {
        record.id
    } else {
        // The first user is an administrator, so that the demo shows everything.
        let secret = Secret::new(PASSWORD);
        access.add_user(NAME, &secret, Role::Admin).await.map_err(Failure::failed)?.id
    };
    Ok(DemoUser { name: NAME.to_owned(), password: PASSWORD.to_owned(), others, id })
}

/// What is wrong with a database that was a demo's: everybody knows the password of an administrator. Where other
/// machines reach the server it does not start.
pub async fn open_door(access: &Access, outward: &Outward) -> Result<Option<String>, Failure> {
    if !access.can_log_in(NAME, &Secret::new(PASSWORD)).await.map_err(Failure::failed)? {
        return Ok(None);
    }
    let words = format!(
        "the user {NAME} has the password that everybody knows; give it another with `sauda user password {NAME}`, keep \
         it out with `sauda user disable {NAME}`, or name another --data-dir or --database"
    );
    if outward.reached { Err(Failure::failed(words)) } else { Ok(Some(words)) }
}

/// Gives it an account, before the desk opens.
pub async fn account(access: &Access, demo: &DemoUser) -> Result<AccountId, Failure> {
    let store = access.store();
    let page = PageRequest::first(1).map_err(Failure::failed)?;
    let known = store::accounts::list(store, demo.id, page).await.map_err(Failure::failed)?;
    if let Some(account) = known.rows.first() {
        return Ok(account.id);
    }
    let new = NewAccount {
        name: "Paper".to_owned(),
        broker: Broker::Paper,
        relation: Relation::Own,
        initial_cash: CASH,
        settings: "{}".to_owned(),
    };
    let unit = store.begin().await.map_err(Failure::failed)?;
    let id = store::accounts::create(&unit, demo.id, &new, access.now()).await.map_err(Failure::failed)?;
    unit.commit().await.map_err(Failure::failed)?;
    Ok(id)
}

/// Two runs, if it has never had any.
pub async fn runs(desk: &Desk, access: &Access, demo: &DemoUser, account: AccountId) -> Result<(), Failure> {
    let store = access.store();
    let page = PageRequest::first(1).map_err(Failure::failed)?;
    let known = store::runs::list(store, demo.id, None, page).await.map_err(Failure::failed)?;
    if !known.rows.is_empty() {
        return Ok(());
    }
    let shares: Vec<InstrumentId> = desk
        .market()
        .listed()
        .filter(|listed| listed.instrument.kind == Kind::Equity)
        .map(|listed| listed.instrument.id.clone())
        .collect();
    let wishes = [
        ("Crossing averages", "sma_cross", 100, vec![("fast", "3"), ("slow", "8")]),
        ("RSI reversion", "rsi_reversion", 100, vec![("length", "7")]),
    ];
    // From the end: the first on the page is left to the person, as the other side of what a run holds is refused.
    for ((name, built_in, qty, parameters), instrument) in wishes.into_iter().zip(shares.into_iter().rev()) {
        let strategy = strategy(access, demo.id, name, built_in).await?;
        // Only parameters that the strategy has: a demo must not fail on a renamed one.
        let has: BTreeSet<String> = strategy::registry()
            .iter()
            .filter(|d| d.name == built_in)
            .flat_map(|d| d.parameters.iter().map(|p| p.name.to_string()))
            .collect();
        let parameters = parameters
            .into_iter()
            .filter(|(name, _)| has.contains(*name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let wish = StartRun {
            strategy,
            version: None,
            account,
            instruments: vec![instrument],
            timeframe: Timeframe::Minutes(1),
            settings: RunSettings {
                product: Product::Mis,
                sides: None,
                size: Some(Size::Units(Qty::units(qty))),
                parameters,
                stop: Some("pct=0.5".to_owned()),
                target: None,
                trail: None,
                square_off: None,
                charges: "dhan".to_owned(),
                limits: desk::runs::RunLimits::default(),
            },
        };
        let account = desk.account(demo.id, account).map_err(Failure::failed)?;
        desk.runs().start(demo.id, &account, wish).await.map_err(Failure::failed)?;
    }
    Ok(())
}

async fn strategy(access: &Access, user: UserId, name: &str, built_in: &str) -> Result<StrategyId, Failure> {
    let unit = access.store().begin().await.map_err(Failure::failed)?;
    let now = access.now();
    let id = store::strategies::create(&unit, user, name, StrategyKind::BuiltIn, now)
        .await
        .map_err(Failure::failed)?;
    store::strategies::add_version(&unit, user, id, built_in, None, now).await.map_err(Failure::failed)?;
    unit.commit().await.map_err(Failure::failed)?;
    Ok(id)
}
