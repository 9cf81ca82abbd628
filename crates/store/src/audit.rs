//! The audit chains: records that cannot be rewritten unseen.
//!
//! Each append-only table holds one chain for each account (activity without an account goes to chain 0). The rows of a
//! chain are numbered from 1 without a hole. Each carries a link: an HMAC-SHA256, under a key derived from the master
//! key, over the link before it and every column of the row. So a row that was changed, taken out, put in or moved
//! breaks the chain there, for anyone who has the database but not the key.
//!
//! A chain that lost its last rows is still a chain. So its length and last link are also written to a file outside the
//! database after each batch: the [`Mirror`]. Whoever can set back both the database and the mirror to one earlier
//! moment is not noticed; keep copies of the mirror elsewhere.

mod append;
mod key;
mod mirror;
mod verify;

use std::fmt;

pub(crate) use append::{Grown, next, store_heads};
pub use key::AuditKey;
pub(crate) use mirror::Mirror;
pub(crate) use verify::catch_up;
pub use verify::renew_mirror;
pub use verify::{ChainReport, Verdict, verify};

/// An append-only table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Record {
    OrderEvents,
    RiskEvents,
    Activity,
}

impl Record {
    pub const ALL: [Record; 3] = [Record::OrderEvents, Record::RiskEvents, Record::Activity];

    /// The name of the table.
    pub const fn name(self) -> &'static str {
        match self {
            Record::OrderEvents => "order_events",
            Record::RiskEvents => "risk_events",
            Record::Activity => "activity",
        }
    }

    fn from_name(name: &str) -> Option<Record> {
        Record::ALL.into_iter().find(|record| record.name() == name)
    }
}

/// Which chain: a table and an account (0: none).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ChainId {
    pub record: Record,
    pub account: i64,
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of account {}", self.record.name(), self.account)
    }
}

/// Where a chain ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Head {
    /// Rows so far.
    pub length: i64,
    /// The last link, in hex.
    pub link: String,
}
