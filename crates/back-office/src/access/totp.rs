//! The second factor: codes of 30 seconds (RFC 6238, SHA-1, six digits, as every authenticator app has them).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::Timestamp;
use store::{UserId, users};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use super::lockout::Door;
use super::record::Act;
use super::{Access, AccessError, Caller, Permission, Sealer, Secret};

const STEP_SECONDS: u64 = 30;
/// Steps before and after, for clocks that differ.
const SKEW: u16 = 1;
/// How long a secret waits to be confirmed.
const PENDING_SECONDS: i64 = 600;

pub(super) const WRONG_CODE: AccessError =
    AccessError::TotpRequired("the code is wrong or was used already; wait for the next one and send it");

/// A second factor that is not in force before a first code of it was confirmed.
#[derive(Clone, Debug)]
pub struct NewSecondFactor {
    /// Base 32, to be typed into an authenticator app.
    pub secret: Secret,
    /// `otpauth://…`, to be shown as a QR code.
    pub uri: Secret,
}

/// Secrets that wait for their first code. They need not outlive a restart: the user begins again.
#[derive(Default)]
pub(super) struct Pending(Mutex<HashMap<UserId, Waiting>>);

#[derive(Clone)]
struct Waiting {
    secret: Zeroizing<Vec<u8>>,
    until: Timestamp,
}

impl Access {
    pub async fn begin_second_factor(&self, caller: &Caller) -> Result<NewSecondFactor, AccessError> {
        caller.needs(Permission::ManageCredentials)?;
        let user = users::get(self.store(), caller.user).await?;
        if user.totp_sealed.is_some() {
            return Err(AccessError::conflict("there is a second factor already; remove it first"));
        }
        let mut bytes = Zeroizing::new(vec![0u8; 20]);
        self.inner.randomness.fill(&mut bytes)?;
        let text = totp_rs::Secret::new(bytes.as_slice().into()).to_base32();
        let uri = format!("otpauth://totp/Sauda:{}?secret={text}&issuer=Sauda", user.name);
        let now = self.now();
        let mut pending = self.inner.pending_totp.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, waiting| waiting.until > now);
        let until = Timestamp::from_micros(now.as_micros() + PENDING_SECONDS * 1_000_000);
        pending.insert(caller.user, Waiting { secret: bytes, until });
        Ok(NewSecondFactor { secret: Secret::new(text), uri: Secret::new(uri) })
    }

    pub async fn confirm_second_factor(&self, caller: &Caller, code: &Secret) -> Result<(), AccessError> {
        caller.needs(Permission::ManageCredentials)?;
        let now = self.now();
        let waiting = {
            let pending = self.inner.pending_totp.0.lock().unwrap_or_else(PoisonError::into_inner);
            pending.get(&caller.user).filter(|waiting| waiting.until > now).cloned()
        };
        let Some(waiting) = waiting else {
            return Err(AccessError::conflict(
                "no second factor waits for a code; begin with POST /api/auth/totp",
            ));
        };
        let Some(step) = step_of(&waiting.secret, code, now) else {
            return Err(AccessError::field(
                "code",
                "the code is not the one that the app shows now; check the clock of the device and send the next",
            ));
        };
        let sealed =
            self.inner.seal.seal(&owner(caller.user), &waiting.secret, self.inner.randomness.as_ref())?;
        let unit = self.store().begin().await?;
        if users::get_locked(&unit, caller.user).await?.totp_sealed.is_some() {
            return Err(AccessError::conflict("there is a second factor already; remove it first"));
        }
        users::set_totp(&unit, caller.user, Some(sealed)).await?;
        users::use_totp_step(&unit, caller.user, step).await?;
        Act::by(caller, "totp.added").write(&unit, now).await?;
        unit.commit().await?;
        self.inner.pending_totp.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&caller.user);
        Ok(())
    }

    /// Whoever takes it away must have it.
    pub async fn remove_second_factor(&self, caller: &Caller, code: &Secret) -> Result<(), AccessError> {
        caller.needs(Permission::ManageCredentials)?;
        let now = self.now();
        let unit = self.store().begin().await?;
        let user = users::get_locked(&unit, caller.user).await?;
        self.refuse_locked(&Door::of(&user.name, Some(&user), &caller.origin), user.locked_until)?;
        let Some(sealed) = &user.totp_sealed else {
            return Err(AccessError::conflict("there is no second factor to remove"));
        };
        let fresh = match matching_step(&self.inner.seal, user.id, sealed, code, now)? {
            Some(step) => users::use_totp_step(&unit, user.id, step).await?,
            None => false,
        };
        if !fresh {
            self.count_failure(unit, &user, "wrong code", &caller.origin).await?;
            return Err(AccessError::field(
                "code",
                "the code is wrong or was used already; wait for the next one and send it",
            ));
        }
        users::set_totp(&unit, user.id, None).await?;
        Act::by(caller, "totp.removed").write(&unit, now).await?;
        Ok(unit.commit().await?)
    }
}

/// The time step that a code belongs to; `None` when it is none of this secret's.
pub(super) fn matching_step(
    sealer: &Sealer,
    user: UserId,
    sealed: &[u8],
    code: &Secret,
    now: Timestamp,
) -> Result<Option<i64>, AccessError> {
    let secret = sealer.open(&owner(user), sealed)?;
    Ok(step_of(&secret, code, now))
}

fn owner(user: UserId) -> String {
    format!("user {user}")
}

fn step_of(secret: &[u8], code: &Secret, now: Timestamp) -> Option<i64> {
    let seconds = u64::try_from(now.as_micros() / 1_000_000).ok()?;
    let step = factor(secret).check(code.expose().trim(), seconds)?;
    i64::try_from(step).ok()
}

fn factor(secret: &[u8]) -> Totp {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(SKEW)
        .with_step_duration(STEP_SECONDS)
        .with_secret(totp_rs::Secret::new(secret.into()))
        .build_noncompliant()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B (SHA-1), cut to six digits as RFC 4226 §5.3 does.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            let now = Timestamp::from_micros(seconds * 1_000_000);
            assert_eq!(step_of(secret, &Secret::new(code), now), Some(seconds / 30), "{code}");
        }
        let late = Timestamp::from_micros((59 + 90) * 1_000_000);
        assert_eq!(step_of(secret, &Secret::new("287082"), late), None, "one step late is the most");
        for nonsense in ["", "28708", "2870822", "abcdef", "２８７０８２"] {
            assert_eq!(step_of(secret, &Secret::new(nonsense), Timestamp::from_micros(59_000_000)), None);
        }
    }
}
