//! Who asks, and whether they may.
//!
//! A handler names the permission it needs in its signature: `who: Allowed<may::PlaceOrders>`. One that does not is
//! found by the authorisation test, which tries every route without each permission.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use back_office::access::{Caller, Permission};

use crate::Problem;

/// What the credentials of a request came to; the outer layer puts it there.
#[derive(Clone)]
pub struct Identity(pub(crate) Option<Result<Caller, Problem>>);

/// A permission as a type.
pub trait Needs: Send + Sync {
    const PERMISSION: Permission;
}

/// The permissions as types, for signatures.
pub mod may {
    use super::{Needs, Permission};

    macro_rules! permissions {
        ($($name:ident)*) => {$(
            pub struct $name;
            impl Needs for $name {
                const PERMISSION: Permission = Permission::$name;
            }
        )*};
    }
    permissions! {
        ReadMarket ReadDesk ReadProfile ChangeProfile ManageAccounts WriteStrategies ControlRuns PlaceOrders
        SetRiskLimits UseKillSwitch Unlock ManageCredentials ManageUsers ReadAudit OperateSystem
    }
}

/// A caller who has the permission. Derefs to the [`Caller`].
pub struct Allowed<P> {
    caller: Caller,
    permission: PhantomData<P>,
}

/// A caller with whatever permissions.
pub struct SignedIn(pub Caller);

impl<P> Deref for Allowed<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<S: Send + Sync, P: Needs> FromRequestParts<S> for Allowed<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Allowed<P>, Problem> {
        let caller = caller(parts)?;
        caller.needs(P::PERMISSION)?;
        Ok(Allowed { caller, permission: PhantomData })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<SignedIn, Problem> {
        caller(parts).map(SignedIn)
    }
}

fn caller(parts: &Parts) -> Result<Caller, Problem> {
    match parts.extensions.get::<Identity>() {
        Some(Identity(Some(known))) => known.clone(),
        _ => Err(Problem::unauthenticated(
            "nobody is logged in; send `Authorization: Bearer` with an access token, or `X-Api-Key` with a key",
        )),
    }
}
