//! Who may come in, and what they may do.
//!
//! [`Access`] registers, logs in, keeps sessions, second factors and API keys, and turns what a request carries into a
//! [`Caller`] with [`Permissions`]. Time and randomness come in by [`Clock`] and [`Randomness`].
//!
//! Promises: no secret is stored in the clear or printed; a name that nobody has takes as long as a wrong password and
//! gets the same answer; a session that was revoked is dead at its next request; each act is in the activity log.
//! Never does: HTTP, JSON, asking whether a caller may do what another crate offers.

mod api_keys;
mod authenticate;
mod caller;
mod error;
mod invites;
mod lockout;
mod log_in;
mod master_key;
mod operator;
mod password;
mod permission;
pub(crate) mod record;
mod refresh;
mod register;
mod revoked;
mod secret;
mod sessions;
mod tokens;
mod totp;
mod users;
mod world;

pub use api_keys::{IssuedKey, KeyRequest};
pub use authenticate::Standing;
pub use caller::{Caller, Credential, Origin};
pub use error::AccessError;
pub use invites::IssuedInvite;
pub use log_in::{Entry, LogIn};
pub use master_key::{MasterKey, Sealer};
pub use password::PasswordCost;
pub use permission::{Permission, Permissions, permissions_of};
pub use register::{Registration, Ticket};
pub use secret::Secret;
pub use totp::NewSecondFactor;
pub use users::{User, UserChange};
pub use world::{Clock, OsRandomness, Randomness, SystemClock};

use std::sync::Arc;

use domain::Timestamp;
use store::Store;

/// What stands in for the world, and how strict it is.
#[derive(Clone)]
pub struct AccessSettings {
    pub clock: Arc<dyn Clock>,
    pub randomness: Arc<dyn Randomness>,
    pub password_cost: PasswordCost,
    pub lives: Lives,
}

/// How long what lets somebody in is good.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lives {
    /// Of an access token, in seconds: so long may a lost one be used when its session is not ended.
    pub access_token_seconds: i64,
    /// How long a session can be refreshed. After that its user logs in again, used or not.
    pub session_seconds: i64,
}

impl Default for Lives {
    fn default() -> Lives {
        Lives { access_token_seconds: 15 * 60, session_seconds: 14 * 24 * 3_600 }
    }
}

impl Default for AccessSettings {
    fn default() -> AccessSettings {
        AccessSettings {
            clock: Arc::new(SystemClock),
            randomness: Arc::new(OsRandomness),
            password_cost: PasswordCost::default(),
            lives: Lives::default(),
        }
    }
}

/// The use-cases of access. Cheap to clone; all clones share their caches.
#[derive(Clone)]
pub struct Access {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    passwords: password::Passwords,
    session_seconds: i64,
    tokens: tokens::AccessTokens,
    seal: Sealer,
    revoked: revoked::Revoked,
    /// Failed log-ins of a name at an address, and of names that nobody has.
    doors: lockout::Failures<lockout::Door>,
    strangers: lockout::Failures<String>,
    pending_totp: totp::Pending,
    /// There while nobody has registered.
    setup_token: tokio::sync::Mutex<Option<Secret>>,
}

impl Access {
    /// Opens access over a database. While it has no user, a set-up token is made: see [`Access::setup_token`].
    pub async fn open(
        store: Store,
        key: &MasterKey,
        settings: AccessSettings,
    ) -> Result<Access, AccessError> {
        let AccessSettings { clock, randomness, password_cost, lives } = settings;
        let setup_token = if store::users::none_yet(&store).await? {
            Some(secret::token("", randomness.as_ref())?)
        } else {
            None
        };
        let inner = Inner {
            passwords: password::Passwords::new(password_cost, randomness.as_ref())?,
            tokens: tokens::AccessTokens::new(key, lives.access_token_seconds),
            seal: key.sealer("totp"),
            revoked: revoked::Revoked::load(&store, clock.now(), lives.access_token_seconds).await?,
            doors: lockout::Failures::new(lockout::FREE_AT_A_DOOR),
            strangers: lockout::Failures::new(lockout::FREE_OF_A_NAME),
            pending_totp: totp::Pending::default(),
            setup_token: tokio::sync::Mutex::new(setup_token),
            session_seconds: lives.session_seconds,
            store,
            clock,
            randomness,
        };
        Ok(Access { inner: Arc::new(inner) })
    }

    /// What the first administrator registers with, to be shown on the console; `None` once there is a user.
    pub async fn setup_token(&self) -> Option<Secret> {
        self.inner.setup_token.lock().await.clone()
    }

    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub fn store(&self) -> &Store {
        &self.inner.store
    }
}
