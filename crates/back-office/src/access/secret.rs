//! Text that is never printed, and forgotten when it goes.

use std::fmt::{self, Write as _};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{AccessError, Randomness};

/// A secret text. `Debug` shows `***`; the memory is wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(text.into()))
    }

    /// The text itself: to hash it, or to hand it to its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// SHA-256 in hex: what is stored of tokens that are too long to guess.
    pub(super) fn fingerprint(&self) -> String {
        hex(&Sha256::digest(self.0.as_bytes()))
    }

    /// Whether both are the same, in a time that does not tell where they differ.
    pub fn same_as(&self, other: &Secret) -> bool {
        // Of hashes nothing useful leaks, whatever the comparison does.
        self.fingerprint() == other.fingerprint()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        String::deserialize(from).map(Secret::new).map_err(|why| {
            if why.to_string().starts_with("missing field") {
                return why;
            }
            // serde's own words would say what was sent.
            serde::de::Error::custom("it is not a text; send a text in quotes")
        })
    }
}

/// A new token of 256 random bits after a prefix.
pub(super) fn token(prefix: &str, randomness: &dyn Randomness) -> Result<Secret, AccessError> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    randomness.fill(bytes.as_mut_slice())?;
    Ok(Secret::new(format!("{prefix}{}", hex(bytes.as_slice()))))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
