//! Users as the console shows them: nothing secret.

use back_office::access::User;
use domain::{Money, Timestamp};
use serde::Serialize;
use store::accounts::AccountRecord;

use super::table::{Align, lines};
use crate::commands::backtest::summary::rupees;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserView<'a> {
    id: i64,
    name: &'a str,
    role: &'static str,
    second_factor: bool,
    disabled_at: Option<String>,
    #[serde(serialize_with = "super::time")]
    created_at: Timestamp,
}

impl UserView<'_> {
    pub fn of(user: &User) -> UserView<'_> {
        UserView {
            id: user.id.0,
            name: &user.name,
            role: user.role.name(),
            second_factor: user.has_second_factor,
            disabled_at: user.disabled_at.map(|at| at.to_string()),
            created_at: user.created_at,
        }
    }
}

#[derive(Serialize)]
pub struct AddedView<'a> {
    user: UserView<'a>,
    /// Null for who may not trade.
    account: Option<AccountView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountView<'a> {
    id: i64,
    name: &'a str,
    #[serde(serialize_with = "super::money")]
    initial_cash: Money,
}

impl AddedView<'_> {
    pub fn new<'a>(user: &'a User, account: Option<&'a AccountRecord>) -> AddedView<'a> {
        let account = account.map(|account| AccountView {
            id: account.id.0,
            name: &account.name,
            initial_cash: account.initial_cash,
        });
        AddedView { user: UserView::of(user), account }
    }
}

pub fn added(user: &User, account: Option<&AccountRecord>) -> String {
    let gets = account.map_or_else(String::new, |account| {
        format!(", with a paper account of {}", rupees(account.initial_cash))
    });
    format!("{} is added as {}{gets}\n", user.name, user.role.name())
}

pub fn table(users: &[User]) -> String {
    let head = ["id", "name", "role", "second factor", "state", "since"].map(str::to_owned).to_vec();
    let rows = users.iter().map(|user| {
        let state =
            user.disabled_at.map_or("in use".to_owned(), |at| format!("kept out since {}", at.date()));
        vec![
            user.id.to_string(),
            user.name.clone(),
            user.role.name().to_owned(),
            if user.has_second_factor { "yes" } else { "no" }.to_owned(),
            state,
            user.created_at.date().to_string(),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    lines(&[Align::Right, Align::Left, Align::Left, Align::Left, Align::Left, Align::Left], &rows)
}
