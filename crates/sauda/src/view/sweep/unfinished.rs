//! What an interrupted sweep leaves behind, so that it can go on and end as if it had not been interrupted.

use std::fmt::Write as _;
use std::io;

use ::backtest::sweep::Row;
use serde::{Deserialize, Serialize};

use super::{RowView, Searched};
use crate::view::backtest::RunView;

/// Checked on reading: rows are results, and a court that heard other ones would give a wrong verdict in good faith.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unfinished {
    /// Of the bars that the rows were made of.
    data: String,
    /// The court's bytes; two digits each.
    court: String,
    /// Of `run`, `searched`, `rows` and the two above.
    check: String,
}

/// What stands around it in the document.
type Around<'a> = (&'a RunView, &'a Searched, &'a [Row]);

impl Unfinished {
    pub fn new(around: Around<'_>, court: &[u8], data: u64) -> Unfinished {
        let court = court.iter().fold(String::with_capacity(2 * court.len()), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let data = format!("{data:016x}");
        let check = check(around, &data, &court);
        Unfinished { data, court, check }
    }

    /// Whether it was made of these bars.
    pub fn is_of(&self, data: u64) -> bool {
        self.data == format!("{data:016x}")
    }

    /// The court's bytes; `None` if anything was changed since it was written.
    pub fn court(&self, around: Around<'_>) -> Option<Vec<u8>> {
        if check(around, &self.data, &self.court) != self.check {
            return None;
        }
        let digits = self.court.as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
    }
}

fn check((run, searched, rows): Around<'_>, data: &str, court: &str) -> String {
    let mut digest = Digest::default();
    let written = (|| {
        serde_json::to_writer(&mut digest, run)?;
        serde_json::to_writer(&mut digest, searched)?;
        rows.iter().try_for_each(|row| serde_json::to_writer(&mut digest, &RowView::of(row)))
    })();
    digest.add(data.as_bytes());
    digest.add(court.as_bytes());
    // Nothing that can fail is written: a digest has room for all.
    format!("{:016x}", written.map_or(0, |()| digest.0))
}

/// Fowler, Noll and Vo's hash 1a of 64 bits: tells damage and mix-ups, not malice.
pub struct Digest(pub u64);

impl Default for Digest {
    fn default() -> Digest {
        Digest(0xCBF2_9CE4_8422_2325)
    }
}

impl Digest {
    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}

impl io::Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_published_one() {
        // Landon Curt Noll's test vectors (fnv.h, 2012).
        for (text, hash) in
            [("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8)]
        {
            let mut digest = Digest::default();
            digest.add(text.as_bytes());
            assert_eq!(digest.0, hash, "{text}");
        }
    }
}
