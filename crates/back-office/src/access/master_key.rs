//! The master key, and the keys made from it.
//!
//! It comes from the environment or from a file of its own beside the database, which only its owner can read. It signs
//! and seals nothing itself: each use has a key derived under its own label.

use std::fmt;
use std::io::Write as _;
use std::path::Path;

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use store::audit::AuditKey;
use zeroize::Zeroizing;

use super::secret::hex;
use super::{AccessError, Randomness};

/// Bytes of a nonce, which stands before what it sealed.
const NONCE: usize = 24;

#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// The variable that holds it, as 64 hex digits.
    pub const VARIABLE: &'static str = "SAUDA_MASTER_KEY";

    pub fn from_bytes(bytes: [u8; 32]) -> MasterKey {
        MasterKey(Zeroizing::new(bytes))
    }

    /// From what the environment says, else from the file, else a new one is made and written to the file.
    pub fn load(
        environment: Option<&str>,
        file: &Path,
        randomness: &dyn Randomness,
    ) -> Result<MasterKey, AccessError> {
        if let Some(text) = environment {
            return MasterKey::parse(text).ok_or_else(|| {
                AccessError::Setting(format!(
                    "{} is not a key; set it to 64 hex digits, for example from `openssl rand -hex 32`",
                    MasterKey::VARIABLE
                ))
            });
        }
        match std::fs::read_to_string(file) {
            Ok(text) => {
                private(file)?;
                MasterKey::parse(&Zeroizing::new(text)).ok_or_else(|| {
                    AccessError::Setting(format!(
                        "key file {} does not hold 64 hex digits; restore it from your copy: without it sealed \
                         secrets cannot be read and the audit cannot be checked",
                        file.display()
                    ))
                })
            }
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => MasterKey::make(file, randomness),
            Err(why) => Err(setting(file, "cannot be read", &why)),
        }
    }

    fn make(file: &Path, randomness: &dyn Randomness) -> Result<MasterKey, AccessError> {
        let mut bytes = Zeroizing::new([0u8; 32]);
        randomness.fill(bytes.as_mut_slice())?;
        let mut options = std::fs::OpenOptions::new();
        // Two that start at once must not end up with two keys: the second fails here.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut written = options.open(file).map_err(|why| setting(file, "cannot be made", &why))?;
        let line = Zeroizing::new(format!("{}\n", hex(bytes.as_slice())));
        let done = written.write_all(line.as_bytes()).and_then(|()| written.sync_all());
        done.map_err(|why| setting(file, "cannot be written", &why))?;
        Ok(MasterKey(bytes))
    }

    fn parse(text: &str) -> Option<MasterKey> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = Zeroizing::new([0u8; 32]);
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(MasterKey(bytes))
    }

    /// The key of the audit chains.
    pub fn audit(&self) -> AuditKey {
        AuditKey::derive(&self.0)
    }

    /// What seals the secrets of one purpose. What was sealed for one cannot be opened for another.
    pub fn sealer(&self, purpose: &str) -> Sealer {
        let key = self.derive(&format!("sauda seal 1 {purpose}"));
        Sealer(XChaCha20Poly1305::new(&Key::from(*key)))
    }

    #[expect(clippy::expect_used, reason = "an HMAC takes a key of any length")]
    pub(super) fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("any length of key");
        mac.update(label.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(***)")
    }
}

/// Seals and opens with XChaCha20-Poly1305.
#[derive(Clone)]
pub struct Sealer(XChaCha20Poly1305);

impl Sealer {
    /// Seals `plain` for its `owner`: moved to another row it does not open.
    pub fn seal(
        &self,
        owner: &str,
        plain: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, AccessError> {
        let mut nonce = [0u8; NONCE];
        randomness.fill(&mut nonce)?;
        let payload = Payload { msg: plain, aad: owner.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| AccessError::Internal("a secret could not be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub fn open(&self, owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, AccessError> {
        let broken = || {
            AccessError::Internal(format!(
                "the secret of {owner} does not open: it was sealed under another master key, or changed"
            ))
        };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        self.0.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| broken())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(***)")
    }
}

#[cfg(unix)]
fn private(file: &Path) -> Result<(), AccessError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode =
        std::fs::metadata(file).map_err(|why| setting(file, "cannot be read", &why))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(AccessError::Setting(format!(
            "key file {} can be read by others (mode {:03o}); run `chmod 600 {}`",
            file.display(),
            mode & 0o777,
            file.display()
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path) -> Result<(), AccessError> {
    Ok(())
}

fn setting(file: &Path, what: &str, why: &std::io::Error) -> AccessError {
    AccessError::Setting(format!("key file {} {what}: {why}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::super::OsRandomness;
    use super::*;

    #[test]
    fn the_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("master.key");
        let made = MasterKey::load(None, &file, &OsRandomness).unwrap();
        let read = MasterKey::load(None, &file, &OsRandomness).unwrap();
        assert_eq!(*made.0, *read.0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
            let error = MasterKey::load(None, &file, &OsRandomness).unwrap_err().to_string();
            assert!(error.contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn the_environment_comes_first_and_says_what_is_wrong() {
        let nowhere = Path::new("/nonexistent/master.key");
        assert!(MasterKey::load(Some(&"0a".repeat(32)), nowhere, &OsRandomness).is_ok());
        let error = MasterKey::load(Some("hunter2"), nowhere, &OsRandomness).unwrap_err().to_string();
        assert!(error.contains("64 hex digits") && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_sealed_secret_opens_for_its_owner_and_purpose_alone() {
        let key = MasterKey::from_bytes([7; 32]);
        let sealed = key.sealer("totp").seal("user 1", b"secret", &OsRandomness).unwrap();
        assert_eq!(key.sealer("totp").open("user 1", &sealed).unwrap().as_slice(), b"secret");
        assert!(key.sealer("totp").open("user 2", &sealed).is_err());
        assert!(key.sealer("broker").open("user 1", &sealed).is_err());
        assert!(key.sealer("totp").open("user 1", &sealed[..10]).is_err());
        let again = key.sealer("totp").seal("user 1", b"secret", &OsRandomness).unwrap();
        assert_ne!(sealed, again, "a nonce is used once");
    }
}
