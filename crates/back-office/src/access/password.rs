//! Passwords: which are accepted, and Argon2id over them.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::{AccessError, Randomness, Secret};

/// Characters of a password.
const SHORTEST: usize = 10;
const LONGEST: usize = 128;
/// Hashes at once. Each takes `memory_kib`; a crowd at the door waits instead of filling the memory.
const AT_ONCE: usize = 2;

/// What one hash costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PasswordCost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl Default for PasswordCost {
    /// OWASP Password Storage Cheat Sheet (2024): Argon2id, 19 MiB, 2 passes, 1 lane.
    fn default() -> PasswordCost {
        PasswordCost { memory_kib: 19_456, passes: 2 }
    }
}

pub(super) struct Passwords {
    argon: Argon2<'static>,
    /// The hash of a password that nobody has: what a name that nobody has is checked against.
    nobody: Arc<str>,
    gate: Arc<Semaphore>,
}

impl Passwords {
    pub fn new(cost: PasswordCost, randomness: &dyn Randomness) -> Result<Passwords, AccessError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None)
            .map_err(|why| AccessError::Setting(format!("cost of passwords: {why}")))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = super::secret::token("", randomness)?;
        let nobody = hash(&argon, &nobody, salt(randomness)?)?;
        Ok(Passwords { argon, nobody: nobody.into(), gate: Arc::new(Semaphore::new(AT_ONCE)) })
    }

    pub async fn hash(&self, password: &Secret, randomness: &dyn Randomness) -> Result<String, AccessError> {
        let (argon, password, salt) = (self.argon.clone(), password.clone(), salt(randomness)?);
        self.work(move || hash(&argon, &password, salt)).await?
    }

    /// Whether the password is the one of this hash; `None`, and as much work, for a user who does not exist.
    pub async fn verify(&self, password: &Secret, of: Option<&str>) -> Result<bool, AccessError> {
        let (argon, password) = (self.argon.clone(), password.clone());
        let exists = of.is_some();
        let of: Arc<str> = of.map_or_else(|| self.nobody.clone(), Arc::from);
        let same = self
            .work(move || match PasswordHash::new(&of) {
                Ok(hash) => Ok(argon.verify_password(password.expose().as_bytes(), &hash).is_ok()),
                Err(why) => Err(AccessError::Internal(format!("a stored password hash is damaged: {why}"))),
            })
            .await??;
        Ok(exists && same)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AccessError> {
        // Held inside the work: a caller who goes away must not let another hash begin beside this one.
        let permit = self.gate.clone().acquire_owned().await;
        let permit = permit.map_err(|_| AccessError::Internal("passwords are closed".to_owned()))?;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(|why| AccessError::Internal(format!("a password could not be hashed: {why}")))
    }
}

fn salt(randomness: &dyn Randomness) -> Result<[u8; 16], AccessError> {
    let mut salt = [0u8; 16];
    randomness.fill(&mut salt)?;
    Ok(salt)
}

fn hash(argon: &Argon2<'static>, password: &Secret, salt: [u8; 16]) -> Result<String, AccessError> {
    let hash: Result<PasswordHash, _> = argon.hash_password_with_salt(password.expose().as_bytes(), &salt);
    hash.map(|hash| hash.to_string())
        .map_err(|why| AccessError::Internal(format!("a password could not be hashed: {why}")))
}

/// Length is what counts; nothing else is asked of a password but not to be the name.
pub(super) fn accept(password: &Secret, name: &str, field: &'static str) -> Result<(), AccessError> {
    let length = password.expose().chars().count();
    let refuse = |detail: String| Err(AccessError::Field { field, detail });
    if length < SHORTEST {
        return refuse(format!("a password of {length} characters can be guessed; use {SHORTEST} or more"));
    }
    if length > LONGEST {
        return refuse(format!("a password of {length} characters is too long; use at most {LONGEST}"));
    }
    if password.expose().to_lowercase().contains(&name.to_lowercase()) {
        return refuse("a password that holds the user name can be guessed; use another".to_owned());
    }
    Ok(())
}

/// 3 to 64 characters that need no escaping anywhere.
pub(super) fn accept_name(name: &str) -> Result<(), AccessError> {
    let good = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    let length = name.chars().count();
    if !(3..=64).contains(&length) || !name.chars().all(good) {
        let shown: String = name.chars().take(64).collect();
        return Err(AccessError::field(
            "name",
            format!(
                "name `{shown}` is not usable; use 3 to 64 letters, digits, dots, dashes, underscores or @"
            ),
        ));
    }
    Ok(())
}
