//! What can be permitted, and which role has it.

use store::users::Role;

use Permission as P;

macro_rules! permissions {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal,)*) => {
        /// One kind of operation.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Permission {
            $($(#[doc = $doc])* $name,)*
        }

        impl Permission {
            pub const ALL: &'static [Permission] = &[$(Permission::$name,)*];

            /// As it stands in scopes and answers.
            pub const fn name(self) -> &'static str {
                match self { $(Permission::$name => $word,)* }
            }
        }
    };
}

permissions! {
    /// See instruments, candles, quotes and the calendar.
    ReadMarket = "market.read",
    /// See one's accounts, orders, positions, trades, P&L, strategies, runs and risk.
    ReadDesk = "desk.read",
    /// See one's profile, settings, sessions and activity.
    ReadProfile = "profile.read",
    /// Change one's settings and trading config.
    ChangeProfile = "profile.write",
    /// Make, rename, connect and close accounts.
    ManageAccounts = "accounts.write",
    WriteStrategies = "strategies.write",
    /// Start, pause, resume and stop runs.
    ControlRuns = "runs.write",
    /// Place, change and cancel orders, close positions.
    PlaceOrders = "orders.write",
    SetRiskLimits = "risk.limits",
    /// Stop trading: the kill switch and the panic button.
    UseKillSwitch = "risk.kill",
    /// Lift a lock that risk or a kill switch has set.
    Unlock = "risk.unlock",
    /// Change one's password and second factor, make API keys, end sessions. Never given to an API key.
    ManageCredentials = "credentials.write",
    /// See users, change roles, let in and shut out.
    ManageUsers = "users.write",
    /// Read everybody's activity and check the audit chains.
    ReadAudit = "audit.read",
    /// What touches everybody: feeds, services, the kill switch for all.
    OperateSystem = "system.write",
}

const VIEWER: &[Permission] =
    &[P::ReadMarket, P::ReadDesk, P::ReadProfile, P::ChangeProfile, P::ManageCredentials];
const TRADER: &[Permission] = &[
    P::ReadMarket,
    P::ReadDesk,
    P::ReadProfile,
    P::ChangeProfile,
    P::ManageCredentials,
    P::ManageAccounts,
    P::WriteStrategies,
    P::ControlRuns,
    P::PlaceOrders,
    P::SetRiskLimits,
    P::UseKillSwitch,
];

/// The table of roles. Unlocking is the administrator's: a limit that its trader lifts is none.
pub fn permissions_of(role: Role) -> Permissions {
    match role {
        Role::Admin => Permissions::of(Permission::ALL),
        Role::Trader => Permissions::of(TRADER),
        Role::Viewer => Permissions::of(VIEWER),
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Permissions(u32);

impl Permissions {
    pub const NONE: Permissions = Permissions(0);

    pub fn of(list: &[Permission]) -> Permissions {
        Permissions(list.iter().fold(0, |bits, p| bits | 1 << *p as u32))
    }

    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    #[must_use]
    pub const fn both(self, other: Permissions) -> Permissions {
        Permissions(self.0 & other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.has(*p))
    }
}

impl Permission {
    pub fn from_name(name: &str) -> Option<Permission> {
        Permission::ALL.iter().copied().find(|p| p.name() == name)
    }

    /// Whether an API key can have it: a key that makes keys outlives its own end.
    pub const fn fits_api_key(self) -> bool {
        !matches!(self, Permission::ManageCredentials | Permission::ManageUsers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_what_the_lower_one_has() {
        let (admin, trader, viewer) =
            (permissions_of(Role::Admin), permissions_of(Role::Trader), permissions_of(Role::Viewer));
        assert_eq!(viewer.both(trader), viewer);
        assert_eq!(trader.both(admin), trader);
        assert!(!viewer.has(P::PlaceOrders) && !trader.has(P::Unlock) && admin.has(P::Unlock));
    }

    #[test]
    fn names_read_back() {
        for p in Permission::ALL {
            assert_eq!(Permission::from_name(p.name()), Some(*p));
        }
    }
}
