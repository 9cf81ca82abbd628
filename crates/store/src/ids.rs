//! Ids of rows: a type for each, so that a run is never taken for an account.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    UserId
    InviteId
    /// One log-in: the family of refresh tokens that followed each other in it.
    SessionId
    ApiKeyId
    AccountId
    StrategyId
    StrategyVersionId
    RunId
    LimitId
    LockId
    IncidentId
}
