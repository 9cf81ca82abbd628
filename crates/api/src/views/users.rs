//! Users.

use back_office::access::{Permission, User, permissions_of};
use domain::Money;
use serde::{Deserialize, Serialize};
use store::users::Role;
use utoipa::ToSchema;

use super::{Amount, Moment};

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

/// A user as they see their own profile.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileView {
    #[serde(flatten)]
    pub user: UserView,
    pub has_second_factor: bool,
    pub created_at: Moment,
}

/// A user as an administrator sees them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "userId": "12", "name": "asha", "role": "trader", "hasSecondFactor": true, "disabledAt": null,
    "createdAt": "2026-08-03T09:15:00+05:30"
}))]
pub struct MemberView {
    pub user_id: String,
    pub name: String,
    /// admin, trader or viewer.
    pub role: String,
    pub has_second_factor: bool,
    pub disabled_at: Option<Moment>,
    pub created_at: Moment,
}

impl From<User> for MemberView {
    fn from(user: User) -> MemberView {
        MemberView {
            user_id: user.id.to_string(),
            name: user.name,
            role: user.role.name().to_owned(),
            has_second_factor: user.has_second_factor,
            disabled_at: user.disabled_at.map(Moment),
            created_at: user.created_at.into(),
        }
    }
}

/// A role, as it stands in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RoleWord {
    Admin,
    Trader,
    Viewer,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Role {
        match word {
            RoleWord::Admin => Role::Admin,
            RoleWord::Trader => Role::Trader,
            RoleWord::Viewer => Role::Viewer,
        }
    }
}
