//! The key of the chains, and what it is laid over.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::ChainId;

/// Derived from the master key; never stored. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct AuditKey(Hmac<Sha256>);

impl AuditKey {
    /// The key of the audit chains for this master key. Another label would give another key: the master key itself
    /// signs nothing else here.
    pub fn derive(master_key: &[u8; 32]) -> AuditKey {
        let mut mac = keyed(master_key);
        mac.update(b"sauda audit chain 1");
        AuditKey(keyed(&mac.finalize().into_bytes()))
    }

    /// The link after `previous` for the row at `place`.
    pub(super) fn link(&self, previous: &str, chain: ChainId, place: i64, fields: &Fields) -> String {
        let mut mac = self.0.clone();
        let mut head = Fields::default();
        head.text(previous).text(chain.record.name()).number(chain.account).number(place);
        mac.update(&head.0);
        mac.update(&fields.0);
        hex(&mac.finalize().into_bytes())
    }

    /// The seal on a line of the mirror.
    pub(super) fn seal(&self, line: &str) -> String {
        let mut mac = self.0.clone();
        let mut fields = Fields::default();
        fields.text("mirror").text(line);
        mac.update(&fields.0);
        hex(&mac.finalize().into_bytes())
    }
}

impl std::fmt::Debug for AuditKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuditKey(***)")
    }
}

/// The columns of a row as bytes that have one reading: each with its kind, text with its length.
#[derive(Default, PartialEq, Eq, Debug)]
pub(crate) struct Fields(Vec<u8>);

impl Fields {
    pub(crate) fn text(&mut self, text: &str) -> &mut Fields {
        self.0.push(b't');
        self.0.extend((text.len() as u64).to_be_bytes());
        self.0.extend(text.as_bytes());
        self
    }

    pub(crate) fn number(&mut self, number: i64) -> &mut Fields {
        self.0.push(b'n');
        self.0.extend(number.to_be_bytes());
        self
    }

    pub(crate) fn optional_text(&mut self, text: Option<&str>) -> &mut Fields {
        if let Some(text) = text {
            return self.text(text);
        }
        self.0.push(b'0');
        self
    }

    pub(crate) fn optional_number(&mut self, number: Option<i64>) -> &mut Fields {
        if let Some(number) = number {
            return self.number(number);
        }
        self.0.push(b'0');
        self
    }
}

#[expect(clippy::expect_used, reason = "an HMAC takes a key of any length")]
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("any length of key")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Record;

    const CHAIN: ChainId = ChainId { record: Record::OrderEvents, account: 7 };

    /// Worked out with Python's hmac and hashlib: chains written by one release are read by the next.
    #[test]
    fn a_link_is_what_another_program_computes() {
        let key = AuditKey::derive(&[7; 32]);
        let mut fields = Fields::default();
        fields.text("placed").optional_number(Some(5)).optional_text(None);
        assert_eq!(
            key.link("", CHAIN, 1, &fields),
            "a7e52cc2da9d6f99e08c54a81c8bbb911d9fae66aab91478663f861ea57984fb"
        );
    }

    #[test]
    fn text_cannot_move_between_columns() {
        let (mut a, mut b) = (Fields::default(), Fields::default());
        a.text("ab").text("c");
        b.text("a").text("bc");
        assert_ne!(a, b);
        let key = AuditKey::derive(&[7; 32]);
        assert_ne!(key.link("", CHAIN, 1, &a), key.link("", CHAIN, 1, &b));
        assert_ne!(key.link("", CHAIN, 1, &a), key.link("", CHAIN, 2, &a));
        assert_eq!(format!("{key:?}"), "AuditKey(***)");
    }
}
