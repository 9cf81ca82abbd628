//! Users.

use back_office::access::{Permission, User, permissions_of};
use domain::Money;
use serde::Serialize;
use utoipa::ToSchema;

use super::Amount;

/// A user as they see themselves.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "userId": "12", "name": "asha", "role": "trader", "capital": 1_000_000, "permissions": ["market.read", "orders.write"]
}))]
pub struct UserView {
    pub user_id: String,
    pub name: String,
    /// admin, trader or viewer.
    pub role: String,
    /// What their open accounts began with.
    pub capital: Amount,
    pub permissions: Vec<String>,
}

impl UserView {
    pub fn of(user: &User, capital: Money) -> UserView {
        UserView {
            user_id: user.id.to_string(),
            name: user.name.clone(),
            role: user.role.name().to_owned(),
            capital: capital.into(),
            permissions: permissions_of(user.role).iter().map(Permission::name).map(str::to_owned).collect(),
        }
    }
}
