//! Paper accounts: opening, renaming, closing.
//!
//! Promises: an account that trades, holds or waits for anything is not closed. Never does: orders, funds.

use domain::Money;
use store::accounts::{self, AccountRecord, Broker, NewAccount, Relation};
use store::users::Role;
use store::{AccountId, Page, PageRequest, UserId, books, orders, runs};

use crate::access::record::Act;
use crate::access::{Access, AccessError, Caller, Permission, User};

/// What a paper account begins with unless said: ten lakh rupees.
pub const USUAL_CASH: Money = Money::rupees(1_000_000);
/// A thousand crore rupees: more would only test the width of the screen.
const MOST_CASH: Money = Money::rupees(10_000_000_000);
/// Accounts in use that one user can have.
const MOST: usize = 50;

pub async fn list(
    access: &Access,
    who: &Caller,
    page: PageRequest,
) -> Result<Page<AccountRecord>, AccessError> {
    who.needs(Permission::ReadDesk)?;
    Ok(accounts::list(access.store(), who.user, page).await?)
}

pub async fn get(access: &Access, who: &Caller, id: AccountId) -> Result<AccountRecord, AccessError> {
    who.needs(Permission::ReadDesk)?;
    Ok(accounts::get(access.store(), who.user, id).await?)
}

/// What the user's accounts in use began with.
pub async fn capital(access: &Access, user: UserId) -> Result<Money, AccessError> {
    let page = accounts::list(access.store(), user, PageRequest::first(PageRequest::MAX)?).await?;
    let in_use = page.rows.iter().filter(|account| account.closed_at.is_none());
    in_use
        .map(|account| account.initial_cash)
        .try_fold(Money::ZERO, Money::checked_add)
        .ok_or_else(|| AccessError::Internal("the capital of a user does not fit".to_owned()))
}

/// The user's accounts in use that are not at work.
pub async fn idle(
    access: &Access,
    user: UserId,
    at_work: impl Fn(AccountId) -> bool,
) -> Result<Vec<AccountRecord>, AccessError> {
    let page = accounts::list(access.store(), user, PageRequest::first(PageRequest::MAX)?).await?;
    Ok(page.rows.into_iter().filter(|account| account.closed_at.is_none() && !at_work(account.id)).collect())
}

/// Gives a user who may trade and has no account a paper account to begin with; `None` for any other.
pub async fn open_first(access: &Access, user: &User) -> Result<Option<AccountRecord>, AccessError> {
    if user.role == Role::Viewer {
        return Ok(None);
    }
    let user = user.id;
    let unit = access.store().begin().await?;
    if !accounts::list(&unit, user, PageRequest::first(1)?).await?.rows.is_empty() {
        return Ok(None);
    }
    let new = NewAccount {
        name: "Paper".to_owned(),
        broker: Broker::Paper,
        relation: Relation::Own,
        initial_cash: USUAL_CASH,
        settings: "{}".to_owned(),
    };
    let id = accounts::create(&unit, user, &new, access.now()).await?;
    let record = accounts::get(&unit, user, id).await?;
    unit.commit().await?;
    Ok(Some(record))
}

/// Opens a paper account of the user's own.
pub async fn open(
    access: &Access,
    who: &Caller,
    name: &str,
    initial_cash: Money,
) -> Result<AccountRecord, AccessError> {
    who.needs(Permission::ManageAccounts)?;
    let name = accept_name(name)?;
    if initial_cash <= Money::ZERO || initial_cash > MOST_CASH {
        let detail = format!("initialCash {initial_cash} is not above 0 and at most {MOST_CASH}");
        return Err(AccessError::field("initialCash", detail));
    }
    let new = NewAccount {
        name: name.to_owned(),
        broker: Broker::Paper,
        relation: Relation::Own,
        initial_cash,
        settings: "{}".to_owned(),
    };
    let unit = access.store().begin().await?;
    let known = accounts::list(&unit, who.user, PageRequest::first(PageRequest::MAX)?).await?;
    if known.rows.iter().filter(|account| account.closed_at.is_none()).count() >= MOST {
        return Err(AccessError::conflict("there are 50 accounts in use already; close one first"));
    }
    let id = accounts::create(&unit, who.user, &new, access.now()).await?;
    let act = Act::by(who, "account.opened").in_account(id).on(id).with("name", name);
    act.with("initialCash", initial_cash.to_string()).write(&unit, access.now()).await?;
    let record = accounts::get(&unit, who.user, id).await?;
    unit.commit().await?;
    Ok(record)
}

pub async fn rename(
    access: &Access,
    who: &Caller,
    id: AccountId,
    name: &str,
) -> Result<AccountRecord, AccessError> {
    who.needs(Permission::ManageAccounts)?;
    let name = accept_name(name)?;
    let unit = access.store().begin().await?;
    let before = accounts::get(&unit, who.user, id).await?;
    refuse_closed(&before)?;
    accounts::change(&unit, who.user, id, before.version, name, &before.settings).await?;
    let act = Act::by(who, "account.renamed").in_account(id).on(id).with("from", before.name.as_str());
    act.with("to", name).write(&unit, access.now()).await?;
    let record = accounts::get(&unit, who.user, id).await?;
    unit.commit().await?;
    Ok(record)
}

/// Nothing is deleted: its orders and trades can still be read.
pub async fn close(access: &Access, who: &Caller, id: AccountId) -> Result<(), AccessError> {
    who.needs(Permission::ManageAccounts)?;
    let unit = access.store().begin().await?;
    let before = accounts::get(&unit, who.user, id).await?;
    refuse_closed(&before)?;
    let busy = [
        (runs::unfinished(&unit, who.user, id).await?.len(), "runs that are not stopped", "stop them"),
        (orders::unsettled(&unit, who.user, id).await?.len(), "orders that are not settled", "cancel them"),
        (books::positions(&unit, who.user, Some(id), true).await?.len(), "open positions", "close them"),
    ];
    if let Some((count, what, cure)) = busy.into_iter().find(|(count, ..)| *count > 0) {
        return Err(AccessError::conflict(format!("account {id} has {count} {what}; {cure} first")));
    }
    accounts::close(&unit, who.user, id, before.version, access.now()).await?;
    Act::by(who, "account.closed").in_account(id).on(id).write(&unit, access.now()).await?;
    Ok(unit.commit().await?)
}

fn refuse_closed(account: &AccountRecord) -> Result<(), AccessError> {
    match account.closed_at {
        Some(at) => {
            Err(AccessError::conflict(format!("account {} was closed at {at}; use another", account.id)))
        }
        None => Ok(()),
    }
}

fn accept_name(name: &str) -> Result<&str, AccessError> {
    let name = name.trim();
    let length = name.chars().count();
    if !(1..=64).contains(&length) || name.chars().any(char::is_control) {
        return Err(AccessError::field(
            "name",
            format!("a name of {length} characters cannot be; use 1 to 64 visible"),
        ));
    }
    Ok(name)
}
